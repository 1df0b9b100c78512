"""Attempts: outcomes, cancelling, losing workers, draining."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Sequence
from dataclasses import replace

import pytest

from resumate_grpc.errors import (
    EmptyFileError,
    ErrorReason,
    FileTooLargeError,
    ParsingError,
    ResumeNotFoundError,
    UnsupportedFormatError,
    WrongStateError,
)
from resumate_grpc.jobs import worker
from resumate_grpc.jobs.ports import Stopped
from resumate_grpc.jobs.resumes import Upload
from resumate_grpc.model.parsed import PersonalInfo
from resumate_grpc.model.progress import State
from resumate_grpc.model.resume import ParseOptions, Resume
from resumate_grpc.model.work import Load, ResumeQuery, Target
from tests.jobs.conftest import OWNER, PARSED, World

LOST = ParsingError(ErrorReason.WORKER_LOST, "The process died", retryable=True)


async def ended(world: World, resume_id: str) -> Resume:
    async with asyncio.timeout(5):
        while True:
            resume = await world.resumes.get(OWNER, resume_id, with_parsed=True)
            if resume.state.is_terminal:
                return resume
            await asyncio.sleep(0.01)


async def test_a_success_bears_result_and_measured_times(world: World) -> None:
    """The result is kept; the next upload's estimate comes from what was measured."""
    resume = await world.upload()
    assert resume.estimated_duration_s is None
    async with world.working():
        done = await ended(world, resume.id)
    assert (done.state, done.parsed) == (State.SUCCEEDED, PARSED)
    times = await world.store.stage_times(limit=5)
    assert [sample.media_type for sample in times] == [resume.media_type]
    assert (await world.upload()).estimated_duration_s is None or times[0].total_s > 0
    assert world.metrics.endings == [(State.SUCCEEDED, "")]


async def test_ai_enhancement_asked_for_and_not_there_is_a_warning(world: World) -> None:
    """The parse succeeds and says what was missing."""
    upload = Upload(filename="cv.txt", content=b"Ada Example", options=ParseOptions(ai_enhancement=True))
    resume, _ = await world.resumes.upload(OWNER, upload)
    async with world.working():
        done = await ended(world, resume.id)
    assert done.parsed is not None
    assert [warning.reason for warning in done.parsed.warnings] == ["AI_UNAVAILABLE"]


@pytest.mark.parametrize(
    ("failures", "state", "attempt"),
    [
        ([ParsingError(ErrorReason.CORRUPT_FILE, "damaged")], State.FAILED, 1),
        ([LOST], State.SUCCEEDED, 2),
        ([LOST, LOST, LOST], State.FAILED, 3),
        ([RuntimeError("a defect of ours")], State.SUCCEEDED, 2),
    ],
)
async def test_what_a_lost_worker_costs(world: World, failures: list[Exception], state: State, attempt: int) -> None:
    """A damaged file fails at once; a lost worker is tried again, up to the limit; watchers see one ending."""
    world.parser.failures = list(failures)
    resume = await world.upload()
    async with world.working():
        done = await ended(world, resume.id)
    assert (done.state, done.attempt) == (state, attempt)
    history = await world.store.history(Target(owner=OWNER, resume_id=resume.id), after=0, limit=100)
    assert [event.sequence for event in history] == list(range(1, len(history) + 1))
    assert sum(event.state.is_terminal for event in history) == 1
    if state is State.FAILED and attempt == 3:
        assert done.error is not None
        assert done.error.reason is ErrorReason.WORKER_LOST


async def test_missing_bytes_end_as_file_missing(world: World) -> None:
    """A résumé whose file is gone fails with a reason and does not loop."""
    resume = await world.upload()
    world.files.kept.clear()
    async with world.working():
        done = await ended(world, resume.id)
    assert done.error is not None
    assert done.error.reason is ErrorReason.FILE_MISSING


