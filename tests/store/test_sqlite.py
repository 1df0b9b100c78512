"""What is SQLite's own: the file, its durability, its deletions, and constraints that no code can step over."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from resumate_grpc.errors import SettingsError
from resumate_grpc.model.parsed import Evidence, ParsedResume, PersonalInfo
from resumate_grpc.model.progress import State
from resumate_grpc.model.work import Outcome, ResumeQuery, Target
from resumate_grpc.store import SqlStore, lease_clock
from resumate_grpc.store.sqlite import connect, database_path
from tests.store.conftest import LEASE_S, OWNER, PLENTY, ManualClock, claim, create, new_resume, progress

pytestmark = pytest.mark.slow

SECRET = "Zaphod Quintessenz"  # noqa: S105 - a name to look for


async def parsed_resume(store: SqlStore, resume_id: str = "r") -> None:
    await store.create(new_resume(resume_id, filename=f"{SECRET}.pdf"), max_queued=PLENTY)
    held = await claim(store)
    await store.append(held, [progress(10, f"Reading {SECRET}")])
    evidence = (Evidence(field_path="personal_info.full_name", confidence=0.9),)
    parsed = ParsedResume(
        personal_info=PersonalInfo(full_name=SECRET), text=f"{SECRET} wrote this. " * 2000, evidence=evidence
    )
    await store.finish(held, Outcome(parsed=parsed))


async def test_reopening_keeps_everything(tmp_path: Path, clock: ManualClock) -> None:
    """Résumés, results, log, queue and epoch are as they were before the restart."""
    url = f"sqlite:///{tmp_path}/resumate.db"
    async with SqlStore.open(url, clock=clock) as store:
        await parsed_resume(store)
        await create(store, "waiting")
        query, feed = ResumeQuery(owner=OWNER, with_parsed=True), Target(owner=OWNER)
        before = (await store.list(query), await store.history(feed, after=0, limit=100), store.epoch)
    async with SqlStore.open(url, clock=clock) as store:
        assert (await store.list(query), await store.history(feed, after=0, limit=100), store.epoch) == before
        assert (await claim(store)).resume.id == "waiting"


async def test_a_clock_set_back_over_a_restart_turns_nothing_round(tmp_path: Path, clock: ManualClock) -> None:
    """Times of a log still don't go back, etags still change, and what is given back is still first in line."""
    path = str(tmp_path / "resumate.db")
    async with SqlStore.open(path, clock=clock) as store:
        await create(store, "r1")
        held = await claim(store)
    clock.jump(-86400)
    async with SqlStore.open(path, clock=clock) as store:
        await create(store, "r2")
        event = await store.give_back(held, message="Going home", lost=False)
        again = await claim(store)
        assert held.resume.progress is not None
        assert event.create_time >= held.resume.progress.create_time
        assert (again.resume.id, again.resume.etag != held.resume.etag) == ("r1", True)
        assert again.resume.update_time >= held.resume.update_time


async def test_each_database_has_its_own_epoch(tmp_path: Path, clock: ManualClock) -> None:
    """Another database is another log."""
    async with (
        SqlStore.open(str(tmp_path / "a.db"), clock=clock) as one,
        SqlStore.open(str(tmp_path / "b.db"), clock=clock) as other,
    ):
        assert one.epoch
        assert one.epoch != other.epoch


async def test_an_answered_write_survives_the_process(tmp_path: Path, clock: ManualClock) -> None:
    """A copy of the files taken while the store is open, as a kill would leave them, has all that was answered."""
    async with SqlStore.open(str(tmp_path / "resumate.db"), clock=clock) as store:
        await create(store, "r1", "r2")
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in ("resumate.db", "resumate.db-wal"):
            (copy / name).write_bytes((tmp_path / name).read_bytes())
        async with SqlStore.open(str(copy / "resumate.db"), clock=clock) as revived:
            assert (await revived.counts())[State.QUEUED] == 2


