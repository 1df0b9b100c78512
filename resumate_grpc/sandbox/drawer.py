"""Drawing pages in a process that is started when the first picture is asked for."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from resumate_grpc.model.page_image import PageImage
from resumate_grpc.model.resume import MediaType
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.pool import SandboxPool
from resumate_grpc.sandbox.verdict import on_unavailable

__all__ = ["SandboxDrawer"]

DRAWING = "resumate_grpc.parsing.drawing"


class SandboxDrawer:
    """One process for pictures, beside those that parse: who looks at a page waits for no parse, and holds none up.

    Nothing is started before the first picture, so that a server that nobody looks at pays nothing for it.
    """

    def __init__(self, *, limits: Limits) -> None:
        self._limits = limits
        self._wanted = asyncio.Event()
        self._closing = asyncio.Event()
        self._pool: asyncio.Future[SandboxPool] | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._pool = asyncio.get_running_loop().create_future()
        self._keeper = asyncio.create_task(self._keep(self._pool), name="drawer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._wanted.set()
        if self._keeper is not None:
            await self._keeper

    async def draw(
        self, content: bytes, *, media_type: MediaType, page: int, width_pixels: int, with_words: bool
    ) -> PageImage:
        """Draw one page, as `jobs.ports.PageDrawer` says."""
        if self._pool is None or self._closing.is_set():
            raise on_unavailable("the server is shutting down; ask again after its restart")
        self._wanted.set()
        pool = await asyncio.shield(self._pool)
        return await pool.draw(
            content, media_type=media_type, page=page, width_pixels=width_pixels, with_words=with_words
        )

    async def _keep(self, opened: asyncio.Future[SandboxPool]) -> None:
        """Keep the process from the first picture on; in a task of its own, because a pool must end where it began."""
        await self._wanted.wait()
        if self._closing.is_set():
            return
        async with SandboxPool(workers=1, spares=0, limits=self._limits, target=DRAWING) as pool:
            opened.set_result(pool)
            await self._closing.wait()
