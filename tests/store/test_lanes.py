"""Lanes of the work queue: scans wait in a line of their own, and an attempt can change its lane."""

from __future__ import annotations

import pytest

from resumate_grpc.jobs.ports import LeaseLostError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import Stage, State
from resumate_grpc.model.work import Claim, Lane, Outcome, Target
from resumate_grpc.store import SqlStore
from tests.store.conftest import LEASE_S, OWNER, PLENTY, ManualClock, claim, create, new_resume, progress

SCAN = "It is a scan"


async def claimed(store: SqlStore, lane: Lane) -> Claim | None:
    held, _ = await store.claim("scanner", lease_s=LEASE_S, max_attempts=3, lane=lane)
    return held


async def handed_over(store: SqlStore, resume_id: str) -> Claim:
    await create(store, resume_id)
    held = await claim(store)
    await store.hand_over(held, lane=Lane.OCR, message=SCAN)
    return held


async def test_each_lane_hands_out_its_own(store: SqlStore) -> None:
    """What was uploaded for one lane is not claimed in the other."""
    await store.create(new_resume("picture", lane=Lane.OCR), max_queued=PLENTY)
    await create(store, "text")
    texts, scans = await claimed(store, Lane.TEXT), await claimed(store, Lane.OCR)
    assert (texts and texts.resume.id, scans and scans.resume.id) == ("text", "picture")
    assert await claimed(store, Lane.TEXT) is None
    assert await claimed(store, Lane.OCR) is None


async def test_what_is_handed_over_goes_on_with_its_attempt(store: SqlStore) -> None:
    """The event of handing over keeps stage and percent; the claim in the other lane causes none."""
    await create(store, "r1")
    held = await claim(store)
    await store.append(held, [progress(7)])
    event = await store.hand_over(held, lane=Lane.OCR, message=SCAN)
    assert (event.stage, event.percent, event.state, event.message) == (Stage.NLP_PARSING, 7, State.PROCESSING, SCAN)
    assert await claimed(store, Lane.TEXT) is None
    again, caused = await store.claim("scanner", lease_s=LEASE_S, max_attempts=3, lane=Lane.OCR)
    assert again is not None
    assert (again.resume.id, again.attempt, again.lost, again.lane, caused) == ("r1", 1, 0, Lane.OCR, [])
    assert again.resume.progress == event
    await store.finish(again, Outcome(parsed=ParsedResume(text="Ada")))
    history = await store.history(Target(owner=OWNER, resume_id="r1"), after=0, limit=50)
    assert [each.sequence for each in history] == list(range(1, len(history) + 1))
    assert {each.attempt for each in history} == {1}


async def test_who_handed_over_can_write_no_more(store: SqlStore) -> None:
    """The lease of the lane before is void."""
    held = await handed_over(store, "r1")
    for write in (store.append(held, [progress(50)]), store.finish(held, Outcome(parsed=ParsedResume()))):
        with pytest.raises(LeaseLostError):
            await write
    with pytest.raises(LeaseLostError):
        await store.hand_over(held, lane=Lane.OCR, message=SCAN)


async def test_what_is_handed_over_waits_without_a_lease(store: SqlStore, clock: ManualClock) -> None:
    """However long it waits, nobody counts it as lost; a start of the program does not disturb it."""
    await handed_over(store, "r1")
    clock.advance(10 * LEASE_S)
    await store.void_leases()
    assert await claimed(store, Lane.TEXT) is None
    again = await claimed(store, Lane.OCR)
    assert again is not None
    assert (again.attempt, again.lost) == (1, 0)


async def test_a_lost_scan_is_taken_up_in_its_lane(store: SqlStore, clock: ManualClock) -> None:
    """The next attempt of a scan whose worker died is for those who read scans."""
    await handed_over(store, "r1")
    assert await claimed(store, Lane.OCR) is not None
    clock.advance(2 * LEASE_S)
    assert await claimed(store, Lane.TEXT) is None
    again = await claimed(store, Lane.OCR)
    assert again is not None
    assert (again.attempt, again.lost) == (2, 1)


async def test_what_waits_in_another_lane_can_be_cancelled(store: SqlStore) -> None:
    """A cancelled one is not handed out; its retry waits in the lane of scans."""
    await handed_over(store, "r1")
    await store.cancel(OWNER, "r1")
    assert await claimed(store, Lane.OCR) is None
    await store.retry(OWNER, "r1", options=None, max_queued=PLENTY)
    assert await claimed(store, Lane.TEXT) is None
    assert await claimed(store, Lane.OCR) is not None


async def test_a_lane_is_in_order_of_upload(store: SqlStore, clock: ManualClock) -> None:
    """Scans found late do not overtake pictures that were uploaded before them, nor wait for those after."""
    await store.create(new_resume("picture 1", lane=Lane.OCR), max_queued=PLENTY)
    clock.advance(1)
    await handed_over(store, "found")
    clock.advance(1)
    await store.create(new_resume("picture 2", lane=Lane.OCR), max_queued=PLENTY)
    order = [held.resume.id for _ in range(3) if (held := await claimed(store, Lane.OCR))]
    assert order == ["picture 1", "found", "picture 2"]
