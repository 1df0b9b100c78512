"""Dashboard and alarms: metrics, labels and values that there are, limits that are the settings', rules that ring."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from resumate_grpc._gen.resumate.v1 import resume_service_pb2
from resumate_grpc.config import SETTINGS
from resumate_grpc.errors import ErrorReason
from resumate_grpc.model.progress import Stage, State
from resumate_grpc.sandbox.verdict import Cause
from tests.conftest import missing
from tests.deploy.manifests import DEPLOY, environment, parts

pytestmark = pytest.mark.slow

METRICS = (DEPLOY.parent / "docs" / "metrics.md").read_text(encoding="utf-8")
OPERATIONS = DEPLOY.parent / "docs" / "operations.md"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = json.loads((DEPLOY / "grafana" / "resumate.json").read_text(encoding="utf-8"))
SERVICE = resume_service_pb2.DESCRIPTOR.services_by_name["ResumeService"]
VALUES: dict[str, set[str]] = {
    "state": {state.name.lower() for state in State},
    "resumate_database_connections.state": {"in_use", "limit"},
    "stage": {stage.name.lower() for stage in Stage},
    "code": {code.name for code in grpc.StatusCode},
    "reason": {reason.value for reason in ErrorReason},
    "cause": {cause.value for cause in Cause},
    "method": {f"{SERVICE.full_name}/{method.name}" for method in SERVICE.methods},
}


def rules() -> list[dict[str, Any]]:
    return [rule for group in parts(ALERTS)[0]["groups"] for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    """Yield where a query stands, and the query."""
    yield from ((f"alert {rule['alert']}", rule["expr"]) for rule in rules())
    for panel in DASHBOARD["panels"]:
        yield from ((f"panel {panel['title']}", target["expr"]) for target in panel["targets"])
    adapter = parts(DEPLOY / "prometheus" / "adapter.yaml")[0]
    yield from (("adapter", rule["metricsQuery"]) for rule in adapter["rules"]["external"])


def documented() -> dict[str, set[str]]:
    """Return the metrics of docs/metrics.md with their labels; a histogram by the names of its series."""
    found: dict[str, set[str]] = {}
    for name, kind, labels in re.findall(r"^\| `(resumate_\w+)` \| (\w+) \|([^|]*)\|", METRICS, re.MULTILINE):
        names = [f"{name}_{part}" for part in ("bucket", "sum", "count")] if kind == "histogram" else [name]
        found |= dict.fromkeys(names, {*re.findall(r"`(\w+)`", labels)} | {"instance", "le"})
    for name in re.findall(r"`(process_\w+)`", METRICS):
        found[name] = {"instance"}
    return found


QUERIES = list(expressions())


@pytest.mark.parametrize(("place", "query"), QUERIES, ids=[place for place, _ in QUERIES])
def test_queries_are_about_metrics_that_there_are(place: str, query: str) -> None:
    """Metrics are documented, their labels too, and what a label is compared with is a value that it can have."""
    known = documented()
    used = re.findall(r"\b((?:resumate|process)_\w+)(?:\{([^}]*)\})?", query)
    assert used, place
    for name, selector in used:
        assert name in known
        for label, operator, wanted in re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', selector):
            assert label in known[name]
            values = VALUES.get(f"{name}.{label}", VALUES[label])
            assert [value for value in values if re.fullmatch(wanted, value)], (label, wanted)
            if "~" in operator and "*" not in wanted:
                assert set(wanted.split("|")) <= values
    for labels in re.findall(r"\bby \(([^)]*)\)", query):
        assert {label.strip() for label in labels.split(",")} <= set.union(*(known[name] for name, _ in used))


def test_every_metric_is_on_the_dashboard() -> None:
    """What is worth documenting is worth a look; a dashboard has one panel a title and nothing that overlaps."""
    shown = " ".join(query for place, query in QUERIES if place.startswith("panel"))
    bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in documented()}
    assert {name for name in bare if name not in shown} == set()
    assert len({panel["title"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_alarms_ring_before_the_limits_of_the_settings() -> None:
    """The alarms on queue and watches stand below what the manifests set, and not far below."""
    limits = {"ResumateQueueLong": "RESUMATE_MAX_QUEUED", "ResumateWatchesNearLimit": "RESUMATE_MAX_WATCHES"}
    for rule in rules():
        if rule["alert"] in limits:
            threshold = float(rule["expr"].rpartition(">")[2])
            limit = float(environment("server")[limits[rule["alert"]]])
            assert 0.5 * limit <= threshold < limit


def test_alarms_by_promtool() -> None:
    """Prometheus itself finds the rules well formed, and they ring when they should and not otherwise."""
    promtool = shutil.which("promtool")
    if promtool is None:
        missing("promtool (Debian: prometheus)")
    for arguments in (["check", "rules", str(ALERTS)], ["test", "rules", str(Path(__file__).parent / "alarms.yaml")]):
        told = subprocess.run([promtool, *arguments], capture_output=True, text=True, timeout=60, check=False)
        assert told.returncode == 0, told.stdout + told.stderr


def test_operations_say_what_each_alarm_means() -> None:
    """docs/operations.md has one row for every alarm, and none for one that there is not."""
    rows = re.findall(r"^\| `(Resumate\w+)` \|", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(rule["alert"] for rule in rules())


def test_operations_name_settings_and_metrics_that_there_are() -> None:
    """What whoever runs it is told to set or to look at exists."""
    text = OPERATIONS.read_text(encoding="utf-8")
    assert set(re.findall(r"RESUMATE_[A-Z_]+[A-Z]", text)) <= {described.env for described in SETTINGS}
    assert set(re.findall(r"\bresumate_\w+", text)) <= set(documented())
