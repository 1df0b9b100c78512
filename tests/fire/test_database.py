"""The database under fire: calls given up by the thousand, a read-only file, damaged pages, a torn journal."""

from __future__ import annotations

import asyncio
import math
import random
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from resumate_grpc.errors import ResumateError, StorageDamagedError, StorageUnavailableError
from resumate_grpc.jobs.ports import LeaseLostError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import State
from resumate_grpc.model.work import Outcome, ResumeQuery
from resumate_grpc.store import SqlStore
from resumate_grpc.store.runner import Writer
from tests.fire.checker import check
from tests.fire.lines import Answered, Asked
from tests.fire.recording import Recorder
from tests.fire.truth import Truth
from tests.store.conftest import LEASE_S, OWNER, PLENTY, ManualClock, claim, create, new_resume, progress

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

WAVES = 40
CALLERS = 100


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


class Storm:
    """Calls of every kind, chosen and given up at random, and written down."""

    def __init__(self, store: SqlStore, recorder: Recorder) -> None:
        self._store = store
        self._recorder = recorder
        self._rng = random.Random(5)  # noqa: S311 - moments to give up at, not a secret

    async def wave(self, numbers: Iterable[int], *, within_s: float) -> None:
        """Call as many at once, each given up after a random time up to `within_s`."""
        await asyncio.gather(*(self._given_up(number, within_s) for number in numbers))

    async def _given_up(self, number: int, within_s: float) -> None:
        task = asyncio.create_task(self._call(number))
        await asyncio.wait({task}, timeout=None if math.isinf(within_s) else self._rng.random() * within_s)
        task.cancel()
        (result,) = await asyncio.gather(task, return_exceptions=True)
        assert result is None or isinstance(result, asyncio.CancelledError | ResumateError | LeaseLostError), result

    async def _call(self, number: int) -> None:
        resume_id = f"r{self._rng.randrange(max(1, number))}"
        kind = self._rng.choice(("Upload", "Upload", "Upload", "work", "work", "Cancel", "Retry", "Delete"))
        if kind == "Upload":
            await self._upload(number)
        elif kind == "work":
            await self._work()
        else:
            await self._change(f"{kind}Resume", resume_id)

    async def _upload(self, number: int) -> None:
        asked = Asked(
            id=self._recorder.new_id(), call="Upload", request_id=f"q{number // 2}", sha256=f"sha-{number // 2}"
        )
        self._recorder.write(asked)
        new = new_resume(f"r{number}", request_id=asked.request_id, sha256=asked.sha256, batch_id="b")
        resume, _ = await self._store.create(new, max_queued=PLENTY)
        self._recorder.write(Answered(id=asked.id, code="OK", resume_id=resume.id, attempt=1, sequence=1))

    async def _work(self) -> None:
        held, _ = await self._store.claim("worker", lease_s=LEASE_S, max_attempts=1000)
        if held is not None:
            await self._store.append(held, [progress(percent) for percent in (10, 20)])
            await self._store.renew(held, lease_s=LEASE_S)
            await self._store.finish(held, Outcome(parsed=ParsedResume(text="Ada")))

    async def _change(self, call: str, resume_id: str) -> None:
        asked = Asked(id=self._recorder.new_id(), call=call, resume_id=resume_id)
        self._recorder.write(asked)
        attempt = sequence = 0
        if call == "DeleteResume":
            await self._store.delete(OWNER, resume_id, if_etag="")
        else:
            _, event = await (
                self._store.cancel(OWNER, resume_id)
                if call == "CancelResume"
                else self._store.retry(OWNER, resume_id, options=None, max_queued=PLENTY)
            )
            attempt, sequence = event.attempt, event.sequence
        self._recorder.write(Answered(id=asked.id, code="OK", attempt=attempt, sequence=sequence))


async def test_a_storm_of_given_up_calls_leaves_whole_transactions(tmp_path: Path, clock: ManualClock) -> None:
    """Of four thousand calls given up at random moments each has happened or has not; what was answered is there."""
    recorder = Recorder()
    path = tmp_path / "resumate.db"
    async with SqlStore.open(str(path), clock=clock) as store:
        storm = Storm(store, recorder)
        began = time.monotonic()
        await storm.wave(range(CALLERS), within_s=math.inf)
        within_s = 2 * (time.monotonic() - began)  # what a wave takes here and now, so that about half give up in time
        for wave in range(1, WAVES):
            await storm.wave(range(wave * CALLERS, (wave + 1) * CALLERS), within_s=within_s)
            clock.advance(LEASE_S + 1)
        await create(store, "last")
    answered = [each for _, each in recorder.recording().calls.values() if each]
    given_up = len(recorder.recording().calls) - len(answered)
    assert min(len(answered), given_up) > WAVES * CALLERS // 20, (len(answered), given_up)
    check(recorder.recording(), Truth.read(path, owner=OWNER))


