"""The contract of `Statistics`."""

from __future__ import annotations

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import Stage, State
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import Lane, Outcome, Target
from resumate_grpc.store import SqlStore
from tests.store.conftest import OWNER, PLENTY, claim, create, new_resume, times


async def test_stage_times_are_the_latest_of_each_media_type(store: SqlStore) -> None:
    """Up to `limit` of each media type, newest first over all."""
    measured = [times(n, MediaType.PDF) for n in (1.0, 2.0, 3.0)] + [times(4.0, MediaType.TXT), times(5.0)]
    for number, one in enumerate(measured):
        await create(store, f"r{number}")
        await store.finish(await claim(store), Outcome(parsed=ParsedResume(), times=one))
    assert await store.stage_times(limit=2) == [measured[4], measured[3], measured[2]]
    assert await store.stage_times(limit=99) == measured[::-1]


async def test_waiting_ahead_counts_the_line(store: SqlStore) -> None:
    """Each résumé sees those that will be taken up before it; what does not wait sees nobody."""
    await create(store, "r1", "r2")
    await create(store, "s1", owner="bob")  # its turn is beside r1's
    assert [await store.waiting_ahead(resume_id) for resume_id in ("r1", "r2", "s1", "unknown")] == [0, 2, 1, 0]
    held = await claim(store)
    assert [await store.waiting_ahead(resume_id) for resume_id in ("r1", "r2", "s1")] == [0, 1, 0]
    await store.give_back(held, message="Going home", lost=False)
    assert [await store.waiting_ahead(resume_id) for resume_id in ("r1", "r2", "s1")] == [0, 2, 1]


async def test_the_line_is_in_the_order_of_taking_up(store: SqlStore) -> None:
    """What was given back stands before the others, what is claimed is not in it, and each place is the count ahead."""
    await create(store, "r1", "r2", "r3")
    await create(store, "s1", owner="bob")
    first, _ = await claim(store), await claim(store)
    assert await store.places() == {"r2": 1, "r3": 2}
    await store.give_back(first, message="Going home", lost=False)
    assert await store.places() == {"r1": 1, "r2": 2, "r3": 3}
    assert [await store.waiting_ahead(resume_id) for resume_id in ("r1", "r2", "r3")] == [0, 1, 2]


async def test_each_lane_is_a_line_of_its_own(store: SqlStore) -> None:
    """Scans wait for scans, and what is quick for what is quick; the first event says so too."""
    lanes = {"r1": Lane.OCR, "r2": Lane.OCR, "r3": Lane.TEXT}
    told = [
        await store.create(new_resume(name, lane=lane), max_queued=PLENTY, forecast=lambda ahead: ahead)
        for name, lane in lanes.items()
    ]
    assert await store.places() == {"r1": 1, "r2": 2, "r3": 1}
    assert [await store.waiting_ahead(name) for name in lanes] == [0, 1, 0]
    assert [event.estimated_remaining_s for _, event in told if event] == [0, 1, 0]


async def test_the_first_event_tells_how_many_are_ahead(store: SqlStore) -> None:
    """An upload's and a retry's first event say how many wait, and what that means in time where it was measured."""
    for number in range(3):
        await store.create(new_resume(f"r{number}"), max_queued=PLENTY, forecast=lambda ahead: ahead + 0.5)
    await store.cancel(OWNER, "r1")
    await store.retry(OWNER, "r1", options=None, max_queued=PLENTY)
    told = await store.history(Target(owner=OWNER), after=0, limit=10)
    assert [(event.message, event.estimated_remaining_s) for event in told if event.stage is Stage.QUEUED] == [
        ("Waiting for a worker", 0.5),
        ("Waiting for a worker; 1 is ahead", 1.5),
        ("Waiting for a worker; 2 are ahead", 2.5),
        ("Waiting for a worker; 2 are ahead", None),
    ]


async def test_counts_cover_every_state_and_owner(store: SqlStore) -> None:
    """States without a résumé count 0."""
    assert await store.counts() == dict.fromkeys(State, 0)
    await create(store, "r1", "r2", "r3")
    await create(store, "s1", owner="bob")
    await claim(store)
    await store.cancel(OWNER, "r2")
    assert await store.counts() == {
        State.QUEUED: 2,
        State.PROCESSING: 1,
        State.SUCCEEDED: 0,
        State.FAILED: 0,
        State.CANCELLED: 1,
    }
    assert await store.counts(under_way=True) == {State.QUEUED: 2, State.PROCESSING: 1}
