"""Statements that bypass SQLAlchemy: each is a transaction of its own, on a connection of the same pool."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from resumate_grpc import failpoints
from resumate_grpc.store.postgres.connecting import TIMEOUTS
from resumate_grpc.store.postgres.moment import DATABASE_MICROS, DatabaseTime
from resumate_grpc.store.postgres.transacting import watched

__all__ = ["Fetch", "Statements"]

Fetch = Callable[..., Awaitable[Sequence[Any]]]
"""Runs one statement with its arguments, and returns its rows after the commit."""

_TIMEOUTS = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in TIMEOUTS.items())


class Statements:
    """Gives connections on which such statements are run; behind a pooler each is wrapped in a transaction."""

    def __init__(self, engine: AsyncEngine, time: DatabaseTime, *, pooler: bool) -> None:
        self._engine = engine
        self._time = time
        self._pooler = pooler

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Fetch]:
        """Hold a connection while the block runs statements on it."""
        async with self._engine.connect() as connection, watched(connection) as driver:

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

            yield fetch

    async def now(self, fetch: Fetch) -> int:
        """Return the database's time, by its last reading if that is fresh."""
        if self._time.stale:
            asked_at_s = time.monotonic()
            ((micros,),) = await fetch(f"SELECT {DATABASE_MICROS}")
            self._time.read(micros, asked_at_s=asked_at_s)
        return self._time.guess()