async def test_deleted_content_is_in_no_file(tmp_path: Path, clock: ManualClock) -> None:
    """After a deletion neither database nor journal holds a word of it, without waiting for a restart."""
    async with SqlStore.open(str(tmp_path / "resumate.db"), clock=clock) as store:
        await parsed_resume(store)
        await create(store, "other")

        def found() -> list[str]:
            return [file.name for file in tmp_path.iterdir() if SECRET.encode() in file.read_bytes()]

        def found_folded() -> list[str]:
            return [file.name for file in tmp_path.iterdir() if SECRET.casefold().encode() in file.read_bytes()]

        assert found()
        await store.delete(OWNER, "r", if_etag="")
        async with asyncio.timeout(5):
            while found() or found_folded():  # noqa: ASYNC110 - the journal is emptied behind the answer
                await asyncio.sleep(0.01)
        assert (await store.get(OWNER, "other", with_parsed=True)).state is State.QUEUED


@pytest.mark.slow
async def test_a_reader_delays_the_scrubbing_but_no_writer(tmp_path: Path, clock: ManualClock) -> None:
    """While somebody reads the old state, writes go on; when the reader has gone, the deleted content goes too."""
    path = tmp_path / "resumate.db"
    journal = tmp_path / "resumate.db-wal"
    async with SqlStore.open(str(path), clock=clock) as store:
        await parsed_resume(store)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM resumes").fetchone()
        await store.delete(OWNER, "r", if_etag="")
        async with asyncio.timeout(3):
            await create(store, *(f"r{number}" for number in range(5)))
        assert SECRET.encode() in journal.read_bytes()
        reader.execute("COMMIT")
        reader.close()
        async with asyncio.timeout(5):
            while SECRET.encode() in journal.read_bytes():  # noqa: ASYNC110 - emptied behind the answer
                await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO events SELECT * FROM events WHERE sequence = 1", "UNIQUE"),
        ("UPDATE events SET feed_sequence = 1", "UNIQUE"),
        ("UPDATE events SET percent = 101", "CHECK"),
        ("UPDATE events SET stage_percent = -1", "CHECK"),
        ("UPDATE events SET state = 'ODD'", "CHECK"),
        ("UPDATE events SET state = 'FAILED'", "CHECK"),
        ("UPDATE events SET state = 'CANCELLED'", "UNIQUE"),
        ("UPDATE events SET resume_id = 'nobody' WHERE sequence = 2", "FOREIGN KEY"),
        ("UPDATE resumes SET state = 'PROCESSING'", "CHECK"),
        ("UPDATE resumes SET attempt = 0", "CHECK"),
        ("UPDATE resumes SET owner = 'ada', request_id = 'q'", "UNIQUE"),
    ],
)
async def test_the_database_itself_refuses_nonsense(
    tmp_path: Path, clock: ManualClock, statement: str, constraint: str
) -> None:
    """Numbers given twice, percents out of range, a second end of an attempt: no program can write them."""
    path = tmp_path / "resumate.db"
    async with SqlStore.open(str(path), clock=clock) as store:
        await parsed_resume(store)
        await create(store, "r2")
    engine = connect(path, writer=True)
    with pytest.raises(Exception, match=f"{constraint} constraint failed"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


async def test_an_attempt_ends_once_in_the_database(tmp_path: Path, clock: ManualClock) -> None:
    """A second terminal event of an attempt cannot be inserted, one of the next attempt can."""
    path = tmp_path / "resumate.db"
    async with SqlStore.open(str(path), clock=clock) as store:
        await parsed_resume(store)
    insert = (
        "INSERT INTO events (resume_id, sequence, owner, feed_sequence, attempt, stage, stage_percent, percent,"
        " message, state, create_time) VALUES ('r', 9, 'ada', 9, ?, 'CANCELLED', 0, 0, '', 'CANCELLED', 0)"
    )
    with sqlite3.connect(path) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            connection.execute(insert, (1,))
        connection.execute(insert, (2,))
    connection.close()


async def test_results_of_a_later_version_are_read(tmp_path: Path, clock: ManualClock) -> None:
    """Fields that this version does not know, in any stored JSON, are passed over."""
    path = tmp_path / "resumate.db"
    async with SqlStore.open(str(path), clock=clock) as store:
        await parsed_resume(store)
        before = await store.get(OWNER, "r", with_parsed=True)
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE parsed SET json = json_set(json, '$.hobbies', json('[1]'), '$.skills.x', 1)")
            connection.execute("UPDATE resumes SET options = json_set(options, '$.colour', 'green')")
        connection.close()
        assert await store.get(OWNER, "r", with_parsed=True) == before


async def test_connections_are_durable_and_private(tmp_path: Path, clock: ManualClock) -> None:
    """Every connection syncs each commit, checks references, overwrites what it deletes; the file is its owner's."""
    path = tmp_path / "new folder" / "resumate.db"
    async with SqlStore.open(f"sqlite:///{path}", clock=clock):
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for writer in (True, False):
        engine = connect(path, writer=writer)
        with engine.connect() as connection:
            pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
            values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
        engine.dispose()
        assert values == ["wal", 2, 1, 1, 5000]


def _damaged(path: Path) -> None:
    path.write_bytes(b"This was never a database. " * 1000)


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()


def _folder(path: Path) -> None:
    path.mkdir()


def _readonly(path: Path) -> None:
    path.parent.chmod(0o500)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_damaged, "restore a backup"),
        (_newer, "newer version"),
        (_folder, "RESUMATE_DATA_DIR"),
        pytest.param(
            _readonly,
            "RESUMATE_DATA_DIR",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere"),
        ),
    ],
)
async def test_what_cannot_be_opened_says_what_to_do(
    tmp_path: Path, clock: ManualClock, spoil: Callable[[Path], None], says: str
) -> None:
    """A damaged, newer or unwritable database ends the start with advice."""
    folder = tmp_path / "data"
    folder.mkdir()
    spoil(folder / "resumate.db")
    with pytest.raises(SettingsError, match=says):
        async with SqlStore.open(str(folder / "resumate.db"), clock=clock):
            pass
    folder.chmod(0o700)


