"""The store: the five ports over one database, each method one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
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
from resumate_grpc.store import figures, history, listing, resumes, retention, sqlite, work_queue
from resumate_grpc.store.append import Append
from resumate_grpc.store.checkpoints import Checkpoints
from resumate_grpc.store.codec import to_micros
from resumate_grpc.store.migration import migrate
from resumate_grpc.store.runner import Readers, Writer
from resumate_grpc.store.transaction import Body

__all__ = ["SqlStore"]

_logger = logging.getLogger(__name__)

_Claimed = tuple[Claim | None, Sequence[ProgressEvent]]


class SqlStore:
    """Records, log, queue, expiry and statistics in SQL; the ports of those names tell what each method promises."""

    def __init__(self, *, writer: Writer, readers: Readers, epoch: str) -> None:
        self._writer = writer
        self._readers = readers
        self._epoch = epoch

    @classmethod
    @asynccontextmanager
    async def open(cls, database_url: str, *, clock: Clock) -> AsyncIterator[Self]:
        """Open the database of a `sqlite:///…` URL or a path, made or migrated to this version where needed.

        What was submitted is finished when the context ends. Raises `SettingsError`, saying what to do, if the
        database cannot be opened, is damaged, or was written by a newer version.
        """
        path = sqlite.database_path(database_url)
        await asyncio.to_thread(migrate, database_url)
        async with AsyncExitStack() as stack:
            write_engine = sqlite.connect(path, writer=True)
            stack.callback(write_engine.dispose)
            read_engine = sqlite.connect(path, writer=False)
            stack.callback(read_engine.dispose)
            readers = Readers(read_engine, clock, threads=sqlite.READER_THREADS)
            stack.push_async_callback(readers.aclose)
            checkpoint_engine = sqlite.connect(path, writer=True)
            stack.callback(checkpoint_engine.dispose)
            checkpoints = Checkpoints(path, checkpoint_engine)
            stack.push_async_callback(asyncio.to_thread, checkpoints.close)
            writer = Writer(write_engine, clock, scrub=sqlite.scrub, committed=checkpoints.committed)
            stack.push_async_callback(writer.aclose)
            with sqlite.explained(path):
                # A crash right after a deletion may have left deleted content in the journal.
                await asyncio.to_thread(sqlite.scrub, write_engine)
                epoch = await readers.read(history.epoch)
            yield cls(writer=writer, readers=readers, epoch=epoch)

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
    ) -> _Claimed:
        """See `WorkQueue.claim`."""
        body: Body[_Claimed] = partial(
            work_queue.claim, worker=worker, lease_s=lease_s, max_attempts=max_attempts, lane=lane, expected=expected
        )
        claiming = self._writer.submit(body)
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

    async def void_leases(self) -> int:
        """Let every lease end now and return how many were held.

        For the start of a program that is alone on its database: whoever held them is dead.
        """
        return await self._writer.submit(work_queue.void_leases)

    # Retention

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

    async def counts(self) -> dict[State, int]:
        """See `Statistics.counts`."""
        return await self._readers.read(figures.counts)

    def _give_back_unheld(self, claiming: asyncio.Future[_Claimed]) -> None:
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
