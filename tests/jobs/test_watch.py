"""Watching, over a real log."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator

import pytest

from resumate_grpc.errors import (
    DrainingError,
    EpochMismatchError,
    ErrorReason,
    ExhaustedError,
    InvalidFieldError,
    ParsingError,
    ResumeNotFoundError,
)
from resumate_grpc.jobs.mailbox import MAX_EVENTS
from resumate_grpc.jobs.ports import Notice
from resumate_grpc.jobs.updates import Beat, Counted, Drained, Occurred, Update
from resumate_grpc.model.progress import BatchCounts, ProgressEvent, Stage, State
from resumate_grpc.model.work import Target
from tests.jobs.conftest import OWNER, World, stream_of

Stream = AsyncGenerator[Update, None]


def numbers(updates: list[Update]) -> list[int]:
    return [update.event.sequence for update in updates if isinstance(update, Occurred)]


async def watch(world: World, target: Target, *, after: int = 0, follow: bool = False) -> list[Update]:
    stream = stream_of(world, target, after=after, epoch="", follow=follow, heartbeat_s=15)
    return [update async for update in stream]


async def test_a_watch_from_the_start_sees_every_event_and_ends(world: World) -> None:
    """History and live events join without a hole; the stream ends after the terminal event."""
    world.parser.gate.clear()
    resume = await world.upload()
    async with world.working(), asyncio.timeout(5):
        task = asyncio.create_task(watch(world, Target(owner=OWNER, resume_id=resume.id)))
        await world.parser.started.wait()
        world.parser.gate.set()
        updates = await task
    seen = numbers(updates)
    assert seen == list(range(1, len(seen) + 1))
    last = updates[-1]
    assert isinstance(last, Occurred)
    assert (last.event.stage, last.event.state, last.event.percent) == (Stage.COMPLETE, State.SUCCEEDED, 100)
    stages = [update.event.stage for update in updates if isinstance(update, Occurred)]
    assert stages == sorted(stages, key=list(Stage).index)
    assert Stage.AI_ENHANCEMENT in stages


async def test_a_watch_of_what_has_ended_shows_history_then_ends(world: World) -> None:
    """Every position can be resumed from; the heartbeat after history tells how far it came."""
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)
    async with world.working(), asyncio.timeout(5):
        whole = await watch(world, target)
        total = len(numbers(whole))
        for after in range(total + 1):
            updates = await watch(world, target, after=after)
            assert numbers(updates) == list(range(after + 1, total + 1))
            beat = updates[-1]
            assert isinstance(beat, Beat)
            assert (beat.sequence, beat.caught_up) == (total, True)


async def test_a_bus_that_loses_repeats_and_reorders_is_not_noticed(world: World) -> None:
    """The log is the truth: with a lying bus, watchers see the same events."""
    chance = random.Random(7)  # noqa: S311 - a test's dice
    honest = world.bus.publish
    withheld: list[Notice] = []

    def lie(notice: Notice) -> None:
        if not isinstance(notice, ProgressEvent):
            honest(notice)
            return
        withheld.append(notice)
        chance.shuffle(withheld)
        for told in withheld[: chance.randint(0, 2)]:
            honest(told)  # told again later, since it stays withheld

    world.bus.publish = lie  # type: ignore[method-assign]
    resumes = [await world.upload(batch_id="lot") for _ in range(8)]
    async with world.working(slots=2), asyncio.timeout(20):
        streams = [
            stream_of(
                world, Target(owner=OWNER, resume_id=resume.id), after=0, epoch="", follow=False, heartbeat_s=0.05
            )
            for resume in resumes
        ]

        async def take(number: int) -> list[Update]:
            return [update async for update in streams[number]]

        seen = await asyncio.gather(*(take(number) for number in range(8)))
    for updates in seen:
        assert numbers(updates) == list(range(1, len(numbers(updates)) + 1))
        ends = [update for update in updates if isinstance(update, Occurred) and update.event.state.is_terminal]
        assert len(ends) == 1


async def test_a_batch_watch_sees_its_members_and_exact_counts(world: World) -> None:
    """Events of other résumés stay out; the last counts say that all have ended."""
    target = Target(owner=OWNER, batch_id="lot")
    mine = {(await world.upload(batch_id="lot")).id for _ in range(3)}
    events: list[ProgressEvent] = []
    async with world.working(), asyncio.timeout(10):
        await world.upload(batch_id="other")
        stream = stream_of(world, target, after=0, epoch="", follow=False, heartbeat_s=15)
        async for update in stream:
            if isinstance(update, Occurred):
                events.append(update.event)
            elif isinstance(update, Counted) and update.counts.succeeded == 3:
                assert (update.counts.total, update.counts.percent) == (3, 100)
                break
        await stream.aclose()
    assert {event.resume_id for event in events} == mine
    positions = [event.feed_sequence for event in events]
    assert positions == sorted(set(positions))
    assert sum(event.state.is_terminal for event in events) == 3


async def test_a_deletion_changes_the_counts_of_a_batch(world: World) -> None:
    """Removing a member is no event, and is told all the same; the watch of the batch goes on."""
    gone, kept = [await world.upload(batch_id="lot") for _ in range(2)]
    stream = stream_of(world, Target(owner=OWNER, batch_id="lot"), after=0, epoch="", follow=False, heartbeat_s=15)
    totals: list[int] = []
    async with asyncio.timeout(5):
        async for update in stream:
            if isinstance(update, Counted):
                totals.append(update.counts.total)
                if totals[-1] == 1:
                    break
                await world.resumes.delete(OWNER, gone.id, etag="")
    await stream.aclose()
    assert totals == [2, 1]
    assert (await world.resumes.get(OWNER, kept.id, with_parsed=False)).batch_id == "lot"


@pytest.mark.slow
async def test_counts_come_at_most_five_times_a_second(world: World) -> None:
    """However fast the members advance; and each is exact at its number."""
    stream = stream_of(world, Target(owner=OWNER, batch_id="lot"), after=0, epoch="", follow=False, heartbeat_s=15)
    counted: list[tuple[float, BatchCounts]] = []
    loop = asyncio.get_running_loop()

    async def take() -> None:
        async for update in stream:
            if isinstance(update, Counted):
                counted.append((loop.time(), update.counts))
                if update.counts.total == 60:
                    return

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(take())
        for _ in range(60):
            await world.upload(batch_id="lot")
    await stream.aclose()
    assert len(counted) <= 1 + (counted[-1][0] - counted[0][0]) / 0.2 + 1e-3
    assert all(counts.total == counts.feed_sequence for _, counts in counted)


async def test_a_feed_watch_sees_all_of_the_owner_and_nobody_else(world: World) -> None:
    """Feed numbers have no holes; another owner's résumé does not appear."""
    await world.upload(owner="somebody-else")
    ids = [(await world.upload()).id for _ in range(2)]
    stream = stream_of(world, Target(owner=OWNER), after=0, epoch="", follow=False, heartbeat_s=15)
    seen = []
    async for update in stream:
        if isinstance(update, Beat):
            break
        assert isinstance(update, Occurred)
        seen.append((update.event.feed_sequence, update.event.resume_id))
    await stream.aclose()
    assert seen == [(1, ids[0]), (2, ids[1])]


