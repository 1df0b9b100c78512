"""One watch under way: joins the log and what is heard live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from resumate_grpc.errors import DrainingError, ResumeNotFoundError
from resumate_grpc.jobs.cursor import Cursor, check_held
from resumate_grpc.jobs.feed import Feed
from resumate_grpc.jobs.line import REFRESH_S, Line
from resumate_grpc.jobs.mailbox import Mailbox
from resumate_grpc.jobs.ports import Clock, EventLog
from resumate_grpc.jobs.pulse import TICK_S, Pulse
from resumate_grpc.jobs.reading import LogReader
from resumate_grpc.jobs.updates import Beat, Counted, Drained, Occurred, Update
from resumate_grpc.model.digest import START
from resumate_grpc.model.progress import ProgressEvent, State
from resumate_grpc.model.work import LogPage, LogQuery, Target

__all__ = ["HISTORY_PAGE_EVENTS", "Shared", "Watcher", "draining_error"]

HISTORY_PAGE_EVENTS = 128
COUNTS_INTERVAL_S = 0.2
RECONNECT_AFTER_S = 1.0
CONFIRM_S = 60.0
"""How often a quiet watch of a résumé makes sure that it is still there: a deletion leaves no number to miss."""


def draining_error() -> DrainingError:
    """Return what a watch ends with when the server goes away."""
    return DrainingError("the server is shutting down; reconnect", retry_after_s=RECONNECT_AFTER_S)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What all watches of a server stand on."""

    log: EventLog
    reader: LogReader
    clock: Clock
    pulse: Pulse
    line: Line | None = None


