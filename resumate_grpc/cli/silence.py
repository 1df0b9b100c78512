"""Noticing that a stream has gone dead without ending: a proxy that keeps the client's half open, a machine asleep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

__all__ = ["Silence"]


class Silence:
    """Calls `then` once, from a thread of its own, when `broken` has not been called for `limit_s` seconds."""

    def __init__(self, limit_s: float, *, then: Callable[[], object]) -> None:
        self._limit_s = limit_s
        self._then = then
        self._heard = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="resumate-silence", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def broken(self) -> None:
        """Note that something was heard."""
        self._heard = time.monotonic()

    def _listen(self) -> None:
        while (left := self._heard + self._limit_s - time.monotonic()) > 0:
            if self._over.wait(left):
                return
        self._then()
