"""The PostgreSQL database that a copy goes to: empty before, alone meanwhile, equal to its source afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from resumate_grpc.errors import CopyError, SettingsError
from resumate_grpc.store.copying.log_check import LogCheck
from resumate_grpc.store.copying.rows import COPIED, CopiedTable, Row
from resumate_grpc.store.postgres.connecting import TIMEOUTS, connecting, explained, with_pooler
from resumate_grpc.store.tables import events
from resumate_grpc.store.urls import shown

__all__ = ["Target", "opened_target"]

_LOCKS = f"""
LOCK TABLE log IN ACCESS EXCLUSIVE MODE;
LOCK TABLE {", ".join(table.name for table in COPIED)} IN SHARE ROW EXCLUSIVE MODE
"""
"""A program that is started meanwhile waits at the epoch, which is about to become another, and gives up."""
_AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'resumate' AND pid != pg_backend_pid()
"""
_STAGE_TIMES_SEQUENCE = """
SELECT setval(pg_get_serial_sequence('stage_times', 'id'), greatest(max(id), 1), max(id) IS NOT NULL) FROM stage_times
"""


class Target:
    """A connection to the target."""

    def __init__(self, driver: asyncpg.Connection[asyncpg.Record], database_url: str) -> None:
        self._driver = driver
        self._shown = shown(database_url)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Hold the database in a transaction, which is committed at the block's end if nothing was raised in it."""
        async with self._driver.transaction():
            await self._driver.execute(_LOCKS)
            yield

    async def check_free(self, epoch: str) -> bool:
        """Return whether the log of this epoch is here already; raises `SettingsError` where anything else is."""
        if await self._driver.fetchval(_AT_WORK):
            raise SettingsError(f"a program of ResuMate's is connected to {self._shown}: stop it first")
        if await self._driver.fetchval("SELECT to_regclass('log')") is None:
            return False
        if await self._driver.fetchval("SELECT epoch FROM log") == epoch:
            return True
        for table in COPIED:
            if await self._driver.fetchval(f"SELECT EXISTS (SELECT FROM {table.name})"):  # noqa: S608 - our own tables
                raise SettingsError(
                    f"{self._shown} is in use already (there are rows in {table.name}): copy into a new database, "
                    "which `createdb` makes"
                )
        return False

    async def insert(self, table: CopiedTable, rows: Sequence[Row]) -> None:
        """Add rows."""
        await self._driver.copy_records_to_table(table.name, records=rows, columns=table.columns)

    async def set_epoch(self, epoch: str) -> None:
        """Make the log that of the source, and let rows that are added later get numbers of their own."""
        await self._driver.execute("UPDATE log SET epoch = $1", epoch)
        await self._driver.fetchval(_STAGE_TIMES_SEQUENCE)

    async def compared(self, table: CopiedTable, pages: AsyncIterator[list[Row]]) -> AsyncIterator[int]:
        """Compare a table with the source's pages of it, and logs with their digests; yields rows that were equal.

        Raises `CopyError` where they differ, or where a log and its digests disagree.
        """
        check = LogCheck() if table.table is events else None
        cursor = await self._driver.cursor(table.select())
        async for page in pages:
            here = [tuple(row) for row in await cursor.fetch(len(page))]
            if here != page:
                raise self._different(table, here, page)
            if check is not None:
                check.follow(page)
            yield len(page)
        if more := await cursor.fetch(1):
            raise self._different(table, [tuple(more[0])], [])

    async def analyze(self) -> None:
        """Tell the planner what there is now."""
        for table in COPIED:
            await self._driver.execute(f"ANALYZE {table.name}")

    def _different(self, table: CopiedTable, here: Sequence[Row], there: Sequence[Row]) -> CopyError:
        pairs = zip([*here, ()], [*there, ()], strict=False)
        mine, theirs = next((pair for pair in pairs if pair[0] != pair[1]), ((), ()))
        key = (mine or theirs)[: len(table.key)]
        return CopyError(
            f"{self._shown} is not what the source is ({table.name} {key}): one of the two has been used since it was "
            "copied; copy into a new database"
        )


@asynccontextmanager
async def opened_target(database_url: str) -> AsyncIterator[Target]:
    """Connect to a target until the block ends. Raises `SettingsError` where it cannot be used."""
    async with explained(database_url):
        pooler = await with_pooler(database_url)
        driver = await connecting(database_url, pooler=pooler, timeouts={"lock_timeout": TIMEOUTS["lock_timeout"]})()
        try:
            yield Target(driver, database_url)
        finally:
            if not driver.is_closed():
                await driver.close(timeout=5)
