"""SQLite as the database: its file, its connections' settings, and its errors at start in words that help."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from resumate_grpc.errors import SettingsError

__all__ = [
    "READER_THREADS",
    "checkpoint",
    "connect",
    "database_path",
    "explained",
    "journal_bytes",
    "prepare_file",
    "scrub",
]

READER_THREADS = 3
_BUSY_TIMEOUT_S = 5.0
_SCRUB_TIMEOUT_S = 0.1
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # With NORMAL a power cut would lose answered uploads.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Deleted content is overwritten with zeros, and never spills into a temporary file.
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
    # Not by whoever happens to commit, for whom it is a stall: see `Checkpoints`.
    "PRAGMA wal_autocheckpoint = 0",
)


def database_path(database_url: str) -> Path:
    """Return the file of a `sqlite:///…` URL or of a plain path.

    Raises `SettingsError` for another database and for one in memory, which the threads could not share.
    """
    if database_url and "://" not in database_url:
        return Path(database_url)
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise _refused(database_url) from error
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise _refused(url.render_as_string(hide_password=True))
    return Path(url.database)


def prepare_file(path: Path) -> None:
    """Make the file, readable by its owner only, and its folder where they are missing. Raises `SettingsError`."""
    try:
        made = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # SQLite syncs the folder of its files, and nobody syncs the folders that this one is in.
        for folder in made:
            _sync(folder.parent)
    except OSError as error:
        raise SettingsError(
            f"cannot write the database {path}: {error.strerror}; "
            "give this user the right to write there, or set RESUMATE_DATABASE_URL or RESUMATE_DATA_DIR elsewhere"
        ) from error


def connect(path: Path, *, writer: bool) -> Engine:
    """Return an engine whose transactions begin with BEGIN IMMEDIATE (writer) or see one snapshot (reader)."""
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": _BUSY_TIMEOUT_S},
        pool_size=1 if writer else READER_THREADS,
        max_overflow=0,
    )

    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        # sqlite3 would begin transactions by its own rules (never before a SELECT); SQLAlchemy does it below.
        connection.isolation_level = None
        for pragma in (*_PRAGMAS, f"PRAGMA query_only = {'OFF' if writer else 'ON'}"):
            connection.execute(pragma).close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)
    return engine


_CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"


def scrub(engine: Engine) -> bool:
    """Move the journal into the database and empty it, so that it holds nothing deleted; False while it is read."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - tells mypy what `connect` made
        # Writers wait while this waits for readers: not for long, then they have a turn before it is tried again.
        driver.execute(f"PRAGMA busy_timeout = {_SCRUB_TIMEOUT_S * 1000:.0f}")
        try:
            busy, _, _ = driver.execute(_CHECKPOINT).fetchone()
        except sqlite3.DatabaseError as error:  # a full disk: as SQLAlchemy would have said it, so that callers know it
            raise DatabaseError(_CHECKPOINT, None, error) from error
        finally:
            driver.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_S * 1000:.0f}")
    return not busy


def checkpoint(engine: Engine) -> None:
    """Move into the database what of the journal nobody reads, beside whoever writes; on a connection of its own."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - tells mypy what `connect` made
        driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def journal_bytes(path: Path) -> int:
    """Return how long the journal is."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the database's errors at start into `SettingsError`s that say what to do."""
    try:
        yield
    except DatabaseError as error:
        reason = str(error.orig)
        if "locked" in reason:
            advice = "another program is writing to it: stop that one, or use another RESUMATE_DATABASE_URL"
        elif "readonly" in reason or "unable to open" in reason or "disk" in reason:
            advice = "give this user the right to write to the file and its folder, and see that the disk has room"
        else:
            advice = "it is damaged or not ResuMate's: restore a backup, or move it away and start with an empty one"
        raise SettingsError(f"cannot use the database {path} ({reason}): {advice}") from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(database_url: str) -> SettingsError:
    return SettingsError(
        f"RESUMATE_DATABASE_URL is {database_url!r}: it must be a path or sqlite:///path of a database file"
    )
