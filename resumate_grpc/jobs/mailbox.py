"""What the bus has for one watcher and the watcher has not taken yet: bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from resumate_grpc.jobs.ports import Notice, Removed
from resumate_grpc.model.progress import ProgressEvent

__all__ = ["Mailbox"]

MAX_EVENTS = 256


class Mailbox:
    """Takes notices without waiting; past 256 events it forgets them all and says so: the log has them.

    An event's text is bounded (500 characters), so 256 of them stay far below 1 MiB.
    """

    def __init__(self) -> None:
        self._events: deque[ProgressEvent] = deque()
        self._arrived = asyncio.Event()
        self.overflowed = False
        self.removed = False
        self.closed = False

    def put(self, notice: Notice) -> None:
        """Take a notice; meant as a bus listener."""
        if isinstance(notice, Removed):
            self.removed = True
        elif isinstance(notice, ProgressEvent):
            self._keep(notice)
        self._arrived.set()

    def close(self) -> None:
        """Wake the watcher for the last time."""
        self.closed = True
        self._arrived.set()

    def take(self) -> ProgressEvent | None:
        """Return the oldest event, None if there is none."""
        return self._events.popleft() if self._events else None

    async def wait(self, timeout_s: float) -> None:
        """Wait until something arrives, or for `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._arrived.wait()
        self._arrived.clear()

    def _keep(self, event: ProgressEvent) -> None:
        if len(self._events) >= MAX_EVENTS:
            self._events.clear()
            self.overflowed = True
        if not self.overflowed:
            self._events.append(event)
