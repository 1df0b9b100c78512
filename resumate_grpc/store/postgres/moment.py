"""When a transaction happens: the database says, so that the clocks of the hosts around it need not agree."""

from __future__ import annotations

import time
from typing import NamedTuple

from resumate_grpc.jobs.ports import Clock
from resumate_grpc.store.codec import to_micros
from resumate_grpc.store.lease_clock import LeaseClock

__all__ = ["DATABASE_MICROS", "ClockTime", "DatabaseTime", "Moment"]

DATABASE_MICROS = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_STALE_S = 10.0
"""Two clocks that run evenly drift apart by a millisecond in this time, at worst."""


class Moment(NamedTuple):
    """A transaction's time, and the time that leases are told in; both in microseconds, see `Transaction`."""

    now: int
    lease_now: int


class DatabaseTime:
    """The database's clock, read in each transaction that writes; between two readings it is told by this host's."""

    def __init__(self) -> None:
        self._offset = 0
        self._read_at_s: float | None = None
        self._last = 0

    @property
    def stale(self) -> bool:
        """Whether `guess` would go by an old reading, or by none."""
        return self._read_at_s is None or time.monotonic() - self._read_at_s > _STALE_S

    def read(self, micros: int, *, asked_at_s: float) -> Moment:
        """Take a reading of the database's clock, asked for at that time of `time.monotonic`."""
        answered_at_s = time.monotonic()
        self._offset = micros - round((asked_at_s + answered_at_s) / 2 * 1e6)
        self._read_at_s = answered_at_s
        return Moment(now=self._growing(micros), lease_now=micros)

    def given(self) -> Moment | None:
        """Return the time that is not the database's to tell; None = it is."""
        return None

    def guess(self) -> int:
        """Return the time as it must be at the database; for times of events, never for leases."""
        return self._growing(round(time.monotonic() * 1e6) + self._offset)

    def _growing(self, micros: int) -> int:
        self._last = max(micros, self._last + 1)
        return self._last


class ClockTime(DatabaseTime):
    """A clock's time in place of the database's, for tests whose time passes when they say so."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lease_clock = LeaseClock(clock)

    def read(self, micros: int, *, asked_at_s: float) -> Moment:
        """Return the clock's time."""
        del micros, asked_at_s
        return self.given()

    @property
    def stale(self) -> bool:
        """The clock is at hand."""
        return False

    def given(self) -> Moment:
        """Return the clock's time."""
        return Moment(now=self.guess(), lease_now=self._lease_clock.now())

    def guess(self) -> int:
        """Return the clock's time."""
        return self._growing(to_micros(self._clock.now()))
