"""What all watches of one owner share: one ear at the bus, and one look into the log for all of them."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Collection

from resumate_grpc.jobs.cursor import Cursor
from resumate_grpc.jobs.mailbox import Mailbox
from resumate_grpc.jobs.ports import Clock, EventBus, EventLog, Notice, Removed
from resumate_grpc.jobs.pulse import Pulse
from resumate_grpc.jobs.updates import Occurred
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import Target

__all__ = ["Feed"]

logger = logging.getLogger(__name__)

PAGE_EVENTS = 512
FRESH_S = 0.2
"""A look this young is as good as a new one."""
EVENT_BYTES = 600
CHARACTER_BYTES = 4


class Feed:
    """Hands an owner's events on to the mailboxes of who watches them, in order and without a hole.

    Live events come from the bus. Where their numbers have a hole the log is read, once for all watchers; `look` does
    the same for what would not be noticed by numbers, the newest event having been lost. With `poll_s` it looks that
    often unasked, for a bus that does not reach all who write.
    """

    def __init__(
        self, owner: str, *, log: EventLog, bus: EventBus, clock: Clock, pulse: Pulse, poll_s: float = math.inf
    ) -> None:
        self._target = Target(owner=owner)
        self._log = log
        self._clock = clock
        self._pulse = pulse
        self._poll_s = poll_s
        self._cursor: Cursor | None = None
        self._of_resume: dict[str, set[Mailbox]] = {}
        self._of_all: set[Mailbox] = set()
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = -math.inf
        self._look_again = False
        self.alarm = 0
        """See `Alarmed`."""
        # Before the first look, so that nothing happens unnoticed between the two.
        self._unsubscribe = bus.subscribe(self._target, self._hear)
        self._plan_poll()

    @property
    def is_unwatched(self) -> bool:
        """Whether nobody is left to hand events to."""
        return not self._of_resume and not self._of_all

    def join(self, target: Target, mailbox: Mailbox) -> None:
        """Hand on to `mailbox` what happens to a résumé, or all that happens (for a batch too: its numbers need it)."""
        self._mailboxes(target).add(mailbox)

    def leave(self, target: Target, mailbox: Mailbox) -> None:
        """Do so no longer."""
        mailboxes = self._mailboxes(target)
        mailboxes.discard(mailbox)
        if target.resume_id and not mailboxes:
            del self._of_resume[target.resume_id]

    def close(self) -> None:
        """Let go of the bus and the log."""
        self._unsubscribe()
        self._pulse.cancel(self)
        if self._looking is not None:
            self._looking.cancel()

    async def began(self) -> None:
        """Wait until it knows where the feed stands; what a watcher reads of the log is to be read after that."""
        if self._cursor is None:
            await self._shared_look()

    async def look(self) -> None:
        """Look into the log; what the bus had lost is in the mailboxes then. Raises what reading raises."""
        if self._looking is not None or self._clock.monotonic() - self._looked_at >= FRESH_S:
            await self._shared_look()

    def ring(self) -> None:
        """Look unasked."""
        self._start_looking()
        self._plan_poll()

    def _plan_poll(self) -> None:
        if self._poll_s < math.inf:
            self._pulse.set(self, self._clock.monotonic() + self._poll_s)

    def _mailboxes(self, target: Target) -> set[Mailbox]:
        return self._of_resume.setdefault(target.resume_id, set()) if target.resume_id else self._of_all

    def _hear(self, notice: Notice) -> None:
        if isinstance(notice, ProgressEvent):
            verdict = None if self._cursor is None else self._cursor.live(notice)
            if verdict:
                self._hand_on(notice)
            elif verdict is None:
                self._look_again = True
                self._start_looking()
        elif isinstance(notice, Removed):
            for mailbox in (*self._of_resume.get(notice.resume_id, ()), *self._of_all):
                mailbox.remove()

    def _hand_on(self, event: ProgressEvent) -> None:
        occurred = Occurred(event=event)
        characters = len(event.message) + (len(event.error.message) if event.error else 0)
        size_bytes = EVENT_BYTES + CHARACTER_BYTES * characters
        watching: Collection[Mailbox] = self._of_resume.get(event.resume_id, ())
        for mailbox in watching:
            mailbox.put(occurred, size_bytes)
        for mailbox in self._of_all:
            mailbox.put(occurred, size_bytes)

    async def _shared_look(self) -> None:
        # Shielded: who asks may be cancelled, and others wait for the same look.
        await asyncio.shield(self._start_looking())

    def _start_looking(self) -> asyncio.Task[None]:
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name=f"look into the feed of {self._target.owner}")
            self._looking.add_done_callback(self._looked)
        return self._looking

    def _looked(self, task: asyncio.Task[None]) -> None:
        self._looking = None
        if not task.cancelled() and (error := task.exception()) is not None:
            # Who awaits the look raises it too; one that nobody awaits is repeated by the next who asks.
            logger.error("the log could not be read", extra={"error_type": type(error).__qualname__})

    async def _look(self) -> None:
        while True:
            self._look_again = False
            complete_to = (await self._log.bounds(self._target)).last
            if self._cursor is None:
                self._cursor = Cursor(self._target, after=complete_to)
            elif complete_to > self._cursor.reached and await self._read_on(self._cursor, complete_to):
                continue
            self._looked_at = self._clock.monotonic()
            if not self._look_again:
                return

    async def _read_on(self, cursor: Cursor, complete_to: int) -> bool:
        """Hand on a page of what is missing; returns whether there may be more."""
        events = await self._log.history(self._target, after=cursor.reached, limit=PAGE_EVENTS)
        is_full = len(events) == PAGE_EVENTS
        for event in cursor.history(events, complete_to=events[-1].feed_sequence if is_full else complete_to):
            self._hand_on(event)
        return is_full