@pytest.mark.slow
async def test_a_slow_watcher_is_served_from_the_log(world: World) -> None:
    """More events than a mailbox holds, while the watcher is not reading, are all delivered in order."""
    stream = stream_of(world, Target(owner=OWNER), after=0, epoch="", follow=False, heartbeat_s=15)
    assert isinstance(await anext(stream), Beat)
    for _ in range(100):
        resume = await world.upload()
        await world.resumes.cancel(OWNER, resume.id)
        await world.resumes.retry(OWNER, resume.id, options=None)
        await world.resumes.cancel(OWNER, resume.id)
    seen: list[int] = []
    async with asyncio.timeout(10):
        while len(seen) < 400:
            update = await anext(stream)
            assert isinstance(update, Occurred)
            seen.append(update.event.feed_sequence)
    await stream.aclose()
    assert seen == list(range(1, 401))


async def test_more_events_at_once_than_a_mailbox_holds(world: World) -> None:
    """A watcher that waits while more than its mailbox comes in one turn reads the log at once, not at a heartbeat."""
    honest = world.bus.publish
    withheld: list[Notice] = []
    async with asyncio.timeout(20):
        stream = stream_of(world, Target(owner=OWNER), after=0, epoch="", follow=True, heartbeat_s=3600)
        assert isinstance(await anext(stream), Beat)
        waiting = asyncio.ensure_future(anext(stream))
        world.bus.publish = withheld.append  # type: ignore[method-assign, assignment]
        for _ in range(MAX_EVENTS // 2 + 1):
            await world.resumes.cancel(OWNER, (await world.upload()).id)
        assert not waiting.done()
        for notice in withheld:
            honest(notice)
        seen = [await waiting]
        while len(seen) <= MAX_EVENTS:
            seen.append(await anext(stream))
        assert all(isinstance(update, Occurred) for update in seen)
        await stream.aclose()


async def test_follow_stays_for_the_next_attempt(world: World) -> None:
    """With `follow` the stream goes on through a retry, in the same sequence."""
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)
    stream = stream_of(world, target, after=0, epoch="", follow=True, heartbeat_s=15)
    attempts: list[tuple[int, int]] = []
    async with world.working(), asyncio.timeout(5):
        async for update in stream:
            if not isinstance(update, Occurred):
                continue
            attempts.append((update.event.attempt, update.event.sequence))
            if update.event.state is State.SUCCEEDED and update.event.attempt == 2:
                break
            if update.event.state is State.SUCCEEDED:
                await world.resumes.retry(OWNER, resume.id, options=None)
        await stream.aclose()
    assert [sequence for _, sequence in attempts] == list(range(1, len(attempts) + 1))
    assert {attempt for attempt, _ in attempts} == {1, 2}


