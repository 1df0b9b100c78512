"""Moving the journal into the database beside those who write, who would have to wait for it otherwise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine

from resumate_grpc.store.sqlite import checkpoint, journal_bytes

__all__ = ["Checkpoints"]

_logger = logging.getLogger(__name__)

_DUE_BYTES = 4 << 20
"""Four times what SQLite would do by itself: pages that change often are then written once instead of four times."""
_OVERDUE_BYTES = 128 << 20


class Checkpoints:
    """Looks at the journal's length after commits and lets a thread of its own do what is due.

    While commits never pause the journal cannot begin anew, and grows; past 128 MiB `overdue` tells the writer to empty
    it itself, which then does stall it, once.
    """

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-checkpoint")
        self._running: Future[None] | None = None
        self._done_bytes = 0

    def committed(self) -> bool:
        """Start a checkpoint if one is due and none runs; returns whether the writer has to empty the journal."""
        length = journal_bytes(self._path)
        if length < self._done_bytes:
            self._done_bytes = 0  # it has begun anew
        if length - self._done_bytes >= _DUE_BYTES and (self._running is None or self._running.done()):
            self._done_bytes = length
            self._running = self._thread.submit(_logged, lambda: checkpoint(self._engine))
        return length >= _OVERDUE_BYTES

    def close(self) -> None:
        """Wait for what runs and end the thread."""
        self._thread.shutdown()


def _logged(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:  # a full disk, say: the journal holds everything, and the next commit tries again
        _logger.exception("the journal could not be moved into the database; trying again")
