"""What all watches of an owner share: the log is read once for all of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.errors import ResumeNotFoundError
from resumate_grpc.jobs.ports import Notice
from resumate_grpc.jobs.updates import Beat, Occurred, Update
from resumate_grpc.jobs.watch import Watches
from resumate_grpc.model.work import Target
from tests.jobs.conftest import OWNER, World


@pytest.fixture
def readings(world: World, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how often the log is asked for something."""
    counted: Counter[str] = Counter()

    def counting(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*arguments: Any, **named: Any) -> Any:
            counted[name] += 1
            return await method(*arguments, **named)

        return call

    for name in ("bounds", "history", "pages"):
        monkeypatch.setattr(world.store, name, counting(name, getattr(world.store, name)))
    return counted


class Onlooker:
    """Watches until it is let go, and keeps what it sees."""

    def __init__(self, watches: Watches, target: Target, *, heartbeat_s: float = 15.0) -> None:
        self.seen: list[Update] = []
        self.task = asyncio.create_task(self._watch(watches, target, heartbeat_s))

    @property
    def numbers(self) -> list[int]:
        return [update.event.feed_sequence for update in self.seen if isinstance(update, Occurred)]

    async def _watch(self, watches: Watches, target: Target, heartbeat_s: float) -> None:
        async with watches.watch(target, after=0, epoch="", follow=True, heartbeat_s=heartbeat_s) as watcher:
            while updates := await watcher.next():
                self.seen += updates

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


def lose(notice: Notice) -> None:
    """Publish as a bus that is down does."""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.005)


async def test_the_same_question_is_asked_once(world: World, readings: Counter[str]) -> None:
    """Fifty watches of one résumé that open together cost one reading of its history."""
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)
    onlookers = [Onlooker(world.watches, target) for _ in range(50)]
    await until(
        lambda: all(isinstance(one.seen[-1], Beat) for one in onlookers if one.seen) and onlookers[-1].seen != []
    )
    await asyncio.gather(*(one.leave() for one in onlookers))
    assert {tuple(one.numbers) for one in onlookers} == {(1,)}
    assert readings["pages"] <= 3
    assert readings["history"] == 0


async def test_a_hole_is_read_once_for_all(world: World, readings: Counter[str]) -> None:
    """What the bus lost is read from the log once, however many watch, and each gets it in its place."""
    onlookers = [Onlooker(world.watches, Target(owner=OWNER)) for _ in range(20)]
    await until(lambda: all(one.seen for one in onlookers))
    before, publish = Counter(readings), world.bus.publish
    world.bus.publish = lose  # type: ignore[method-assign]
    await world.upload()
    await world.upload()
    world.bus.publish = publish  # type: ignore[method-assign]
    await world.upload()
    await until(lambda: all(len(one.numbers) == 3 for one in onlookers))
    await asyncio.gather(*(one.leave() for one in onlookers))
    assert {tuple(one.numbers) for one in onlookers} == {(1, 2, 3)}
    assert readings["history"] - before["history"] == 1
    assert readings["pages"] == before["pages"]


async def test_the_newest_event_may_be_lost(world: World, readings: Counter[str]) -> None:
    """Heartbeats look into the log first, once for all that are due, and bring what no number gave away."""
    onlookers = [Onlooker(world.watches, Target(owner=OWNER), heartbeat_s=0.5) for _ in range(20)]
    await until(lambda: all(one.seen for one in onlookers))
    before = Counter(readings)

    world.bus.publish = lose  # type: ignore[method-assign]
    await world.upload()
    await until(lambda: all(one.numbers for one in onlookers))
    await asyncio.gather(*(one.leave() for one in onlookers))
    assert {tuple(one.numbers) for one in onlookers} == {(1,)}
    assert readings["bounds"] - before["bounds"] <= 3
    assert readings["history"] - before["history"] == 1


async def test_a_poll_reaches_what_another_process_wrote(world: World) -> None:
    """With a poll, watches of one owner see what never came over the bus, without waiting for a heartbeat."""
    watches = Watches(
        log=world.store,
        bus=world.bus,
        clock=SystemClock(),
        metrics=world.metrics,
        max_watches=9,
        poll_s=0.05,
    )
    onlooker = Onlooker(watches, Target(owner=OWNER))
    await until(lambda: bool(onlooker.seen))
    world.bus.publish = lose  # type: ignore[method-assign]
    await world.upload()
    await until(lambda: onlooker.numbers == [1])
    await onlooker.leave()


async def test_a_deletion_that_the_bus_lost_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deletion leaves no number to miss: a quiet watch of a résumé makes sure now and then that it is still there."""
    monkeypatch.setattr("resumate_grpc.jobs.watcher.CONFIRM_S", 0.1)
    resume = await world.upload()
    onlooker = Onlooker(world.watches, Target(owner=OWNER, resume_id=resume.id), heartbeat_s=0.05)
    await until(lambda: bool(onlooker.seen))
    world.bus.publish = lose  # type: ignore[method-assign]
    await world.resumes.delete(OWNER, resume.id, etag="")
    async with asyncio.timeout(5):
        with pytest.raises(ResumeNotFoundError):
            await onlooker.task


async def test_a_reading_that_fails_is_told_to_who_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be read ends the watches that needed it, and no later one."""
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)

    async def fail(*_: object) -> None:
        raise OSError("disk")

    with monkeypatch.context() as patched:
        patched.setattr(world.store, "pages", fail)
        onlooker = Onlooker(world.watches, target)
        with pytest.raises(OSError, match="disk"):
            await onlooker.task
    again = Onlooker(world.watches, target)
    await until(lambda: again.numbers == [1])
    await again.leave()