@pytest.mark.slow
async def test_a_disk_that_is_full_at_start_says_so(tmp_path: Path, clock: ManualClock) -> None:
    """The journal of the last run cannot be taken over: that is told like every other fault of the database."""
    path = tmp_path / "resumate.db"
    async with SqlStore.open(str(path), clock=clock):
        pass
    engine = connect(path, writer=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE filler AS SELECT zeroblob(100000) AS bytes"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        with pytest.raises(SettingsError, match="see that the disk has room"):
            async with SqlStore.open(str(path), clock=clock):
                pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        engine.dispose()


@pytest.mark.slow
async def test_a_database_that_another_holds_says_so(tmp_path: Path, clock: ManualClock) -> None:
    """A new database under another's write lock is refused after the busy timeout."""
    path = tmp_path / "resumate.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SettingsError, match="another program"):
        async with SqlStore.open(str(path), clock=clock):
            pass
    other.close()


@pytest.mark.parametrize(
    "url", ["postgresql://user:secret@host/db", "sqlite://", "sqlite:///:memory:", "://", "mysql:///x", ""]
)
def test_other_databases_are_refused(url: str) -> None:
    """What is no SQLite file is refused at start, without repeating its password."""
    with pytest.raises(SettingsError, match="RESUMATE_DATABASE_URL") as caught:
        database_path(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT * FROM events WHERE resume_id = 'r' AND owner = 'o' AND sequence > 5 ORDER BY sequence", "events_1"),
        ("SELECT * FROM events WHERE owner = 'o' AND feed_sequence > 5 ORDER BY feed_sequence", "events_2"),
        (
            "SELECT * FROM events WHERE owner = 'o' AND batch_id = 'b' AND feed_sequence > 5 ORDER BY feed_sequence",
            "ix_events_batch",
        ),
        (
            "SELECT id FROM resumes WHERE state = 'QUEUED' ORDER BY queue_rank, queue_time, id LIMIT 1",
            "ix_resumes_queue",
        ),
        ("SELECT * FROM resumes WHERE lease_expires <= 5 ORDER BY lease_expires LIMIT 1", "ix_resumes_lease"),
        ("SELECT * FROM resumes WHERE lease_expires >= 5 ORDER BY lease_expires LIMIT 1", "ix_resumes_lease"),
        (
            "SELECT id FROM resumes WHERE complete_time < 5 AND has_history = 1 ORDER BY complete_time",
            "ix_resumes_purge",
        ),
        ("SELECT id FROM resumes WHERE complete_time < 5 AND has_file = 1 ORDER BY complete_time", "ix_resumes_file"),
        ("SELECT id FROM resumes WHERE expire_time <= 5 ORDER BY expire_time", "ix_resumes_expire_time"),
        (
            "SELECT max(purged_feed_sequence) FROM resumes WHERE owner = 'o' AND batch_id = 'b' "  # noqa: ISC004
            "AND purged_feed_sequence > 0",
            "ix_resumes_purged",
        ),
        (
            "SELECT id FROM resumes WHERE owner = 'o' AND (create_time, id) < (5, 'r') ORDER BY create_time DESC",
            "ix_resumes_create_time",
        ),
        (
            "SELECT state, count(*) FROM resumes WHERE owner = 'o' AND batch_id = 'b' GROUP BY state",
            "ix_resumes_batch",
        ),
    ],
)
async def test_the_frequent_queries_use_an_index(tmp_path: Path, clock: ManualClock, query: str, index: str) -> None:
    """Claiming, history, counting a batch and listing walk an index in its order: nothing is scanned or sorted."""
    async with SqlStore.open(str(tmp_path / "resumate.db"), clock=clock):
        pass
    connection = sqlite3.connect(tmp_path / "resumate.db")
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
    connection.close()
    assert index in plan
    assert "SEARCH" in plan
    assert "TEMP B-TREE" not in plan


