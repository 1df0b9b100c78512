"""Stages that take longer than usual: when that is told, and in which words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.overdue import LEAST_S, UNMEASURED_S, Overdue
from resumate_grpc.model.progress import Doing, ProgressEvent, Stage, State
from resumate_grpc.model.work import Target
from tests.jobs.conftest import OWNER, World
from tests.jobs.test_worker import ended


def test_a_notice_is_due_once_the_limit_is_passed_and_then_at_twice_the_time() -> None:
    """The first after what is usual, each other after twice as long: few, however long it lasts."""
    overdue = Overdue(100.0)
    overdue.enter(Stage.TEXT_EXTRACTION, limit_s=3.0, now=100.0)
    due = []
    for _ in range(4):
        due.append(overdue.due_at)
        overdue.notice(overdue.due_at)
    assert due == [103.0, 106.0, 112.0, 124.0]


def test_what_is_usual_is_never_below_a_second_and_fifteen_where_nothing_was_measured() -> None:
    """Nobody wonders about tenths of a second; and an answer that never comes is told also by a new installation."""
    overdue = Overdue(0.0)
    assert overdue.due_at == UNMEASURED_S
    overdue.usual(0.02)
    assert overdue.due_at == LEAST_S


def test_a_notice_names_the_cause_and_since_when() -> None:
    """The time is that of what is being done now, not of the whole stage; a new stage begins anew."""
    overdue = Overdue(0.0)
    overdue.does("no OCR process has been free", 0.0)
    overdue.does("page 3 has been read by OCR", 2.0)
    overdue.does("page 3 has been read by OCR", 7.0)
    assert overdue.notice(10.0) == "This takes longer than usual: page 3 has been read by OCR for 8 s"
    overdue.enter(Stage.AI_ENHANCEMENT, limit_s=5.0, now=20.0)
    overdue.enter(Stage.AI_ENHANCEMENT, limit_s=5.0, now=24.0)  # some of the answer came
    assert overdue.notice(36.0) == "This takes longer than usual: the language model has not answered for 12 s"


@pytest.mark.slow
async def test_a_stage_that_stays_says_so_in_the_log(world: World) -> None:
    """Its percents stay, its message names the cause, the attempt goes on and ends as ever."""
    world.parser.doing = Doing(what="no worker process has been free")
    for number in range(20):  # of fewer the 99th percentile says nothing
        await world.upload(text=f"Ada Example {number}")
    async with world.working():
        await until(world, lambda counts: counts[State.SUCCEEDED] == 20)
    world.ports = replace(world.ports, estimator=Estimator(statistics=world.store, clock=SystemClock(), workers=1))
    world.parser.gate.clear()
    resume = await world.upload(text="Grace Example")
    target = Target(owner=OWNER, resume_id=resume.id)
    async with world.working(), asyncio.timeout(20):
        told: ProgressEvent | None = None
        while told is None:
            await asyncio.sleep(0.02)
            events = await world.store.history(target, after=0, limit=50)
            told = next((event for event in events if "longer" in event.message), None)
        world.parser.gate.set()
        done = await ended(world, resume.id)
    assert told.message == "This takes longer than usual: no worker process has been free for 1 s"
    assert told.stage is Stage.TEXT_EXTRACTION
    assert told.estimated_remaining_s is not None
    assert done.state is State.SUCCEEDED
    percents = [event.percent for event in await world.store.history(target, after=0, limit=50)]
    assert percents == sorted(percents)


async def until(world: World, reached: Callable[[dict[State, int]], bool]) -> None:
    async with asyncio.timeout(20):
        while not reached(await world.store.counts()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
