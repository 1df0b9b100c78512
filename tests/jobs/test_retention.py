"""What retention takes away, as users of the use cases see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.errors import FileMissingError, HistoryGoneError, ResumeNotFoundError
from resumate_grpc.jobs.resumes import Resumes, Upload
from resumate_grpc.jobs.retention import Retention, Sweeper
from resumate_grpc.jobs.updates import Beat, Occurred, Update
from resumate_grpc.model.progress import Stage, State
from resumate_grpc.model.resume import Resume
from resumate_grpc.model.work import NewEvent, Outcome, Target
from tests.jobs.conftest import OWNER, PARSED, World, stream_of

AT_ONCE = timedelta(microseconds=1)


def sweeper(world: World, **retention: timedelta) -> Sweeper:
    return Sweeper(
        expiry=world.store,
        files=world.files,
        resumes=world.resumes,
        clock=SystemClock(),
        retention=Retention(**retention),
    )


async def ended(world: World, *, events: int = 10) -> Resume:
    """Make a résumé that has ended, with so many events."""
    resume = await world.upload(batch_id="b")
    held, _ = await world.store.claim("worker", lease_s=60, max_attempts=3)
    assert held is not None
    news = [NewEvent(stage=Stage.NLP_PARSING, stage_percent=1, percent=1, message="Reading")] * (events - 3)
    await world.store.append(held, news)
    await world.store.finish(held, Outcome(parsed=PARSED))
    return resume


def targets(resume: Resume) -> list[Target]:
    return [Target(owner=OWNER, resume_id=resume.id), Target(owner=OWNER, batch_id="b"), Target(owner=OWNER)]


def watch(world: World, target: Target, *, after: int = 0) -> AsyncGenerator[Update, None]:
    return stream_of(world, target, after=after, epoch="", follow=True, heartbeat_s=0.05)


async def test_a_watch_behind_the_purge_is_refused_and_one_past_it_is_not(world: World) -> None:
    """The refusal says what is still held, and from there everything comes."""
    resume = await ended(world)
    await sweeper(world, events=AT_ONCE).sweep()
    for target in targets(resume):
        with pytest.raises(HistoryGoneError) as caught:
            await anext(watch(world, target, after=8))
        assert caught.value.first_available == 10
        with pytest.raises(HistoryGoneError):
            await world.watches.page(target, after=0, limit=10, epoch="")
        async with asyncio.timeout(5), aclosing(watch(world, target, after=9)) as updates:
            update = await anext(updates)
        assert isinstance(update, Occurred)
        assert update.event.state is State.SUCCEEDED


async def test_live_watchers_past_the_purge_do_not_notice(world: World) -> None:
    """Who has seen what is purged goes on as before: a heartbeat, then the next attempt's events."""
    resume = await ended(world)
    watching = [watch(world, target) for target in targets(resume)]
    async with asyncio.timeout(10):
        for updates in watching:
            while not isinstance(await anext(updates), Beat):
                pass
        await sweeper(world, events=AT_ONCE).sweep()
        for updates in watching:
            assert isinstance(await _next_but_counts(updates), Beat)
        await world.resumes.retry(OWNER, resume.id, options=None)
        for updates in watching:
            while not isinstance(update := await anext(updates), Occurred):
                pass
            assert update.event.sequence == 11
            await updates.aclose()


async def _next_but_counts(updates: AsyncGenerator[Update, None]) -> Update:
    while not isinstance(update := await anext(updates), Beat | Occurred):
        pass
    return update


