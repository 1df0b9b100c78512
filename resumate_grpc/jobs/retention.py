"""Letting go: events and files of what ended long ago, résumés whose time is up, files that a crash left behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from resumate_grpc.errors import ResumeNotFoundError
from resumate_grpc.jobs.ports import Clock, Expiry, FileStore
from resumate_grpc.jobs.resumes import Resumes

__all__ = ["Retention", "Sweeper"]

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 256
FILES_AT_ONCE = 64
RESUMES_AT_ONCE = 64
PAUSE_S = 0.02
"""Between two small steps, so that whoever appends is never behind more than one of them."""
LONGEST_INTERVAL_S = 60.0
SHORTEST_INTERVAL_S = 0.1
LOOKS_PER_RETENTION = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """How long after the end of a résumé's last attempt its events and its file are kept; None = until it is deleted.

    `resumes` is how long a résumé is kept as a whole, from its upload or last retry; it is in `expire_time` by then.
    """

    events: timedelta | None = None
    files: timedelta | None = None
    resumes: timedelta | None = None

    @property
    def interval_s(self) -> float:
        """How often to look: ten times in the shortest retention, at least once a minute."""
        shortest = min((kept.total_seconds() for kept in (self.events, self.files, self.resumes) if kept), default=0.0)
        looks = shortest / LOOKS_PER_RETENTION or LONGEST_INTERVAL_S
        return max(SHORTEST_INTERVAL_S, min(LONGEST_INTERVAL_S, looks))


class Sweeper:
    """Takes away what retention says, a little at a time. Several may sweep one store; none does harm to another."""

    def __init__(
        self, *, expiry: Expiry, files: FileStore, resumes: Resumes, clock: Clock, retention: Retention
    ) -> None:
        self._expiry = expiry
        self._files = files
        self._resumes = resumes
        self._clock = clock
        self._retention = retention

    async def run(self) -> None:
        """Remove what a crash left behind, then sweep again and again until cancelled; a fault is logged."""
        await _logged(self.drop_orphans, "files that nobody has could not be looked for")
        while True:
            await _logged(self.sweep, "what has expired could not be removed; trying again")
            await asyncio.sleep(self._retention.interval_s)

    async def sweep(self) -> None:
        """Remove all that is due now."""
        now, retention = self._clock.now(), self._retention
        await self._delete_expired(now)
        longer = await self._expiry.keep_periods(retention.events)
        if retention.events is not None:
            await self._purge_events(now - retention.events - longer)
        if retention.files is not None:
            await self._expire_files(now - retention.files)

    async def drop_orphans(self) -> None:
        """Remove files that no résumé has: a process was killed between writing a file and its row."""
        some: list[str] = []
        async for sha256 in self._files.names():
            some.append(sha256)
            if len(some) == FILES_AT_ONCE:
                await self._drop_unreferenced(some)
                some = []
        await self._drop_unreferenced(some)

    async def _drop_unreferenced(self, sha256s: list[str]) -> None:
        for sha256 in set(sha256s) - await self._expiry.referenced(sha256s):
            await self._resumes.drop_if_orphaned(sha256)

    async def _delete_expired(self, now: datetime) -> None:
        while due := await self._expiry.expired(at=now, limit=RESUMES_AT_ONCE):
            for owner, resume_id in due:
                try:
                    await self._resumes.delete(owner, resume_id, etag="")
                except ResumeNotFoundError:
                    continue  # somebody else was quicker
                await asyncio.sleep(PAUSE_S)
            logger.info("résumés expired", extra={"count": len(due)})

    async def _purge_events(self, ended_before: datetime) -> None:
        total = 0
        while removed := await self._expiry.purge_events(ended_before=ended_before, limit=EVENTS_AT_ONCE):
            total += removed
            await asyncio.sleep(PAUSE_S)
        if total:
            logger.info("events expired", extra={"count": total})

    async def _expire_files(self, ended_before: datetime) -> None:
        while gone := await self._expiry.expire_files(ended_before=ended_before, limit=FILES_AT_ONCE):
            for sha256 in gone:
                await self._resumes.drop_if_orphaned(sha256)
            logger.info("files expired", extra={"count": len(gone)})
            await asyncio.sleep(PAUSE_S)


async def _logged(work: Callable[[], Awaitable[None]], what: str) -> None:
    try:
        await work()
    except Exception:  # the sweeper must not end the server
        logger.exception(what)
