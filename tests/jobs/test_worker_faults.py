"""The worker where the moment or the database is unkind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from resumate_grpc.jobs.ports import Expectation, unexpected
from resumate_grpc.jobs.worker import Worker
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.work import Claim, Lane
from tests.jobs.conftest import OWNER, World
from tests.jobs.test_worker import LOST, ended


async def test_what_is_claimed_while_draining_is_given_back(world: World) -> None:
    """A claim that comes when the drain has begun is no reason to parse: the résumé waits for the next worker."""
    claiming, claimed = asyncio.Event(), asyncio.Event()
    real = world.store.claim

    async def slow(
        worker: str,
        *,
        lease_s: float,
        max_attempts: int,
        lane: Lane = Lane.TEXT,
        expected: Expectation = unexpected,
    ) -> tuple[Claim | None, Sequence[ProgressEvent]]:
        result = await real(worker, lease_s=lease_s, max_attempts=max_attempts, lane=lane, expected=expected)
        claiming.set()
        await claimed.wait()
        return result

    world.store.claim = slow  # type: ignore[method-assign]
    world.parser.gate.clear()
    resume = await world.upload()
    worker = Worker(name="tests", slots=1, ports=world.ports)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        await claiming.wait()
        draining = group.create_task(worker.drain(grace_s=0.01))
        await asyncio.sleep(0.05)  # past the grace time
        claimed.set()
        await draining
    assert not world.parser.started.is_set()
    assert (await world.resumes.get(OWNER, resume.id, with_parsed=False)).state is State.QUEUED


@pytest.mark.slow
async def test_a_database_that_fails_does_not_end_the_worker(world: World) -> None:
    """An attempt that could write neither its end nor its return is left to its lease; the worker goes on."""
    failures = [OSError("disk full")] * 2
    real_append, real_give_back = world.store.append, world.store.give_back

    async def append(claim: Claim, events: object) -> Sequence[ProgressEvent]:
        if failures:
            raise failures.pop()
        return await real_append(claim, events)  # type: ignore[arg-type]

    async def give_back(claim: Claim, *, message: str, lost: bool) -> ProgressEvent:
        if failures:
            raise failures.pop()
        return await real_give_back(claim, message=message, lost=lost)

    world.store.append = append  # type: ignore[method-assign]
    world.store.give_back = give_back  # type: ignore[method-assign]
    world.ports = replace(world.ports, lease_s=0.2)
    resume = await world.upload()
    async with world.working():
        done = await ended(world, resume.id)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)


async def test_whoever_gives_up_on_lost_workers_is_counted(world: World) -> None:
    """A résumé that a claim ends as WORKER_LOST is an outcome like any other."""
    resume = await world.upload()
    for _ in range(world.ports.max_attempts):
        claim, _ = await world.store.claim("dying", lease_s=0.0, max_attempts=world.ports.max_attempts)
        assert claim is not None
    async with world.working():
        done = await ended(world, resume.id)
    assert done.state is State.FAILED
    assert world.metrics.endings == [(State.FAILED, LOST.parse_reason.value)]
