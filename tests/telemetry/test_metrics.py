"""Prometheus metrics, as a scrape sees them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from contextlib import closing

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from resumate_grpc.errors import SettingsError
from resumate_grpc.model.progress import Stage, State
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import StageTimes
from resumate_grpc.telemetry.listener import serve_metrics
from resumate_grpc.telemetry.metrics import PrometheusMetrics
from resumate_grpc.telemetry.queue_depth import keep_counting


def samples(rendered: bytes) -> dict[str, float]:
    """Return the samples by name and labels, the labels in the order of their names."""
    found = {}
    for family in text_string_to_metric_families(rendered.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def test_what_is_told_is_shown() -> None:
    """Each thing that happens is counted under its labels."""
    metrics = PrometheusMetrics()
    metrics.rpc_ended("s/M", "OK", 0.02, streaming=False)
    metrics.rpc_ended("s/W", "CANCELLED", 300.0, streaming=True)
    metrics.stage_finished(Stage.NLP_PARSING, MediaType.PDF, 0.3)
    metrics.attempt_ended(State.FAILED, "CORRUPT_FILE")
    metrics.attempt_ended(State.SUCCEEDED, "")
    metrics.worker_restarted("timeout")
    metrics.watch_opened()
    metrics.watch_opened()
    metrics.watch_closed()
    metrics.resumes_counted({State.QUEUED: 7})
    found = samples(metrics.render())
    assert found["resumate_rpcs_total{code=OK,method=s/M}"] == 1
    assert found["resumate_rpcs_total{code=CANCELLED,method=s/W}"] == 1
    assert found["resumate_rpc_seconds_sum{method=s/M}"] == 0.02
    assert "resumate_rpc_seconds_sum{method=s/W}" not in found, "how long a watch was open is no latency"
    assert found["resumate_stage_seconds_bucket{le=0.5,media_type=pdf,stage=nlp_parsing}"] == 1
    assert found["resumate_stage_seconds_bucket{le=0.25,media_type=pdf,stage=nlp_parsing}"] == 0
    assert found["resumate_attempts_total{reason=CORRUPT_FILE,state=failed}"] == 1
    assert found["resumate_attempts_total{reason=,state=succeeded}"] == 1
    assert found["resumate_worker_restarts_total{cause=timeout}"] == 1
    assert found["resumate_open_watches{}"] == 1
    assert found["resumate_resumes{state=queued}"] == 7
    assert found["resumate_resumes{state=failed}"] == 0


def test_what_was_not_counted_is_not_zero() -> None:
    """Before the first count there is no queue depth, and a registry is nobody else's."""
    first, second = PrometheusMetrics(), PrometheusMetrics()
    first.attempt_ended(State.SUCCEEDED, "")
    assert not [name for name in samples(first.render()) if name.startswith("resumate_resumes")]
    assert not [name for name in samples(second.render()) if name.startswith("resumate_attempts_total")]


class Counting:
    """Statistics whose counts fail the second time."""

    def __init__(self) -> None:
        self.calls = 0

    async def stage_times(self, *, limit: int) -> Sequence[StageTimes]:
        return ()

    async def waiting_ahead(self, resume_id: str) -> int:
        return 0

    async def places(self) -> Mapping[str, int]:
        return {}

    async def counts(self, *, under_way: bool = False) -> Mapping[State, int]:
        self.calls += 1
        if self.calls == 2:
            raise OSError("disk full")
        ended = {} if under_way else {State.SUCCEEDED: self.calls}
        return {State.QUEUED: self.calls, **ended}


async def test_counting_goes_on() -> None:
    """Résumés are counted again and again, also after a count failed."""
    metrics, statistics = PrometheusMetrics(), Counting()
    task = asyncio.create_task(keep_counting(statistics, metrics, interval_s=0.001))  # type: ignore[arg-type]  # enough of it
    async with asyncio.timeout(5):
        while samples(metrics.render()).get("resumate_resumes{state=queued}", 0) < 3:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert statistics.calls >= 3


async def test_what_has_ended_is_counted_less_often() -> None:
    """Every twelfth time; in between the last count of it stands beside the newer ones."""
    metrics, statistics = PrometheusMetrics(), Counting()
    task = asyncio.create_task(keep_counting(statistics, metrics, interval_s=0.001))  # type: ignore[arg-type]  # as above
    seen: set[float] = set()
    async with asyncio.timeout(10):
        while len(seen) < 3:
            told = samples(metrics.render())
            seen.add(told.get("resumate_resumes{state=succeeded}", 0))
            assert told.get("resumate_resumes{state=queued}", 0) >= max(seen)
            await asyncio.sleep(0.0005)
    task.cancel()
    assert {number for number in seen if number} <= {1 + 12 * time for time in range(1000)}


async def test_a_listener_of_its_own() -> None:
    """Metrics and health are told on a port of their own, which is free again afterwards."""
    metrics, stopping = PrometheusMetrics(), asyncio.Event()
    metrics.watch_opened()
    async with serve_metrics(metrics, "127.0.0.1:0", stopping=stopping) as port, aiohttp.ClientSession() as client:
        address = f"127.0.0.1:{port}"
        async with client.get(f"http://{address}/metrics") as answer:
            assert samples(await answer.read())["resumate_open_watches{}"] == 1
        async with client.get(f"http://{address}/health") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "ok"})
        stopping.set()
        async with client.get(f"http://{address}/health") as answer:
            assert (answer.status, await answer.json()) == (503, {"status": "stopping"})
        with pytest.raises(SettingsError, match="RESUMATE_METRICS_LISTEN"):
            async with serve_metrics(metrics, address, stopping=stopping):
                pass
    with closing(socket.create_server(("127.0.0.1", port))):
        pass


@pytest.mark.parametrize(
    "listen", ["9090", ":9090", "127.0.0.1:", "127.0.0.1:port", "127.0.0.1:70000", "no.such.host.invalid:0"]
)
async def test_bad_addresses(listen: str) -> None:
    """An address that is none is refused by the name of its setting."""
    with pytest.raises(SettingsError, match="RESUMATE_METRICS_LISTEN"):
        async with serve_metrics(PrometheusMetrics(), listen, stopping=asyncio.Event()):
            pass