async def test_a_database_that_cannot_be_written_says_so_and_recovers(tmp_path: Path, clock: ManualClock) -> None:
    """Writes are refused as unavailable, reads go on, and when it can be written again they are done."""
    async with SqlStore.open(str(tmp_path / "resumate.db"), clock=clock) as store:
        await create(store, "r1")

        def set_read_only(value: str) -> None:
            writer = store._writer  # noqa: SLF001 - what a read-only file system strikes
            assert isinstance(writer, Writer)
            with writer._engine.connect() as connection:  # noqa: SLF001
                driver = connection.connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                driver.execute(f"PRAGMA query_only = {value}")

        set_read_only("ON")
        for call in (create(store, "r2"), store.cancel(OWNER, "r1"), claim(store)):
            with pytest.raises(StorageUnavailableError, match="nothing was changed"):
                await call
        assert (await store.get(OWNER, "r1", with_parsed=False)).state is State.QUEUED
        set_read_only("OFF")
        await create(store, "r2")
        assert (await store.counts())[State.QUEUED] == 2


async def test_a_damaged_page_is_told_and_harms_no_other(tmp_path: Path, clock: ManualClock) -> None:
    """What is on the page cannot be had and is told so; the rest can be read, written and claimed."""
    path = tmp_path / "resumate.db"
    async with SqlStore.open(str(path), clock=clock) as store:
        await create(store, "r1")
        held = await claim(store)
        await store.finish(held, Outcome(parsed=ParsedResume(text="Ada Example")))
    _damage(path, table="parsed")
    async with SqlStore.open(str(path), clock=clock) as store:
        for call in (
            store.get(OWNER, "r1", with_parsed=True),
            store.list(ResumeQuery(owner=OWNER, text="Ada", limit=10)),
        ):
            with pytest.raises(StorageDamagedError, match="restore a backup"):
                await call
        assert (await store.get(OWNER, "r1", with_parsed=False)).state is State.SUCCEEDED
        await create(store, "r2")
        again = await claim(store)
        with pytest.raises(StorageDamagedError):
            await store.finish(again, Outcome(parsed=ParsedResume(text="Bob Example")))
        assert (await store.get(OWNER, "r2", with_parsed=False)).state is State.PROCESSING
        assert await store.append(again, [progress(50)])


@pytest.mark.parametrize("torn", [b"\0" * 4096, b"\xff" * 5000, b"half a frame"])
async def test_a_torn_end_of_the_journal_loses_nothing(tmp_path: Path, clock: ManualClock, torn: bytes) -> None:
    """What a power cut left half written after the last commit is ignored; all that was answered is there."""
    path, copy = tmp_path / "resumate.db", tmp_path / "copy"
    copy.mkdir()
    async with SqlStore.open(str(path), clock=clock) as store:
        await create(store, "r1", "r2")
        held = await claim(store)
        await store.append(held, [progress(10), progress(20)])
        for name in ("resumate.db", "resumate.db-wal"):  # as a kill leaves them
            (copy / name).write_bytes((tmp_path / name).read_bytes())
        answered = Truth.read(path, owner=OWNER)
    with (copy / "resumate.db-wal").open("ab") as journal:
        journal.write(torn)
    async with SqlStore.open(str(copy / "resumate.db"), clock=clock) as store:
        await store.append(held, [progress(30)])
    revived = Truth.read(copy / "resumate.db", owner=OWNER)
    assert list(revived.events)[:-1] == list(answered.events)
    check(Recorder().recording(), revived)


async def test_a_journal_with_another_database_s_frames_is_not_believed(tmp_path: Path, clock: ManualClock) -> None:
    """A journal that was left beside a restored database cannot undo what the database holds."""
    path, other = tmp_path / "resumate.db", tmp_path / "other.db"
    async with SqlStore.open(str(other), clock=clock) as store:
        await create(store, "stranger")
        journal = (tmp_path / "other.db-wal").read_bytes()
    async with SqlStore.open(str(path), clock=clock) as store:
        await create(store, "r1")
    # Its header was torn too, as when a copy was cut off.
    (tmp_path / "resumate.db-wal").write_bytes(bytes(16) + journal[16:])
    async with SqlStore.open(str(path), clock=clock) as store:
        assert (await store.get(OWNER, "r1", with_parsed=False)).state is State.QUEUED
    check(Recorder().recording(), Truth.read(path, owner=OWNER))


def _damage(path: Path, *, table: str) -> None:
    """Overwrite the root page of a table; nobody may have the file open."""
    with closing(sqlite3.connect(path)) as connection:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * page_size)
        file.write(b"\xa5" * page_size)
