"""The migrations: from nothing to the tables that the queries know."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.model.digest import START, chained
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import Target
from resumate_grpc.store import Migrated, SqlStore, migrate
from resumate_grpc.store.migrations import HEAD
from resumate_grpc.store.postgres.connecting import connect
from resumate_grpc.store.tables import metadata
from tests.postgres import Cluster

pytestmark = pytest.mark.slow


def schema(path: Path) -> list[list[str]]:
    """Return what a database is made of, but for Alembic's own table; the order of constraints means nothing."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name != 'alembic_version'")
    statements = [" ".join(row[0].split()).removesuffix(" )") for row in rows]
    connection.close()
    return sorted(sorted(statement.split(", CONSTRAINT ")) for statement in statements)


def test_a_new_database_is_migrated_once(tmp_path: Path) -> None:
    """The first run makes the schema, the second finds nothing to do."""
    url = f"sqlite:///{tmp_path}/new folder/resumate.db"
    assert migrate(url) == Migrated(before="", after=HEAD)
    assert migrate(url) == Migrated(before=HEAD, after=HEAD)


def test_head_is_the_newest_revision() -> None:
    """The revision that a quick start compares with is the last file's."""
    config = Config()
    config.set_main_option("script_location", "resumate_grpc.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_make_the_tables_that_queries_know(tmp_path: Path) -> None:
    """`tables.py` and the migrations agree, constraints and partial indexes included."""
    migrate(str(tmp_path / "migrated.db"))
    engine = create_engine(f"sqlite:///{tmp_path}/described.db")
    metadata.create_all(engine)
    engine.dispose()
    assert schema(tmp_path / "migrated.db") == schema(tmp_path / "described.db")


def test_alembic_finds_nothing_to_generate(tmp_path: Path) -> None:
    """`alembic check` would pass."""
    migrate(str(tmp_path / "resumate.db"))
    engine = create_engine(f"sqlite:///{tmp_path}/resumate.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrations_make_the_same_tables_on_postgresql(postgres: Cluster) -> None:
    """There too `tables.py` and the migrations agree: columns, constraints, indexes.

    The parts of events, which are divided there, have what the one table has.
    """
    migrated, described = postgres.create(), postgres.create()
    migrate(postgres.url(migrated))

    async def describe() -> None:
        engine = connect(postgres.url(described), pooler=False, connections=None)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await engine.dispose()

    asyncio.run(describe())
    for question in POSTGRES_SCHEMA:
        others = question.format(which="!~ '^(alembic_version|events.*)$'")
        assert postgres.sql(others, migrated) == postgres.sql(others, described)
    parts = postgres.sql("SELECT relid::regclass FROM pg_partition_tree('events')", migrated).splitlines()
    assert len(parts) == 6
    for part in ["events_ended", "events_rest", "events_first", *(part for part in parts if "-" in part)]:
        name = part.strip('"')
        columns, checks, indexes = (question.format(which=f"= '{name}'") for question in POSTGRES_SCHEMA)
        whole = [question.format(which="= 'events'") for question in POSTGRES_SCHEMA]
        told = postgres.sql(columns, migrated).replace(name, "events")
        assert told == postgres.sql(whole[0], described)
        assert _checks(postgres.sql(checks, migrated)) == _checks(postgres.sql(whole[1], described))
        keys = _keys(postgres.sql(indexes, migrated))
        wanted = _keys(postgres.sql(whole[2], described))
        # An end is one by its table alone; what is no end has no index of ends.
        terminal = next(key for key in wanted if "WHERE (state = ANY" in key)
        single = {terminal.partition(" WHERE")[0]} if name == "events_ended" else set()
        assert keys == (wanted - {terminal}) | single


def _checks(rows: str) -> set[str]:
    return {row.partition("|")[2] for row in rows.splitlines() if "CHECK" in row}


def _keys(rows: str) -> set[str]:
    """Return what indexes are, but for their names and tables."""
    return {row.partition(" INDEX ")[0] + row.partition(" USING ")[2] for row in rows.splitlines()}


POSTGRES_SCHEMA = (
    """
    SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name {which} ORDER BY 1, 2
    """,
    """
    SELECT relname, conname, pg_get_constraintdef(c.oid)
    FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
    WHERE connamespace = 'public'::regnamespace AND relname {which} ORDER BY 1, 2
    """,
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename {which} ORDER BY 1",
)


OLD_LOGS = """
INSERT INTO resumes (id, owner, filename, filename_search, media_type, size_bytes, sha256, options, state, attempt,
    revision, create_time, update_time, last_sequence, last_event_time, percent, queue_rank, queue_time, lost_count,
    lease, complete_time)
SELECT id, 'ada', 'cv.txt', 'cv.txt', 'text/plain', 1, 'ab', '{}',
    CASE WHEN n % 2 = 0 THEN 'CANCELLED' ELSE 'PROCESSING' END, 1, 1, 1, 1, 9, 1, 0, 1, 1, 0,
    CASE WHEN n % 2 = 0 THEN NULL ELSE 'lease' || n END, CASE WHEN n % 2 = 0 THEN 1 END
FROM (SELECT n, CASE WHEN n = 7 THEN 'no uuid' WHEN n = 9 THEN '0fffffff-ffff-7000-8000-000000000000'
    WHEN n = 11 THEN regexp_replace(lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint + 86400000), 12, '0'),
        '^(.{8})', '\\1-') || '-7000-8000-000000000000'
    ELSE '0190' || lpad(n::text, 4, '0') || '-0000-7000-8000-000000000000' END AS id
    FROM generate_series(1, 400) AS n) AS numbered;
INSERT INTO events (resume_id, sequence, owner, feed_sequence, attempt, stage, stage_percent, percent, message, state,
    create_time, digest)
SELECT r.id, s, 'ada', row_number() OVER (ORDER BY r.id, s), 1, 'NLP_PARSING', s, s, 'words ' || s,
    CASE WHEN s = 9 THEN replace(r.state, 'QUEUED', 'PROCESSING') WHEN s = 1 THEN 'QUEUED' ELSE 'PROCESSING' END, s,
    sha256((r.id || s)::bytea)
FROM resumes AS r CROSS JOIN generate_series(1, 9) AS s;
INSERT INTO feeds SELECT 'ada', count(*), 1 FROM events
"""


async def test_a_database_with_rows_is_divided(postgres: Cluster) -> None:
    """Every event of before is there, in its place; logs go on, ends stay single, old ids and odd ones are found."""
    name = postgres.create()
    url = postgres.url(name)
    await alembic_on_postgres(url, "0008")
    postgres.sql(OLD_LOGS, name)
    everything = "SELECT md5(string_agg(e::text, E'\\n' ORDER BY resume_id, sequence)), count(*) FROM events AS e"
    before = postgres.sql(everything, name)
    assert before.endswith("|3600")
    assert await asyncio.to_thread(migrate, url) == Migrated(before="0008", after=HEAD)
    assert postgres.sql(everything, name) == before
    lies = postgres.sql("SELECT tableoid::regclass, count(*) FROM events GROUP BY 1 ORDER BY 2", name).splitlines()
    # One of tomorrow, two of no period, an end of every other one, and the rest.
    assert [row.partition("|")[2] for row in lies] == ["9", "18", "200", "3373"], lies
    async with SqlStore.open(url, clock=SystemClock()) as store:
        _, event = await store.retry("ada", "01900002-0000-7000-8000-000000000000", options=None, max_queued=10)
        assert (event.sequence, event.feed_sequence) == (10, 3601)
        assert len(await store.history(Target(owner="ada"), after=0, limit=10_000)) == 3601
        for odd in ("no uuid", "0fffffff-ffff-7000-8000-000000000000"):
            assert len(await store.history(Target(owner="ada", resume_id=odd), after=0, limit=100)) == 9
        await store.keep_periods(None)


async def alembic_on_postgres(url: str, revision: str) -> None:
    engine = connect(url, pooler=False, connections=None)

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "resumate_grpc.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


def test_a_start_with_nothing_to_migrate_does_not_load_alembic(tmp_path: Path) -> None:
    """Alembic's load time is paid once, not at every start."""
    migrate(str(tmp_path / "resumate.db"))
    program = (
        "import sys; from resumate_grpc.store import migrate; migrate(sys.argv[1]); print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "resumate.db")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_events_of_an_older_database_get_their_digests(tmp_path: Path) -> None:
    """What was written before digests were has them after the migration, and the next event continues the chain."""
    database = tmp_path / "resumate.db"
    run_alembic(database, "0001")
    connection = sqlite3.connect(database)
    for number in (1, 2):
        connection.execute(OLD_RESUME, {"id": f"r{number}", "last": 12_000 if number == 1 else 2})
    rows = [("r1", number, number) for number in range(1, 12_001)] + [("r2", 1, 12_001), ("r2", 2, 12_002)]
    connection.executemany(OLD_EVENT, rows)
    connection.execute("INSERT INTO feeds VALUES ('local', 12002, 1)")
    connection.commit()
    connection.close()
    assert migrate(str(database)) == Migrated(before="0001", after=HEAD)
    for number in (1, 2):
        events = asyncio.run(history_after_one_more(database, f"r{number}"))
        expected = START
        for event in events:
            expected = chained(expected, **{name: getattr(event, name) for name in CANONICAL})
            assert event.digest == expected


CANONICAL = ("resume_id", "sequence", "attempt", "stage", "stage_percent", "percent", "create_time", "message")
OLD_RESUME = """
INSERT INTO resumes (id, owner, filename, filename_search, media_type, size_bytes, sha256, options, state, attempt,
    revision, create_time, update_time, last_sequence, last_event_time, percent, queue_rank, queue_time, lost_count)
VALUES (:id, 'local', 'cv.txt', 'cv.txt', 'text/plain', 1, 'ab', '{}', 'CANCELLED', 1, 1, 1, 1, :last, 1, 0, 1, 1, 0)
"""
OLD_EVENT = """
INSERT INTO events (resume_id, sequence, owner, feed_sequence, attempt, stage, stage_percent, percent, message, state,
    create_time) VALUES (?, ?, 'local', ?, 1, 'NLP_PARSING', 7, 9, 'Überschrift', 'PROCESSING', 1766000000999999)
"""


def run_alembic(database: Path, revision: str) -> None:
    """Bring a database to an earlier schema, as an earlier version did."""
    config = Config()
    config.set_main_option("script_location", "resumate_grpc.store:migrations")
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


async def history_after_one_more(database: Path, resume_id: str) -> Sequence[ProgressEvent]:
    """Return a log to which this version has added an event."""
    async with SqlStore.open(str(database), clock=SystemClock()) as store:
        await store.retry("local", resume_id, options=None, max_queued=10)
        return await store.history(Target(owner="local", resume_id=resume_id), after=0, limit=100_000)
