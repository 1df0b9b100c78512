"""What has happened for one watcher and the watcher has not taken yet: bounded."""

from __future__ import annotations

import asyncio
import math

from resumate_grpc.jobs.updates import Occurred

__all__ = ["MAX_BYTES", "MAX_EVENTS", "Mailbox"]

MAX_EVENTS = 128
MAX_BYTES = 512 * 1024
"""A watcher holds at most as much again of what it is about to send: together 256 events and 1 MiB."""


class Mailbox:
    """Takes events without waiting; past 128 of them, or 512 KiB, it forgets them all and says so: the log has them."""

    __slots__ = ("_bytes", "_has_rung", "_waiter", "alarm", "closed", "events", "handed_at", "overflowed", "removed")

    def __init__(self) -> None:
        self.events: list[Occurred] = []
        """What is there, oldest first; `take` takes it."""
        self._bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._has_rung = False
        self.alarm = 0
        """See `Alarmed`."""
        self.handed_at = math.inf
        """When the watcher was given what it is sending; infinite while it waits here for more."""
        self.overflowed = False
        self.removed = False
        self.closed = False

    def put(self, event: Occurred, size_bytes: int) -> None:
        """Take an event; `size_bytes` is about what it occupies."""
        if self.overflowed:
            return
        self._bytes += size_bytes
        if len(self.events) >= MAX_EVENTS or self._bytes > MAX_BYTES:
            self.overflow()
            return
        self.events.append(event)
        waiter, self._waiter = self._waiter, None
        if waiter is None:  # as in `ring`, which would cost a call for each event of each watcher
            self._has_rung = True
        elif not waiter.done():
            waiter.set_result(None)

    def overflow(self) -> None:
        """Forget what is there and keep nothing more until `reopen`: the watcher reads the log."""
        self.events, self._bytes = [], 0
        self.overflowed = True
        self.ring()

    def reopen(self) -> None:
        """Keep events again; to be called before the log is read, so that what happens meanwhile is not lost."""
        self.overflowed = False

    def remove(self) -> None:
        """Tell that the résumé, or one of the batch, was deleted."""
        self.removed = True
        self.ring()

    def close(self) -> None:
        """Wake the watcher for the last time."""
        self.closed = True
        self.ring()

    def ring(self) -> None:
        """Wake the watcher."""
        waiter, self._waiter = self._waiter, None
        if waiter is None:
            self._has_rung = True
        elif not waiter.done():  # it is where who waited was cancelled
            waiter.set_result(None)

    @property
    def has_news(self) -> bool:
        """Whether there is anything that the watcher has not looked at."""
        return bool(self.events) or self.overflowed or self.removed or self.closed

    def take(self) -> list[Occurred]:
        """Return what is there, oldest first; `rung` does not tell of it any more."""
        taken, self.events, self._bytes, self._has_rung = self.events, [], 0, False
        return taken

    def rung(self) -> asyncio.Future[None]:
        """Return what is done as soon as somebody rings; at once if that was since the last time, or since `take`.

        To be called right after looking at all that may have rung: events, the flags, and the alarm.
        """
        waiter = asyncio.get_running_loop().create_future()
        if self._has_rung:
            waiter.set_result(None)
        else:
            self._waiter = waiter
        self._has_rung = False
        return waiter