class Watcher:
    """Gives a target's events from a position on, in the caller's own time.

    While the caller is slow its mailbox overflows and it is served from the log: what it does not take costs no memory.
    """

    __slots__ = (
        "_behind",
        "_counts_due",
        "_cursor",
        "_farewell_said",
        "_feed",
        "_follow",
        "_heartbeat_s",
        "_is_over",
        "_mailbox",
        "_owes_beat",
        "_page",
        "_place",
        "_place_due",
        "_read_at",
        "_sent_at",
        "_shared",
        "_state",
        "_target",
    )

    def __init__(
        self,
        target: Target,
        page: LogPage,
        *,
        shared: Shared,
        feed: Feed,
        mailbox: Mailbox,
        after: int,
        follow: bool,
        heartbeat_s: float,
    ) -> None:
        """`page` is the first one after the position, read after `mailbox` began to be filled."""
        self._target = target
        self._page: LogPage | None = page
        self._shared = shared
        self._feed = feed
        self._mailbox = mailbox
        self._follow = follow or not target.resume_id
        self._heartbeat_s = heartbeat_s
        # Where more events are to come, they bear the digest that counts; before those, only the log's end has one.
        digest = page.bounds.digest if after == page.bounds.last else START
        self._cursor = Cursor(target, after=after, digest=digest)
        self._is_over = False
        self._place = 0
        self._place_due = math.inf
        self._note_state(page.bounds.state)
        self._behind = True
        self._owes_beat = True
        self._farewell_said = False
        self._sent_at = self._read_at = shared.clock.monotonic()
        self._counts_due: float | None = 0.0 if target.batch_id else None

    async def next(self) -> Sequence[Update]:
        """Wait for what comes next and return it, in order; nothing once the watch has ended.

        First history, then a heartbeat, then what happens; a heartbeat whenever nothing was sent for its interval.
        Raises `ResumeNotFoundError` when the résumé is deleted, `DrainingError` after `Drained`.
        """
        mailbox = self._mailbox
        mailbox.handed_at = math.inf
        updates: Sequence[Update] = ()
        while not updates and (self._owes_beat or not self._is_over):
            if mailbox.closed:
                updates = self._farewell()
            elif self._behind:
                updates = await self._history()
            elif mailbox.events or mailbox.overflowed:
                updates = self._live()
            elif mailbox.alarm and not mailbox.removed and self._place_due == math.inf:
                await mailbox.rung()  # nothing is due before the alarm
            else:
                updates = await self._quiet()
        mailbox.handed_at = self._sent_at = self._shared.clock.monotonic()
        return updates

    def _live(self) -> Sequence[Update]:
        mailbox, judge = self._mailbox, self._cursor.live
        taken = mailbox.take()
        for index, occurred in enumerate(taken):
            event = occurred.event
            verdict = judge(event)
            if verdict:
                if event.state is not self._state or self._target.batch_id:
                    self._note_event(event)
                continue
            if verdict is None:  # the rest has to wait for what is missing before it
                self._behind = True
                return taken[:index]
            return self._sifted(taken, index)
        self._behind = mailbox.overflowed
        return taken

    def _sifted(self, taken: Sequence[Occurred], index: int) -> Sequence[Update]:
        """Go on from the first event that is not for this watch."""
        passed_on = list(taken[:index])
        for occurred in taken[index + 1 :]:
            verdict = self._cursor.live(occurred.event)
            if verdict is None:
                self._behind = True
                return passed_on
            if verdict:
                self._note_event(occurred.event)
                passed_on.append(occurred)
        self._behind = self._mailbox.overflowed
        return passed_on

    async def _history(self) -> Sequence[Update]:
        """Read a page of the log from the cursor on; behind until that was the last one.

        Raises `HistoryGoneError` where retention was quicker than the watcher.
        """
        page = self._page
        if page is None:
            self._mailbox.reopen()
            page = await self._shared.reader.read(
                LogQuery(target=self._target, after=self._cursor.reached, limit=HISTORY_PAGE_EVENTS)
            )
            check_held(page.bounds, after=self._cursor.reached)
        self._page = None
        self._read_at = self._shared.clock.monotonic()
        is_full = len(page.events) == HISTORY_PAGE_EVENTS
        complete_to = self._cursor.number(page.events[-1]) if is_full else page.bounds.last
        updates: list[Update] = []
        for event in self._cursor.history(page.events, complete_to=complete_to):
            self._note_event(event)
            updates.append(Occurred(event=event))
        self._behind = is_full
        if self._owes_beat and not is_full:
            self._owes_beat = False
            await self._look_up_place()
            updates.append(self._beat())
        return updates

    async def _quiet(self) -> Sequence[Update]:
        """Do what is due while nothing happens, or set the alarm."""
        mailbox = self._mailbox
        if mailbox.removed:
            self._note_removal()
        now = self._shared.clock.monotonic()
        if self._counts_due is not None and now >= self._counts_due:
            self._counts_due = None
            return (Counted(counts=await self._shared.log.batch_counts(self._target.owner, self._target.batch_id)),)
        if now >= self._place_due:
            return (self._beat(),) if await self._look_up_place() else ()
        if now - self._sent_at >= self._heartbeat_s - TICK_S:
            return await self._overdue_beat()
        beat_due = self._sent_at + self._heartbeat_s
        self._shared.pulse.set(mailbox, min(beat_due, self._counts_due or beat_due, self._place_due))
        await mailbox.rung()
        return ()

    async def _overdue_beat(self) -> Sequence[Update]:
        """Make sure that nothing has happened, and say so; what has happened instead comes first."""
        await self._feed.look()
        mailbox = self._mailbox
        if mailbox.has_news:
            return ()
        if self._target.resume_id and self._shared.clock.monotonic() - self._read_at >= CONFIRM_S:
            self._behind = self._owes_beat = True
            return ()
        return (self._beat(),)

    def _farewell(self) -> Sequence[Update]:
        if self._farewell_said:
            raise draining_error()
        self._farewell_said = True
        return (Drained(sequence=self._cursor.sent, reconnect_after_s=RECONNECT_AFTER_S),)

    def _note_event(self, event: ProgressEvent) -> None:
        if event.state is not self._state:
            self._note_state(event.state)
        if self._target.batch_id:
            self._count_soon()

    def _note_state(self, state: State | None) -> None:
        self._state = state
        is_ended = state is not None and state.is_terminal and bool(self._target.resume_id)
        self._is_over = is_ended and not self._follow
        waits = state is State.QUEUED and bool(self._target.resume_id) and self._shared.line is not None
        if not waits:
            self._place, self._place_due = 0, math.inf
        elif self._place_due == math.inf:
            self._place_due = self._shared.clock.monotonic()

    async def _look_up_place(self) -> bool:
        """Look for the place in line of a résumé that waits; returns whether it is another one than was told."""
        if self._shared.line is None or self._place_due == math.inf:
            return False
        place = await self._shared.line.place(self._target.resume_id)
        self._place_due = self._shared.clock.monotonic() + REFRESH_S
        # 0: taken up this moment, or queued after the line was last read; the next look, or event, will tell.
        changed = place not in {0, self._place}
        self._place = place or self._place
        return changed

    def _note_removal(self) -> None:
        """End the watch of a résumé that was removed; count a batch anew, for a removal leaves no event."""
        if self._target.resume_id:
            raise ResumeNotFoundError(self._target.resume_id)
        self._mailbox.removed = False
        if self._target.batch_id:
            self._count_soon()

    def _count_soon(self) -> None:
        if self._counts_due is None:
            self._counts_due = self._shared.clock.monotonic() + COUNTS_INTERVAL_S
            self._shared.pulse.set(self._mailbox, self._counts_due)

    def _beat(self) -> Beat:
        return Beat(
            sequence=self._cursor.sent,
            time=self._shared.clock.now(),
            caught_up=True,
            count=self._cursor.count,
            digest=self._cursor.digest,
            queue_position=self._place,
        )