async def test_cancelling_ends_the_parse_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is durable, the process is stopped, the attempt has one ending, the slot takes the next résumé."""
    monkeypatch.setattr("resumate_grpc.jobs.attempt.MAX_RENEWAL_INTERVAL_S", 60.0)  # so that it is not by chance
    world.parser.gate.clear()
    resume = await world.upload()
    async with world.working():
        await asyncio.wait_for(world.parser.started.wait(), 5)
        cancelled = await world.resumes.cancel(OWNER, resume.id)
        assert cancelled.state is State.CANCELLED
        async with asyncio.timeout(5):
            await world.parser.left.wait()
        world.parser.gate.set()
        done = await ended(world, (await world.upload()).id)
    assert done.state is State.SUCCEEDED
    assert world.parser.cancelled == 1
    history = await world.store.history(Target(owner=OWNER, resume_id=resume.id), after=0, limit=100)
    assert [event.state for event in history if event.state.is_terminal] == [State.CANCELLED]
    with pytest.raises(WrongStateError):
        await world.resumes.cancel(OWNER, resume.id)


async def test_a_notice_of_an_attempt_before_stops_nothing(world: World) -> None:
    """The bus may repeat itself: whoever hears that an attempt was cancelled asks the log whether it is this one."""
    world.parser.gate.clear()
    resume = await world.upload()
    async with world.working():
        await asyncio.wait_for(world.parser.started.wait(), 5)
        world.bus.publish(Stopped(owner=OWNER, resume_id=resume.id))
        await world.upload(owner="somebody-else")  # a writing behind the worker's own: that one is answered
        world.parser.gate.set()
        done = await ended(world, resume.id)
    assert (done.state, done.attempt, world.parser.cancelled) == (State.SUCCEEDED, 1, 0)


async def test_a_waiting_resume_can_be_cancelled_and_retried(world: World) -> None:
    """Cancel needs no worker; retry queues the next attempt."""
    resume = await world.upload()
    await world.resumes.cancel(OWNER, resume.id)
    again = await world.resumes.retry(OWNER, resume.id, options=None)
    assert (again.state, again.attempt) == (State.QUEUED, 2)
    with pytest.raises(WrongStateError):
        await world.resumes.retry(OWNER, resume.id, options=None)


async def test_a_worker_told_to_claim_no_more_finishes_what_it_has(world: World) -> None:
    """From the first signal on nothing new is begun, however long the rest of the service takes to end."""
    world.parser.gate.clear()
    running, waiting = await world.upload(), await world.upload()
    async with world.working() as worker:
        await asyncio.wait_for(world.parser.started.wait(), 5)
        worker.stop_claiming()
        world.parser.gate.set()
        assert (await ended(world, running.id)).state is State.SUCCEEDED
        await asyncio.sleep(0.1)
    assert (await world.resumes.get(OWNER, waiting.id, with_parsed=False)).state is State.QUEUED


async def test_how_an_attempt_ended_is_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever runs the service finds a résumé's id, state and reason there, and nothing of what it says."""
    world.parser.failures = [ParsingError(ErrorReason.CORRUPT_FILE, "damaged at 'Ada Example'")]
    resume = await world.upload()
    with caplog.at_level("INFO", logger="resumate_grpc.jobs.attempt"):
        async with world.working():
            await ended(world, resume.id)
    logged = [record for record in caplog.records if record.message == "attempt ended"]
    assert [record.__dict__[name] for record in logged for name in ("resume_id", "attempt", "state", "reason")] == [
        resume.id, 1, "FAILED", "CORRUPT_FILE",
    ]  # fmt: skip
    assert "Ada" not in caplog.text


