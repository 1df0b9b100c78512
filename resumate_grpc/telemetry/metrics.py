"""Prometheus metrics, in a registry of their own. `docs/metrics.md` lists them; a test compares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from resumate_grpc.model.progress import Stage, State
from resumate_grpc.model.resume import MediaType

__all__ = ["CONTENT_TYPE", "PrometheusMetrics"]

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
RPC_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STAGE_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


# Beside each series of a counter or histogram a gauge with its birthday: half the text of a scrape, of no use here.
disable_created_metrics()  # type: ignore[no-untyped-call]


class PrometheusMetrics:
    """The adapter of `jobs.ports.Metrics` and of the edge's `RpcMetrics`; cheap enough for every rpc."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._rpcs = Counter("resumate_rpcs", "rpcs that ended", ["method", "code"], registry=self.registry)
        self._rpc_seconds = Histogram(
            "resumate_rpc_seconds",
            "Time from an rpc's begin to its end; streaming answers are not in it",
            ["method"],
            buckets=RPC_BUCKETS_S,
            registry=self.registry,
        )
        self._stage_seconds = Histogram(
            "resumate_stage_seconds",
            "Time that a stage of an attempt took",
            ["stage", "media_type"],
            buckets=STAGE_BUCKETS_S,
            registry=self.registry,
        )
        self._attempts = Counter(
            "resumate_attempts", "Attempts that ended", ["state", "reason"], registry=self.registry
        )
        self._watches = Gauge("resumate_open_watches", "Watches that are open", registry=self.registry)
        self._restarts = Counter(
            "resumate_worker_restarts", "Worker processes that were replaced", ["cause"], registry=self.registry
        )
        self._bus_linked = Gauge(
            "resumate_bus_connected", "Whether the bus's broker is reached", registry=self.registry
        )
        self._bus_linked.set(1)  # a bus within this process
        self._bus_dropped = Counter(
            "resumate_bus_dropped_notices", "Notices that the bus did not send", registry=self.registry
        )
        self._resumes = _Resumes()
        self.registry.register(self._resumes)
        self._pool = _Pool()
        self.registry.register(self._pool)
        ProcessCollector(registry=self.registry)

    def rpc_ended(self, method: str, code: str, seconds: float, *, streaming: bool) -> None:
        """Note an rpc's end; see `RpcMetrics`."""
        self._rpcs.labels(method, code).inc()
        if not streaming:
            self._rpc_seconds.labels(method).observe(seconds)

    def stage_finished(self, stage: Stage, media_type: MediaType, seconds: float) -> None:
        """Note how long a stage of an attempt took."""
        self._stage_seconds.labels(stage.name.lower(), media_type.name.lower()).observe(seconds)

    def attempt_ended(self, state: State, reason: str) -> None:
        """Note an ending; `reason` is the `ErrorReason` name of a failure, else empty."""
        self._attempts.labels(state.name.lower(), reason).inc()

    def watch_opened(self) -> None:
        """Note that a watch began."""
        self._watches.inc()

    def watch_closed(self) -> None:
        """Note that a watch ended, however it did."""
        self._watches.dec()

    def worker_restarted(self, cause: str) -> None:
        """Note that a worker process was replaced; `cause` is one of the sandbox's few words for why."""
        self._restarts.labels(cause).inc()

    def watch_pool(self, figures: Callable[[], PoolFigures | None]) -> None:
        """Show at each scrape what a pool of database connections tells; None = there is none."""
        self._pool.figures = figures

    def bus_linked(self, *, linked: bool) -> None:
        """Note whether the bus's broker is reached; see `BusMetrics`."""
        self._bus_linked.set(linked)

    def bus_dropped(self) -> None:
        """Note that a notice was not sent to other processes."""
        self._bus_dropped.inc()

    def resumes_counted(self, counts: Mapping[State, int]) -> None:
        """Keep how many résumés are in each of these states, for the scrapes until the next count."""
        self._resumes.counts = {**self._resumes.counts, **counts}

    def render(self) -> bytes:
        """Return everything in Prometheus's text format, of media type `CONTENT_TYPE`."""
        return generate_latest(self.registry)


class PoolFigures(Protocol):
    """Connections to the database: how many are in use, and how many there may be."""

    @property
    def in_use(self) -> int:
        """Those that a transaction has at this moment."""
        ...

    @property
    def limit(self) -> int:
        """The setting."""
        ...


class _Pool(Collector):
    """Connections to the database, by state; absent where there is no pool."""

    def __init__(self) -> None:
        self.figures: Callable[[], PoolFigures | None] = lambda: None

    def collect(self) -> Iterator[Metric]:
        """Yield the gauge."""
        gauge = next(iter(self.describe()))
        figures = self.figures()
        if figures is not None:
            gauge.add_sample(gauge.name, {"state": "in_use"}, figures.in_use)
            gauge.add_sample(gauge.name, {"state": "limit"}, figures.limit)
        yield gauge

    def describe(self) -> Iterable[Metric]:
        """Name what `collect` yields, so that registering does not call it."""
        documentation = "Connections to the database: in use, and how many there may be"
        return [GaugeMetricFamily("resumate_database_connections", documentation, labels=["state"])]


class _Resumes(Collector):
    """Résumés by state, as last counted; absent until they were, so that 0 is never a guess."""

    def __init__(self) -> None:
        self.counts: Mapping[State, int] = {}

    def collect(self) -> Iterator[Metric]:
        """Yield the gauge."""
        gauge = GaugeMetricFamily("resumate_resumes", "Résumés by state; queued is the queue's depth", labels=["state"])
        counts = self.counts
        for state in State if counts else ():
            gauge.add_metric([state.name.lower()], counts.get(state, 0))
        yield gauge

    def describe(self) -> Iterable[Metric]:
        """Name what `collect` yields, so that registering does not call it."""
        return [GaugeMetricFamily("resumate_resumes", "Résumés by state; queued is the queue's depth")]
