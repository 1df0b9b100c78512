"""The contract of `WorkQueue`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from resumate_grpc.errors import ErrorReason
from resumate_grpc.jobs.ports import LeaseLostError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ParseFailure, Stage, State
from resumate_grpc.model.work import Claim, NewEvent, Outcome, Target
from resumate_grpc.store import SqlStore
from tests.store.conftest import LEASE_S, OWNER, PLENTY, ManualClock, claim, create, progress, times

FEED = Target(owner=OWNER)
DONE = Outcome(parsed=ParsedResume(text="Ada"), times=times())
FAILURE = ParseFailure(
    reason=ErrorReason.NO_TEXT_FOUND, message="No text was found", stage=Stage.TEXT_EXTRACTION, retryable=False
)
WRITES: dict[str, Callable[[SqlStore, Claim], Awaitable[object]]] = {
    "renew": lambda store, held: store.renew(held, lease_s=LEASE_S),
    "append": lambda store, held: store.append(held, [progress(50)]),
    "append nothing": lambda store, held: store.append(held, []),
    "finish": lambda store, held: store.finish(held, DONE),
    "fail": lambda store, held: store.finish(held, Outcome(failure=FAILURE, percent=10)),
    "give_back": lambda store, held: store.give_back(held, message="Going home", lost=False),
}


async def finish(store: SqlStore, held: Claim) -> None:
    await store.finish(held, DONE)


async def give_back(store: SqlStore, held: Claim) -> None:
    await store.give_back(held, message="Going home", lost=False)


async def cancel(store: SqlStore, held: Claim) -> None:
    await store.cancel(held.resume.owner, held.resume.id)


async def cancel_and_claim_the_retry(store: SqlStore, held: Claim) -> None:
    await store.cancel(held.resume.owner, held.resume.id)
    await store.retry(held.resume.owner, held.resume.id, options=None, max_queued=PLENTY)
    await claim(store, "worker-2")


async def delete(store: SqlStore, held: Claim) -> None:
    await store.delete(held.resume.owner, held.resume.id, if_etag="")


async def test_an_empty_queue_hands_out_nothing(store: SqlStore) -> None:
    """(None, no events) if nothing waits."""
    assert await store.claim("worker-1", lease_s=LEASE_S, max_attempts=3) == (None, [])


async def test_the_oldest_is_handed_out_first(store: SqlStore) -> None:
    """The queue is in the order of creation, owners in turn; a retry goes to the end of its owner's."""
    await create(store, "r2", "r1")
    await create(store, "s1", owner="bob")
    await store.cancel(OWNER, "r2")
    await store.retry(OWNER, "r2", options=None, max_queued=PLENTY)
    assert [(await claim(store)).resume.id for _ in range(3)] == ["s1", "r1", "r2"]


async def test_a_claim_makes_the_resume_processing(store: SqlStore) -> None:
    """The claimed résumé and the returned event say PROCESSING at 0 percent of its first stage."""
    await create(store, "r")
    held, events = await store.claim("worker-1", lease_s=LEASE_S, max_attempts=3)
    assert held is not None
    (event,) = events
    assert (event.sequence, event.stage, event.state) == (2, Stage.TEXT_EXTRACTION, State.PROCESSING)
    assert (event.percent, event.stage_percent, event.message) == (0, 0, "Reading the document")
    assert (held.attempt, held.lost, held.resume) == (1, 0, await store.get(OWNER, "r", with_parsed=False))


async def test_progress_is_kept_as_given(store: SqlStore, clock: ManualClock) -> None:
    """Appended events get numbers and a time, and are otherwise what the worker said."""
    await create(store, "r")
    held = await claim(store)
    clock.advance(2)
    new = NewEvent(stage=Stage.NLP_PARSING, stage_percent=7, percent=40, message="Dates", estimated_remaining_s=1.5)
    first, second = await store.append(held, [new, progress(41)])
    assert (first.stage, first.stage_percent, first.percent, first.message) == (Stage.NLP_PARSING, 7, 40, "Dates")
    assert (first.estimated_remaining_s, first.state, first.create_time) == (1.5, State.PROCESSING, clock.now())
    assert (first.sequence, second.sequence) == (3, 4)


