"""What every transaction on PostgreSQL needs: a task of its own, patience with outages and rivals, and an end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from resumate_grpc.errors import StorageUnavailableError
from resumate_grpc.store.events import MovedMeanwhileError
from resumate_grpc.store.postgres.connecting import LONGEST_S
from resumate_grpc.store.postgres.faults import Fault, answerable, fault_of

__all__ = ["Tasks", "persistently", "transact", "watched"]

T = TypeVar("T")
Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_OUTAGE_S = 5.0
"""How long a call waits for a database that has gone away before its caller is told."""
_CONFLICTS = 20
_TAKEN = 2
"""How often to look whether what was there already can be had now."""


class Tasks:
    """Runs work in tasks of its own, for callers who may give up; `aclose` waits for what runs."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Callable[[], Awaitable[T]]) -> asyncio.Future[T]:
        """Start work; if the future is cancelled before the work begins it is not done."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(_settle(future, work), name="transaction")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return future

    async def aclose(self) -> None:
        """Wait until all that was started is done."""
        while self._running:
            await asyncio.wait(self._running)


async def _settle(future: asyncio.Future[T], work: Callable[[], Awaitable[T]]) -> None:
    if future.done():
        return
    try:
        value = await work()
    except Exception as error:  # noqa: BLE001 - its caller gets it
        if not future.done():
            future.set_exception(error)
    else:
        if not future.done():
            future.set_result(value)


async def persistently(work: Callable[[], Awaitable[T]]) -> T:
    """Do work that has no effect when it fails, again and again while there is hope; raises what callers are told."""
    deadline_s, conflicts, taken = time.monotonic() + _OUTAGE_S, 0, 0
    while True:
        try:
            return await work()
        except MovedMeanwhileError as error:
            conflicts += 1
            if conflicts > _CONFLICTS:
                raise StorageUnavailableError from error
        except Exception as error:  # noqa: BLE001 - what it means is looked up
            fault = fault_of(error)
            conflicts += fault is Fault.CONFLICT
            taken += fault is Fault.TAKEN
            hopeful = (
                (fault is Fault.LOST and time.monotonic() < deadline_s)
                or (fault is Fault.CONFLICT and conflicts <= _CONFLICTS)
                or (fault is Fault.TAKEN and taken <= _TAKEN)
            )
            if not hopeful:
                told = answerable(error)
                raise told from (None if told is error else error)
            if fault is Fault.LOST:
                await asyncio.sleep(random.uniform(0.05, 0.25))  # noqa: S311 - so that not all come back at once
        await asyncio.sleep(random.uniform(0, 0.002) * conflicts)  # noqa: S311 - so that two do not meet again


async def transact(engine: AsyncEngine, run: Callable[[Connection], T]) -> T:
    """Run something in one transaction on a connection of its own; not in this task if its caller may be cancelled."""
    async with engine.connect() as connection, watched(connection):
        return await connection.run_sync(run)


class watched:  # noqa: N801 - a context manager
    """Cuts a connection that gives no answer for much too long, so that whoever waits on it hears so."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        driver = await self._driver()
        while driver.is_closed():  # the server went away while it lay in the pool
            await self._connection.invalidate()
            driver = await self._driver()
        self._timer = asyncio.get_running_loop().call_later(LONGEST_S, driver.terminate)

    async def __aexit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if error is not None and fault_of(error) is Fault.LOST and not self._connection.invalidated:
            await self._connection.invalidate()

    async def _driver(self) -> Driver:
        driver = (await self._connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)  # noqa: S101 - tells mypy what `connect` made
        return driver
