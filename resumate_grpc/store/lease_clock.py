"""The time that leases are told in: the same in all processes of a machine, however its clock is set."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from resumate_grpc.jobs.ports import Clock
from resumate_grpc.store.codec import to_micros

__all__ = ["LeaseClock", "end_of_era"]

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_ERA_BITS = 50
"""An era has room for 35 years of microseconds."""
_ERAS = 4094
_FIRST_ERA = 2
"""The times of the wall clock, which earlier versions wrote, lie below."""


class LeaseClock:
    """Microseconds of the machine's monotonic clock, in an era that each start of the machine has for itself.

    The wall clock will not do: of two processes between whose starts it was set, one would take the other's leases for
    run out. The monotonic clock begins anew at each boot, so a lease of another era is one whose holder is dead. Where
    the system does not tell one boot from another (it is Linux that does), it is the wall clock at this process's
    start, and what has passed since.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        era = _era()
        self._begin = to_micros(clock.now()) - round(clock.monotonic() * 1e6) if era is None else era << _ERA_BITS

    def now(self) -> int:
        """Return the time."""
        return self._begin + round(self._clock.monotonic() * 1e6)


def end_of_era(now: int) -> int:
    """Return the first time that is not of this era: a lease that seems to last until then or longer is over."""
    return ((now >> _ERA_BITS) + 1) << _ERA_BITS


@cache
def _era() -> int | None:
    try:
        boot = _BOOT_ID.read_bytes()
    except OSError:
        return None
    return _FIRST_ERA + int.from_bytes(hashlib.sha256(boot).digest()[:4], "big") % _ERAS
