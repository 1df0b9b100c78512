"""Holds, by which an upload and a removal of the same bytes do not cross: many may keep a file, one may remove it."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

__all__ = ["FolderHolds", "HoldTable", "ProcessHolds", "TableHolds"]

_FIRST_WAIT_S = 0.002
_LONGEST_WAIT_S = 0.05


class FolderHolds:
    """Holds that every process sees which uses the folder: locks of 256 files, which the kernel ends with a process.

    Files whose sha256 begin alike share a lock, so one may wait for another's; that costs a moment and no more.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def hold(self, sha256: str, *, alone: bool) -> AsyncIterator[None]:
        """Hold a file, waiting as long as others' holds do not allow it."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self._folder / sha256[:2], os.O_RDWR | os.O_CREAT, 0o600)
        try:
            wait_s = _FIRST_WAIT_S
            while not _locked(descriptor, alone=alone):
                # Not in a thread: who waits there could keep who holds from the thread that it needs.
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            yield
        finally:
            os.close(descriptor)


class ProcessHolds:
    """Holds within this process, for files that no lock can reach."""

    def __init__(self) -> None:
        self._kept: Counter[str] = Counter()
        self._alone: set[str] = set()
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def hold(self, sha256: str, *, alone: bool) -> AsyncIterator[None]:
        """Hold a file, waiting as long as others' holds do not allow it."""
        async with self._changed:
            await self._changed.wait_for(lambda: sha256 not in self._alone and not (alone and self._kept[sha256]))
            self._take(sha256, alone=alone)
        try:
            yield
        finally:
            self._release(sha256, alone=alone)
            async with self._changed:
                self._changed.notify_all()

    def _take(self, sha256: str, *, alone: bool) -> None:
        if alone:
            self._alone.add(sha256)
        else:
            self._kept[sha256] += 1

    def _release(self, sha256: str, *, alone: bool) -> None:
        self._alone.discard(sha256) if alone else self._kept.subtract((sha256,))
        if self._kept[sha256] == 0:
            del self._kept[sha256]


class HoldTable(Protocol):
    """Where programs on several machines see each other's holds; one that dies loses its own after a while."""

    async def hold(self, sha256: str, holder: str, *, alone: bool) -> bool:
        """Take a hold; False where another's does not allow it."""
        ...

    async def release(self, sha256: str, holder: str) -> None:
        """Let a hold go."""
        ...


class TableHolds:
    """Holds over all programs that share a table, for files that no lock can reach."""

    def __init__(self, table: HoldTable) -> None:
        self._table = table

    @asynccontextmanager
    async def hold(self, sha256: str, *, alone: bool) -> AsyncIterator[None]:
        """Hold a file, waiting as long as others' holds do not allow it."""
        holder, wait_s = uuid4().hex, _FIRST_WAIT_S
        try:
            # Within the block: who is cancelled here may have got the hold, and not heard of it.
            while not await self._table.hold(sha256, holder, alone=alone):
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            yield
        finally:
            await asyncio.shield(self._table.release(sha256, holder))


def _locked(descriptor: int, *, alone: bool) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
