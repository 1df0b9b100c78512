"""Copying a SQLite database into PostgreSQL: everything is the same afterwards, or nothing is there."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import asyncpg
import pytest

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.errors import CopyError, ErrorReason, SettingsError
from resumate_grpc.model.parsed import ParsedResume, PersonalInfo
from resumate_grpc.model.progress import ParseFailure, Stage
from resumate_grpc.model.work import Lane, Outcome, ResumeQuery, Target
from resumate_grpc.store import SqlStore
from resumate_grpc.store.copying import Copied, copy_database, opened_source
from resumate_grpc.store.copying.rows import COPIED, LEFT_OUT, CopiedTable
from resumate_grpc.store.tables import metadata
from tests.postgres import Cluster
from tests.store.conftest import OWNER, PLENTY, ManualClock, claim, create, new_resume, progress, times

pytestmark = pytest.mark.slow

OWNERS = (OWNER, "grace")
FAILURE = ParseFailure(reason=ErrorReason.CORRUPT_FILE, message="no", stage=Stage.NLP_PARSING, retryable=True)
RESULT = ParsedResume(personal_info=PersonalInfo(full_name="Ada\0Fernwick"), text="a\0b — ünï")


@pytest.fixture
async def source(tmp_path: Path, clock: ManualClock) -> Path:
    """A database in which everything has happened that may, at which nobody is at work any more."""
    path = tmp_path / "old" / "resumate.db"
    async with SqlStore.open(str(path), clock=clock) as store:
        for resume_id in ("purged", "done", "failed"):
            await store.create(new_resume(resume_id, request_id=f"of-{resume_id}", batch_id="b"), max_queued=PLENTY)
            held = await claim(store)
            await store.append(held, [progress(number, f"{number} — ünï") for number in range(4)])
            outcome = Outcome(failure=FAILURE) if resume_id == "failed" else Outcome(parsed=RESULT, times=times())
            await store.finish(held, outcome)
            clock.advance(60)
            if resume_id == "purged":
                await store.purge_events(ended_before=clock.now(), limit=100)
                await store.expire_files(ended_before=clock.now(), limit=100)
        await create(store, "cancelled", "theirs", owner="grace")
        await store.cancel("grace", "cancelled")
        await store.retry(OWNER, "failed", options=None, max_queued=PLENTY)
        await create(store, "held", "handed over", "waits")
        for _ in range(2):
            await claim(store)
        await store.hand_over(await claim(store), lane=Lane.OCR, message="It is a scan")
    return path


async def copied(source: Path, url: str) -> Copied:
    async with opened_source(f"sqlite:///{source}") as opened:
        return await copy_database(opened, url, tell=lambda _step, _done, _total: None)


async def everything(store: SqlStore) -> list[object]:
    """Return all that a client can see, and what estimates are made of."""
    seen: list[object] = [store.epoch, await store.stage_times(limit=100), await store.counts()]
    for owner in OWNERS:
        feed = Target(owner=owner)
        page = await store.list(ResumeQuery(owner=owner, limit=1000, with_parsed=True))
        seen += [page, await store.bounds(feed), await store.history(feed, after=0, limit=10_000)]
        for resume in page.resumes:
            one = Target(owner=owner, resume_id=resume.id)
            seen += [await store.bounds(one), await store.history(one, after=0, limit=1000)]
        seen.append(await store.batch_counts(owner, "b"))
    return seen


def count(postgres: Cluster, url: str) -> int:
    database = url.partition("@/")[2].partition("?")[0]
    return sum(int(postgres.sql(f"SELECT count(*) FROM {table.name}", database)) for table in COPIED)  # noqa: S608


def test_no_table_is_forgotten() -> None:
    """Each is copied, or is known as one that is not."""
    assert {table.name for table in COPIED} | set(LEFT_OUT) == set(metadata.tables)


@pytest.mark.parametrize("page_rows", [None, 1, 3])
async def test_all_that_a_client_can_see_is_the_same(
    source: Path, postgres_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, page_rows: int | None
) -> None:
    """Ids, numbers, digests, times, results, states, the epoch; and a number is given once, there too."""
    if page_rows:
        monkeypatch.setattr(CopiedTable, "page_rows", page_rows)
    async with SqlStore.open(str(source), clock=clock) as old:
        before = await everything(old)
        last = (await old.bounds(Target(owner=OWNER))).last
    told = await copied(source, postgres_url)
    assert (told.found, told.rows["resumes"]) == (False, 8)
    async with SqlStore.open(postgres_url, clock=clock, use_clock=True) as new:
        assert await everything(new) == before
        _, event = await new.create(new_resume("next"), max_queued=PLENTY)
        assert event is not None
        assert (event.feed_sequence, new.epoch) == (last + 1, told.epoch)
        again, none = await new.create(
            new_resume("another", request_id="of-done", batch_id="b", sha256="sha-of-done"), max_queued=PLENTY
        )
        assert (again.id, none) == ("done", None)


async def test_work_goes_on_at_once(source: Path, postgres_url: str) -> None:
    """What the old program held is the next attempt of whoever comes, without waiting for a lease; logs go on."""
    await copied(source, postgres_url)
    connection = sqlite3.connect(source)
    states = connection.execute("SELECT id, attempt, state, lane FROM resumes WHERE state IN ('QUEUED', 'PROCESSING')")
    # What was handed over to the other lane was nobody's, and its attempt goes on.
    expected = {
        (resume_id, attempt + (state == "PROCESSING" and lane == "TEXT"), lane)
        for resume_id, attempt, state, lane in states
    }
    connection.close()
    assert len(expected) == 5
    async with SqlStore.open(postgres_url, clock=SystemClock()) as store:
        taken = []
        for lane in Lane:
            while (held := (await store.claim("w", lease_s=60, max_attempts=9, lane=lane))[0]) is not None:
                taken.append(held)
        assert {(held.resume.id, held.attempt, held.lane.value) for held in taken} == expected
        (event,) = await store.append(taken[0], [progress(1)])
        log = await store.history(Target(owner=OWNER, resume_id=event.resume_id), after=0, limit=100)
        assert [one.sequence for one in log] == list(range(1, event.sequence + 1))
        await store.finish(taken[0], Outcome(parsed=RESULT, times=times(7.0)))
        assert (await store.stage_times(limit=1))[0].text_extraction_s == 7.0


async def test_a_copy_that_broke_off_is_begun_again(source: Path, postgres: Cluster, postgres_url: str) -> None:
    """Wherever it broke off the target is empty; the next one needs nothing to be cleaned up before it."""
    for end in ("rows", "check of rows"):

        def fail(step: str, done: int, total: int, *, end: str = end) -> None:
            if step == end and done > total // 2:
                raise ConnectionError

        with pytest.raises((ConnectionError, SettingsError)):
            async with opened_source(str(source)) as opened:
                await copy_database(opened, postgres_url, tell=fail)
        assert count(postgres, postgres_url) == 0
    told = await copied(source, postgres_url)
    assert count(postgres, postgres_url) == sum(told.rows.values()) > 30


async def test_what_is_there_already_is_compared_only(source: Path, postgres_url: str, clock: ManualClock) -> None:
    """A second run says that all is there; once one of the two has been used it says that they differ."""
    first, second = await copied(source, postgres_url), await copied(source, postgres_url)
    assert (first.found, second.found, first.rows) == (False, True, second.rows)
    async with SqlStore.open(postgres_url, clock=clock) as new:
        await new.cancel(OWNER, "waits")
    with pytest.raises(CopyError, match=r"resumes .*waits"):
        await copied(source, postgres_url)


async def test_nobody_may_be_at_work_on_the_source(source: Path, postgres_url: str, clock: ManualClock) -> None:
    """Neither before the copy, nor does a program start while it is made."""
    async with SqlStore.open(str(source), clock=clock):
        with pytest.raises(SettingsError, match="a program is at work on"):
            await copied(source, postgres_url)
    async with opened_source(str(source)):
        with pytest.raises(SettingsError, match="another program is writing to it"):
            async with SqlStore.open(str(source), clock=clock):
                pass
    async with SqlStore.open(str(source), clock=clock):
        pass


async def test_the_target_is_nobodys_meanwhile(source: Path, postgres_url: str, clock: ManualClock) -> None:
    """A program that is connected is noticed; one that starts in the middle does not read the epoch that is to go."""
    async with SqlStore.open(postgres_url, clock=clock) as store:
        old = store.epoch
        with pytest.raises(SettingsError, match=r"is connected to .*: stop it first"):
            await copied(source, postgres_url)
    onlooker = await asyncpg.connect(postgres_url)
    looking: list[asyncio.Task[str]] = []

    def look(_step: str, _done: int, _total: int) -> None:
        if not looking:
            looking.append(asyncio.create_task(onlooker.fetchval("SELECT epoch FROM log")))

    async with opened_source(str(source)) as opened:
        told = await copy_database(opened, postgres_url, tell=look)
    assert await looking[0] == told.epoch != old
    await onlooker.close()


async def test_a_target_in_use_is_refused(
    source: Path, postgres: Cluster, postgres_url: str, clock: ManualClock
) -> None:
    """Also one whose résumés have all been deleted: its numbers have been given. It is left as it was."""
    async with SqlStore.open(postgres_url, clock=clock, use_clock=True) as store:
        await create(store, "mine")
        await store.delete(OWNER, "mine", if_etag="")
    with pytest.raises(SettingsError, match=r"is in use already .*feeds"):
        await copied(source, postgres_url)
    assert count(postgres, postgres_url) == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://ada:hunter2@host/db", "--from is the SQLite database"),
        ("/nowhere/resumate.db", "there is no database /nowhere/resumate.db"),
    ],
)
async def test_a_source_that_is_none(url: str, says: str) -> None:
    """The refusal says what is wanted, and shows no password."""
    with pytest.raises(SettingsError, match=says) as refused:
        async with opened_source(url):
            pass
    assert "hunter2" not in str(refused.value)


async def test_a_source_of_another_schema(source: Path, tmp_path: Path) -> None:
    """Older or newer, or no database of ours: said before anything is done."""
    connection = sqlite3.connect(source)
    connection.execute("UPDATE alembic_version SET version_num = '0007'")
    connection.commit()
    connection.close()
    with pytest.raises(SettingsError, match=r"has schema 0007.*resumate migrate"):
        async with opened_source(str(source)):
            pass
    (tmp_path / "text").write_text("no database, and long enough to be read as one" * 100)
    with pytest.raises(SettingsError, match="cannot read the database"):
        async with opened_source(str(tmp_path / "text")):
            pass
    (tmp_path / "empty").touch()
    with pytest.raises(SettingsError, match="is no database of ResuMate's"):
        async with opened_source(str(tmp_path / "empty")):
            pass


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE events SET message = 'another' WHERE resume_id = 'done' AND sequence = 3",
        "DELETE FROM events WHERE resume_id = 'done' AND sequence = 3",
        "UPDATE events SET message = 'nul' || char(0) WHERE resume_id = 'done' AND sequence = 3",
    ],
)
async def test_a_damaged_log_is_not_copied(source: Path, postgres: Cluster, postgres_url: str, harm: str) -> None:
    """An event that is changed or gone shows by the digests; the résumé is named, and nothing is at the target."""
    connection = sqlite3.connect(source)
    connection.execute(harm)
    connection.commit()
    connection.close()
    with pytest.raises(CopyError, match="done"):
        await copied(source, postgres_url)
    assert count(postgres, postgres_url) == 0
