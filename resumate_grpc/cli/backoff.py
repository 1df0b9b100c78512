"""How long to wait before another try."""

from __future__ import annotations

import random

__all__ = ["Backoff"]


class Backoff:
    """Growing pauses with full jitter, so that many clients of a restarted server do not come back at once.

    `tries` failures in a row are met with a pause; the next one exhausts it. `success` starts over.
    """

    def __init__(self, *, tries: int, first_s: float, most_s: float) -> None:
        self._tries = tries
        self._first_s = first_s
        self._most_s = most_s
        self._failures = 0

    @property
    def exhausted(self) -> bool:
        """Whether it is time to give up."""
        return self._failures >= self._tries

    def success(self) -> None:
        """Start over."""
        self._failures = 0

    def pause_s(self, asked_s: float | None = None) -> float:
        """Count a failure and return the pause after it, in seconds; never shorter than the server asked for."""
        reach: float = min(self._most_s, self._first_s * 2**self._failures)
        self._failures += 1
        return (asked_s or 0.0) + reach * random.random()  # noqa: S311 - jitter, not a secret
