"""The line of waiting résumés, as watchers are told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from resumate_grpc.jobs.ports import Clock, Statistics

__all__ = ["REFRESH_S", "Line"]

REFRESH_S = 1.0


class Line:
    """Places as of at most a second ago: one reading of the queue serves all who ask in that second."""

    def __init__(self, *, statistics: Statistics, clock: Clock) -> None:
        self._statistics = statistics
        self._clock = clock
        self._places: Mapping[str, int] = {}
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def place(self, resume_id: str) -> int:
        """Return the place of a résumé, 1 = next to be taken up in its lane; 0 where it did not wait."""
        async with self._reading:
            now = self._clock.monotonic()
            if self._read_at is None or now - self._read_at >= REFRESH_S:
                self._places = await self._statistics.places()
                self._read_at = now
        return self._places.get(resume_id, 0)