async def test_success_ends_the_attempt_with_its_result(store: SqlStore, clock: ManualClock) -> None:
    """State, result, measured times and the terminal event come together."""
    await create(store, "r")
    held = await claim(store)
    clock.advance(4)
    event = await store.finish(held, DONE)
    assert (event.stage, event.state, event.percent, event.stage_percent) == (Stage.COMPLETE, State.SUCCEEDED, 100, 100)
    resume = await store.get(OWNER, "r", with_parsed=True)
    assert (resume.state, resume.parsed, resume.complete_time) == (State.SUCCEEDED, DONE.parsed, clock.now())
    assert await store.stage_times(limit=10) == [DONE.times]


async def test_failure_ends_the_attempt_with_its_reason(store: SqlStore) -> None:
    """The event bears the failure and its percent, the résumé its error; there is no result."""
    await create(store, "r")
    event = await store.finish(await claim(store), Outcome(failure=FAILURE, percent=33))
    assert (event.stage, event.state, event.percent, event.error) == (Stage.ERROR, State.FAILED, 33, FAILURE)
    assert event.message == FAILURE.message
    resume = await store.get(OWNER, "r", with_parsed=True)
    assert (resume.state, resume.error, resume.parsed) == (State.FAILED, FAILURE, None)
    assert await store.stage_times(limit=10) == []


async def test_an_outcome_has_a_result_or_a_failure(store: SqlStore) -> None:
    """An empty outcome is a mistake in the worker and ends nothing."""
    await create(store, "r")
    held = await claim(store)
    with pytest.raises(ValueError, match="either a result or a failure"):
        await store.finish(held, Outcome())
    await store.finish(held, DONE)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("end", [finish, give_back, cancel, cancel_and_claim_the_retry, delete])
async def test_an_ended_claim_writes_nothing(
    store: SqlStore, write: str, end: Callable[[SqlStore, Claim], Awaitable[None]]
) -> None:
    """However a hold ended, every later write under it is refused and leaves log and state as they are."""
    await create(store, "r")
    held = await claim(store)
    await end(store, held)
    before = await store.history(FEED, after=0, limit=100), await store.bounds(FEED), await store.counts()
    with pytest.raises(LeaseLostError):
        await WRITES[write](store, held)
    assert (await store.history(FEED, after=0, limit=100), await store.bounds(FEED), await store.counts()) == before


@pytest.mark.parametrize("write", WRITES)
async def test_a_lost_worker_is_fenced(store: SqlStore, clock: ManualClock, write: str) -> None:
    """Once a lease ran out and another took over, the first worker cannot write, and the second can."""
    await create(store, "r")
    first = await claim(store, "worker-1")
    clock.advance(LEASE_S)
    second = await claim(store, "worker-2")
    with pytest.raises(LeaseLostError):
        await WRITES[write](store, first)
    await WRITES[write](store, second)


async def test_a_takeover_starts_the_next_attempt(store: SqlStore, clock: ManualClock) -> None:
    """The new attempt begins like any other, QUEUED and then PROCESSING, and counts the lost worker."""
    await create(store, "r")
    held = await claim(store, "worker-1")
    await store.append(held, [progress(60)])
    clock.advance(LEASE_S)
    taken, events = await store.claim("worker-2", lease_s=LEASE_S, max_attempts=3)
    assert taken is not None
    assert (taken.attempt, taken.lost, taken.lease != held.lease) == (2, 1, True)
    assert [(event.attempt, event.state, event.percent) for event in events] == [
        (2, State.QUEUED, 0),
        (2, State.PROCESSING, 0),
    ]
    assert [event.sequence for event in events] == [4, 5]


async def test_a_lost_resume_is_taken_up_before_those_that_wait(store: SqlStore, clock: ManualClock) -> None:
    """Whoever was lost has waited longest."""
    await create(store, "r1", "r2")
    await claim(store)
    clock.advance(LEASE_S)
    assert (await claim(store)).resume.id == "r1"


async def test_a_renewed_lease_does_not_run_out(store: SqlStore, clock: ManualClock) -> None:
    """A worker that renews in time keeps its résumé."""
    await create(store, "r")
    held = await claim(store)
    for _ in range(3):
        clock.advance(LEASE_S - 1)
        await store.renew(held, lease_s=LEASE_S)
    assert await store.claim("worker-2", lease_s=LEASE_S, max_attempts=3) == (None, [])
    await store.finish(held, DONE)


async def test_a_late_worker_keeps_what_nobody_took(store: SqlStore, clock: ManualClock) -> None:
    """A lease that ran out without a taker is still good: work is not thrown away for nothing."""
    await create(store, "r")
    held = await claim(store)
    clock.advance(LEASE_S * 10)
    await store.renew(held, lease_s=LEASE_S)
    await store.finish(held, DONE)


