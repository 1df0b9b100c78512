"""An own HTTP listener for the metrics, for who keeps them off the public port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import start_http_server

from resumate_grpc.errors import SettingsError
from resumate_grpc.telemetry.metrics import PrometheusMetrics

__all__ = ["serve_metrics"]


@asynccontextmanager
async def serve_metrics(metrics: PrometheusMetrics, listen: str) -> AsyncIterator[int]:
    """Answer scrapes on `host:port` until the block ends, in a thread; yields the port.

    Raises `SettingsError` for a malformed address and for a taken port.
    """
    host, port = _address(listen)
    try:
        server, thread = start_http_server(port, addr=host, registry=metrics.registry)
    except (OSError, UnicodeError) as error:
        raise SettingsError(
            f"RESUMATE_METRICS_LISTEN: cannot listen on {listen}: {error}; set it to another address, or leave it empty"
        ) from error
    try:
        yield server.server_address[1]
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        await asyncio.to_thread(thread.join)


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the last port
        raise SettingsError(f"RESUMATE_METRICS_LISTEN is {listen!r}; it must be host:port, such as 127.0.0.1:9090")
    return host.strip("[]"), int(port)
