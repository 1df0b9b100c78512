"""Events lie by periods on PostgreSQL: tables are made ahead and dropped, and nobody who reads or writes notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy import text

from resumate_grpc.jobs.ids import new_resume_id
from resumate_grpc.model.digest import START, chained
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import State
from resumate_grpc.model.work import Lane, Outcome, Target
from resumate_grpc.store import SqlStore, migrate
from resumate_grpc.store.postgres import partitions
from resumate_grpc.store.postgres.connecting import connect
from resumate_grpc.store.postgres.periods import id_at, millis_of, next_period, parsed_period, period_s, slack
from tests.postgres import Cluster
from tests.store.conftest import LEASE_S, OWNER, PLENTY, ManualClock, claim, create, new_resume, progress

FEED = Target(owner=OWNER)
MONTH = timedelta(days=32)
HOUR_MS = 3_600_000


class TestPeriods:
    """What is reckoned without a database."""

    def test_ids_and_times(self) -> None:
        """An id's beginning is its time, and sorts as it does."""
        now = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
        millis = int(now.timestamp() * 1000)
        assert millis_of(new_resume_id(now)) == millis_of(id_at(millis)) == millis
        assert id_at(millis) < new_resume_id(now) < id_at(millis + 1)
        assert [millis_of(other) for other in ("r1", "", "not-an-id", "zzzzzzzz-zzzz")] == [None] * 4

    def test_widths(self) -> None:
        """An eighth of what is kept, from an hour to four weeks; what would be kept too long by it goes row by row."""
        days = [period_s(timedelta(days=kept)) / 86400 for kept in (8, 80, 8000)]
        assert days == [1, 10, 28]
        assert period_s(None) == 28 * 86400
        assert period_s(timedelta(minutes=5)) == 3600
        assert slack(timedelta(days=8)) == timedelta(days=1)
        assert slack(timedelta(hours=2)) == timedelta()

    def test_the_next_period(self) -> None:
        """Two widths ahead there is a table; none where that is so; a gap that time has left is left."""
        now = 1_800_000_000_000
        first = next_period(id_at(now + HOUR_MS), now_ms=now, width_s=3600)
        assert first is not None
        assert (first.lower, first.upper) == (id_at(now + HOUR_MS), id_at(now + 2 * HOUR_MS))
        assert next_period(first.upper, now_ms=now, width_s=3600) is None
        late = next_period(id_at(now - 100 * HOUR_MS), now_ms=now, width_s=3600)
        assert late is not None
        assert now < (millis_of(late.lower) or 0) < now + HOUR_MS
        assert next_period("g", now_ms=now, width_s=3600) is None

    def test_bounds_as_the_database_writes_them(self) -> None:
        """The first has no lower one, the rest has none at all."""
        first = parsed_period("events_first", "FOR VALUES FROM (MINVALUE) TO ('019b')")
        assert first is not None
        assert (first.lower, first.upper) == ("", "019b")
        assert parsed_period("events_rest", "DEFAULT") is None


class Calendar(ManualClock):
    """A clock that begins an hour ago, before the migration: what is made then lies in the first table."""

    def __init__(self) -> None:
        super().__init__()
        self.time = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def new_url(postgres: Cluster) -> str:
    url = postgres.url(postgres.create())
    migrate(url)
    return url


@asynccontextmanager
async def opened(url: str, clock: ManualClock) -> AsyncIterator[SqlStore]:
    async with SqlStore.open(url, clock=clock, use_clock=True) as store:
        yield store


async def tables(url: str) -> dict[str, int]:
    """Return the partitions and how many rows each has."""
    connection = await asyncpg.connect(url)
    names = await connection.fetch(
        "SELECT relid::regclass::text FROM pg_partition_tree('events') WHERE isleaf ORDER BY 1"
    )
    counts = {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for (name,) in names}  # noqa: S608
    await connection.close()
    return counts


async def ended(store: SqlStore, clock: ManualClock, *, events: int = 6) -> str:
    """Make a résumé of this time that has ended, with so many events; return its id."""
    resume_id = new_resume_id(clock.now())
    await create(store, resume_id)
    held = await claim(store)
    await store.append(held, [progress(number) for number in range(events - 3)])
    await store.finish(held, Outcome(parsed=ParsedResume()))
    return resume_id


