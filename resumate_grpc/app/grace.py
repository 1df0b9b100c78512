"""The time that stopping may take."""

from __future__ import annotations

from resumate_grpc.jobs.ports import Clock

__all__ = ["Grace"]


class Grace:
    """One grace time for all parts of a program together: it runs from when it is first asked for."""

    def __init__(self, seconds: float, *, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._began_at: float | None = None

    def left_s(self) -> float:
        """Return how many seconds are left of it, at least 0."""
        now = self._clock.monotonic()
        if self._began_at is None:
            self._began_at = now
        return max(0.0, self._seconds - (now - self._began_at))
