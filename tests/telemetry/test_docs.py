"""The list of metrics for who runs the service."""

from __future__ import annotations

import re
from pathlib import Path

from resumate_grpc.telemetry.metrics import PrometheusMetrics

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_every_metric_is_documented() -> None:
    """The table has each metric that there is, and none that there is not."""
    kinds = {"counter": "_total", "histogram": "", "gauge": ""}
    metrics = {
        family.name + kinds[family.type]
        for family in PrometheusMetrics().registry.collect()
        if family.name.startswith("resumate_")
    }
    rows = re.findall(r"^\| `(resumate_\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) == metrics
    assert len(rows) == len(set(rows))
