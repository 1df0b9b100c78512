"""How long to wait before another try; pure but for the clock that it is given."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Backoff", "Reconnection"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconnection:
    """How a watch comes back after it was cut off.

    The pause after the n-th failure in a row is drawn evenly from 0 to `first_s` × 2ⁿ⁻¹, but not to more than `most_s`
    (full jitter: many clients of a restarted server do not come back at once), and added to what the server asked for.
    Where nothing was heard for `patience_s` seconds the watch raises what it last met; None = it never gives up.
    `waits_for_first`: whether it has that patience also with a server that it never heard from.
    """

    first_s: float = 0.2
    most_s: float = 15.0
    patience_s: float | None = 120.0
    waits_for_first: bool = True


class Backoff:
    """Counts failures in a row. `heard` starts over."""

    def __init__(
        self,
        plan: Reconnection,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._chance = chance
        self._failures = 0
        self._heard_at = clock()
        self._ever_heard = False

    def heard(self) -> None:
        """Note a sign of life."""
        self._failures = 0
        self._heard_at = self._clock()
        self._ever_heard = True

    @property
    def failures(self) -> int:
        """How many in a row, without a sign of life between."""
        return self._failures

    @property
    def exhausted(self) -> bool:
        """Whether it is time to give up."""
        if not self._ever_heard and not self._plan.waits_for_first:
            return True
        patience_s = self._plan.patience_s
        return patience_s is not None and self._clock() - self._heard_at >= patience_s

    def pause_s(self, asked_s: float | None = None) -> float:
        """Count a failure and return the pause after it, in seconds; never shorter than the server asked for."""
        reach_s: float = min(self._plan.most_s, self._plan.first_s * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return (asked_s or 0.0) + reach_s * self._chance()
