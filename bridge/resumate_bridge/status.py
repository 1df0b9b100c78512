"""`/health`, `/ws/status` and `/metrics`: for whoever runs the bridge."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4 as METRICS_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from resumate_bridge.answers import answer
from resumate_bridge.context import Bridge, bridge_of
from resumate_bridge.refusal import Refusal

__all__ = ["EXTRA_METRICS", "health", "metrics", "socket_status"]

EXTRA_METRICS: web.AppKey[Callable[[], bytes]] = web.AppKey("extra_metrics", Callable[[], bytes])  # type: ignore[arg-type]


async def health(request: web.Request) -> web.Response:
    """Answer 200 while the server takes calls, else 503: the bridge alone can do nothing."""
    try:
        is_serving = await bridge_of(request).upstream.is_serving()
        server = "serving" if is_serving else "not_serving"
    except Refusal as refusal:
        is_serving, server = False, refusal.code.lower()
    return answer(
        {"status": "ok" if is_serving else "unavailable", "server": server}, status=200 if is_serving else 503
    )


async def socket_status(request: web.Request) -> web.Response:
    """Answer how many sockets are open and how many upstream watches feed them."""
    bridge = bridge_of(request)
    return answer(
        {
            "open_sockets": len(bridge.activity.sockets),
            "upstream_watches": len(bridge.relays),
            "frames_sent": bridge.activity.frames_sent,
            "max_sockets": bridge.config.max_sockets,
            "max_file_bytes": bridge.config.max_file_bytes,
        }
    )


async def metrics(request: web.Request) -> web.Response:
    """Answer the bridge's figures, and those of whoever runs it in one process, as Prometheus text."""
    registry = CollectorRegistry()
    registry.register(_Figures(bridge_of(request)))
    extra = request.app.get(EXTRA_METRICS)
    body = generate_latest(registry) + (extra() if extra else b"")
    return web.Response(body=body, headers={"Content-Type": METRICS_TYPE})


class _Figures(Collector):
    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def collect(self) -> list[Metric]:
        activity = self._bridge.activity
        return [
            GaugeMetricFamily("resumate_bridge_open_sockets", "WebSockets open now.", len(activity.sockets)),
            GaugeMetricFamily(
                "resumate_bridge_upstream_watches", "Watches open at the server now.", len(self._bridge.relays)
            ),
            CounterMetricFamily("resumate_bridge_frames_sent", "Frames sent to browsers.", activity.frames_sent),
            CounterMetricFamily("resumate_bridge_uploads", "Uploads accepted.", activity.uploads),
            CounterMetricFamily("resumate_bridge_refusals", "HTTP requests refused.", activity.refusals),
        ]
