"""What the ports promise when many call at once, and when callers give up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from resumate_grpc.errors import RequestIdReusedError, ResumateError
from resumate_grpc.jobs.ports import LeaseLostError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.work import Claim, Outcome, ResumeQuery, Target
from resumate_grpc.store import SqlStore
from tests.store.conftest import LEASE_S, OWNER, PLENTY, OpenStore, claim, create, new_resume, progress

FEED = Target(owner=OWNER)


async def feed(store: SqlStore, owner: str = OWNER) -> list[ProgressEvent]:
    return list(await store.history(Target(owner=owner), after=0, limit=100_000))


async def assert_whole(store: SqlStore) -> None:
    """Check that log and states agree: no hole, no repeat, no half-done transaction."""
    events = await feed(store)
    assert [event.feed_sequence for event in events] == list(range(1, len(events) + 1))
    assert (await store.bounds(FEED)).last == len(events)
    by_resume: dict[str, list[ProgressEvent]] = {}
    for event in events:
        by_resume.setdefault(event.resume_id, []).append(event)
    listed = (await store.list(ResumeQuery(owner=OWNER, limit=10_000))).resumes
    assert {resume.id for resume in listed} == set(by_resume)
    for resume in listed:
        log = by_resume[resume.id]
        assert [event.sequence for event in log] == list(range(1, len(log) + 1))
        assert (resume.progress, resume.state, resume.attempt) == (log[-1], log[-1].state, log[-1].attempt)
        ends = [event.attempt for event in log if event.state.is_terminal]
        assert len(ends) == len(set(ends))


@pytest.mark.slow
async def test_concurrent_writers_number_the_feed_in_commit_order(store: SqlStore) -> None:
    """Each writer learns its numbers only after its commit, and the numbers have no hole.

    When it learns them, all before them can be read: nobody who follows the feed passes over one that comes later.
    """
    numbers: list[int] = []

    async def upload(number: int) -> None:
        _, event = await store.create(new_resume(f"r{number}"), max_queued=PLENTY)
        assert event is not None
        numbers.append(event.feed_sequence)
        seen = await store.history(FEED, after=0, limit=1000)
        assert [each.feed_sequence for each in seen] == list(range(1, len(seen) + 1))
        assert len(seen) >= event.feed_sequence

    await asyncio.gather(*(upload(number) for number in range(150)))
    # In whatever order a database that writes side by side answers.
    assert sorted(numbers) == list(range(1, 151))
    await assert_whole(store)


async def test_one_refusal_spares_those_it_waited_with(store: SqlStore) -> None:
    """Of writes that are committed together, those that fail leave nothing and the others are all there."""
    results = await asyncio.gather(
        *(
            store.create(new_resume(f"r{number}", request_id="same" if number % 2 else ""), max_queued=PLENTY)
            for number in range(100)
        ),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, RequestIdReusedError)]
    assert len(refused) == 49
    assert (await store.counts())[State.QUEUED] == 51
    await assert_whole(store)


async def test_a_storm_of_one_request_id_makes_one_resume(store: SqlStore) -> None:
    """However many uploads repeat a request_id at once, one makes a résumé and all learn its id."""
    results = await asyncio.gather(
        *(
            store.create(new_resume(f"r{number}", sha256="same", request_id="q"), max_queued=PLENTY)
            for number in range(200)
        )
    )
    assert len({resume.id for resume, _ in results}) == 1
    assert [event is None for _, event in results].count(False) == 1


@pytest.mark.slow
async def test_each_resume_is_claimed_once(store: SqlStore) -> None:
    """Many workers claiming at once get different résumés, and the ones that are left over get none."""
    await create(store, *(f"r{number:02}" for number in range(50)))
    claims = await asyncio.gather(
        *(store.claim(f"worker-{number}", lease_s=LEASE_S, max_attempts=3) for number in range(80))
    )
    claimed = [held.resume.id for held, _ in claims if held is not None]
    assert sorted(claimed) == [f"r{number:02}" for number in range(50)]
    await assert_whole(store)


@pytest.mark.slow
async def test_a_cancel_a_finish_and_a_give_back_that_race_end_the_attempt_once(store: SqlStore) -> None:
    """In a thousand races the first to come wins, the others are refused, and there is one end of the attempt."""
    await create(store, *(f"r{number:04}" for number in range(1000)))
    held = [await claim(store) for _ in range(1000)]
    done = Outcome(parsed=ParsedResume())
    rng = random.Random(7)  # noqa: S311 - an order of calls, not a secret

    async def race(one: Claim) -> None:
        calls: list[Callable[[], Awaitable[object]]] = [
            lambda: store.finish(one, done),
            lambda: store.cancel(OWNER, one.resume.id),
            lambda: store.append(one, [progress(50)]),
        ]
        if rng.random() < 0.2:
            calls.append(lambda: store.give_back(one, message="Going home", lost=False))
        rng.shuffle(calls)
        results = await asyncio.gather(*(call() for call in calls), return_exceptions=True)
        assert all(isinstance(result, LeaseLostError | ResumateError) or result for result in results)

    for start in range(0, 1000, 50):
        await asyncio.gather(*(race(one) for one in held[start : start + 50]))
    await assert_whole(store)
    for one in held:
        log = await store.history(Target(owner=OWNER, resume_id=one.resume.id), after=0, limit=100)
        assert [event.attempt for event in log if event.state.is_terminal] in ([1], [2], [])
        first = [event for event in log if event.attempt == 1]
        ended = [event for event in first if event.state.is_terminal]
        assert not ended or first[-1] is ended[0]
        assert ended or len({event.attempt for event in log}) == 2  # given back: the next attempt goes on


async def storm_of_cancelled_callers(store: SqlStore) -> set[str]:
    """Let 660 callers begin, of whom 600 give up at some moment; return whose creation was answered."""
    rng = random.Random(11)  # noqa: S311 - moments to give up at, not a secret
    answered: set[str] = set()

    async def one(number: int) -> None:
        resume_id = f"r{number}"
        await store.create(new_resume(resume_id), max_queued=PLENTY)
        answered.add(resume_id)
        held, _ = await store.claim("worker", lease_s=LEASE_S, max_attempts=1000)
        if held is not None:
            await store.append(held, [progress(percent) for percent in range(3)])
            await store.finish(held, Outcome(parsed=ParsedResume()))

    async def given_up(number: int) -> None:
        task = asyncio.create_task(one(number))
        await asyncio.sleep(rng.random() * window_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    clock = asyncio.get_running_loop()
    began = clock.time()
    await asyncio.gather(*(one(-number) for number in range(1, 61)))
    window_s = clock.time() - began  # what sixty take here and now, so that about half give up in time
    for start in range(0, 600, 60):
        await asyncio.gather(*(given_up(number) for number in range(start, start + 60)))
    return answered


@pytest.mark.slow
async def test_a_storm_of_cancelled_callers_loses_nothing(open_store: OpenStore) -> None:
    """A caller that gives up at any moment leaves a whole transaction or none, and the writer goes on."""
    async with open_store() as store:
        answered = await storm_of_cancelled_callers(store)
        async with asyncio.timeout(30):
            await store.create(new_resume("last"), max_queued=PLENTY)
    # Only the end of the store awaits transactions that nobody waits for any more; what they wrote is whole too.
    async with open_store() as store:
        await assert_whole(store)
        listed = (await store.list(ResumeQuery(owner=OWNER, limit=10_000))).resumes
        assert answered <= {resume.id for resume in listed}
    assert 60 < len(answered) < 660


@pytest.mark.slow
async def test_reading_goes_on_while_others_write(store: SqlStore) -> None:
    """Every read is of one moment: the counts of a batch and their position agree whatever is being written."""

    async def write() -> None:
        for number in range(60):
            await store.create(new_resume(f"r{number}", batch_id="b"), max_queued=PLENTY)

    async def read() -> None:
        while not writing.done():
            counts = await store.batch_counts(OWNER, "b")
            assert counts.total == counts.feed_sequence

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        for _ in range(4):
            group.create_task(read())
