"""The contract of `EventBus`, over the bus of one process and over two processes' buses and a broker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from resumate_grpc.bus import open_bus
from resumate_grpc.errors import ErrorReason
from resumate_grpc.jobs.ports import WORK, EventBus, Notice, Removed, Stopped, WorkAvailable
from resumate_grpc.model.progress import ParseFailure, ProgressEvent, Stage, State
from resumate_grpc.model.work import Target
from resumate_grpc.telemetry.metrics import PrometheusMetrics
from tests.bus.brokers import Broker

OWNER = "José ⟨any name⟩ *.>"
EVENT = ProgressEvent(
    resume_id="r",
    owner=OWNER,
    batch_id="b",
    sequence=7,
    feed_sequence=9,
    attempt=2,
    stage=Stage.ERROR,
    stage_percent=40,
    percent=60,
    message="Damaged",
    state=State.FAILED,
    create_time=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    digest=bytes(range(32)),
    estimated_remaining_s=1.5,
    error=ParseFailure(
        reason=ErrorReason.CORRUPT_FILE, message="damaged", stage=Stage.TEXT_EXTRACTION, retryable=False
    ),
)
REMOVED = Removed(owner=OWNER, resume_id="r", batch_id="b")
STOPPED = Stopped(owner=OWNER, resume_id="r")
NOTICES: list[Notice] = [WorkAvailable(), STOPPED, EVENT, REMOVED]
HEARD: list[tuple[Target, list[Notice]]] = [
    (WORK, [WorkAvailable(), STOPPED, REMOVED]),
    (Target(owner=OWNER), [EVENT, REMOVED]),
    (Target(owner=OWNER, resume_id="r"), [STOPPED, EVENT, REMOVED]),
    (Target(owner=OWNER, batch_id="b"), [EVENT, REMOVED]),
    (Target(owner=OWNER, batch_id="c"), []),
    (Target(owner="other", resume_id="r"), []),
]


@dataclass
class Pair:
    """Where notices are published, and where they are heard: the same bus, or two that share a broker."""

    here: EventBus
    there: EventBus

    async def linked(self) -> None:
        """Wait until what is published here is heard there."""
        heard = asyncio.Event()
        target = Target(owner="link test", resume_id="link test")
        leave = self.there.subscribe(target, lambda _: heard.set())
        async with asyncio.timeout(10):
            while not heard.is_set():
                self.here.publish(replace(EVENT, owner=target.owner, resume_id=target.resume_id))
                await asyncio.sleep(0.02)
        leave()


@pytest.fixture(params=["in process", "nats", "redis"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    if request.param == "in process":
        async with open_bus("memory://", metrics=PrometheusMetrics()) as bus:
            yield Pair(here=bus, there=bus)
        return
    broker: Broker = request.getfixturevalue(request.param)
    async with AsyncExitStack() as stack:
        url = f"{broker.url}?prefix=contract"
        here, there = [await stack.enter_async_context(open_bus(url, metrics=PrometheusMetrics())) for _ in "ab"]
        both = Pair(here=here, there=there)
        await both.linked()
        yield both


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what a broker brings in its own time."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.005)


async def test_a_topic_hears_what_is_its_own(pair: Pair) -> None:
    """A listener gets the notices of its topic whole and in order, and those of no other owner or batch."""
    got: dict[Target, list[Notice]] = {topic: [] for topic, _ in HEARD}
    for topic, heard in got.items():
        pair.there.subscribe(topic, heard.append)
    await pair.linked()
    for notice in NOTICES:
        pair.here.publish(notice)
    await until(lambda: all(len(got[topic]) >= len(heard) for topic, heard in HEARD))
    assert got == dict(HEARD)


async def test_nobody_hears_after_leaving(pair: Pair) -> None:
    """Who left hears no more; who listens to the same topic beside them does; leaving twice is leaving once."""
    left: list[Notice] = []
    stayed: list[Notice] = []
    topic = Target(owner=OWNER, resume_id="r")
    leave = pair.there.subscribe(topic, left.append)
    pair.there.subscribe(topic, stayed.append)
    leave()
    leave()
    await pair.linked()
    pair.here.publish(STOPPED)
    await until(lambda: bool(stayed))
    assert (left, stayed) == ([], [STOPPED])


async def test_listeners_hear_what_is_published_beside_them_once(pair: Pair) -> None:
    """A process hears its own notices at once, and not again from the broker."""
    got: list[Notice] = []
    pair.here.subscribe(WORK, got.append)
    await pair.linked()
    pair.here.publish(WorkAvailable())
    assert got == [WorkAvailable()]
    await pair.linked()  # long enough for a copy to come back
    assert got == [WorkAvailable()]


async def test_a_failing_listener_harms_no_other(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """Publishing never raises; the failure is logged."""
    got: list[Notice] = []

    def fail(notice: Notice) -> None:
        raise ValueError(notice)

    pair.there.subscribe(WORK, fail)
    pair.there.subscribe(WORK, got.append)
    await pair.linked()
    with caplog.at_level(logging.ERROR):
        pair.here.publish(WorkAvailable())
        await until(lambda: got == [WorkAvailable()])
    assert "listener failed" in caplog.text


async def test_many_notices_come_in_order(pair: Pair) -> None:
    """A thousand notices in a row arrive whole and in order over a healthy broker."""
    got: list[str] = []
    pair.there.subscribe(Target(owner=OWNER), lambda notice: got.append(getattr(notice, "resume_id", "")))
    await pair.linked()
    sent = [f"{number}" for number in range(1000)]
    for number in sent:
        pair.here.publish(Removed(owner=OWNER, resume_id=number, batch_id=""))
    await until(lambda: len(got) == len(sent))
    assert got == sent
