"""Readings of the log that are asked for at the same time, done together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from resumate_grpc.jobs.ports import EventLog
from resumate_grpc.model.work import LogPage, LogQuery

__all__ = ["LogReader"]

GATHERING_TURNS = 8
"""Turns of the event loop that questions have to gather while they come quicker than they are answered."""
MOST_TOGETHER = 64
"""So that the first of them does not wait for long."""


class LogReader:
    """Reads pages of the log, many in one transaction, and what several ask for once.

    A reading begins after it was asked for, never before, so that who listens to the bus first misses nothing.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._asked: dict[LogQuery, list[asyncio.Future[LogPage]]] = {}
        self._running: asyncio.Task[None] | None = None
        self._is_busy = False

    async def read(self, query: LogQuery) -> LogPage:
        """Return a page and the bounds at that moment. Raises `ResumeNotFoundError`, and what reading raises."""
        answer: asyncio.Future[LogPage] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(query, []).append(answer)
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="read the log")
        return await answer

    async def _run(self) -> None:
        try:
            await asyncio.sleep(0)  # whoever else is about to ask in this turn of the loop
            while self._asked:
                await self._answer_some()
        finally:
            self._running = None

    async def _answer_some(self) -> None:
        for _ in range(GATHERING_TURNS if self._is_busy else 0):
            await asyncio.sleep(0)
        queries = list(self._asked)[:MOST_TOGETHER]
        asked = [self._asked.pop(query) for query in queries]
        pages: Sequence[LogPage | Exception]
        try:
            pages = await self._log.pages(queries)
        except Exception as error:  # noqa: BLE001 - each who asked gets it
            pages = [error] * len(queries)
        for page, answers in zip(pages, asked, strict=True):
            _give(page, answers)
        self._is_busy = len(self._asked) > 1


def _give(page: LogPage | Exception, answers: list[asyncio.Future[LogPage]]) -> None:
    for answer in answers:
        if answer.done():
            continue  # cancelled meanwhile
        if isinstance(page, Exception):
            answer.set_exception(page)
        else:
            answer.set_result(page)
