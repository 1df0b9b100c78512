"""The line in which appends wait for each other: what waits while one statement runs is the next statement."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine

from resumate_grpc import failpoints
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.store.append import Append
from resumate_grpc.store.postgres.append import Appender, Batch
from resumate_grpc.store.postgres.connecting import TIMEOUTS
from resumate_grpc.store.postgres.moment import DATABASE_MICROS, DatabaseTime
from resumate_grpc.store.postgres.transacting import persistently, watched

__all__ = ["AppendLane"]

_TOGETHER = 256
_TIMEOUTS = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in TIMEOUTS.items())
_Waiting = tuple[Append, asyncio.Future[Sequence[ProgressEvent]]]


class AppendLane:
    """Runs what waits together, at most 256 appends in a statement, in the order in which they came."""

    def __init__(self, engine: AsyncEngine, time: DatabaseTime, *, pooler: bool) -> None:
        self._engine = engine
        self._time = time
        self._pooler = pooler
        self._appender = Appender()
        self._waiting: deque[_Waiting] = deque()
        self._draining: asyncio.Task[None] | None = None

    def put(self, append: Append) -> asyncio.Future[Sequence[ProgressEvent]]:
        """Queue an append; the future resolves after its commit. One that is cancelled while it waits is dropped."""
        future: asyncio.Future[Sequence[ProgressEvent]] = asyncio.get_running_loop().create_future()
        self._waiting.append((append, future))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain(), name="appends")
        return future

    async def aclose(self) -> None:
        """Wait until all that was queued is done."""
        if self._draining is not None:
            await self._draining

    async def _drain(self) -> None:
        try:
            while self._waiting:
                together = [self._waiting.popleft() for _ in range(min(len(self._waiting), _TOGETHER))]
                together = [one for one in together if not one[1].done()]
                if together:
                    await self._run(together)
        finally:
            self._draining = None

    async def _run(self, together: Sequence[_Waiting]) -> None:
        batch = Batch(appends=[append for append, _ in together])
        try:
            await persistently(lambda: self._transact(batch))
        except (DatabaseError, ValueError) as error:
            if len(together) > 1:  # whose fault it was shows when each is run by itself
                for one in together:
                    await self._run([one])
                return
            _refuse(together, error)
        except Exception as error:  # noqa: BLE001 - each caller gets it
            self._appender.forget()
            _refuse(together, error)
        else:
            _deliver(together, batch)

    async def _transact(self, batch: Batch) -> None:
        async with self._engine.connect() as connection, watched(connection) as driver:

            async def fetch(statement: str, *arguments: object) -> Sequence[Any]:
                if not self._pooler:  # a statement by itself is a transaction
                    return await driver.fetch(statement, *arguments)
                async with driver.transaction():
                    await driver.execute(_TIMEOUTS)
                    return await driver.fetch(statement, *arguments)

            if self._time.stale:
                asked_at_s = time.monotonic()
                ((micros,),) = await fetch(f"SELECT {DATABASE_MICROS}")
                self._time.read(micros, asked_at_s=asked_at_s)
            failpoints.hit("store.before-commit")
            await self._appender.run(fetch, batch, now=self._time.guess())
            failpoints.hit("store.after-commit")


def _deliver(together: Sequence[_Waiting], batch: Batch) -> None:
    for caller, (_, future) in enumerate(together):
        result = batch.results[caller]
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def _refuse(together: Sequence[_Waiting], error: Exception) -> None:
    for _, future in together:
        if not future.done():
            future.set_exception(error)
