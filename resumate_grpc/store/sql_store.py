"""The store: the five ports over one database, each method one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from resumate_grpc.errors import ResumeNotFoundError
from resumate_grpc.jobs.ports import Clock, Expectation, Forecast, LeaseLostError, unexpected, unforeseen
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import BatchCounts, ProgressEvent, State
from resumate_grpc.model.resume import ParseOptions, Resume
from resumate_grpc.model.work import (
    Claim,
    Deleted,
    Lane,
    Load,
    LogBounds,
    LogPage,
    LogQuery,
    NewEvent,
    NewResume,
    Outcome,
    ResumePage,
    ResumeQuery,
    StageTimes,
    Target,
)
from resumate_grpc.store import figures, file_holds, history, listing, resumes, retention, work_queue
from resumate_grpc.store.append import Append
from resumate_grpc.store.codec import to_micros
from resumate_grpc.store.embedded import open_sqlite
from resumate_grpc.store.engine import Asked, Claimed, Engine, PoolFigures
from resumate_grpc.store.migration import migrate
from resumate_grpc.store.urls import is_postgres

__all__ = ["SqlStore"]

_logger = logging.getLogger(__name__)

DEFAULT_CONNECTIONS = 10


class SqlStore:
    """Records, log, queue, expiry and statistics in SQL; the ports of those names tell what each method promises."""

    def __init__(self, engine: Engine, *, epoch: str) -> None:
        self._engine = engine
        self._writer = engine.writer
        self._readers = engine.readers
        self._epoch = epoch

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database_url: str, *, clock: Clock, connections: int = DEFAULT_CONNECTIONS, use_clock: bool = False
    ) -> AsyncIterator[Self]:
        """Open the database of a URL or path, made or migrated to this version where needed.

        `sqlite:///…` or a path is a file; `postgresql://…` a database that is there, to which there are at most
        `connections`. On PostgreSQL time is the database's; `use_clock` takes `clock`'s instead, for tests whose time
        passes when they say so.

        What was submitted is finished when the context ends. Raises `SettingsError`, saying what to do, if the
        database cannot be opened, is damaged, or was written by a newer version.
        """
        await asyncio.to_thread(migrate, database_url)
        if is_postgres(database_url):
            # Not above: a start on SQLite need not wait for a driver that it has no use for.
            from resumate_grpc.store.postgres.opening import open_postgres  # noqa: PLC0415

            opened = open_postgres(database_url, clock=clock, use_clock=use_clock, connections=connections)
        else:
            opened = open_sqlite(database_url, clock=clock)
        async with opened as engine:
            yield cls(engine, epoch=await engine.readers.read(history.epoch))

    @property
    def shared(self) -> bool:
        """Whether other programs may be at work on the same database."""
        return self._engine.shared

    def pool(self) -> PoolFigures | None:
        """Return how many connections to the database there are; None for SQLite."""
        return None if self._engine.pool is None else self._engine.pool.figures()

    # ResumeStore

    async def create(
        self, new: NewResume, *, max_queued: int, forecast: Forecast = unforeseen
    ) -> tuple[Resume, ProgressEvent | None]:
        """See `ResumeStore.create`."""
        return await self._writer.submit(partial(resumes.create, new=new, max_queued=max_queued, forecast=forecast))

    async def get(self, owner: str, resume_id: str, *, with_parsed: bool) -> Resume:
        """See `ResumeStore.get`."""
        return await self._readers.read(lambda tx: resumes.get(tx, owner, resume_id, with_parsed=with_parsed))

    async def list(self, query: ResumeQuery) -> ResumePage:
        """See `ResumeStore.list`."""
        return await self._readers.read(lambda tx: listing.list_resumes(tx, query))

    async def update(
        self, owner: str, resume_id: str, *, if_etag: str, filename: str, parsed: ParsedResume | None
    ) -> Resume:
        """See `ResumeStore.update`."""
        return await self._writer.submit(
            lambda tx: resumes.update_resume(tx, owner, resume_id, if_etag=if_etag, filename=filename, parsed=parsed)
        )

    async def delete(self, owner: str, resume_id: str, *, if_etag: str) -> Deleted:
        """See `ResumeStore.delete`."""
        return await self._writer.submit(
            lambda tx: resumes.delete_resume(tx, owner, resume_id, if_etag=if_etag), scrub=True
        )

    async def references(self, sha256: str) -> int:
        """See `ResumeStore.references`."""
        return await self._readers.read(lambda tx: resumes.references(tx, sha256))

    async def cancel(self, owner: str, resume_id: str) -> tuple[Resume, ProgressEvent]:
        """See `ResumeStore.cancel`."""
        return await self._writer.submit(lambda tx: resumes.cancel(tx, owner, resume_id))

    async def retry(
        self,
        owner: str,
        resume_id: str,
        *,
        options: ParseOptions | None,
        max_queued: int,
        forecast: Forecast = unforeseen,
        expire_after_s: float | None = None,
    ) -> tuple[Resume, ProgressEvent]:
        """See `ResumeStore.retry`."""
        return await self._writer.submit(
            lambda tx: resumes.retry(
                tx,
                owner,
                resume_id,
                options=options,
                max_queued=max_queued,
                forecast=forecast,
                expire_after_s=expire_after_s,
            )
        )

    # EventLog

    @property
    def epoch(self) -> str:
        """See `EventLog.epoch`."""
        return self._epoch

    async def history(self, target: Target, *, after: int, limit: int) -> Sequence[ProgressEvent]:
        """See `EventLog.history`."""
        return await self._readers.read(lambda tx: history.history(tx, target, after=after, limit=limit))

    async def bounds(self, target: Target) -> LogBounds:
        """See `EventLog.bounds`."""
        return await self._readers.read(lambda tx: history.bounds(tx, target))

    async def pages(self, queries: Sequence[LogQuery]) -> Sequence[LogPage | ResumeNotFoundError]:
        """See `EventLog.pages`."""
        return await self._readers.read(lambda tx: history.pages(tx, queries))

    async def batch_counts(self, owner: str, batch_id: str) -> BatchCounts:
        """See `EventLog.batch_counts`."""
        return await self._readers.read(lambda tx: history.batch_counts(tx, owner, batch_id))

    # WorkQueue

    async def claim(
        self,
        worker: str,
        *,
        lease_s: float,
        max_attempts: int,
        lane: Lane = Lane.TEXT,
        expected: Expectation = unexpected,
    ) -> Claimed:
        """See `WorkQueue.claim`."""
        asked = Asked(worker=worker, lease_s=lease_s, max_attempts=max_attempts, lane=lane, expected=expected)
        claims = self._engine.claims
        claiming = (
            self._writer.submit(partial(work_queue.claim, asked=asked)) if claims is None else claims.claim(asked)
        )
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # What is claimed for a caller that has gone would wait for its lease to run out.
            claiming.add_done_callback(self._give_back_unheld)
            raise

    async def renew(self, claim: Claim, *, lease_s: float) -> None:
        """See `WorkQueue.renew`."""
        await self._writer.submit(lambda tx: work_queue.renew(tx, claim, lease_s=lease_s))

    async def append(self, claim: Claim, events: Sequence[NewEvent]) -> Sequence[ProgressEvent]:
        """See `WorkQueue.append`."""
        return await self._writer.append(Append(claim=claim, events=events))

    async def finish(self, claim: Claim, outcome: Outcome) -> ProgressEvent:
        """See `WorkQueue.finish`."""
        return await self._writer.submit(lambda tx: work_queue.finish(tx, claim, outcome))

    async def hand_over(
        self, claim: Claim, *, lane: Lane, message: str, estimated_remaining_s: float | None = None
    ) -> ProgressEvent:
        """See `WorkQueue.hand_over`."""
        return await self._writer.submit(
            lambda tx: work_queue.hand_over(
                tx, claim, lane=lane, message=message, estimated_remaining_s=estimated_remaining_s
            )
        )

    async def give_back(self, claim: Claim, *, message: str, lost: bool) -> ProgressEvent:
        """See `WorkQueue.give_back`."""
        return await self._writer.submit(lambda tx: work_queue.give_back(tx, claim, message=message, lost=lost))

    async def void_leases(self, instance: str = "") -> int:
        """Let every lease end now, or all of workers named `…@instance`; return how many were held.

        For the start of a program: whoever held them is dead.
        """
        return await self._writer.submit(partial(work_queue.void_leases, instance=instance))

    # Retention

    async def keep_periods(self, kept: timedelta | None) -> timedelta:
        """See `Expiry.keep_periods`."""
        return timedelta() if self._engine.periods is None else await self._engine.periods.keep(kept)

    async def purge_events(self, *, ended_before: datetime, limit: int) -> int:
        """See `Expiry.purge_events`."""
        before = to_micros(ended_before)
        return await self._writer.submit(lambda tx: retention.purge_events(tx, ended_before=before, limit=limit))

    async def expire_files(self, *, ended_before: datetime, limit: int) -> Sequence[str]:
        """See `Expiry.expire_files`."""
        before = to_micros(ended_before)
        return await self._writer.submit(lambda tx: retention.expire_files(tx, ended_before=before, limit=limit))

    async def expired(self, *, at: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """See `Expiry.expired`."""
        return await self._readers.read(lambda tx: retention.expired(tx, at=to_micros(at), limit=limit))

    async def referenced(self, sha256s: Sequence[str]) -> set[str]:
        """See `Expiry.referenced`."""
        return await self._readers.read(lambda tx: retention.referenced(tx, sha256s))

    # HoldTable

    async def hold(self, sha256: str, holder: str, *, alone: bool) -> bool:
        """See `HoldTable.hold`."""
        return await self._writer.submit(lambda tx: file_holds.hold(tx, sha256, holder, alone=alone))

    async def release(self, sha256: str, holder: str) -> None:
        """See `HoldTable.release`."""
        await self._writer.submit(lambda tx: file_holds.release(tx, sha256, holder))

    # Statistics

    async def stage_times(self, *, limit: int) -> Sequence[StageTimes]:
        """See `Statistics.stage_times`."""
        return await self._readers.read(lambda tx: figures.stage_times(tx, limit=limit))

    async def waiting_ahead(self, resume_id: str) -> int:
        """See `Statistics.waiting_ahead`."""
        return await self._readers.read(lambda tx: figures.waiting_ahead(tx, resume_id))

    async def places(self) -> Mapping[str, int]:
        """See `Statistics.places`."""
        return await self._readers.read(figures.places)

    async def load(self) -> Sequence[Load]:
        """See `Statistics.load`."""
        return await self._readers.read(figures.load)

    async def counts(self, *, under_way: bool = False) -> dict[State, int]:
        """See `Statistics.counts`."""
        return await self._readers.read(partial(figures.counts, under_way=under_way))

    def _give_back_unheld(self, claiming: asyncio.Future[Claimed]) -> None:
        if claiming.cancelled() or claiming.exception() is not None:
            return
        claim, _ = claiming.result()
        if claim is None:
            return
        message = resumes.waiting(0)
        returning = self._writer.submit(lambda tx: work_queue.give_back(tx, claim, message=message, lost=False))
        returning.add_done_callback(_note_failure)


def _note_failure(returning: asyncio.Future[ProgressEvent]) -> None:
    error = None if returning.cancelled() else returning.exception()
    # A lost lease is no news: the résumé was cancelled or deleted meanwhile.
    if error is not None and not isinstance(error, LeaseLostError):
        _logger.warning("could not give an unheld claim back; its lease has to run out", exc_info=error)
