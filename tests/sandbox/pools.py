"""Pools of processes that run `target.py`, with limits small enough to break in a test's time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from resumate_grpc.errors import ParsingError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.pool import SandboxPool

TARGET = "tests.sandbox.target"
SMALL = Limits(wall_s=20, cpu_s=10, memory_bytes=256 << 20, output_bytes=4 << 20, stall_s=5, warm_up_s=20)


async def parse(
    pool: SandboxPool, document: str | bytes, on_progress: Callable[[StageProgress], None] = lambda _: None
) -> ParsedResume:
    """Parse one document of `target.py`'s language."""
    content = document.encode("latin-1") if isinstance(document, str) else document
    return await pool.parse(content, media_type=MediaType.TXT, options=ParseOptions(), on_progress=on_progress)


async def failure(pool: SandboxPool, document: str) -> ParsingError:
    """Parse a document that must fail, and give the error."""
    with pytest.raises(ParsingError) as caught:
        await parse(pool, document)
    return caught.value


def pool_of(workers: int = 1, *, limits: Limits = SMALL, target: str = TARGET, spares: int = 1) -> SandboxPool:
    """Make a pool of the test's own parser."""
    return SandboxPool(workers=workers, spares=spares, limits=limits, target=target)


async def all_warm(pool: SandboxPool, count: int) -> None:
    """Wait until the pool has its processes."""
    async with asyncio.timeout(20):
        while pool.warm < count:  # noqa: ASYNC110 - the pool tells nobody else
            await asyncio.sleep(0.01)
