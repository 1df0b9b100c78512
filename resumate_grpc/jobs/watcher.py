"""One watch under way: the loop that joins the log and the bus."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator

from resumate_grpc.errors import DrainingError, ResumeNotFoundError
from resumate_grpc.jobs.cursor import Cursor, check_held
from resumate_grpc.jobs.line import REFRESH_S, Line
from resumate_grpc.jobs.mailbox import Mailbox
from resumate_grpc.jobs.ports import Clock, EventLog
from resumate_grpc.jobs.updates import Beat, Counted, Drained, Occurred, Update
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.work import LogBounds, Target

__all__ = ["Watcher"]

HISTORY_PAGE_EVENTS = 256
COUNTS_INTERVAL_S = 0.2
RECONNECT_AFTER_S = 1.0


class Watcher:
    """Yields a target's events from the cursor's position on; its mailbox is fed by the bus."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        target: Target,
        mailbox: Mailbox,
        *,
        cursor: Cursor,
        follow: bool,
        poll_s: float,
        line: Line | None = None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._target = target
        self._mailbox = mailbox
        self._cursor = cursor
        self._follow = follow or not target.resume_id
        self._ended = False
        self._poll_s = poll_s
        self._line = line if target.resume_id else None
        self._waits = False
        self._place = 0
        self._place_due = math.inf
        self._sent_at = clock.monotonic()
        self._read_at = clock.monotonic()
        self._counts_due: float | None = 0.0 if target.batch_id else None

    async def updates(self, bounds: LogBounds, heartbeat_s: float) -> AsyncGenerator[Update, None]:
        """Yield history, a heartbeat, then what happens; a heartbeat whenever nothing was sent for `heartbeat_s`."""
        self._note_state(bounds.state)
        async for update in self._history():
            yield update
        await self._look_up_place()
        yield self._beat()
        while not self._finished():
            self._note_removal()
            if self._mailbox.closed:
                yield Drained(sequence=self._cursor.sent, reconnect_after_s=RECONNECT_AFTER_S)
                raise DrainingError("the server is shutting down; reconnect", retry_after_s=RECONNECT_AFTER_S)
            async for update in self._live():
                yield update
            if self._finished():
                break
            await self._mailbox.wait(self._patience_s(heartbeat_s))
            place_has_changed = self._clock.monotonic() >= self._place_due and await self._look_up_place()
            beat_is_due = self._silence_s() >= heartbeat_s
            if beat_is_due or self._unread_s() >= self._poll_s:
                # The bus may have lost something: look into the log before saying that nothing happened.
                async for update in self._history():
                    yield update
            if beat_is_due or (place_has_changed and self._waits):
                yield self._beat()

    async def _live(self) -> AsyncGenerator[Update, None]:
        if self._mailbox.overflowed:
            async for update in self._history():
                yield update
        while (event := self._mailbox.take()) is not None:
            verdict = self._cursor.live(event)
            if verdict is None:
                async for update in self._history():
                    yield update
            elif verdict:
                yield self._occurred(event)
        if self._counts_are_due():
            self._counts_due = None
            yield Counted(counts=await self._log.batch_counts(self._target.owner, self._target.batch_id))

    async def _history(self) -> AsyncGenerator[Update, None]:
        """Read the log from the cursor to its end, page by page, at the watcher's own pace.

        Raises `HistoryGoneError` where retention was quicker than the watcher.
        """
        while True:
            self._read_at = self._clock.monotonic()
            self._mailbox.overflowed = False
            page = await self._log.read(self._target, after=self._cursor.reached, limit=HISTORY_PAGE_EVENTS)
            check_held(page.bounds, after=self._cursor.reached)
            full = len(page.events) == HISTORY_PAGE_EVENTS
            reached = self._cursor.number(page.events[-1]) if full else page.bounds.last
            for event in self._cursor.history(page.events, complete_to=reached):
                yield self._occurred(event)
            if not full:
                return

    def _occurred(self, event: ProgressEvent) -> Occurred:
        self._sent_at = self._clock.monotonic()
        if self._target.resume_id:
            self._note_state(event.state)
        if self._target.batch_id:
            self._count_soon()
        return Occurred(event=event)

    def _note_state(self, state: State | None) -> None:
        self._ended = state is not None and state.is_terminal
        self._waits = self._line is not None and state is State.QUEUED
        if not self._waits:
            self._place, self._place_due = 0, math.inf
        elif self._place_due == math.inf:
            self._place_due = self._clock.monotonic()

    async def _look_up_place(self) -> bool:
        """Look for the place in line of a résumé that waits; returns whether it is another one than was told."""
        if self._line is None or not self._waits:
            return False
        place = await self._line.place(self._target.resume_id)
        self._place_due = self._clock.monotonic() + REFRESH_S
        # 0: taken up this moment, or queued after the line was last read; the next look, or event, will tell.
        changed = place not in {0, self._place}
        self._place = place or self._place
        return changed

    def _count_soon(self) -> None:
        if self._counts_due is None:
            self._counts_due = self._clock.monotonic() + COUNTS_INTERVAL_S

    def _finished(self) -> bool:
        return self._ended and not self._follow

    def _note_removal(self) -> None:
        """End the watch of a résumé that was removed; count a batch anew, for a removal leaves no event."""
        if not self._mailbox.removed:
            return
        if self._target.resume_id:
            raise ResumeNotFoundError(self._target.resume_id)
        self._mailbox.removed = False
        if self._target.batch_id:
            self._count_soon()

    def _beat(self) -> Beat:
        self._sent_at = self._clock.monotonic()
        return Beat(
            sequence=self._cursor.sent,
            time=self._clock.now(),
            caught_up=True,
            count=self._cursor.count,
            digest=self._cursor.digest,
            queue_position=self._place,
        )

    def _counts_are_due(self) -> bool:
        return self._counts_due is not None and self._clock.monotonic() >= self._counts_due

    def _silence_s(self) -> float:
        return self._clock.monotonic() - self._sent_at

    def _unread_s(self) -> float:
        return self._clock.monotonic() - self._read_at

    def _patience_s(self, heartbeat_s: float) -> float:
        until_beat = heartbeat_s - self._silence_s()
        until_counts = until_beat if self._counts_due is None else self._counts_due - self._clock.monotonic()
        until_place = self._place_due - self._clock.monotonic()
        return max(0.0, min(until_beat, until_counts, until_place, self._poll_s - self._unread_s()))