async def log_of(store: SqlStore, resume_id: str, *, after: int = 0) -> list[int]:
    events = await store.history(Target(owner=OWNER, resume_id=resume_id), after=after, limit=1000)
    digest = START if after == 0 and events and events[0].sequence == 1 else b""
    for event in events if digest else ():
        digest = chained(
            digest,
            resume_id=resume_id,
            sequence=event.sequence,
            attempt=event.attempt,
            stage=event.stage,
            stage_percent=event.stage_percent,
            percent=event.percent,
            create_time=event.create_time,
            message=event.message,
        )
        assert event.digest == digest
    return [event.sequence for event in events]


pytestmark = pytest.mark.slow


async def test_tables_are_made_ahead_and_dropped(new_url: str, calendar: Calendar) -> None:
    """Résumés of a year, kept for 32 days: few tables at a time, and of what is old the last event and no table."""
    seen: list[int] = []
    ids = []
    async with opened(new_url, calendar) as store:
        for _ in range(60):
            longer = await store.keep_periods(MONTH)
            ids.append(await ended(store, calendar))
            calendar.advance(6 * 86400)
            seen.append(len(await tables(new_url)))
        assert longer == MONTH / 8
        assert max(seen) <= 18
        rows = await tables(new_url)
        assert (rows["events_ended"], rows["events_rest"]) == (60, 0)
        assert sum(rows.values()) < 60 + 5 * 11
        for resume_id in ids[:40]:
            bounds = await store.bounds(Target(owner=OWNER, resume_id=resume_id))
            assert (bounds.first_available, bounds.last, bounds.state) == (6, 6, State.SUCCEEDED)
            assert await log_of(store, resume_id, after=5) == [6]
            resume = await store.get(OWNER, resume_id, with_parsed=True)
            assert resume.progress is not None
            assert resume.progress.sequence == 6
        first = (await store.bounds(FEED)).first_available
        assert first > 200
        held = [event.feed_sequence for event in await store.history(FEED, after=first - 1, limit=1000)]
        assert held == list(range(first, 361))
        assert await log_of(store, ids[-1]) == [1, 2, 3, 4, 5, 6]


async def test_what_outlives_its_period_stays_whole(new_url: str, calendar: Calendar) -> None:
    """What still waits, is held, or was tried again has all its events after its table is gone, and goes on."""
    async with opened(new_url, calendar) as store:
        await store.keep_periods(MONTH)
        gone = await ended(store, calendar)
        again = await ended(store, calendar)
        waits = new_resume_id(calendar.now())
        await store.create(new_resume(waits, lane=Lane.OCR), max_queued=PLENTY)
        held_id = new_resume_id(calendar.now())
        await create(store, held_id)
        held, _ = await store.claim("w", lease_s=90 * 86400, max_attempts=3)
        assert held is not None
        await store.append(held, [progress(1)])
        calendar.advance(33 * 86400)
        await store.retry(OWNER, again, options=None, max_queued=PLENTY)
        calendar.advance(5 * 86400)
        await store.keep_periods(MONTH)
        assert "events_first" not in await tables(new_url)
        calendar.advance(30 * 86400)
        await store.keep_periods(MONTH)
        assert (await tables(new_url))["events_rest"] > 0
        assert await log_of(store, gone, after=5) == [6]
        assert await log_of(store, waits) == [1]
        await store.append(held, [progress(2)])
        assert await log_of(store, held_id) == [1, 2, 3, 4]
        assert await log_of(store, again) == [1, 2, 3, 4, 5, 6, 7]
        taken = await claim(store)
        assert (taken.resume.id, taken.attempt) == (again, 2)
        await store.finish(taken, Outcome(parsed=ParsedResume()))
        calendar.advance(40 * 86400)
        before = calendar.now() - MONTH - MONTH / 8
        assert await store.purge_events(ended_before=before, limit=1000) == 8  # row by row, having no table
        assert await log_of(store, again, after=8) == [9]


async def test_a_retry_of_what_is_gone_goes_on_in_the_rest(new_url: str, calendar: Calendar) -> None:
    """Numbers and digests continue from the event that was kept."""
    async with opened(new_url, calendar) as store:
        await store.keep_periods(MONTH)
        old = await ended(store, calendar)
        kept = (await store.bounds(Target(owner=OWNER, resume_id=old))).digest
        calendar.advance(100 * 86400)
        for _ in range(3):
            await store.keep_periods(MONTH)
        resume, event = await store.retry(OWNER, old, options=None, max_queued=PLENTY)
        assert (event.sequence, resume.attempt) == (7, 2)
        held = await claim(store)
        await store.append(held, [progress(1)])
        events = await store.history(Target(owner=OWNER, resume_id=old), after=5, limit=10)
        assert [one.sequence for one in events] == [6, 7, 8, 9]
        assert events[0].digest == kept
        assert (await tables(new_url))["events_rest"] == 3