@pytest.mark.parametrize("which", [0, 1, 2], ids=["résumé", "batch", "feed"])
async def test_a_watcher_that_the_purge_overtakes_is_told(world: World, which: int) -> None:
    """Who reads history more slowly than retention removes it gets the refusal, never a hole."""
    resume = await ended(world, events=600)
    updates = watch(world, targets(resume)[which])
    async with asyncio.timeout(10), aclosing(updates):
        seen = [await anext(updates) for _ in range(3)]
        await sweeper(world, events=AT_ONCE).sweep()
        with pytest.raises(HistoryGoneError) as caught:
            await _rest(updates, seen)
    numbers = [update.event.sequence for update in seen if isinstance(update, Occurred)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 3 <= len(numbers) < 600
    assert caught.value.first_available == 600


async def _rest(updates: AsyncGenerator[Update, None], seen: list[Update]) -> None:
    async for update in updates:
        seen.append(update)  # noqa: PERF401 - what came before it raises counts


async def test_an_expired_file_is_gone_and_everything_says_so(world: World) -> None:
    """Bytes are removed, a download and a retry say that they are missing, the result stays."""
    resume = await ended(world)
    await sweeper(world, files=AT_ONCE).sweep()
    assert not world.files.kept
    with pytest.raises(FileMissingError):
        await world.resumes.open_file(OWNER, resume.id)
    with pytest.raises(FileMissingError):
        await world.resumes.retry(OWNER, resume.id, options=None)
    assert (await world.resumes.get(OWNER, resume.id, with_parsed=True)).parsed == PARSED


async def test_a_file_outlives_who_expires_first(world: World) -> None:
    """The same bytes uploaded again are kept for the later one."""
    first = await world.upload(text="the same")
    await world.resumes.cancel(OWNER, first.id)
    second = await world.upload(text="the same")
    await sweeper(world, files=AT_ONCE).sweep()
    assert world.has_bytes_of("the same")
    with pytest.raises(FileMissingError):
        await world.resumes.open_file(OWNER, first.id)
    _, content = await world.resumes.open_file(OWNER, second.id)
    assert b"".join([piece async for piece in content]) == b"the same"


async def test_an_expired_resume_is_deleted_with_everything(world: World) -> None:
    """Its watch ends, row and bytes are gone; another's stays."""
    world.resumes = _expiring(world.resumes, after_s=0.0)
    resume = await ended(world)
    updates = watch(world, Target(owner=OWNER, resume_id=resume.id))
    async with asyncio.timeout(10):
        while not isinstance(await anext(updates), Beat):
            pass
        world.resumes = _expiring(world.resumes, after_s=None)
        other = await world.upload()
        await sweeper(world).sweep()
        with pytest.raises(ResumeNotFoundError):
            await _rest(updates, [])
    with pytest.raises(ResumeNotFoundError):
        await world.resumes.get(OWNER, resume.id, with_parsed=False)
    assert set(world.files.kept) == {other.sha256}


def _expiring(resumes: Resumes, *, after_s: float | None) -> Resumes:
    resumes._expire_after_s = after_s  # noqa: SLF001 - as it was made with another setting
    return resumes


async def test_files_that_nobody_has_are_removed_at_start(world: World) -> None:
    """What a process killed between file and row left behind goes; what a résumé has, of any state, stays."""
    kept = [await world.upload(), await ended(world)]
    for number in range(200):
        await world.files.put(f"{number:064x}", b"left behind")
    await sweeper(world).drop_orphans()
    assert set(world.files.kept) == {resume.sha256 for resume in kept}


async def test_an_upload_under_way_is_not_taken_for_left_behind(world: World) -> None:
    """Between its file and its row an upload holds the file: the sweep waits and then finds the row."""
    put, go_on = asyncio.Event(), asyncio.Event()
    real = world.files.put

    async def slowly(sha256: str, content: bytes) -> None:
        await real(sha256, content)
        put.set()
        await go_on.wait()

    world.files.put = slowly  # type: ignore[method-assign]
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        uploading = group.create_task(world.upload())
        await put.wait()
        sweeping = group.create_task(sweeper(world).drop_orphans())
        await asyncio.sleep(0.05)
        assert not sweeping.done()
        go_on.set()
    assert set(world.files.kept) == {uploading.result().sha256}


async def test_who_asks_again_waits_for_no_hold_of_a_dead_server(world: World) -> None:
    """A server that dies between a row and its hold's end leaves the hold for minutes; the next answers at once."""
    upload = Upload(filename="cv.txt", content=b"Ada Example, again", request_id="once")
    first, _ = await world.resumes.upload(OWNER, upload)
    async with asyncio.timeout(10), world.files.keeping(first.sha256):
        again, deduplicated = await world.resumes.upload(OWNER, upload)
    assert (again.id, deduplicated) == (first.id, True)
    assert first.sha256 in world.files.kept


async def test_the_sweeper_goes_on_after_a_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that fails once is asked again."""
    resume = await ended(world)
    real, calls = world.store.purge_events, 0

    async def failing(**how: object) -> int:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("disk full")
        return await real(**how)  # type: ignore[arg-type]

    monkeypatch.setattr(world.store, "purge_events", failing)
    task = asyncio.create_task(sweeper(world, events=timedelta(milliseconds=10)).run())
    async with asyncio.timeout(10):
        while (await world.store.bounds(Target(owner=OWNER, resume_id=resume.id))).first_available < 10:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("retention", "interval_s"),
    [
        (Retention(), 60.0),
        (Retention(events=timedelta(days=30)), 60.0),
        (Retention(files=timedelta(seconds=60), events=timedelta(days=1)), 6.0),
        (Retention(resumes=timedelta(milliseconds=1)), 0.1),
    ],
)
def test_how_often_to_look(retention: Retention, interval_s: float) -> None:
    """Ten times in the shortest retention, at least once a minute, never without a pause."""
    assert replace(retention).interval_s == interval_s
