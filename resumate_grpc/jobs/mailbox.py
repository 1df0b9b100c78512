"""What has happened for one watcher and the watcher has not taken yet: bounded."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from resumate_grpc.jobs.updates import Occurred

__all__ = ["MAX_BYTES", "MAX_EVENTS", "Mailbox"]

MAX_EVENTS = 128
MAX_BYTES = 512 * 1024
"""A watcher holds at most as much again of what it is about to send: together 256 events and 1 MiB."""


class Mailbox:
    """Takes events without waiting; past 128 of them, or 512 KiB, it forgets them all and says so: the log has them."""

    __slots__ = ("_bytes", "_events", "_has_rung", "_waiter", "alarm", "closed", "handed_at", "overflowed", "removed")

    def __init__(self) -> None:
        self._events: list[Occurred] = []
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
        if len(self._events) >= MAX_EVENTS or self._bytes > MAX_BYTES:
            self.overflow()
            return
        self._events.append(event)
        self._has_rung = True
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def overflow(self) -> None:
        """Forget what is there and keep nothing more until `reopen`: the watcher reads the log."""
        self._events, self._bytes = [], 0
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
        self._has_rung = True
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    @property
    def has_news(self) -> bool:
        """Whether there is anything that the watcher has not looked at."""
        return bool(self._events) or self.overflowed or self.removed or self.closed

    def take(self) -> Sequence[Occurred]:
        """Return what is there, oldest first."""
        if not self._events:
            return ()
        taken, self._events, self._bytes = self._events, [], 0
        return taken

    async def wait(self) -> None:
        """Wait until somebody rings; returns at once if that was since the last wait."""
        if not self._has_rung:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        self._has_rung = False
