"""A bus that does what a bus may do: loses, repeats, withholds and reorders."""

from __future__ import annotations

import random
from collections import deque

from resumate_grpc.bus.in_process import InProcessBus
from resumate_grpc.jobs.ports import Notice

__all__ = ["LyingBus"]

MOST_WITHHELD = 50


class LyingBus(InProcessBus):
    """Each notice is passed on, dropped, doubled, or kept for later and let out in any order."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self._withheld: deque[Notice] = deque(maxlen=MOST_WITHHELD)

    def publish(self, notice: Notice) -> None:
        """See `EventBus.publish`."""
        match self._chance.randrange(6):
            case 0:
                return
            case 1:
                self._withheld.append(notice)
            case 2:
                super().publish(notice)
                super().publish(notice)
            case 3:
                super().publish(notice)
                self._let_out()
            case _:
                super().publish(notice)

    def _let_out(self) -> None:
        self._chance.shuffle(self._withheld)
        while self._withheld and self._chance.random() < 0.8:
            super().publish(self._withheld.popleft())
