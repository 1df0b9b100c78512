"""A store of files that is away costs no résumé an attempt that counts; a file that it keeps back does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from resumate_grpc.errors import ErrorReason
from resumate_grpc.jobs import worker as workers
from resumate_grpc.jobs.attempt import FILES_AWAY
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.work import Target
from tests.jobs.conftest import OWNER, World
from tests.jobs.test_worker import ended

RESUMES = 6
SLOTS = 2


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a store that is away often."""
    monkeypatch.setattr(workers, "ASK_FILES_S", 0.02)
    monkeypatch.setattr(workers, "ASK_FILES_AT_LEAST_S", 0.02)


async def log_of(world: World, resume_id: str) -> Sequence[ProgressEvent]:
    return await world.store.history(Target(owner=OWNER, resume_id=resume_id), after=0, limit=100)


async def given_back(world: World, resume_id: str) -> None:
    """Wait until a worker found the store away."""
    async with asyncio.timeout(10):
        while not any(event.message == FILES_AWAY for event in await log_of(world, resume_id)):  # noqa: ASYNC110 - the log
            await asyncio.sleep(0.01)


async def test_an_outage_costs_no_resume_its_life(world: World) -> None:
    """However long the store is away: at most one attempt for each slot is given back, and all succeed afterwards."""
    ids = [(await world.upload()).id for _ in range(RESUMES)]
    world.files.away = True
    asked = 0
    async with world.working(SLOTS), asyncio.timeout(20):

        async def answers() -> bool:
            nonlocal asked
            asked += 1
            return not world.files.away

        world.files.answers = answers  # type: ignore[method-assign]
        # Long past what would have been its end.
        while asked < 10 * world.ports.max_attempts:  # noqa: ASYNC110 - counted above
            await asyncio.sleep(0.01)
        counts = await world.store.counts()
        assert counts[State.QUEUED] == RESUMES
        world.files.away = False
        done = [await ended(world, resume_id) for resume_id in ids]
    assert {resume.state for resume in done} == {State.SUCCEEDED}
    given_back = [event for resume_id in ids for event in await log_of(world, resume_id) if event.message == FILES_AWAY]
    assert 1 <= len(given_back) <= SLOTS
    assert sum(resume.attempt - 1 for resume in done) == len(given_back)


async def test_lost_workers_are_counted_across_an_outage(world: World) -> None:
    """An outage neither counts as a lost worker nor wipes out those that were lost before it."""
    resume = await world.upload()
    for _ in range(world.ports.max_attempts - 1):
        claim, _ = await world.store.claim("dying", lease_s=0.0, max_attempts=world.ports.max_attempts)
        assert claim is not None
    lost, _ = await world.store.claim("outage", lease_s=0.0, max_attempts=world.ports.max_attempts + 1)
    assert lost is not None
    await world.store.give_back(lost, message=FILES_AWAY, lost=False)
    again, _ = await world.store.claim("next", lease_s=30.0, max_attempts=world.ports.max_attempts)
    assert again is not None
    assert (again.resume.id, again.lost) == (resume.id, lost.lost)


async def test_a_file_that_is_kept_back_by_a_store_that_answers_ends(world: World) -> None:
    """One object that cannot be read neither stops the worker nor loops: it ends, and the others are parsed."""
    bad, good = await world.upload(), await world.upload()
    world.files.refused.add(bad.sha256)
    async with world.working():
        done, failed = await ended(world, good.id), await ended(world, bad.id)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 1)
    assert failed.error is not None
    assert (failed.error.reason, failed.attempt) == (ErrorReason.WORKER_LOST, world.ports.max_attempts)


async def test_a_worker_without_files_leaves_work_to_one_that_has_them(world: World) -> None:
    """What it gave back is first in line, and it does not take it again while it cannot read."""
    resume = await world.upload()
    world.files.away = True
    async with world.working():
        await given_back(world, resume.id)
        claim, _ = await world.store.claim("other", lease_s=30.0, max_attempts=world.ports.max_attempts)
        assert claim is not None
        assert (claim.resume.id, claim.lost) == (resume.id, 0)


async def test_a_worker_that_waits_for_files_can_be_drained(world: World) -> None:
    """Its end waits for no store."""
    resume = await world.upload()
    world.files.away = True
    async with asyncio.timeout(10):
        async with world.working():
            await given_back(world, resume.id)
    assert (await world.store.counts())[State.QUEUED] == 1
