"""Watching: history after a position, then live, each event once and in order."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from resumate_grpc.errors import (
    EpochMismatchError,
    ErrorReason,
    ExhaustedError,
    InvalidFieldError,
)
from resumate_grpc.jobs.cursor import Cursor, check_held
from resumate_grpc.jobs.line import Line
from resumate_grpc.jobs.mailbox import Mailbox
from resumate_grpc.jobs.ports import Clock, EventBus, EventLog, Metrics
from resumate_grpc.jobs.updates import Update
from resumate_grpc.jobs.watcher import Watcher
from resumate_grpc.model.digest import START
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import LogBounds, Target

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

    `poll_s` is how often an open watch looks into the log unasked, in seconds: for a bus that does not reach all who
    write. By default it does so at heartbeats only.
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
        line: Line | None = None,
    ) -> None:
        self._log = log
        self._bus = bus
        self._clock = clock
        self._metrics = metrics
        self._max_watches = max_watches
        self._poll_s = poll_s
        self._line = line
        self._open: set[Mailbox] = set()
        self._draining = False

    @property
    def epoch(self) -> str:
        """Identity of the log."""
        return self._log.epoch

    def drain(self) -> None:
        """End every watch with `Drained`, and each new one likewise."""
        self._draining = True
        for mailbox in self._open:
            mailbox.close()

    async def page(self, target: Target, *, after: int, limit: int, epoch: str) -> EventPage:
        """Return up to `limit` events after a position. Raises as `watch`, but for ExhaustedError."""
        self._check_epoch(epoch)
        page = await self._log.read(target, after=max(after, 0), limit=limit + 1)
        _check_position(page.bounds, after=after)
        events = page.events
        shown = events[:limit]
        next_after = Cursor(target, after=after).number(shown[-1]) if shown else after
        return EventPage(events=shown, next_after=next_after, has_more=len(events) > limit)

    async def watch(
        self, target: Target, *, after: int, epoch: str, follow: bool, heartbeat_s: float
    ) -> AsyncGenerator[Update, None]:
        """Yield history after a position, a heartbeat once it is delivered, then what happens.

        Ends after the résumé's terminal event unless `follow`; a batch or feed goes on. Raises `ResumeNotFoundError`
        (also when the résumé is deleted meanwhile), `InvalidFieldError` for a position that was never given,
        `HistoryGoneError`, `EpochMismatchError`, `ExhaustedError`, and `DrainingError` after `Drained`.
        """
        if len(self._open) >= self._max_watches:
            raise ExhaustedError(
                f"{self._max_watches} watches are open here; close some or try again later",
                reason=ErrorReason.TOO_MANY_STREAMS,
                retry_after_s=TOO_MANY_RETRY_AFTER_S,
            )
        mailbox = Mailbox()
        # Subscribed before the first reading: what happens in between arrives twice rather than never.
        topic = target if target.resume_id else Target(owner=target.owner)
        unsubscribe = self._bus.subscribe(topic, mailbox.put)
        self._open.add(mailbox)
        self._metrics.watch_opened()
        try:
            if self._draining:
                mailbox.close()
            self._check_epoch(epoch)
            bounds = await self._log.bounds(target)
            _check_position(bounds, after=after)
            # Where more events are to come, they bear the digest that counts; before those, only the log's end has one.
            cursor = Cursor(target, after=after, digest=bounds.digest if after == bounds.last else START)
            watcher = Watcher(
                self._log,
                self._clock,
                target,
                mailbox,
                cursor=cursor,
                follow=follow,
                poll_s=self._poll_s,
                line=self._line,
            )
            async with aclosing(watcher.updates(bounds, heartbeat_s)) as updates:
                async for update in updates:
                    yield update
        finally:
            unsubscribe()
            self._open.discard(mailbox)
            self._metrics.watch_closed()

    def _check_epoch(self, epoch: str) -> None:
        if epoch and epoch != self._log.epoch:
            raise EpochMismatchError(
                "this log is another one than yours; start again with after_sequence 0", epoch=self._log.epoch
            )


def _check_position(bounds: LogBounds, *, after: int) -> None:
    if after < 0 or after > bounds.last:
        raise InvalidFieldError(
            f"after_sequence is {after}; it must be between 0 and {bounds.last}", field="after_sequence"
        )
    check_held(bounds, after=after)
