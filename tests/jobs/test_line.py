"""The place in line that watchers are told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from resumate_grpc.jobs.line import REFRESH_S, Line
from resumate_grpc.jobs.updates import Beat, Occurred
from resumate_grpc.model.progress import State
from resumate_grpc.model.work import Target
from tests.jobs.conftest import OWNER, World, stream_of


class Queue:
    """A line that says how often it was read."""

    def __init__(self) -> None:
        self.waiting = [f"r{number}" for number in range(1, 1001)]
        self.readings = 0
        self.elapsed_s = 0.0

    async def places(self) -> Mapping[str, int]:
        await asyncio.sleep(0)
        self.readings += 1
        return {waits: place for place, waits in enumerate(self.waiting, start=1)}

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.elapsed_s


async def test_a_thousand_watchers_cost_one_reading_a_second() -> None:
    """However many ask in a second, the queue is read once; in the next second it is read again."""
    queue = Queue()
    line = Line(statistics=queue, clock=queue)  # type: ignore[arg-type] # enough of it
    for second in range(3):
        places = await asyncio.gather(*(line.place(f"r{number}") for number in range(1, 1001)))
        assert [place for place in places if place] == list(range(1, 1001 - second))
        assert queue.readings == second + 1
        queue.waiting.pop(0)
        queue.elapsed_s += REFRESH_S


@pytest.mark.slow
async def test_a_waiting_resume_is_told_its_place(world: World) -> None:
    """The first heartbeat bears the place, another comes when it has changed, and none once it is parsed."""
    first, second = await world.upload(), await world.upload()
    assert (first.queue_position, second.queue_position) == (1, 2)
    target = Target(owner=OWNER, resume_id=second.id)
    watch = stream_of(world, target, after=0, epoch="", follow=True, heartbeat_s=60)
    async with asyncio.timeout(10), aclosing(watch):
        event, beat = await anext(watch), await anext(watch)
        assert isinstance(event, Occurred)
        assert event.event.message == "Waiting for a worker; 1 is ahead"
        assert isinstance(beat, Beat)
        assert beat.queue_position == 2
        await world.resumes.cancel(OWNER, first.id)
        beat = await anext(watch)  # the heartbeat interval is far away
        assert isinstance(beat, Beat)
        assert (beat.queue_position, beat.sequence) == (1, 1)
        await world.resumes.cancel(OWNER, second.id)
        event = await anext(watch)
        assert isinstance(event, Occurred)
        assert event.event.state is State.CANCELLED
    got = await world.resumes.get(OWNER, second.id, with_parsed=False)
    assert got.queue_position == 0


async def test_the_place_goes_when_the_resume_is_taken_up(world: World) -> None:
    """A heartbeat of what is being parsed bears no place."""
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)
    await world.store.claim("worker", lease_s=60, max_attempts=3)
    watch = stream_of(world, target, after=0, epoch="", follow=True, heartbeat_s=60)
    async with asyncio.timeout(10), aclosing(watch):
        updates = [await anext(watch) for _ in range(3)]
    beat = updates[-1]
    assert isinstance(beat, Beat)
    assert beat.queue_position == 0