async def test_a_log_that_cannot_be_written_ends_no_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk is full attempts cannot be ended; the worker goes on, and what comes afterwards is parsed."""

    async def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(world.store, "finish", full)
        disk.setattr(world.store, "give_back", full)
        async with world.working():
            await world.upload()
            await asyncio.wait_for(world.parser.started.wait(), 5)
            await asyncio.sleep(0.1)
            disk.undo()
            assert (await ended(world, (await world.upload()).id)).state is State.SUCCEEDED


async def test_draining_gives_running_work_back(world: World) -> None:
    """What does not finish in time is queued again, not lost, and the next worker does it."""
    world.parser.gate.clear()
    resume = await world.upload()
    async with world.working() as worker:
        await asyncio.wait_for(world.parser.started.wait(), 5)
        await worker.drain(grace_s=0.05)
    back = await world.resumes.get(OWNER, resume.id, with_parsed=False)
    assert (back.state, back.attempt) == (State.QUEUED, 2)
    world.parser.gate.set()
    async with world.working():
        assert (await ended(world, resume.id)).state is State.SUCCEEDED


async def test_draining_gives_back_at_once_what_has_not_begun(world: World) -> None:
    """A document that waits for a process loses nothing by waiting elsewhere: the drain does not wait for it."""
    world.parser.has_process.clear()
    resume = await world.upload()
    async with world.working() as worker:
        await asyncio.wait_for(world.parser.started.wait(), 5)
        worker.stop_claiming()
        async with asyncio.timeout(30):  # the grace time never ends, and the drain does
            await worker.drain(grace_s=3600.0)
    back = await world.resumes.get(OWNER, resume.id, with_parsed=False)
    assert (back.state, back.attempt) == (State.QUEUED, 2)
    world.parser.has_process.set()
    async with world.working():
        assert (await ended(world, resume.id)).state is State.SUCCEEDED


async def test_draining_lets_work_finish_within_its_grace(world: World) -> None:
    """A parse that ends in time is not thrown away."""
    world.parser.gate.clear()
    resume = await world.upload()
    async with world.working() as worker, asyncio.TaskGroup() as group:
        await asyncio.wait_for(world.parser.started.wait(), 5)
        group.create_task(worker.drain(grace_s=5.0))
        await asyncio.sleep(0.05)
        world.parser.gate.set()
    assert (await ended(world, resume.id)).attempt == 1


async def test_deleting_takes_the_bytes_unless_shared(world: World) -> None:
    """The same file uploaded twice stays until both are deleted."""
    first, second = [await world.upload(text="Ada Example, the same") for _ in range(2)]
    await world.resumes.delete(OWNER, first.id, etag="")
    assert world.has_bytes_of("Ada Example, the same")
    await world.resumes.delete(OWNER, second.id, etag="")
    assert not world.has_bytes_of("Ada Example, the same")
    with pytest.raises(ResumeNotFoundError):
        await world.resumes.get(OWNER, first.id, with_parsed=False)


async def test_corrections_keep_evidence_honest_and_need_a_result(world: World) -> None:
    """Parsed data can be changed once it is there, with a new etag each time."""
    resume = await world.upload()
    with pytest.raises(WrongStateError):
        await world.resumes.update(OWNER, resume.id, etag="", change=lambda old: replace(old, parsed=PARSED))
    async with world.working():
        done = await ended(world, resume.id)
    better = replace(PARSED, personal_info=PersonalInfo(full_name="Ada B. Example"))
    changed = await world.resumes.update(
        OWNER, resume.id, etag=done.etag, change=lambda old: replace(old, parsed=better)
    )
    assert changed.parsed is not None
    assert changed.parsed.personal_info.full_name == "Ada B. Example"
    assert changed.etag != done.etag


@pytest.mark.parametrize(
    ("filename", "content", "error"),
    [
        ("cv.txt", b"", EmptyFileError),
        ("cv.txt", b"x" * 1001, FileTooLargeError),
        ("cv.pdf", b"MZ\x90\x00" + bytes(60), UnsupportedFormatError),
    ],
)
async def test_a_refused_upload_leaves_nothing(
    world: World, filename: str, content: bytes, error: type[Exception]
) -> None:
    """Neither bytes nor a row stay behind."""
    with pytest.raises(error):
        await world.resumes.upload(OWNER, Upload(filename=filename, content=content))
    assert not world.files.kept
    assert (await world.resumes.list(ResumeQuery(owner=OWNER))).total == 0


async def test_an_upload_whose_client_goes_away_is_whole_or_not_at_all(world: World) -> None:
    """Wherever the cancellation strikes, bytes and row are both there or neither is."""
    for steps in range(40):
        text = f"Ada Example, gone after {steps} steps"
        task = asyncio.create_task(world.upload(text=text))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await world.resumes.settled()
    names = {resume.sha256 for resume in (await world.resumes.list(ResumeQuery(owner=OWNER, limit=100))).resumes}
    assert names == set(world.files.kept)


async def test_a_worker_that_finds_nothing_does_not_reckon(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in line is read when work was heard of, and not with each poll, which goes on all the same."""
    monkeypatch.setattr(worker, "POLL_S", 0.01)
    asked = 0
    load = world.store.load

    async def counted() -> Sequence[Load]:
        nonlocal asked
        asked += 1
        return await load()

    monkeypatch.setattr(world.store, "load", counted)
    async with world.working():
        await asyncio.sleep(0.6)
        assert asked <= 2
        resume = await world.upload()
        assert (await ended(world, resume.id)).state is State.SUCCEEDED
