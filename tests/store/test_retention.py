"""The contract of `Expiry`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from resumate_grpc.errors import FileMissingError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.work import Claim, LogPage, LogQuery, Outcome, Target
from resumate_grpc.store import SqlStore
from tests.store.conftest import OWNER, PLENTY, ManualClock, claim, create, new_resume, progress

FEED = Target(owner=OWNER)


async def ended(store: SqlStore, resume_id: str, *, events: int = 5, batch_id: str = "") -> None:
    """Make a résumé that has ended, with so many events."""
    await create(store, resume_id, batch_id=batch_id)
    held = await claim(store)
    await store.append(held, [progress(number) for number in range(events - 3)])
    await store.finish(held, Outcome(parsed=ParsedResume()))


async def sequences(store: SqlStore, target: Target) -> list[int]:
    events = await store.history(target, after=0, limit=1000)
    return [event.sequence if target.resume_id else event.feed_sequence for event in events]


async def first(store: SqlStore, *, resume_id: str = "", batch_id: str = "") -> int:
    bounds = await store.bounds(Target(owner=OWNER, resume_id=resume_id, batch_id=batch_id))
    return bounds.first_available


async def test_events_go_a_few_at_a_time_and_the_last_stays(store: SqlStore, clock: ManualClock) -> None:
    """Each call removes at most so many, the oldest first, and says how many; GetResume still has its progress."""
    await ended(store, "r1", events=7)
    await ended(store, "r2", events=3)
    clock.advance(1)
    removed = []
    while count := await store.purge_events(ended_before=clock.now(), limit=4):
        removed.append(count)
        held = await sequences(store, Target(owner=OWNER, resume_id="r1"))
        assert held[0] == await first(store, resume_id="r1")
    assert removed == [4, 4]
    assert await sequences(store, FEED) == [7, 10]
    assert (await first(store, resume_id="r1"), await first(store, resume_id="r2"), await first(store)) == (7, 3, 10)
    kept = await store.get(OWNER, "r1", with_parsed=False)
    assert kept.progress is not None
    assert kept.progress.sequence == 7


async def test_what_is_recent_or_under_way_keeps_its_events(store: SqlStore, clock: ManualClock) -> None:
    """Only what ended before the time given loses events: not what ended later, waits, or was queued again."""
    await ended(store, "old")
    await ended(store, "retried")
    await store.retry(OWNER, "retried", options=None, max_queued=PLENTY)
    clock.advance(60)
    before = clock.now()
    await create(store, "waits")
    assert await store.purge_events(ended_before=before, limit=100) == 4
    assert await first(store, resume_id="old") == 5
    await store.cancel(OWNER, "waits")
    assert await store.purge_events(ended_before=before, limit=100) == 0
    for resume_id in ("retried", "waits"):
        assert await first(store, resume_id=resume_id) == 1
        assert (await sequences(store, Target(owner=OWNER, resume_id=resume_id)))[0] == 1


async def test_a_batch_has_bounds_of_its_own(store: SqlStore, clock: ManualClock) -> None:
    """A batch from which nothing was purged is held from its start, whatever was purged from others."""
    await ended(store, "r1", batch_id="old")
    clock.advance(60)
    before = clock.now()
    await ended(store, "r2", batch_id="new")
    assert await store.purge_events(ended_before=before, limit=100) == 4
    assert (await first(store, batch_id="old"), await first(store, batch_id="new"), await first(store)) == (5, 1, 5)


async def test_the_log_goes_on_after_a_purge(store: SqlStore, clock: ManualClock) -> None:
    """The next attempt continues numbers and digest as if nothing had been removed."""
    await ended(store, "r")
    last = (await store.bounds(Target(owner=OWNER, resume_id="r"))).digest
    clock.advance(1)
    await store.purge_events(ended_before=clock.now(), limit=100)
    resume, event = await store.retry(OWNER, "r", options=None, max_queued=PLENTY)
    assert (event.sequence, event.feed_sequence, resume.attempt) == (6, 6, 2)
    events = await store.history(Target(owner=OWNER, resume_id="r"), after=4, limit=10)
    assert [held.sequence for held in events] == [5, 6]
    assert events[0].digest == last


async def test_a_page_and_its_bounds_are_of_one_moment(store: SqlStore, clock: ManualClock) -> None:
    """Whoever reads a page knows whether what is missing in it was purged."""
    await ended(store, "r")
    clock.advance(1)
    await store.purge_events(ended_before=clock.now(), limit=2)
    for target in (FEED, Target(owner=OWNER, resume_id="r")):
        (page,) = await store.pages([LogQuery(target=target, after=0, limit=10)])
        assert isinstance(page, LogPage)
        assert page.bounds == await store.bounds(target)
        assert [event.sequence for event in page.events] == [3, 4, 5]
        assert page.bounds.first_available == 3


async def test_files_expire_once_their_last_reader_may_not_read(store: SqlStore, clock: ManualClock) -> None:
    """An expired file is named once; while another résumé has the same bytes it is still referenced."""
    for resume_id, sha256 in (("r1", "a"), ("r2", "a"), ("r3", "b")):
        await store.create(new_resume(resume_id, sha256=sha256), max_queued=PLENTY)
        await store.finish(await claim(store), Outcome(parsed=ParsedResume()))
        clock.advance(60)
    before = clock.now() - timedelta(seconds=150)
    assert list(await store.expire_files(ended_before=before, limit=10)) == ["a"]
    assert list(await store.expire_files(ended_before=before, limit=10)) == []
    assert await store.referenced(["a", "b", "c"]) == {"a", "b"}
    assert list(await store.expire_files(ended_before=clock.now(), limit=10)) == ["a", "b"]
    assert await store.referenced(["a", "b", "c"]) == set()
    assert await store.references("a") == 0
    with pytest.raises(FileMissingError):
        await store.retry(OWNER, "r1", options=None, max_queued=PLENTY)
    assert not (await store.get(OWNER, "r1", with_parsed=False)).has_file


async def test_a_resume_expires_when_its_time_has_come_and_its_attempt_has_ended(
    store: SqlStore, clock: ManualClock
) -> None:
    """It is named from its expire_time on, not while it waits or is parsed; a retry prolongs it."""
    from_now = new_resume("r", expire_after_s=3600)
    resume, _ = await store.create(from_now, max_queued=PLENTY)
    assert resume.expire_time == clock.now() + timedelta(hours=1)
    clock.advance(3600)
    assert await store.expired(at=clock.now(), limit=10) == []
    held: Claim = await claim(store)
    await store.finish(held, Outcome(parsed=ParsedResume()))
    assert await store.expired(at=clock.now(), limit=10) == [(OWNER, "r")]
    assert await store.expired(at=clock.now() - timedelta(seconds=1), limit=10) == []
    await store.retry(OWNER, "r", options=None, max_queued=PLENTY, expire_after_s=3600)
    await store.cancel(OWNER, "r")
    assert await store.expired(at=clock.now(), limit=10) == []
