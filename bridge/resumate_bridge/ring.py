"""The recent frames of one watch: pure, bounded."""

from __future__ import annotations

from collections import deque

from resumate_bridge.frames import Frame

__all__ = ["Ring"]


class Ring:
    """All frames of a watch after position `low`, up to and including `high`, in order.

    Bounded by `max_frames` and `max_bytes` (of encoded text; the newest frame is held however large it is): the oldest
    leave, and `low` rises to their position. Positions of a room have holes (other rooms' events), hence `low` rather
    than the first frame's number says what is held.
    """

    def __init__(self, *, low: int, max_frames: int, max_bytes: int) -> None:
        self.low = low
        self.high = low
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._frames: deque[Frame] = deque()
        self._bytes = 0

    def append(self, frame: Frame) -> bool:
        """Add the next frame; returns False, and does nothing, for one that was there before."""
        if frame.position <= self.high:
            return False
        self._frames.append(frame)
        self._bytes += len(frame.payload)
        self.high = frame.position
        while len(self._frames) > 1 and (len(self._frames) > self._max_frames or self._bytes > self._max_bytes):
            self._drop_oldest()
        return True

    def after(self, position: int) -> list[Frame] | None:
        """Return the frames after `position`, oldest first; None where some of them are no longer held."""
        if position < self.low:
            return None
        newer: list[Frame] = []
        for frame in reversed(self._frames):
            if frame.position <= position:
                break
            newer.append(frame)
        return newer[::-1]

    def _drop_oldest(self) -> None:
        frame = self._frames.popleft()
        self._bytes -= len(frame.payload)
        self.low = frame.position
