"""Watches whose clients have stopped reading, though they are there."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping

from resumate_grpc.errors import ErrorReason, ExhaustedError
from resumate_grpc.jobs.mailbox import Mailbox
from resumate_grpc.jobs.ports import Clock
from resumate_grpc.jobs.pulse import Pulse

__all__ = ["Stalls"]

RETRY_AFTER_S = 1.0
LOOKS_A_STALL = 4
MOST_BETWEEN_LOOKS_S = 5.0


class Stalls:
    """Looks through the open watches now and then, and ends each that has held what it was given for `stall_s`.

    A write to a client that reads nothing waits for ever: the connection lives, so nothing else ends it. Its memory is
    small, but it holds a place among the watches.
    """

    def __init__(
        self, watches: Mapping[Mailbox, asyncio.Timeout], *, clock: Clock, pulse: Pulse, stall_s: float
    ) -> None:
        self._watches = watches
        self._clock = clock
        self._pulse = pulse
        self._stall_s = stall_s
        self.alarm = 0
        """See `Alarmed`."""

    def keep_looking(self) -> None:
        """Look again in a while, unless that is planned already."""
        if not self.alarm and self._stall_s < math.inf:
            wait_s = min(self._stall_s / LOOKS_A_STALL, MOST_BETWEEN_LOOKS_S)
            self._pulse.set(self, self._clock.monotonic() + wait_s)

    def ring(self) -> None:
        """Look."""
        longest = self._clock.monotonic() - self._stall_s
        for mailbox, scope in self._watches.items():
            if mailbox.handed_at < longest and not scope.expired():
                scope.reschedule(0.0)  # long past: at once
        if self._watches:
            self.keep_looking()

    def error(self) -> ExhaustedError:
        """Return what such a watch ends with."""
        return ExhaustedError(
            f"nothing of this watch was read for {self._stall_s:g} s; watch again after the last sequence seen",
            reason=ErrorReason.WATCH_STALLED,
            retry_after_s=RETRY_AFTER_S,
        )
