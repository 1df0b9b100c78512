"""Running transaction bodies on PostgreSQL: side by side, each on a connection of a bounded pool.

A body runs in a task of its own, so a cancelled caller cannot interrupt it: the transaction has no effect if it had not
begun, and completes otherwise. What fails because somebody else was quicker or because the connection broke is run
again; a commit whose answer was lost is looked up, by its number, as soon as the database answers again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from resumate_grpc import failpoints
from resumate_grpc.errors import StorageUnavailableError
from resumate_grpc.jobs.ports import Clock
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.store.append import Append
from resumate_grpc.store.codec import to_micros
from resumate_grpc.store.postgres.append import Appender, Batch
from resumate_grpc.store.postgres.connecting import TIMEOUTS
from resumate_grpc.store.postgres.moment import DATABASE_MICROS, DatabaseTime
from resumate_grpc.store.postgres.statements import Statements
from resumate_grpc.store.postgres.together import Together
from resumate_grpc.store.postgres.transacting import Tasks, persistently, transact, watched
from resumate_grpc.store.transaction import Body, Transaction

__all__ = ["Readers", "Writer"]

T = TypeVar("T")

_APPENDS_AT_ONCE = 256

_BEGIN = text(
    f"SELECT pg_current_xact_id()::text, {DATABASE_MICROS}, "
    + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in TIMEOUTS.items())
)
_OUTCOME = text("SELECT pg_xact_status(CAST(CAST(:xid AS text) AS xid8))")


@dataclass(kw_only=True, slots=True)
class _Commit:
    """How far a transaction has come: `xid` is set while its commit is on the way, `value` is what was returned."""

    xid: str = ""
    value: object = None


class Writer:
    """Runs writing transactions at READ COMMITTED, which row locks and conditions in each statement make enough."""

    def __init__(self, engine: AsyncEngine, time: DatabaseTime, kept: Statements) -> None:
        self._engine = engine
        self._time = time
        self._kept = kept
        self._tasks = Tasks()
        self._appender = Appender()
        self._appends = Together(self._append, at_once=_APPENDS_AT_ONCE, name="appends")

    def submit(self, body: Body[T], *, scrub: bool = False) -> asyncio.Future[T]:
        """Run a body. `scrub` means nothing here: what is deleted is gone with the next vacuum."""
        del scrub
        return self._tasks.start(partial(self._write, body))

    def append(self, append: Append) -> asyncio.Future[Sequence[ProgressEvent]]:
        """Queue an append; those that wait one behind the other are run together. It resolves after its commit."""
        return self._appends.put(append)

    async def aclose(self) -> None:
        """Run what was submitted."""
        await self._tasks.aclose()
        await self._appends.aclose()

    async def _append(self, appends: Sequence[Append]) -> list[Sequence[ProgressEvent] | Exception]:
        batch = Batch(appends=appends)

        async def once() -> None:
            async with self._kept.running() as fetch:
                await self._appender.run(fetch, batch, now=await self._kept.now(fetch))

        try:
            await persistently(once)
        except Exception:
            self._appender.forget()
            raise
        return [batch.results[place] for place in range(len(appends))]

    async def _write(self, body: Body[T]) -> T:
        commit = _Commit()

        async def once() -> T:
            if commit.xid and await _committed(self._engine, commit):
                return commit.value  # type: ignore[return-value]  # what the body returned before its commit
            commit.xid = ""
            return await transact(self._engine, partial(self._run, body=body, commit=commit))

        return await persistently(once)

    def _run(self, connection: Connection, *, body: Body[T], commit: _Commit) -> T:
        with connection.begin():
            asked_at_s = time.monotonic()
            xid, micros, *_ = connection.execute(_BEGIN).one()
            moment = self._time.read(micros, asked_at_s=asked_at_s)
            value = body(Transaction(connection=connection, now=moment.now, lease_now=moment.lease_now))
            failpoints.hit("store.before-commit")
            commit.value, commit.xid = value, xid
        commit.xid = ""
        failpoints.hit("store.after-commit")
        return value


class Readers:
    """Runs reading transactions side by side, each on one snapshot of the database."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._clock = clock
        self._tasks = Tasks()

    async def read(self, body: Body[T]) -> T:
        """Return what the body returns."""
        return await self._tasks.start(partial(persistently, partial(transact, self._engine, partial(self._run, body))))

    async def aclose(self) -> None:
        """Finish what was asked."""
        await self._tasks.aclose()

    def _run(self, body: Body[T], connection: Connection) -> T:
        now = to_micros(self._clock.now())
        with connection.begin():
            return body(Transaction(connection=connection, now=now, lease_now=now))


async def _committed(engine: AsyncEngine, commit: _Commit) -> bool:
    """Return whether a commit whose answer was lost came to pass; waits while it is under way."""
    while True:
        async with engine.connect() as connection, watched(connection):
            status = (await connection.execute(_OUTCOME, {"xid": commit.xid})).scalar_one()
        if status == "committed":
            return True
        if status == "aborted":
            return False
        if status is None:  # long ago, or another server
            raise StorageUnavailableError
        await asyncio.sleep(0.05)
