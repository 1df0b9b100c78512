"""What every role but the bridge stands on: database, bus and files, as the settings' URLs say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.bus import open_bus
from resumate_grpc.config import Settings
from resumate_grpc.files import ObjectFileStore
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.ports import Clock, EventBus, FileStore
from resumate_grpc.store import SqlStore
from resumate_grpc.telemetry.metrics import PrometheusMetrics
from resumate_grpc.telemetry.tracing import Tracing, open_tracing

__all__ = ["Backend", "open_backend"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """Everything open; `store` is four ports in one."""

    store: SqlStore
    files: FileStore
    bus: EventBus
    clock: Clock
    metrics: PrometheusMetrics
    tracing: Tracing
    estimator: Estimator


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncIterator[Backend]:
    """Open all, the database migrated first; raises `SettingsError` where a URL is not to be had."""
    clock, metrics = SystemClock(), PrometheusMetrics()
    async with (
        open_tracing() as tracing,
        SqlStore.open(settings.database_url, clock=clock, connections=settings.database_connections) as store,
        ObjectFileStore.open(settings.files_url, holds=store) as files,
        open_bus(settings.bus_url, metrics=metrics) as bus,
    ):
        metrics.watch_pool(store.pool)
        yield Backend(
            store=store,
            files=files,
            bus=bus,
            clock=clock,
            metrics=metrics,
            tracing=tracing,
            estimator=Estimator(
                statistics=store, clock=clock, workers=settings.workers, ocr_workers=settings.ocr_workers
            ),
        )