async def test_setting_the_clock_neither_ends_nor_prolongs_a_lease(store: SqlStore, clock: ManualClock) -> None:
    """Leases pass with time itself: one set ahead steals nothing, one set back keeps no dead hold."""
    await create(store, "r")
    await claim(store)
    clock.jump(86400)
    clock.advance(LEASE_S - 1)
    assert await store.claim("worker-2", lease_s=LEASE_S, max_attempts=3) == (None, [])
    clock.jump(-2 * 86400)
    clock.advance(1)
    assert (await claim(store, "worker-2")).attempt == 2


async def test_what_loses_every_worker_fails(store: SqlStore, clock: ManualClock) -> None:
    """After `max_attempts` lost workers in a row the résumé ends FAILED with WORKER_LOST, and the next is claimed."""
    await create(store, "r1")
    for _ in range(2):
        held = await claim(store, max_attempts=2)
        await store.append(held, [progress(30)])
        clock.advance(LEASE_S)
    await create(store, "r2")
    taken, events = await store.claim("worker-1", lease_s=LEASE_S, max_attempts=2)
    assert taken is not None
    assert taken.resume.id == "r2"
    lost, _ = events
    assert (lost.resume_id, lost.stage, lost.state, lost.attempt, lost.percent) == (
        "r1",
        Stage.ERROR,
        State.FAILED,
        2,
        30,
    )
    assert lost.error is not None
    assert (lost.error.reason, lost.error.stage, lost.error.retryable) == (
        ErrorReason.WORKER_LOST,
        Stage.NLP_PARSING,
        True,
    )
    assert (await store.get(OWNER, "r1", with_parsed=False)).error == lost.error


async def test_all_that_lost_their_workers_fail_in_one_claim(store: SqlStore, clock: ManualClock) -> None:
    """A claim that finds only hopeless résumés ends each of them and hands out nothing."""
    await create(store, "r1", "r2", "r3")
    for _ in range(3):
        await claim(store)
    clock.advance(LEASE_S)
    held, events = await store.claim("worker-1", lease_s=LEASE_S, max_attempts=1)
    assert held is None
    assert [(event.resume_id, event.state) for event in events] == [(f"r{n}", State.FAILED) for n in (1, 2, 3)]


async def test_a_retry_counts_lost_workers_anew(store: SqlStore, clock: ManualClock) -> None:
    """A person's retry gives the résumé all its attempts again."""
    await create(store, "r")
    await claim(store)
    clock.advance(LEASE_S)
    assert (await claim(store)).lost == 1
    await store.cancel(OWNER, "r")
    await store.retry(OWNER, "r", options=None, max_queued=PLENTY)
    assert (await claim(store)).lost == 0


@pytest.mark.parametrize("lost", [True, False])
async def test_what_is_given_back_is_first_in_line(store: SqlStore, lost: bool) -> None:  # noqa: FBT001
    """The next attempt waits ahead of the others; it counts as lost only if the worker says so."""
    await create(store, "r1", "r2")
    held = await claim(store)
    event = await store.give_back(held, message="Going home", lost=lost)
    assert (event.attempt, event.stage, event.state, event.message) == (2, Stage.QUEUED, State.QUEUED, "Going home")
    again = await claim(store)
    assert (again.resume.id, again.attempt, again.lost) == ("r1", 2, int(lost))


async def test_voided_leases_are_taken_up_at_once(store: SqlStore) -> None:
    """A program that starts alone on its database need not wait for its dead predecessor's leases."""
    await create(store, "r1", "r2")
    await claim(store)
    assert await store.void_leases() == 1
    assert (await claim(store)).resume.id == "r1"
    assert await store.void_leases() == 1


async def test_a_claim_for_nobody_is_given_back(store: SqlStore) -> None:
    """When a claim's caller is cancelled, the résumé does not wait for a lease that nobody holds to run out."""
    await create(store, "r")
    for _ in range(20):
        task = asyncio.create_task(store.claim("worker-1", lease_s=LEASE_S, max_attempts=3))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with asyncio.timeout(LEASE_S / 2):
        held = None
        while held is None:
            held, _ = await store.claim("worker-2", lease_s=LEASE_S, max_attempts=3)
    assert held.lost == 0
