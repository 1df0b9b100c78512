"""The databases that the machine's stories run on: made anew for each, and read by plain SQL at the end."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from resumate_grpc.store import migrate
from tests.fire.truth import OWNER, Truth
from tests.postgres import Cluster
from tests.scripted_server import in_background
from tests.surroundings import database_url

__all__ = ["Database", "Postgres", "SqliteFile", "postgres_truth", "truth_of"]


class Database(Protocol):
    """One story's database at a time."""

    def new(self, folder: Path) -> str:
        """Make it empty, migrated, and return its URL; `folder` is the story's."""
        ...

    async def truth(self, url: str) -> Truth:
        """Return what it holds."""
        ...


class SqliteFile:
    """A file in the story's folder."""

    def new(self, folder: Path) -> str:
        """See `Database.new`."""
        file = folder / "resumate.db"
        file.write_bytes(_new_sqlite())
        return str(file)

    async def truth(self, url: str) -> Truth:
        """See `Database.truth`."""
        return Truth.read(Path(url))


class Postgres:
    """One database of a server, emptied for each story."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._name = cluster.create()
        migrate(cluster.url(self._name))

    def new(self, folder: Path) -> str:
        """See `Database.new`."""
        self._cluster.empty(self._name)
        return self._cluster.url(self._name)

    async def truth(self, url: str) -> Truth:
        """See `Database.truth`."""
        return await postgres_truth(url)


async def postgres_truth(url: str) -> Truth:
    """Return what a PostgreSQL holds, read in one transaction; `files` is not filled in."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return Truth.made(
                epoch=await connection.fetchval("SELECT epoch FROM log"),
                feed=_plain(await connection.fetchrow("SELECT * FROM feeds WHERE owner = $1", OWNER)),
                rows=map(_plain, await connection.fetch("SELECT * FROM resumes WHERE owner = $1", OWNER)),
                logged=map(
                    _plain,
                    await connection.fetch("SELECT * FROM events WHERE owner = $1 ORDER BY feed_sequence", OWNER),
                ),
            )
    finally:
        await connection.close()


def truth_of(data_dir: Path, *, files: bool = True) -> Truth:
    """Return what an installation's database holds, wherever that is, and the files in its folder."""
    folder = data_dir / "files" if files else None
    url = database_url(data_dir)
    if not url:
        return Truth.read(data_dir / "resumate.db", folder)
    # In a thread: whoever asks has an event loop that runs.
    truth = in_background(lambda: asyncio.run(postgres_truth(url))).result()
    return truth.with_files(folder) if folder else truth


def _plain(row: Any) -> Mapping[str, Any]:
    """Return a row as SQLite would give it; empty for none."""
    return dict(row) if row is not None else {}


@cache
def _new_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        migrate(f"{folder}/new.db")
        return Path(folder, "new.db").read_bytes()
