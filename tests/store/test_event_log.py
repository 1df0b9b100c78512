"""The contract of `EventLog`."""

from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.work import LogBounds, Outcome, Target
from resumate_grpc.store import SqlStore
from tests.store.conftest import OWNER, PLENTY, ManualClock, claim, create, progress

FEED = Target(owner=OWNER)


async def everything(store: SqlStore, target: Target) -> list[ProgressEvent]:
    return list(await store.history(target, after=0, limit=1000))


async def test_history_is_what_the_writes_returned(store: SqlStore) -> None:
    """A résumé's log counts 1, 2, 3 … across attempts and holds exactly the events that were handed out."""
    await create(store, "r")
    held = await claim(store)
    handed = [held.resume.progress, *await store.append(held, [progress(10), progress(20)])]
    handed.append((await store.cancel(OWNER, "r"))[1])
    handed.append((await store.retry(OWNER, "r", options=None, max_queued=PLENTY))[1])
    again, events = await store.claim("worker-2", lease_s=30, max_attempts=3)
    assert again is not None
    handed += [*events, await store.finish(again, Outcome(parsed=ParsedResume()))]
    log = await everything(store, Target(owner=OWNER, resume_id="r"))
    assert log[1:] == handed
    assert [event.sequence for event in log] == list(range(1, 9))
    assert [event.attempt for event in log] == [1, 1, 1, 1, 1, 2, 2, 2]


async def test_history_is_read_in_pieces(store: SqlStore) -> None:
    """`after` is exclusive, `limit` bounds the piece, and beyond the end there is nothing."""
    await create(store, "r")
    await store.append(await claim(store), [progress(percent) for percent in range(5)])
    target = Target(owner=OWNER, resume_id="r")
    assert [event.sequence for event in await store.history(target, after=0, limit=3)] == [1, 2, 3]
    assert [event.sequence for event in await store.history(target, after=3, limit=3)] == [4, 5, 6]
    assert [event.sequence for event in await store.history(target, after=6, limit=3)] == [7]
    assert await store.history(target, after=7, limit=3) == []


async def test_a_feed_and_a_batch_are_read_by_feed_sequence(store: SqlStore) -> None:
    """A feed has all of its owner's events without holes, a batch its members' in the same numbers."""
    await create(store, "r1", batch_id="b")
    await create(store, "r2")
    await create(store, "s1", owner="bob", batch_id="b")
    await create(store, "r3", batch_id="b")
    await store.cancel(OWNER, "r1")
    feed = await everything(store, FEED)
    assert [(event.resume_id, event.feed_sequence) for event in feed] == [("r1", 1), ("r2", 2), ("r3", 3), ("r1", 4)]
    batch = await everything(store, Target(owner=OWNER, batch_id="b"))
    assert batch == [event for event in feed if event.batch_id == "b"]
    assert [event.resume_id for event in await everything(store, Target(owner="bob"))] == ["s1"]
    assert [event.feed_sequence for event in await store.history(FEED, after=2, limit=1)] == [3]


@pytest.mark.parametrize("target", [Target(owner="bob", resume_id="r"), Target(owner="bob", batch_id="b")], ids=str)
async def test_another_owners_events_are_in_no_history(store: SqlStore, target: Target) -> None:
    """Naming another's résumé or batch yields nothing."""
    await create(store, "r", batch_id="b")
    assert await everything(store, target) == []


async def test_bounds_tell_what_is_held(store: SqlStore) -> None:
    """A résumé's bounds count its own events and tell its state; a batch's and a feed's count the feed's."""
    await create(store, "r1", "r2", batch_id="b")
    await claim(store)
    last = (await everything(store, Target(owner=OWNER, resume_id="r1")))[-1]
    assert await store.bounds(Target(owner=OWNER, resume_id="r1")) == LogBounds(
        first_available=1, last=2, state=State.PROCESSING, digest=last.digest
    )
    for target in (FEED, Target(owner=OWNER, batch_id="b"), Target(owner=OWNER, batch_id="unknown")):
        assert await store.bounds(target) == LogBounds(first_available=1, last=3)
    assert await store.bounds(Target(owner="carol")) == LogBounds(first_available=1, last=0)


async def test_deletion_takes_events_out_of_a_feed_but_not_its_end(store: SqlStore) -> None:
    """A feed lacks exactly the deleted résumé's events: positions already handed out stay valid."""
    await create(store, "r1", "r2", "r3")
    for resume_id in ("r1", "r3"):
        await store.delete(OWNER, resume_id, if_etag="")
    assert [event.feed_sequence for event in await everything(store, FEED)] == [2]
    assert await store.bounds(FEED) == LogBounds(first_available=1, last=3)


async def test_batch_counts_are_exact_at_their_position(store: SqlStore) -> None:
    """Counts by state add up; an ended résumé counts as 100 percent, a waiting one as 0."""
    assert (await store.batch_counts(OWNER, "b")).total == 0
    await create(store, "r1", "r2", "r3", "r4", batch_id="b")
    first, second = await claim(store), await claim(store)
    await create(store, "x")
    await create(store, "s", owner="bob", batch_id="b")
    await store.finish(first, Outcome(parsed=ParsedResume()))
    await store.append(second, [progress(50)])
    await store.cancel(OWNER, "r3")
    counts = await store.batch_counts(OWNER, "b")
    assert (counts.queued, counts.processing, counts.succeeded, counts.failed, counts.cancelled) == (1, 1, 1, 0, 1)
    assert (counts.total, counts.percent) == (4, (100 + 50 + 100 + 0) // 4)
    assert counts.feed_sequence == (await store.bounds(FEED)).last


async def test_time_never_goes_back_within_a_log(store: SqlStore, clock: ManualClock) -> None:
    """When the clock is set back, later events bear the time of the last one."""
    await create(store, "r")
    held = await claim(store)
    clock.jump(-3600)
    await store.append(held, [progress(10)])
    await store.finish(held, Outcome(parsed=ParsedResume()))
    times = [event.create_time for event in await everything(store, Target(owner=OWNER, resume_id="r"))]
    assert times == sorted(times)
    resume = await store.get(OWNER, "r", with_parsed=False)
    assert resume.complete_time == times[-1]
    assert resume.update_time >= resume.create_time
