"""What a process holds, to be compared with what it held before."""

from __future__ import annotations

import asyncio
import gc
import os
from collections import Counter
from dataclasses import dataclass

__all__ = ["Holding", "holding_again"]

SETTLE_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Tasks by name, and open file descriptors."""

    tasks: int
    files: int

    @classmethod
    def now(cls) -> Holding:
        """Count."""
        gc.collect()
        return cls(tasks=len(asyncio.all_tasks()), files=len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - only counted


async def holding_again(before: Holding) -> None:
    """Wait until no more is held than before. Raises `AssertionError` with what is, after 10 s."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLE_S
    while (now := Holding.now()).tasks > before.tasks or now.files > before.files:
        names = Counter(task.get_name() for task in asyncio.all_tasks())
        assert loop.time() < deadline, f"{before} became {now}: {names.most_common(5)}"
        await asyncio.sleep(0.05)