async def test_a_renewal_does_not_touch_the_log(tmp_path: Path, clock: ManualClock) -> None:
    """Renewing a lease leaves revision, times and numbers alone."""
    async with SqlStore.open(str(tmp_path / "resumate.db"), clock=clock) as store:
        await create(store, "r")
        held = await claim(store)
        before = await store.get(OWNER, "r", with_parsed=True)
        clock.advance(1)
        await store.renew(held, lease_s=LEASE_S)
        assert replace(await store.get(OWNER, "r", with_parsed=True)) == before


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
async def test_a_clock_that_was_set_between_two_starts_takes_no_lease_away(
    tmp_path: Path, clock: ManualClock, seconds: float
) -> None:
    """Processes that started before and after the machine's clock was set agree on which leases have run out."""
    path = str(tmp_path / "resumate.db")
    async with SqlStore.open(path, clock=clock) as older:
        clock.jump(seconds)
        async with SqlStore.open(path, clock=clock) as newer:
            await create(older, "r1", "r2")
            held, other = await claim(older), await claim(newer)
            for store in (older, newer):
                nothing, _ = await store.claim("thief", lease_s=LEASE_S, max_attempts=3)
                assert nothing is None
            clock.advance(LEASE_S + 1)
            taken = [await claim(store, "heir") for store in (newer, older)]
            assert {one.resume.id for one in taken} == {held.resume.id, other.resume.id}


@pytest.mark.parametrize("next_era", [2, 4000])
async def test_a_lease_of_an_earlier_start_of_the_machine_has_run_out(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, next_era: int
) -> None:
    """After a reboot monotonic time begins anew: whoever held a lease is dead, however long it seemed to last."""
    path = str(tmp_path / "resumate.db")
    monkeypatch.setattr(lease_clock, "_era", lambda: 3000)
    async with SqlStore.open(path, clock=clock) as store:
        await create(store, "r1")
        await claim(store)
    monkeypatch.setattr(lease_clock, "_era", lambda: next_era)
    async with SqlStore.open(path, clock=clock) as store:
        again = await claim(store)
        assert (again.resume.id, again.attempt) == ("r1", 2)


async def test_a_lease_that_an_earlier_version_wrote_has_run_out(tmp_path: Path, clock: ManualClock) -> None:
    """Earlier versions told leases in the wall clock's time; what they held is taken up."""
    path = tmp_path / "resumate.db"
    async with SqlStore.open(str(path), clock=clock) as store:
        await create(store, "r1")
        await claim(store)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE resumes SET lease_expires = ?", (int(clock.now().timestamp() * 1e6) + 10**9,))
    async with SqlStore.open(str(path), clock=clock) as store:
        assert (await claim(store)).attempt == 2
