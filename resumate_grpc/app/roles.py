"""The programs: everything in one, or one role each."""

from __future__ import annotations

import asyncio
import logging
import math
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

from resumate_grpc import __version__, failpoints
from resumate_grpc.app.backend import Backend, open_backend
from resumate_grpc.app.data_dir import held_data_dir, instance_of, prepared_data_dir
from resumate_grpc.app.grace import Grace
from resumate_grpc.app.greeting import greeting
from resumate_grpc.app.parts import bridging, metering, serving, taken_http_port, working
from resumate_grpc.app.signals import stop_signals
from resumate_grpc.config import Settings
from resumate_grpc.rpc.call import log_fields
from resumate_grpc.store import migrate as migrate_database
from resumate_grpc.store import shown
from resumate_grpc.telemetry.logs import configure_logs

__all__ = ["migrate", "run_bridge", "run_server", "run_worker", "serve"]

logger = logging.getLogger(__name__)

POLL_BESIDE_OTHER_PROCESSES_S = 1.0
"""What a bus carries may be lost, and all of it if there is none: a server that is not all there is looks into the log
this often."""


async def serve(settings: Settings) -> None:
    """Run gRPC server, workers, bridge and page in one process until SIGINT or SIGTERM. Raises `SettingsError`."""
    with stop_signals() as stop:
        async with AsyncExitStack() as stack:
            listener = stack.enter_context(taken_http_port(settings))
            backend = await _opened(stack, settings, shared=False, stop=stop)
            grace = Grace(settings.drain_grace_s, clock=backend.clock)
            # Nobody else has this directory, so whoever held a lease is dead: no need to wait until it runs out.
            # A database that others may use has theirs too.
            instance = instance_of(settings.data_dir) if backend.store.shared else ""
            await backend.store.void_leases(instance)
            working_here = working(settings, backend, stop=stop, grace=grace, instance=instance)
            worker = await stack.enter_async_context(working_here)
            poll_s = POLL_BESIDE_OTHER_PROCESSES_S if backend.store.shared else math.inf
            private_socket = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="resumate-"))) / "grpc"
            server = await stack.enter_async_context(
                serving(settings, backend, poll_s=poll_s, grace=grace, private_socket=str(private_socket))
            )
            port = await stack.enter_async_context(
                bridging(settings, listener, grpc_target=f"unix:{private_socket}", backend=backend)
            )
            _say(greeting(settings, grpc_port=server.port, http_port=port))
            await stop.wait()
            grace.left_s()  # from now on, for bridge, server and worker together
            # At once, and not when bridge and server, which are closed before the worker, have ended their calls.
            worker.stop_claiming()
            await server.step_back()
            _say("Stopping; running parses have a moment to finish. Ctrl-C again ends at once.")


async def run_server(settings: Settings) -> None:
    """Run the gRPC server alone until SIGINT or SIGTERM. Raises `SettingsError`."""
    with stop_signals() as stop:
        async with AsyncExitStack() as stack:
            backend = await _opened(stack, settings, shared=True, stop=stop)
            grace = Grace(settings.drain_grace_s, clock=backend.clock)
            server = await stack.enter_async_context(
                serving(settings, backend, poll_s=POLL_BESIDE_OTHER_PROCESSES_S, grace=grace)
            )
            _say(f"gRPC on {_with_port(settings.grpc_listen, server.port)}; start `resumate worker` to parse")
            await stop.wait()


async def run_worker(settings: Settings) -> None:
    """Run workers alone until SIGINT or SIGTERM. Raises `SettingsError`."""
    with stop_signals() as stop:
        async with AsyncExitStack() as stack:
            backend = await _opened(stack, settings, shared=True, stop=stop)
            grace = Grace(settings.drain_grace_s, clock=backend.clock)
            await stack.enter_async_context(working(settings, backend, stop=stop, grace=grace))
            _say(f"{settings.workers} worker(s) on {shown(settings.database_url)}")
            await stop.wait()


async def run_bridge(settings: Settings) -> None:
    """Run page, HTTP and WebSockets alone, as a client of a gRPC server. Raises `SettingsError`."""
    _log(settings)
    with stop_signals() as stop:
        async with AsyncExitStack() as stack:
            listener = stack.enter_context(taken_http_port(settings))
            target = settings.grpc_target or settings.grpc_listen
            port = await stack.enter_async_context(bridging(settings, listener, grpc_target=target))
            _say(f"Page and bridge on http://{_with_port(settings.http_listen, port)}, for the server {target}")
            await stop.wait()


async def migrate(settings: Settings, *, restored: bool = False) -> None:
    """Bring the database to this version's schema, after a restore with a new epoch. Raises `SettingsError`.

    After a restore nobody may be at work in this data directory: who runs keeps the epoch that it began with.
    """
    with ExitStack() as stack:
        if restored:
            stack.enter_context(held_data_dir(settings.data_dir, shared=False))
        prepared_data_dir(settings.data_dir)
        migrated = await asyncio.to_thread(migrate_database, settings.database_url, restored=restored)
    url = shown(settings.database_url)
    if migrated.before == migrated.after:
        _say(f"{url} is at revision {migrated.after} already")
    else:
        _say(f"{url}: {migrated.before or 'new'} → {migrated.after}")
    if migrated.epoch:
        _say(
            f"The log's epoch is {migrated.epoch} from now on: who comes back with the one before is told "
            "EPOCH_MISMATCH and watches from the start.\n"
            "Start servers and workers only now; one that runs still tells the one before."
        )


async def _opened(stack: AsyncExitStack, settings: Settings, *, shared: bool, stop: asyncio.Event) -> Backend:
    _log(settings)
    stack.enter_context(held_data_dir(settings.data_dir, shared=shared))
    backend = await stack.enter_async_context(open_backend(settings))
    await stack.enter_async_context(_told())
    await stack.enter_async_context(metering(settings, backend, stop=stop))
    return backend


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    logger.info("started", extra={"version": __version__})
    try:
        yield
    finally:
        logger.info("stopped")


def _log(settings: Settings) -> None:
    configure_logs(log_format=settings.log_format, level=settings.log_level, context=log_fields)
    if failpoints.armed():
        logger.warning(
            "failpoints are armed: this process fails on purpose; unless it is a test, unset RESUMATE_FAILPOINTS",
            extra={"failpoints": ", ".join(failpoints.armed())},
        )


def _with_port(listen: str, port: int) -> str:
    return f"{listen.rpartition(':')[0]}:{port}"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what whoever started the program reads
