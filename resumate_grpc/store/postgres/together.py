"""What waits while one statement runs is the next statement: a line in which asks of one kind wait for each other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.exc import DatabaseError

__all__ = ["Together"]

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Together(Generic[Ask, Answer]):
    """Answers asks in the order in which they came, up to `at_once` of them by one call of `run`.

    `run` returns an answer or an error for each. If it raises what the database refuses, each is run by itself, so that
    the fault of one is its own; anything else it raises is the answer to all.
    """

    def __init__(
        self, run: Callable[[Sequence[Ask]], Awaitable[Sequence[Answer | Exception]]], *, at_once: int, name: str
    ) -> None:
        self._run = run
        self._at_once = at_once
        self._name = name
        self._waiting: deque[tuple[Ask, asyncio.Future[Answer]]] = deque()
        self._draining: asyncio.Task[None] | None = None

    def put(self, ask: Ask) -> asyncio.Future[Answer]:
        """Queue an ask; one whose future is cancelled while it waits is dropped."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, future))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain(), name=self._name)
        return future

    async def aclose(self) -> None:
        """Wait until all that was queued is answered."""
        if self._draining is not None:
            await self._draining

    async def _drain(self) -> None:
        try:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._at_once))]
                some = [one for one in some if not one[1].done()]
                if some:
                    await self._answer(some)
        finally:
            self._draining = None

    async def _answer(self, some: Sequence[tuple[Ask, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._run([ask for ask, _ in some])
        except Exception as error:  # noqa: BLE001 - each caller gets it
            if isinstance(error, DatabaseError | ValueError) and len(some) > 1:
                for one in some:
                    await self._answer([one])
                return
            answers = [error] * len(some)
        for (_, future), answer in zip(some, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
