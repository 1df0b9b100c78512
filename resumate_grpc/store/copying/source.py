"""The SQLite database that is copied: held alone while it is read, so that nobody writes to it meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from resumate_grpc.errors import SettingsError
from resumate_grpc.store.copying.rows import CopiedTable, Row
from resumate_grpc.store.migrations import HEAD
from resumate_grpc.store.sqlite import database_path
from resumate_grpc.store.urls import is_postgres

__all__ = ["Source", "Stored", "opened_source"]

_HOLD = ("PRAGMA busy_timeout = 1000", "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A file that a résumé has."""

    sha256: str
    size_bytes: int


class Source:
    """An open database; each method is one question, and none is asked while another is under way."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    async def epoch(self) -> str:
        """Return the log's identity."""
        return str((await self._all("SELECT epoch FROM log"))[0][0])

    async def count(self, table: CopiedTable) -> int:
        """Return how many rows a table has."""
        return int((await self._all(f"SELECT count(*) FROM {table.name}"))[0][0])  # type: ignore[call-overload,no-any-return]  # noqa: S608

    async def pages(self, table: CopiedTable) -> AsyncIterator[list[Row]]:
        """Yield a table's rows in the order of their keys, some at a time, as PostgreSQL holds them."""
        cursor = await asyncio.to_thread(self._connection.execute, table.select())
        while rows := await asyncio.to_thread(cursor.fetchmany, table.page_rows):
            yield [table.converted(row) for row in rows]

    async def files(self) -> list[Stored]:
        """Return the files that résumés have, each once, in the order of their sha256."""
        rows = await self._all(
            "SELECT sha256, max(size_bytes) FROM resumes WHERE has_file = 1 GROUP BY sha256 ORDER BY sha256"
        )
        return [Stored(sha256=str(sha256), size_bytes=int(str(size))) for sha256, size in rows]

    async def having(self, sha256: str) -> list[str]:
        """Return the ids of the résumés that have a file."""
        return [str(row[0]) for row in await self._all("SELECT id FROM resumes WHERE sha256 = ? ORDER BY id", sha256)]

    async def _all(self, statement: str, *values: str) -> list[Row]:
        return await asyncio.to_thread(lambda: self._connection.execute(statement, values).fetchall())


@asynccontextmanager
async def opened_source(database_url: str) -> AsyncIterator[Source]:
    """Hold a database alone until the block ends.

    Every program of ours keeps a connection open for as long as it runs, and SQLite lets nobody have a file alone that
    somebody else has open: so one that is at work is noticed, wherever its data directory is, and one that is started
    meanwhile is refused. Raises `SettingsError`: at work, not there, no database of ours, another schema than this
    version's.
    """
    path = _path(database_url)
    connection = await asyncio.to_thread(_held, path)
    try:
        yield Source(connection, path)
    finally:
        await asyncio.to_thread(connection.close)


def _path(database_url: str) -> Path:
    if is_postgres(database_url):
        raise SettingsError("--from is the SQLite database that is copied: sqlite:///… or its file")
    path = database_path(database_url)
    if not path.is_file():
        raise SettingsError(f"there is no database {path} to copy from")
    return path


def _held(path: Path) -> sqlite3.Connection:
    with _explained(path):
        # `mode=rw`: never made here. One thread at a time uses it, though not always the same one.
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
    try:
        with _explained(path):
            for statement in _HOLD:
                connection.execute(statement).close()
            _check_schema(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise SettingsError(
                f"a program is at work on {path}: stop it first (what it accepted while it is copied would be lost)"
            ) from error
        raise SettingsError(f"cannot read the database {path}: {error}") from error


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    if row is None:
        raise SettingsError(f"{path} is no database of ResuMate's")
    if row[0] != HEAD:
        raise SettingsError(
            f"{path} has schema {row[0]}, this version has {HEAD}: bring it there first with "
            f"`resumate migrate --database-url sqlite:///{path.absolute()}` of this version"
        )
