"""How much of a stage's time has passed at each percent that it reports, as measured: percents count steps."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Mapping
from statistics import median

from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import Lane

__all__ = ["Pace", "Paces"]

KEPT = 20
"""Latest attempts of which a percent's share of the time is kept."""
LEAST = 3
"""Of fewer attempts a share says little: time passes evenly then."""


class Pace:
    """Of files of one kind."""

    def __init__(self) -> None:
        self._shares: dict[Stage, dict[int, deque[float]]] = {}

    def note(self, stage: Stage, reached_s: Mapping[int, float], lasted_s: float) -> None:
        """Learn from a stage that is over: when it reached each percent and how long it lasted, s after it began."""
        if lasted_s <= 0:
            return
        shares = self._shares.setdefault(stage, {})
        for percent, seconds in reached_s.items():
            shares.setdefault(percent, deque(maxlen=KEPT)).append(min(seconds / lasted_s, 1.0))

    def done(self, stage: Stage, percent: int) -> float:
        """Return the share of the stage's time, 0 to 1, that has passed when it reports a percent.

        The median of those measured; between two percents that were, in proportion.
        """
        known = {at: median(some) for at, some in self._shares.get(stage, {}).items() if len(some) >= LEAST}
        points = sorted({0: 0.0, 100: 1.0, **known}.items())
        index = bisect_left(points, (percent,))
        above, above_done = points[min(index, len(points) - 1)]
        if above == percent or not index:
            return above_done
        below, below_done = points[index - 1]
        return below_done + (above_done - below_done) * (percent - below) / (above - below)


class Paces:
    """By format and lane; kept as long as the process, for a few attempts teach them anew."""

    def __init__(self) -> None:
        self._of: dict[tuple[MediaType, Lane], Pace] = {}

    def of(self, media_type: MediaType, lane: Lane) -> Pace:
        """Return the pace of a format's files in a lane."""
        return self._of.setdefault((media_type, lane), Pace())
