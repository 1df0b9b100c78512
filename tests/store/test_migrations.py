"""The migrations: from nothing to the tables that the queries know."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from resumate_grpc.store import Migrated, migrate
from resumate_grpc.store.migrations import HEAD
from resumate_grpc.store.tables import metadata

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