async def test_a_failed_parse_is_an_event(world: World) -> None:
    """The stream ends normally; the event tells reason and stage."""
    world.parser.failures = [ParsingError(ErrorReason.CORRUPT_FILE, "the file is damaged")]
    resume = await world.upload()
    async with world.working(), asyncio.timeout(5):
        updates = await watch(world, Target(owner=OWNER, resume_id=resume.id))
    last = updates[-1]
    assert isinstance(last, Occurred)
    assert last.event.error is not None
    assert (last.event.stage, last.event.error.reason) == (Stage.ERROR, ErrorReason.CORRUPT_FILE)


async def test_silence_is_broken_by_heartbeats(world: World) -> None:
    """A heartbeat comes whenever nothing else did for the interval, with the number last sent."""
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)
    stream = stream_of(world, target, after=0, epoch="", follow=False, heartbeat_s=0.05)
    async with asyncio.timeout(5):
        updates = [await anext(stream) for _ in range(4)]
    await stream.aclose()
    assert numbers(updates) == [1]
    assert [update.sequence for update in updates if isinstance(update, Beat)] == [1, 1, 1]


async def test_draining_tells_where_to_go_on(world: World) -> None:
    """An open watch ends with its position, then with DrainingError."""
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)
    stream = stream_of(world, target, after=0, epoch="", follow=False, heartbeat_s=15)
    assert isinstance(await anext(stream), Occurred)
    assert isinstance(await anext(stream), Beat)
    world.watches.drain()
    async with asyncio.timeout(5):
        drained = await anext(stream)
        assert drained == Drained(sequence=1, reconnect_after_s=1.0)
        with pytest.raises(DrainingError):
            await anext(stream)


async def test_a_watch_of_a_deleted_resume_ends_as_not_found(world: World) -> None:
    """Deleting ends the résumé's watches."""
    resume = await world.upload()
    stream = stream_of(world, Target(owner=OWNER, resume_id=resume.id), after=1, epoch="", follow=False, heartbeat_s=15)
    assert isinstance(await anext(stream), Beat)
    await world.resumes.delete(OWNER, resume.id, etag="")
    async with asyncio.timeout(5):
        with pytest.raises(ResumeNotFoundError):
            await anext(stream)


@pytest.mark.parametrize(
    ("owner", "after", "epoch", "error"),
    [
        (OWNER, 2, "", InvalidFieldError),
        (OWNER, -1, "", InvalidFieldError),
        (OWNER, 0, "another-log", EpochMismatchError),
        ("somebody-else", 0, "", ResumeNotFoundError),
    ],
)
async def test_an_impossible_watch_is_refused(
    world: World, owner: str, after: int, epoch: str, error: type[Exception]
) -> None:
    """A future or negative position, another log's epoch and another owner's résumé are errors of their own."""
    resume = await world.upload()
    stream = stream_of(
        world, Target(owner=owner, resume_id=resume.id), after=after, epoch=epoch, follow=False, heartbeat_s=15
    )
    with pytest.raises(error):
        await anext(stream)


async def test_watches_are_limited(world: World) -> None:
    """One watch too many is told when to come back, and takes no place."""
    streams = [
        stream_of(world, Target(owner=OWNER), after=0, epoch="", follow=False, heartbeat_s=15) for _ in range(51)
    ]
    for stream in streams[:50]:
        await anext(stream)
    with pytest.raises(ExhaustedError):
        await anext(streams[50])
    for stream in streams:
        await stream.aclose()


async def test_polling_pages_join_without_a_hole(world: World) -> None:
    """Pages of any size give the same events as the stream."""
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)
    async with world.working(), asyncio.timeout(5):
        total = len(numbers(await watch(world, target)))
    seen: list[int] = []
    after, more = 0, True
    while more:
        page = await world.watches.page(target, after=after, limit=2, epoch="")
        seen += [event.sequence for event in page.events]
        after, more = page.next_after, page.has_more
    assert seen == list(range(1, total + 1))
