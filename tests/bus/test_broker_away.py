"""A broker that is away, comes, goes and comes back; and URLs that are none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.request import urlopen

import pytest

from resumate_grpc.bus import network, open_bus
from resumate_grpc.bus.wire import decode, encode
from resumate_grpc.errors import SettingsError
from resumate_grpc.jobs.ports import WORK, Notice, WorkAvailable
from resumate_grpc.model.work import Target
from resumate_grpc.telemetry.metrics import PrometheusMetrics
from tests.bus.brokers import Broker, free_port, nats_server, redis_server
from tests.bus.test_event_bus import EVENT, STOPPED, Pair, until

pytestmark = pytest.mark.slow

Start = Callable[..., AbstractContextManager[Broker]]


@pytest.fixture(params=[nats_server, redis_server])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A broker that may be killed."""
    start: Start = request.param
    with start(tmp_path) as started:
        yield started


def connected(metrics: PrometheusMetrics) -> bool:
    return metrics.registry.get_sample_value("resumate_bus_connected") == 1


def dropped(metrics: PrometheusMetrics) -> float:
    return metrics.registry.get_sample_value("resumate_bus_dropped_notices_total") or 0


async def test_a_broker_goes_and_comes_back(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    """Without it publishing goes on and is heard within the process; when it is back, so are all subscriptions."""
    metrics, others = PrometheusMetrics(), PrometheusMetrics()
    got: list[Notice] = []
    async with open_bus(broker.url, metrics=metrics) as here, open_bus(broker.url, metrics=others) as there:
        both = Pair(here=here, there=there)
        there.subscribe(WORK, got.append)
        await both.linked()
        broker.kill()
        await until(lambda: not connected(metrics) and not connected(others))
        near: list[Notice] = []
        before = dropped(metrics)
        here.subscribe(WORK, near.append)
        here.publish(WorkAvailable())
        assert (near, got, dropped(metrics)) == ([WorkAvailable()], [], before + 1)
        broker.start()
        await until(lambda: connected(metrics) and connected(others))
        await both.linked()
        here.publish(WorkAvailable())
        await until(lambda: got == [WorkAvailable()])
    assert "the bus is away" in caplog.text


async def test_a_broker_that_comes_late(broker: Broker) -> None:
    """A program starts without its broker, and finds it once it is there."""
    broker.kill()
    metrics = PrometheusMetrics()
    async with open_bus(broker.url, metrics=metrics):
        await asyncio.sleep(0.05)
        assert not connected(metrics)
        broker.start()
        await until(lambda: connected(metrics))


async def test_what_waits_is_bounded(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notices that the broker does not take in time are dropped and counted, not kept."""
    monkeypatch.setattr(network, "OUTBOX_LIMIT", 10)
    metrics = PrometheusMetrics()
    async with open_bus(broker.url, metrics=metrics) as bus:
        await until(lambda: connected(metrics))
        for _ in range(25):  # without a moment for the broker in between
            bus.publish(WorkAvailable())
        assert dropped(metrics) == 15


async def test_the_last_words_are_said(broker: Broker) -> None:
    """What was published just before the end is sent."""
    got: list[Notice] = []
    async with open_bus(broker.url, metrics=PrometheusMetrics()) as there:
        there.subscribe(WORK, got.append)
        metrics = PrometheusMetrics()
        async with open_bus(broker.url, metrics=metrics) as here:
            await Pair(here=here, there=there).linked()
            here.publish(WorkAvailable())
        await until(lambda: got == [WorkAvailable()])


async def test_only_watched_owners_are_listened_to(tmp_path: Path) -> None:
    """A process hears of an owner only while somebody here listens to one of that owner's topics."""
    monitor = free_port()
    with nats_server(tmp_path, "--http_port", str(monitor)) as broker:

        def listened_to() -> int:
            with urlopen(f"http://127.0.0.1:{monitor}/connz?subs=1", timeout=5) as answer:
                connections = json.load(answer)["connections"]
            return sum(len(connection.get("subscriptions_list", [])) for connection in connections)

        async with open_bus(broker.url, metrics=PrometheusMetrics()) as bus:
            leaving = [bus.subscribe(Target(owner="one", resume_id=name), lambda _: None) for name in "abc"]
            await until(lambda: listened_to() == 1)
            for leave in leaving:
                leave()
            await until(lambda: listened_to() == 0)


def test_a_notice_survives_the_wire() -> None:
    """Each kind comes back as it was, with the process that it is of."""
    for notice in (EVENT, STOPPED, WorkAvailable()):
        assert decode(encode(notice, origin=b"me")) == (b"me", notice)


@pytest.mark.parametrize(
    "payload", [b"", b"\xc1", b"\x90", encode(EVENT, origin=b"x")[:-5], b"\x94\x02\xc4\x01x\xa1q\xc0"]
)
def test_what_is_not_understood_is_left(payload: bytes) -> None:
    """Noise, halves and other versions' messages are no notices, and no errors."""
    assert decode(payload) is None


async def test_a_password_is_needed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Credentials of the URL are used; without them the log says what the broker said, but no password."""
    metrics = PrometheusMetrics()
    with redis_server(tmp_path, "--requirepass", "s3cret") as broker:
        async with open_bus(broker.url.replace("//", "//:s3cret@"), metrics=metrics):
            await until(lambda: connected(metrics))
        async with open_bus(broker.url.replace("//", "//:wr0ng@"), metrics=PrometheusMetrics()):
            await until(lambda: "the bus is away" in caplog.text)
    with nats_server(tmp_path, "--user", "ada", "--pass", "s3cret") as broker:
        async with open_bus(broker.url.replace("//", "//ada:s3cret@"), metrics=metrics):
            await until(lambda: connected(metrics))
        caplog.clear()
        async with open_bus(broker.url.replace("//", "//ada:wr0ng@"), metrics=PrometheusMetrics()):
            await until(lambda: "the bus is away" in caplog.text)
    assert "s3cret" not in caplog.text
    assert "wr0ng" not in caplog.text


@pytest.mark.parametrize(
    "url",
    ["pigeon://x", "nats://", "nats://x?colour=red", "tls://x?ca=/nowhere", "redis://x?socket_timeout=soon"],
)
async def test_urls_that_are_none(url: str) -> None:
    """The refusal names the setting and what it may be."""
    with pytest.raises(SettingsError, match="RESUMATE_BUS_URL"):
        async with open_bus(url, metrics=PrometheusMetrics()):
            pass
