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
from sqlalchemy import create_engine

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
    """There too `tables.py` and the migrations agree: columns, constraints, indexes."""
    migrated, described = postgres.create(), postgres.create()
    migrate(postgres.url(migrated))

    async def describe() -> None:
        engine = connect(postgres.url(described), pooler=False, connections=None)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await engine.dispose()

    asyncio.run(describe())
    for question in POSTGRES_SCHEMA:
        assert postgres.sql(question, migrated) == postgres.sql(question, described)


POSTGRES_SCHEMA = (
    """
    SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name != 'alembic_version' ORDER BY 1, 2
    """,
    """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text != 'alembic_version' ORDER BY 1, 2
    """,
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != 'alembic_version' ORDER BY 1",
)


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
