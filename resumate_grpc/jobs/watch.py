"""Watching: history after a position, then live, each event once and in order."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from resumate_grpc.errors import (
    EpochMismatchError,
    ErrorReason,
    ExhaustedError,
    InvalidFieldError,
)
from resumate_grpc.jobs.cursor import Cursor, check_held
from resumate_grpc.jobs.feed import Feed
from resumate_grpc.jobs.line import Line
from resumate_grpc.jobs.mailbox import Mailbox
from resumate_grpc.jobs.ports import Clock, EventBus, EventLog, Metrics
from resumate_grpc.jobs.pulse import Pulse
from resumate_grpc.jobs.reading import LogReader
from resumate_grpc.jobs.stalls import Stalls
from resumate_grpc.jobs.watcher import HISTORY_PAGE_EVENTS, Shared, Watcher, draining_error
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import LogBounds, LogQuery, Target

__all__ = ["EventPage", "Watches"]

TOO_MANY_RETRY_AFTER_S = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class EventPage:
    """Events after a position, for who polls; `next_after` is the position to go on from."""

    events: Sequence[ProgressEvent]
    next_after: int
    has_more: bool


class Watches:
    """All watches of this server; they share the log and the bus, and end together when it drains.

    `stall_s` is how long one may leave unread what it was given, in seconds, before it ends with `ExhaustedError`.
    `poll_s` is how often the log is looked into unasked, once for all watches of an owner, in seconds: for a bus that
    does not reach all who write. By default that is done for heartbeats only.
    """

    def __init__(
        self,
        *,
        log: EventLog,
        bus: EventBus,
        clock: Clock,
        metrics: Metrics,
        max_watches: int,
        poll_s: float = math.inf,
        stall_s: float = math.inf,
        line: Line | None = None,
    ) -> None:
        self._log = log
        self._bus = bus
        self._metrics = metrics
        self._max_watches = max_watches
        self._poll_s = poll_s
        self._shared = Shared(log=log, reader=LogReader(log), clock=clock, pulse=Pulse(clock), line=line)
        self._feeds: dict[str, Feed] = {}
        self._open: dict[Mailbox, asyncio.Timeout] = {}
        self._stalls = Stalls(self._open, clock=clock, pulse=self._shared.pulse, stall_s=stall_s)
        self._left = asyncio.Event()
        self._draining = False

    @property
    def epoch(self) -> str:
        """Identity of the log."""
        return self._log.epoch

    def drain(self) -> None:
        """End every watch with `Drained`, and refuse each new one."""
        self._draining = True
        for mailbox in self._open:
            mailbox.close()

    async def let_go(self, *, timeout_s: float) -> None:
        """Wait until the watches have taken leave after `drain`, then end those that do not read theirs."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._open:
                    self._left.clear()
                    await self._left.wait()
        for scope in tuple(self._open.values()):
            scope.reschedule(0.0)

    async def page(self, target: Target, *, after: int, limit: int, epoch: str) -> EventPage:
        """Return up to `limit` events after a position. Raises as `watch`, but for ExhaustedError."""
        self._check_epoch(epoch)
        page = await self._shared.reader.read(LogQuery(target=target, after=after, limit=limit + 1))
        _check_position(after, page.bounds)
        shown = page.events[:limit]
        next_after = Cursor(target, after=after).number(shown[-1]) if shown else after
        return EventPage(events=shown, next_after=next_after, has_more=len(page.events) > limit)

    @asynccontextmanager
    async def watch(
        self, target: Target, *, after: int, epoch: str, follow: bool, heartbeat_s: float
    ) -> AsyncIterator[Watcher]:
        """Open a watch: history after a position, a heartbeat once it is delivered, then what happens.

        It ends after the résumé's terminal event unless `follow`; a batch or feed goes on. Raises
        `ResumeNotFoundError`, `InvalidFieldError` for a position that was never given, `HistoryGoneError`,
        `EpochMismatchError`, `DrainingError` and `ExhaustedError`; what ends it later is raised by the watcher.
        """
        self._admit()
        self._check_epoch(epoch)
        if self._draining:
            raise draining_error()
        mailbox, feed = Mailbox(), self._feed(target.owner)
        # Before the first reading: what happens in between arrives twice rather than never.
        feed.join(target, mailbox)
        scope = self._open[mailbox] = asyncio.timeout(None)
        self._stalls.keep_looking()
        self._metrics.watch_opened()
        try:
            async with scope:
                await feed.began()
                page = await self._shared.reader.read(LogQuery(target=target, after=after, limit=HISTORY_PAGE_EVENTS))
                _check_position(after, page.bounds)
                yield Watcher(
                    target,
                    page,
                    shared=self._shared,
                    feed=feed,
                    mailbox=mailbox,
                    after=after,
                    follow=follow,
                    heartbeat_s=heartbeat_s,
                )
        except TimeoutError:
            if not scope.expired():
                raise
            raise (draining_error() if self._draining else self._stalls.error()) from None
        finally:
            self._shared.pulse.cancel(mailbox)
            del self._open[mailbox]
            self._left.set()
            self._metrics.watch_closed()
            self._leave(feed, target, mailbox)

    def _admit(self) -> None:
        if len(self._open) >= self._max_watches:
            raise ExhaustedError(
                f"{self._max_watches} watches are open here; close some or try again later",
                reason=ErrorReason.TOO_MANY_STREAMS,
                retry_after_s=TOO_MANY_RETRY_AFTER_S,
            )

    def _feed(self, owner: str) -> Feed:
        feed = self._feeds.get(owner)
        if feed is None:
            feed = self._feeds[owner] = Feed(
                owner,
                log=self._log,
                bus=self._bus,
                clock=self._shared.clock,
                pulse=self._shared.pulse,
                poll_s=self._poll_s,
            )
        return feed

    def _leave(self, feed: Feed, target: Target, mailbox: Mailbox) -> None:
        feed.leave(target, mailbox)
        if feed.is_unwatched:
            feed.close()
            del self._feeds[target.owner]

    def _check_epoch(self, epoch: str) -> None:
        if epoch and epoch != self._log.epoch:
            raise EpochMismatchError(
                "this log is another one than yours; start again with after_sequence 0", epoch=self._log.epoch
            )


def _check_position(after: int, bounds: LogBounds) -> None:
    if after < 0 or after > bounds.last:
        raise InvalidFieldError(
            f"after_sequence is {after}; it must be between 0 and {bounds.last}", field="after_sequence"
        )
    check_held(bounds, after=after)