@pytest.mark.parametrize("wrong_days", [-100, -3, 3, 100])
async def test_clocks_that_are_wrong(new_url: str, calendar: Calendar, wrong_days: int) -> None:
    """Ids of another time find a place, are read and purged like others, and do not keep new tables from being made."""
    async with opened(new_url, calendar) as store:
        await store.keep_periods(MONTH)
        for _ in range(40):
            calendar.advance(86400 * 6)
            await store.keep_periods(MONTH)
            other = ManualClock()
            other.time = calendar.time + timedelta(days=wrong_days)
            resume_id = await ended(store, other)
            assert await log_of(store, resume_id) == [1, 2, 3, 4, 5, 6]
            right = await ended(store, calendar)
            assert await log_of(store, right) == [1, 2, 3, 4, 5, 6]
            await store.purge_events(ended_before=calendar.now() - MONTH - slack(MONTH), limit=1000)
        rows = await tables(new_url)
        assert rows["events_ended"] == 80
        assert len(rows) <= 18
        assert sum(rows.values()) < 80 + 2 * 5 * 12


async def test_nobody_waits_long_for_a_reader(new_url: str, calendar: Calendar) -> None:
    """A dump that reads for hours puts a drop off, and neither appends nor reading of others with it."""
    async with opened(new_url, calendar) as store:
        await store.keep_periods(MONTH)
        old = await ended(store, calendar)
        dump = await asyncpg.connect(new_url)
        await dump.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        await dump.fetch("SELECT count(*) FROM events")
        calendar.advance(50 * 86400)
        keeping = asyncio.create_task(store.keep_periods(MONTH))
        while not keeping.done():
            began = time.monotonic()
            await ended(store, calendar)
            assert time.monotonic() - began < 9  # the lock's second, and a busy machine
        assert await keeping == slack(MONTH)
        assert "events_first" in await tables(new_url)
        assert (await store.bounds(Target(owner=OWNER, resume_id=old))).first_available == 6
        await dump.execute("COMMIT")
        await dump.close()
        await store.keep_periods(MONTH)
        assert "events_first" not in await tables(new_url)


