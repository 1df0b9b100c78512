"""The running parts of the service, each a context that ends in order: workers, gRPC server, bridge, metrics."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from aiohttp import web
from resumate_bridge.app import create_app
from resumate_bridge.config import BridgeConfig

from resumate_grpc.app.backend import Backend
from resumate_grpc.app.grace import Grace
from resumate_grpc.config import Settings, read_address
from resumate_grpc.errors import SettingsError
from resumate_grpc.jobs.attempt import AttemptPorts
from resumate_grpc.jobs.line import Line
from resumate_grpc.jobs.pages import Pages
from resumate_grpc.jobs.ports import LanguageModel
from resumate_grpc.jobs.resumes import Resumes
from resumate_grpc.jobs.retention import Retention, Sweeper
from resumate_grpc.jobs.watch import Watches
from resumate_grpc.jobs.worker import Worker
from resumate_grpc.language_model.openai_compatible import Endpoint, open_language_model
from resumate_grpc.rpc.identity import LocalIdentity
from resumate_grpc.rpc.server import RpcServer
from resumate_grpc.rpc.server import serve as serve_rpcs
from resumate_grpc.rpc.tls import Tls
from resumate_grpc.sandbox.drawer import SandboxDrawer
from resumate_grpc.sandbox.lanes import SCAN_NICENESS, ScanLane, TextLane
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.pool import SandboxPool
from resumate_grpc.telemetry.listener import serve_metrics
from resumate_grpc.telemetry.queue_depth import keep_counting

__all__ = ["bridging", "metering", "serving", "taken_http_port", "working"]


@asynccontextmanager
async def working(
    settings: Settings, backend: Backend, *, stop: asyncio.Event, grace: Grace, instance: str = ""
) -> AsyncIterator[Worker]:
    """Parse what waits, until the block ends; then running parses have what is left of the grace time to finish.

    `instance` is in the name under which leases are held, so that its next start knows them.
    Sets `stop` should the worker end by itself; leaving the block then raises what ended it.
    """
    limits = Limits(wall_s=settings.parse_timeout_s, memory_bytes=settings.parse_memory_bytes)
    restarted = backend.metrics.worker_restarted
    scan_limits = replace(limits, niceness=SCAN_NICENESS)
    async with (
        SandboxPool(workers=settings.workers, limits=limits, on_restart=restarted) as texts,
        SandboxPool(workers=settings.ocr_workers, spares=0, limits=scan_limits, on_restart=restarted) as scans,
        _model(settings) as model,
    ):
        ports = AttemptPorts(
            queue=backend.store,
            files=backend.files,
            parser=TextLane(texts),
            scan_parser=ScanLane(scans),
            bus=backend.bus,
            estimator=backend.estimator,
            metrics=backend.metrics,
            traces=backend.tracing.resumes,
            clock=backend.clock,
            lease_s=settings.lease_s,
            max_attempts=settings.max_attempts,
            language_model=model,
        )
        worker = Worker(
            name=f"{socket.gethostname()}:{os.getpid()}" + (f"@{instance}" if instance else ""),
            slots=settings.workers,
            ocr_slots=settings.ocr_workers,
            ports=ports,
        )
        # No TaskGroup: it would wrap what the rest of the program raises, such as a refused setting.
        running = asyncio.create_task(worker.run(), name="worker")
        running.add_done_callback(lambda _: stop.set())
        try:
            yield worker
        finally:
            await worker.drain(grace_s=grace.left_s())
            await running


@asynccontextmanager
async def _model(settings: Settings) -> AsyncIterator[LanguageModel | None]:
    """Hold a language model until the block ends, where one is configured."""
    if not settings.ai_base_url:
        yield None
        return
    endpoint = Endpoint(
        base_url=settings.ai_base_url,
        model=settings.ai_model,
        api_key=settings.ai_api_key,
        timeout_s=settings.ai_timeout_s,
        max_output_tokens=settings.ai_max_output_tokens,
        max_input_characters=settings.ai_max_input_chars,
        concurrency=settings.ai_concurrency,
        daily_tokens=settings.ai_daily_tokens,
        ca=settings.ai_ca,
    )
    async with open_language_model(endpoint) as model:
        yield model


@asynccontextmanager
async def serving(
    settings: Settings, backend: Backend, *, poll_s: float, grace: Grace, private_socket: str = ""
) -> AsyncIterator[RpcServer]:
    """Serve gRPC until the block ends, then drain; `private_socket` is where this program's own bridge comes in."""
    tls = None
    if settings.tls_cert is not None and settings.tls_key is not None:
        tls = Tls(cert=settings.tls_cert, key=settings.tls_key, client_ca=settings.tls_client_ca)
    limits = Limits(wall_s=settings.parse_timeout_s, memory_bytes=settings.parse_memory_bytes)
    drawer = SandboxDrawer(limits=limits)
    resumes = Resumes(
        store=backend.store,
        files=backend.files,
        bus=backend.bus,
        estimator=backend.estimator,
        clock=backend.clock,
        metrics=backend.metrics,
        traces=backend.tracing.resumes,
        max_file_bytes=settings.max_file_bytes,
        max_queued=settings.max_queued,
        expire_after_s=settings.resume_retention.total_seconds() if settings.resume_retention else None,
    )
    watches = Watches(
        log=backend.store,
        bus=backend.bus,
        clock=backend.clock,
        metrics=backend.metrics,
        max_watches=settings.max_watches,
        poll_s=poll_s,
        stall_s=settings.watch_stall_s,
        line=Line(statistics=backend.store, clock=backend.clock),
    )
    async with (
        drawer,
        serve_rpcs(
            resumes=resumes,
            watches=watches,
            pages=Pages(store=backend.store, files=backend.files, drawer=drawer),
            listen=settings.grpc_listen,
            private_socket=private_socket,
            identity=LocalIdentity(),
            metrics=backend.metrics,
            traces=backend.tracing.rpcs,
            max_file_bytes=settings.max_file_bytes,
            tls=tls,
        ) as server,
    ):
        sweeping = asyncio.create_task(_sweeper(settings, backend, resumes).run(), name="sweeper")
        try:
            yield server
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)
            await server.drain(grace_s=grace.left_s())
            await resumes.settled()


