"""Scans in the worker: text goes on while they are read, and their attempt goes on where they are."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from resumate_grpc.jobs.attempt import IT_IS_A_SCAN
from resumate_grpc.jobs.resumes import Upload
from resumate_grpc.model.progress import State
from resumate_grpc.model.work import Target
from resumate_grpc.parsing.recognised import ScansFoundError
from tests.jobs.conftest import OWNER, PARSED, ScriptedParser, World
from tests.jobs.test_worker import ended

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def with_scanner(world: World) -> ScriptedParser:
    """Give the world a parser of its own for scans."""
    scanner = ScriptedParser()
    world.ports = replace(world.ports, scan_parser=scanner)
    return scanner


async def test_a_scan_that_is_found_goes_to_the_other_lane(world: World) -> None:
    """The attempt stays the same, its percent never falls, and exactly one event tells of the change."""
    with_scanner(world)
    world.parser.failures.append(ScansFoundError([1]))
    resume = await world.upload()
    async with world.working(slots=1, ocr_slots=1):
        done = await ended(world, resume.id)
    assert (done.state, done.attempt, done.parsed) == (State.SUCCEEDED, 1, PARSED)
    history = await world.store.history(Target(owner=OWNER, resume_id=resume.id), after=0, limit=50)
    assert [event.sequence for event in history] == list(range(1, len(history) + 1))
    assert [event.percent for event in history] == sorted(event.percent for event in history)
    assert [event.message for event in history].count(IT_IS_A_SCAN) == 1


async def test_text_does_not_wait_for_scans(world: World) -> None:
    """With scans at work and in line, one slot for text is enough for a text to end."""
    scanner = with_scanner(world)
    scanner.gate.clear()
    world.parser.failures += [ScansFoundError([1]), ScansFoundError([1, 2])]
    found = [await world.upload() for _ in range(2)]
    pictures = [
        (await world.resumes.upload(OWNER, Upload(filename="cv.png", content=PNG + bytes([number]))))[0]
        for number in range(3)
    ]
    text = await world.upload()
    async with world.working(slots=1, ocr_slots=1):
        assert (await ended(world, text.id)).state is State.SUCCEEDED
        for scan in [*found, *pictures]:
            assert not (await world.resumes.get(OWNER, scan.id, with_parsed=False)).state.is_terminal
        scanner.gate.set()
        for scan in [*found, *pictures]:
            assert (await ended(world, scan.id)).state is State.SUCCEEDED


async def test_a_scan_in_line_outlives_its_worker(world: World) -> None:
    """What was handed over and not taken up is read by the next program, in the same attempt."""
    with_scanner(world)
    world.parser.failures.append(ScansFoundError([1]))
    resume = await world.upload()
    target = Target(owner=OWNER, resume_id=resume.id)
    async with world.working(slots=1), asyncio.timeout(5):
        while (await world.store.history(target, after=0, limit=50))[-1].message != IT_IS_A_SCAN:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await world.store.void_leases()
    async with world.working(slots=1, ocr_slots=1):
        done = await ended(world, resume.id)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 1)
