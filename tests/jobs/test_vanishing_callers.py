"""Calls whose caller goes away in the middle: what was written is told and carried out all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from resumate_grpc.errors import ResumateError
from resumate_grpc.jobs.ports import WORK, Notice, Stopped, WorkAvailable
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.resume import Resume
from resumate_grpc.model.work import Target
from tests.jobs.conftest import OWNER, World

Act = Callable[[World, str], Awaitable[object]]
STEPS = 12
"""More turns of the event loop than any of these calls takes."""


async def _abandoned(call: Awaitable[object], *, after_steps: int) -> None:
    """Begin a call and cancel it after so many turns of the event loop."""
    task = asyncio.ensure_future(call)
    for _ in range(after_steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _cancel(world: World, resume_id: str) -> object:
    return await world.resumes.cancel(OWNER, resume_id)


async def _retry(world: World, resume_id: str) -> object:
    return await world.resumes.retry(OWNER, resume_id, options=None)


async def test_an_abandoned_deletion_leaves_no_bytes(world: World) -> None:
    """Where the row is gone the file is gone too, wherever the cancellation strikes."""
    for steps in range(STEPS):
        resume = await world.upload(text=f"Ada Example, deleted after {steps} steps")
        await _abandoned(world.resumes.delete(OWNER, resume.id, etag=""), after_steps=steps)
        await world.resumes.settled()
        try:
            kept = (await world.resumes.get(OWNER, resume.id, with_parsed=False)).sha256 == resume.sha256
        except ResumateError:
            kept = False
        assert world.has_bytes_of(f"Ada Example, deleted after {steps} steps") is kept


@pytest.mark.parametrize(
    ("act", "prepare", "state", "told"),
    [
        (_cancel, None, State.CANCELLED, {Stopped, ProgressEvent}),
        (_retry, _cancel, State.QUEUED, {WorkAvailable, ProgressEvent}),
    ],
)
async def test_an_abandoned_change_is_told(
    world: World, act: Act, prepare: Act | None, state: State, told: set[type[Notice]]
) -> None:
    """A change that was written reaches watchers and workers, wherever the cancellation strikes."""
    heard: set[type[Notice]] = set()
    world.bus.subscribe(Target(owner=OWNER), lambda notice: heard.add(type(notice)))
    world.bus.subscribe(WORK, lambda notice: heard.add(type(notice)))
    for steps in range(STEPS):
        resume: Resume = await world.upload()
        if prepare is not None:
            await prepare(world, resume.id)
        before = (await world.resumes.get(OWNER, resume.id, with_parsed=False)).progress
        heard.clear()
        await _abandoned(act(world, resume.id), after_steps=steps)
        await world.resumes.settled()
        after = await world.resumes.get(OWNER, resume.id, with_parsed=False)
        if after.progress == before:
            assert not heard
        else:
            assert (after.state, heard) == (state, told)
