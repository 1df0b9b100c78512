"""One timer for all who wait: ten thousand watches are ten thousand entries, not timers."""

from __future__ import annotations

import asyncio
import heapq
from typing import Protocol

from resumate_grpc.jobs.ports import Clock

__all__ = ["TICK_S", "Alarmed", "Pulse"]

TICK_S = 0.02
"""Alarms ring on multiples of this, so at most this much early; those of one tick cost one timer."""


class Alarmed(Protocol):
    """Who can be woken; `alarm` is the pulse's own note, 0 while none is set."""

    alarm: int

    def ring(self) -> None:
        """Wake up; must not block nor raise."""
        ...


class Pulse:
    """Rings each of its clients at most once, at the time last set for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: dict[int, set[Alarmed]] = {}
        self._ticks: list[int] = []
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = 0

    def __len__(self) -> int:
        return sum(map(len, self._due.values()))

    def set(self, client: Alarmed, at_s: float) -> None:
        """Ring `client` at a time of the clock's `monotonic`, or a tick before it; an earlier alarm stays instead."""
        tick = max(int(at_s / TICK_S), int(self._clock.monotonic() / TICK_S) + 1)
        if client.alarm:
            if client.alarm <= tick:
                return
            self.cancel(client)
        client.alarm = tick
        clients = self._due.get(tick)
        if clients is None:
            clients = self._due[tick] = set()
            heapq.heappush(self._ticks, tick)
            self._arm()
        clients.add(client)

    def cancel(self, client: Alarmed) -> None:
        """Forget the client's alarm, if there is one."""
        if client.alarm:
            self._due[client.alarm].discard(client)
            client.alarm = 0

    def _arm(self) -> None:
        tick = self._ticks[0]
        if self._timer is not None:
            if self._armed_for <= tick:
                return
            self._timer.cancel()
        self._armed_for = tick
        delay_s = max(0.001, tick * TICK_S - self._clock.monotonic())
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._beat)

    def _beat(self) -> None:
        self._timer = None
        now = int(self._clock.monotonic() / TICK_S)
        while self._ticks and self._ticks[0] <= now:
            for client in self._due.pop(heapq.heappop(self._ticks)):
                client.alarm = 0
                client.ring()
        if self._ticks:
            self._arm()