def _sweeper(settings: Settings, backend: Backend, resumes: Resumes) -> Sweeper:
    return Sweeper(
        expiry=backend.store,
        files=backend.files,
        resumes=resumes,
        clock=backend.clock,
        retention=Retention(
            events=settings.event_retention, files=settings.file_retention, resumes=settings.resume_retention
        ),
    )


def taken_http_port(settings: Settings) -> socket.socket:
    """Bind the HTTP address before anything else is started. Raises `SettingsError` where it cannot."""
    address = read_address(settings.http_listen)
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {settings.http_listen}: {error.strerror}; end the program that has it "
            "(`ss -ltnp` or `lsof -i` tells which), or set RESUMATE_HTTP_LISTEN (--http-listen) to another"
        ) from error
    return listener


@asynccontextmanager
async def bridging(
    settings: Settings, listener: socket.socket, *, grpc_target: str, backend: Backend | None = None
) -> AsyncIterator[int]:
    """Serve page, HTTP and WebSockets on a bound socket until the block ends; yields the port."""
    config = BridgeConfig(
        # In gRPC's notation; a name stands for all of its addresses as it is.
        grpc_target=f"ipv4:{grpc_target}" if "," in grpc_target else grpc_target,
        tls=settings.grpc_target_ca is not None and not grpc_target.startswith("unix:"),
        tls_ca=settings.grpc_target_ca,
        allowed_hosts=settings.allowed_hosts,
        allowed_origins=settings.allowed_origins,
        max_file_bytes=settings.max_file_bytes,
    )
    app = create_app(config, metrics=backend.metrics.render if backend else None)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=settings.drain_grace_s)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield listener.getsockname()[1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _counting(backend: Backend) -> AsyncIterator[None]:
    """Keep the metrics' counts of résumés fresh until the block ends."""
    task = asyncio.create_task(keep_counting(backend.store, backend.metrics), name="counting")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def metering(settings: Settings, backend: Backend, *, stop: asyncio.Event) -> AsyncIterator[None]:
    """Count, and show metrics and health on an address of their own if one is set."""
    async with _counting(backend):
        if not settings.metrics_listen:
            yield
            return
        async with serve_metrics(backend.metrics, settings.metrics_listen, stopping=stop):
            yield
