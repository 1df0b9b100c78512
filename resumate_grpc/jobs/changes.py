"""Changes under way: each is carried through, though whoever asked for it goes away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import TypeVar

from resumate_grpc.errors import ResumateError

__all__ = ["Changes"]

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Changes:
    """Runs changes of several steps, such as writing a row, telling who watches, and dropping a file.

    A client's cancellation or deadline may strike between any two of them. What was written and not told would be
    noticed late, and a file whose row is gone would stay for ever.
    """

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[object]] = set()

    async def through(self, change: Coroutine[None, None, T], *, name: str) -> T:
        """Return what the change returns, or raise what it raises; it goes on to its end if the caller is cancelled."""
        task = asyncio.create_task(change, name=name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_note_failure)
            raise

    async def settled(self) -> None:
        """Wait until every change under way has come to its end; for closing what they stand on."""
        if self._under_way:
            await asyncio.wait(tuple(self._under_way))


def _note_failure(task: asyncio.Task[object]) -> None:
    """Log what nobody is left to be told; a refusal is no news."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, ResumateError):
        logger.error("a change failed after its caller had gone", exc_info=error)
