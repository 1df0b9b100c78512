"""The list of metrics for who runs the service."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer
from resumate_bridge import BridgeConfig
from resumate_bridge.app import create_app

from resumate_grpc.telemetry.metrics import PrometheusMetrics

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"


async def test_every_metric_is_documented() -> None:
    """The table has each metric that there is, the bridge's too, and none that there is not."""
    app = create_app(BridgeConfig(grpc_target="127.0.0.1:1"), metrics=PrometheusMetrics().render)
    async with TestClient(TestServer(app)) as client:
        scraped = await (await client.get("/metrics")).text()
    metrics = set(re.findall(r"^# TYPE (resumate_\w+)", scraped, re.MULTILINE))
    rows = re.findall(r"^\| `(resumate_\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) == metrics
    assert len(rows) == len(set(rows))
