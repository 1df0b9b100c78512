"""Running transaction bodies from asyncio on SQLite: one writer thread, a few reader threads.

A body runs in a thread, so a cancelled caller cannot interrupt it: the transaction has no effect if it had not begun,
and completes otherwise. (Drivers that pass each statement through the event loop lose transactions there.)
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from resumate_grpc import failpoints
from resumate_grpc.jobs.ports import Clock
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.store.append import Append, Appender
from resumate_grpc.store.codec import to_micros
from resumate_grpc.store.faults import answerable
from resumate_grpc.store.lease_clock import LeaseClock
from resumate_grpc.store.transaction import Body, Transaction

__all__ = ["Readers", "Writer"]

T = TypeVar("T")

_logger = logging.getLogger(__name__)

_GROUP_LIMIT = 256
"""Bodies committed together at most, so that the first of them does not wait for long."""


@dataclass(kw_only=True, slots=True)
class _Job:
    """A body or an append on its way through the writer thread; its caller hears of it only after the commit."""

    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    body: Body[Any] | None = None
    append: Append | None = None
    scrub: bool = False
    value: Any = None
    error: Exception | None = None

    def settle(self) -> None:
        """Tell the caller, if it still listens."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


def _settle(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.settle()


def _runs(group: Sequence[_Job]) -> Iterator[list[_Job]]:
    """Part a group into its bodies, one each, and the appends between them, in the order in which they came."""
    for appends, jobs in groupby(group, key=lambda job: job.append is not None):
        if appends:
            yield list(jobs)
        else:
            yield from ([job] for job in jobs)


class Writer:
    """Runs writing transactions one after the other; those that wait together share one commit, and so one sync.

    `committed` is called after each commit and answers whether the journal has to be emptied by the writer.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        scrub: Callable[[Engine], bool],
        committed: Callable[[], bool] = lambda: False,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._scrub = scrub
        self._committed = committed
        self._scrub_wanted = False
        self._waiting: deque[_Job] = deque()
        self._draining = False
        self._appender = Appender()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._last_now = 0
        self._lease_clock = LeaseClock(clock)

    def submit(self, body: Body[T], *, scrub: bool = False) -> asyncio.Future[T]:
        """Queue a body; the future resolves after its commit. `scrub` has the journal emptied soon afterwards."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue(_Job(body=body, future=future, loop=loop, scrub=scrub))
        return future

    def append(self, append: Append) -> asyncio.Future[Sequence[ProgressEvent]]:
        """Queue an append; those that wait one behind the other are run together. It resolves after its commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[ProgressEvent]] = loop.create_future()
        self._queue(_Job(append=append, future=future, loop=loop))
        return future

    async def aclose(self) -> None:
        """Run what was submitted and end the thread."""
        await asyncio.to_thread(self._thread.shutdown)

    def _queue(self, job: _Job) -> None:
        self._waiting.append(job)
        if not self._draining:
            self._draining = True
            self._thread.submit(self._drain)

    def _drain(self) -> None:
        while self._waiting:
            self._take_turn()
        self._draining = False
        # What was queued before that line, by a thread that still saw True, has nobody else to see to it.
        while self._waiting:
            self._take_turn()
        if self._scrub_wanted:
            self._try_scrub()

    def _take_turn(self) -> None:
        group: list[_Job] = []
        while self._waiting and len(group) < _GROUP_LIMIT:
            job = self._waiting.popleft()
            if not job.future.cancelled():
                group.append(job)
        if group:
            self._commit(group)
            self._deliver(group)
            self._scrub_wanted |= self._committed()

    def _try_scrub(self) -> None:
        try:
            self._scrub_wanted = not self._scrub(self._engine)
        except DatabaseError:
            _logger.exception("deleted content could not be taken out of the journal; the next write tries again")
            return
        if self._scrub_wanted:
            with suppress(RuntimeError):  # closing: the next start scrubs
                self._thread.submit(self._drain)

    def _commit(self, group: Sequence[_Job]) -> None:
        try:
            with self._engine.begin() as connection:
                for run in _runs(group):
                    self._run(connection, run, alone=len(run) == len(group))
                failpoints.hit("store.before-commit")
            failpoints.hit("store.after-commit")
        except Exception as error:  # noqa: BLE001 - each caller gets it
            # Nothing was committed, neither of the one that failed nor of those that had run before it.
            self._appender.forget()
            for job in group:
                job.error = job.error or answerable(error)
        self._scrub_wanted = self._scrub_wanted or any(job.scrub for job in group)

    def _run(self, connection: Connection, jobs: Sequence[_Job], *, alone: bool) -> None:
        """Run a body, or some appends together, so that a failure undoes nothing of the others in the transaction."""
        tx = Transaction(connection=connection, now=self._now(), lease_now=self._lease_clock.now())
        if alone and len(jobs) == 1:
            self._run_unguarded(tx, jobs)
            return
        driver = connection.connection.cursor()
        driver.execute("SAVEPOINT body")
        try:
            self._run_unguarded(tx, jobs)
        except Exception as error:  # noqa: BLE001 - its caller gets it
            self._appender.forget()
            told = answerable(error)
            try:
                connection.exec_driver_sql("ROLLBACK TO body")
            except DatabaseError:
                # SQLite gave the whole transaction up (disk full, I/O error): the group fails together, and for that
                # reason, not because a savepoint is gone.
                raise told if isinstance(error, DatabaseError) else error from None
            if len(jobs) == 1:
                jobs[0].error = told
            else:  # whose fault it was shows when each is run by itself
                for job in jobs:
                    self._run(connection, [job], alone=False)
        driver.execute("RELEASE body")
        driver.close()

    def _run_unguarded(self, tx: Transaction, jobs: Sequence[_Job]) -> None:
        if jobs[0].body is not None:
            jobs[0].value = jobs[0].body(tx)
            return
        appends = [job.append for job in jobs if job.append is not None]
        for job, result in zip(jobs, self._appender.run(tx, appends), strict=True):
            job.value, job.error = (None, result) if isinstance(result, Exception) else (result, None)

    def _deliver(self, group: Sequence[_Job]) -> None:
        """Tell all callers at once: to wake an event loop costs more than to settle a future."""
        by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in group:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, jobs in by_loop.items():
            try:
                loop.call_soon_threadsafe(_settle, jobs)
            except RuntimeError:
                _logger.warning("the caller's event loop closed before its transaction was answered")

    def _now(self) -> int:
        # Strictly growing, so that order by time is order of commit within this process.
        self._last_now = max(to_micros(self._clock.now()), self._last_now + 1)
        return self._last_now


class Readers:
    """Runs reading transactions side by side, each on one snapshot of the database."""

    def __init__(self, engine: Engine, clock: Clock, *, threads: int) -> None:
        self._engine = engine
        self._clock = clock
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store-reader")

    async def read(self, body: Body[T]) -> T:
        """Return what the body returns."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, body)

    async def aclose(self) -> None:
        """Run what was submitted and end the threads."""
        await asyncio.to_thread(self._threads.shutdown)

    def _run(self, body: Body[T]) -> T:
        try:
            with self._engine.begin() as connection:
                now = to_micros(self._clock.now())
                return body(Transaction(connection=connection, now=now, lease_now=now))
        except DatabaseError as error:
            raise answerable(error) from error
