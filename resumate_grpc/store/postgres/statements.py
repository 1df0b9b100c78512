"""Statements that bypass SQLAlchemy: each is a transaction of its own, on a connection kept for its kind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from resumate_grpc import failpoints
from resumate_grpc.store.postgres.connecting import LONGEST_S, TIMEOUTS, Connect
from resumate_grpc.store.postgres.faults import Fault, fault_of
from resumate_grpc.store.postgres.moment import DATABASE_MICROS, DatabaseTime

__all__ = ["Fetch", "Statements"]

Fetch = Callable[..., Awaitable[Sequence[Any]]]
"""Runs one statement with its arguments, and returns its rows after the commit."""

_TIMEOUTS = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in TIMEOUTS.items())
_CLOSE_TIMEOUT_S = 5.0


class Statements:
    """Holds one connection, on which whoever comes has a turn; one that broke is replaced at the next turn.

    Behind a pooler each statement is wrapped in a transaction.
    """

    def __init__(self, connect: Connect, time: DatabaseTime, *, pooler: bool) -> None:
        self._connect = connect
        self._time = time
        self._pooler = pooler
        self._driver: asyncpg.Connection[asyncpg.Record] | None = None
        self._turn = asyncio.Lock()

    @property
    def busy(self) -> bool:
        """Whether statements are run at this moment."""
        return self._turn.locked()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Fetch]:
        """Hold the connection while the block runs statements on it."""
        async with self._turn:
            driver = self._driver
            if driver is None or driver.is_closed():
                driver = self._driver = await self._connect()
            # A connection that gives no answer for much too long is cut, so that whoever waits on it hears so.
            timer = asyncio.get_running_loop().call_later(LONGEST_S, driver.terminate)
            try:
                yield self._fetching(driver)
            except Exception as error:
                if fault_of(error) is Fault.LOST:
                    driver.terminate()
                raise
            finally:
                timer.cancel()

    async def now(self, fetch: Fetch) -> int:
        """Return the database's time, by its last reading if that is fresh."""
        if self._time.stale:
            asked_at_s = time.monotonic()
            ((micros,),) = await fetch(f"SELECT {DATABASE_MICROS}")
            self._time.read(micros, asked_at_s=asked_at_s)
        return self._time.guess()

    async def aclose(self) -> None:
        """Close the connection, once it is free."""
        async with self._turn:
            if self._driver is not None and not self._driver.is_closed():
                await self._driver.close(timeout=_CLOSE_TIMEOUT_S)

    def _fetching(self, driver: asyncpg.Connection[asyncpg.Record]) -> Fetch:
        async def fetch(statement: str, *arguments: object) -> Sequence[Any]:
            failpoints.hit("store.before-commit")
            if self._pooler:
                async with driver.transaction():
                    await driver.execute(_TIMEOUTS)
                    rows = await driver.fetch(statement, *arguments)
            else:
                rows = await driver.fetch(statement, *arguments)
            failpoints.hit("store.after-commit")
            return rows

        return fetch
