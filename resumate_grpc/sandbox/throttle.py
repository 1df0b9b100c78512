"""Progress on its way out of a worker: repeats dropped, floods coalesced, the last word of a stage kept."""

from __future__ import annotations

from collections.abc import Callable

from resumate_grpc.model.progress import StageProgress

__all__ = ["ProgressThrottle"]

BURST = 50
PER_SECOND = 50.0


class ProgressThrottle:
    """Passes progress on to `send`: at once while it comes at a human pace, at most `PER_SECOND` a second in a flood.

    `clock` is monotonic seconds. What is held back goes out before the stage changes and at `flush`, newest only.
    """

    def __init__(self, send: Callable[[StageProgress], None], clock: Callable[[], float]) -> None:
        self._send = send
        self._clock = clock
        self._tokens = float(BURST)
        self._refilled = clock()
        self._last: StageProgress | None = None
        self._held: StageProgress | None = None

    def report(self, progress: StageProgress) -> None:
        """Take one report of the parser, in order."""
        if self._last is not None and progress.stage is not self._last.stage:
            self.flush()
            self._pass_on(progress)
        elif progress != self._last:
            self._held = progress
            if self._take_token():
                self.flush()

    def flush(self) -> None:
        """Send what is held back; call before the result."""
        if self._held is not None:
            self._pass_on(self._held)

    def _pass_on(self, progress: StageProgress) -> None:
        self._last, self._held = progress, None
        self._send(progress)

    def _take_token(self) -> bool:
        now = self._clock()
        self._tokens = min(BURST, self._tokens + (now - self._refilled) * PER_SECOND)
        self._refilled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
