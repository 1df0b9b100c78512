"""The bus of a URL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from resumate_grpc.bus.in_process import InProcessBus
from resumate_grpc.bus.network import BusMetrics, NetworkBus
from resumate_grpc.errors import SettingsError
from resumate_grpc.jobs.ports import EventBus

__all__ = ["open_bus"]


@asynccontextmanager
async def open_bus(url: str, *, metrics: BusMetrics) -> AsyncIterator[EventBus]:
    """Open the bus of a URL until the block ends: `memory://`, `nats://…`, `tls://…` (NATS), `redis://…`, `rediss://…`.

    A broker that is away is no error: everything goes on, more slowly. Raises `SettingsError` for another URL.
    """
    scheme = url.partition(":")[0]
    if scheme == "memory":
        yield InProcessBus()
    elif scheme in {"nats", "tls"}:
        from resumate_grpc.bus.nats_bus import NatsBroker  # noqa: PLC0415 - a client library costs its import

        async with NetworkBus.open(NatsBroker(url).connect, metrics=metrics) as bus:
            yield bus
    elif scheme in {"redis", "rediss"}:
        from resumate_grpc.bus.redis_bus import RedisBroker  # noqa: PLC0415 - likewise

        async with NetworkBus.open(RedisBroker(url).connect, metrics=metrics) as bus:
            yield bus
    else:
        raise SettingsError(f"RESUMATE_BUS_URL (--bus-url) has the scheme {scheme!r}; there are memory, nats and redis")