async def test_many_in_a_period_go_a_few_at_a_time(
    new_url: str, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few at once; two servers that tidy at the same time do no harm to each other; appends go on."""
    monkeypatch.setattr(partitions, "_AT_ONCE", 3)
    async with opened(new_url, calendar) as one, opened(new_url, calendar) as other:
        await one.keep_periods(MONTH)
        ids = [await ended(one, calendar) for _ in range(20)]
        calendar.advance(60 * 86400)
        new = new_resume_id(calendar.now())
        await create(one, new)
        held, _ = await other.claim("w", lease_s=LEASE_S, max_attempts=3)
        assert held is not None

        async def work() -> None:
            for number in range(50):
                await other.append(held, [progress(number)])

        await asyncio.gather(one.keep_periods(MONTH), other.keep_periods(MONTH), work())
        await one.keep_periods(MONTH)
        assert "events_first" not in await tables(new_url)
        for resume_id in ids:
            assert await log_of(one, resume_id, after=5) == [6]
        assert await log_of(one, new) == list(range(1, 53))
        assert (await one.bounds(FEED)).first_available > 100


async def test_too_much_that_stays_is_not_moved(
    new_url: str, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody would wait for it: the table stays until enough of it has ended."""
    monkeypatch.setattr(partitions, "_MOST_STRAGGLERS", 2)
    async with opened(new_url, calendar) as store:
        await store.keep_periods(MONTH)
        ids = [new_resume_id(calendar.now()) for _ in range(3)]
        await create(store, *ids)
        calendar.advance(60 * 86400)
        await store.keep_periods(MONTH)
        assert (await tables(new_url))["events_first"] == 3
        await store.cancel(OWNER, ids[0])
        calendar.advance(33 * 86400)
        await store.keep_periods(MONTH)
        rows = await tables(new_url)
        assert ("events_first" in rows, rows["events_rest"], rows["events_ended"]) == (False, 2, 1)


async def test_without_retention_nothing_is_dropped(new_url: str, calendar: Calendar) -> None:
    """Periods are of four weeks then, and made ahead all the same."""
    async with opened(new_url, calendar) as store:
        for _ in range(13):
            assert await store.keep_periods(None) == timedelta()
            await ended(store, calendar)
            calendar.advance(28 * 86400)
        rows = await tables(new_url)
        assert rows["events_rest"] == 0
        assert rows["events_ended"] == 13
        assert sum(rows.values()) == 13 * 6
        assert (await store.bounds(FEED)).first_available == 1


async def test_the_database_refuses_to_count_back(new_url: str, calendar: Calendar, postgres: Cluster) -> None:
    """Numbers are given by counters, which no program can set back."""
    async with opened(new_url, calendar) as store:
        resume_id = await ended(store, calendar)
    database = new_url.partition("@/")[2].partition("?")[0]
    for change in (
        "UPDATE feeds SET last_sequence = last_sequence - 1",
        f"UPDATE resumes SET last_sequence = 1 WHERE id = '{resume_id}'",  # noqa: S608
    ):
        with pytest.raises(RuntimeError, match="would go back from 6"):
            postgres.sql(change, database)


async def test_an_end_is_single_wherever_its_events_lie(new_url: str, calendar: Calendar, postgres: Cluster) -> None:
    """Also after its period is gone, the database itself refuses a second end of an attempt."""
    async with opened(new_url, calendar) as store:
        await store.keep_periods(MONTH)
        resume_id = await ended(store, calendar)
        calendar.advance(100 * 86400)
        for _ in range(3):
            await store.keep_periods(MONTH)
        assert await log_of(store, resume_id, after=5) == [6]
    database = new_url.partition("@/")[2].partition("?")[0]
    for sequence in ("sequence", "sequence + 1"):
        with pytest.raises(RuntimeError, match="duplicate key"):
            postgres.sql(
                f"INSERT INTO events SELECT resume_id, {sequence}, owner, feed_sequence + 9, batch_id, attempt, stage, "  # noqa: S608
                "stage_percent, percent, message, 'CANCELLED', create_time, estimated_remaining_s, error, digest "
                "FROM events WHERE state = 'SUCCEEDED'",
                database,
            )


async def test_a_resumes_log_is_read_in_two_tables(new_url: str, calendar: Calendar) -> None:
    """That of its period, and that of ends; the plan opens no other, however many there are."""
    async with opened(new_url, calendar) as store:
        for _ in range(12):
            await store.keep_periods(None)
            calendar.advance(28 * 86400)
        resume_id = await ended(store, calendar)
    engine = connect(new_url, pooler=False, connections=None)
    async with engine.connect() as connection:
        await connection.execute(text("SET enable_seqscan = off"))
        plan = await connection.execute(
            text(f"EXPLAIN SELECT * FROM events WHERE resume_id = '{resume_id}' AND sequence > 3 ORDER BY sequence")  # noqa: S608
        )
        lines = [row[0] for row in plan]
    await engine.dispose()
    assert sum("Index Scan" in line for line in lines) == 2, "\n".join(lines)


async def test_what_is_tried_again_between_the_look_and_the_drop(new_url: str, calendar: Calendar) -> None:
    """It was let go, and is there again: its new events are moved, whether they are under way or have ended."""
    async with opened(new_url, calendar) as store:
        await store.keep_periods(MONTH)
        under_way, over, gone = [await ended(store, calendar) for _ in range(3)]
        calendar.advance(60 * 86400)
        writer = store._writer  # noqa: SLF001 - between two of its steps
        (period, *_) = await writer.submit(lambda tx: sorted(partitions._periods(tx.connection), key=lambda p: p.upper))  # noqa: SLF001
        walk = partitions._Walk(period=period, after=period.lower)  # noqa: SLF001
        rows = await writer.submit(lambda tx: partitions._let_go(tx, walk=walk, kept=MONTH))  # noqa: SLF001
        assert {row.id for row in rows if row.due} == {under_way, over, gone}
        for resume_id in (over, under_way):
            await store.retry(OWNER, resume_id, options=None, max_queued=PLENTY)
            held = await claim(store)
            await store.append(held, [progress(1)])
            if resume_id == over:
                await store.finish(held, Outcome(parsed=ParsedResume()))
        assert await writer.submit(lambda tx: partitions._drop(tx, walk=walk))  # noqa: SLF001
        assert period.table not in await tables(new_url)
        assert await log_of(store, under_way, after=5) == [6, 7, 8, 9]
        assert await log_of(store, over, after=5) == [6, 7, 8, 9, 10]
        assert await log_of(store, gone, after=5) == [6]
        (event,) = await store.append(held, [progress(2)])
        assert event.sequence == 10
