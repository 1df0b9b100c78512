"""An HTTP listener of its own for metrics and health, for who keeps them off the public port and for workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from resumate_grpc.errors import SettingsError
from resumate_grpc.telemetry.metrics import CONTENT_TYPE, PrometheusMetrics

__all__ = ["serve_metrics"]


@asynccontextmanager
async def serve_metrics(metrics: PrometheusMetrics, listen: str, *, stopping: asyncio.Event) -> AsyncIterator[int]:
    """Answer `/metrics` and `/health` on `host:port` until the block ends; yields the port.

    Health is answered by the event loop that does the work: 200 while it turns, 503 from when it stops taking work.
    Raises `SettingsError` for a malformed address and for a taken port.
    """
    host, port = _address(listen)

    async def figures(_: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    async def health(_: web.Request) -> web.Response:
        is_stopping = stopping.is_set()
        return web.json_response({"status": "stopping" if is_stopping else "ok"}, status=503 if is_stopping else 200)

    app = web.Application()
    app.add_routes([web.get("/metrics", figures), web.get("/health", health)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except (OSError, UnicodeError) as error:
            raise SettingsError(
                f"RESUMATE_METRICS_LISTEN: cannot listen on {listen}: {error}; set it to another address, "
                "or leave it empty"
            ) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the last port
        raise SettingsError(f"RESUMATE_METRICS_LISTEN is {listen!r}; it must be host:port, such as 127.0.0.1:9090")
    return host.strip("[]"), int(port)
