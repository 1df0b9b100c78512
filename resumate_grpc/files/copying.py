"""Copying files from one store to another, each checked against the sha256 that is its name."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from resumate_grpc.errors import FileMissingError
from resumate_grpc.files.object_store import ObjectFileStore

__all__ = ["absent", "copy_files", "misread"]

AT_ONCE = 8
"""An object service answers slowly and many at a time; a file may have 10 MiB."""


class File(Protocol):
    """A file by its sha256, and how long it should be."""

    @property
    def sha256(self) -> str: ...

    @property
    def size_bytes(self) -> int: ...


Done = Callable[[File], None]
"""Hears of each file that is done with, whatever became of it."""


async def absent(store: ObjectFileStore, files: Iterable[File]) -> list[File]:
    """Return those that a store does not have."""
    there = {name async for name in store.names()}
    return [file for file in files if file.sha256 not in there]


async def copy_files(
    source: ObjectFileStore, target: ObjectFileStore, files: Iterable[File], *, done: Done
) -> dict[str, str]:
    """Copy files, several at a time; returns what was wrong with those, by sha256, that could not be copied.

    Each has arrived durably, and is what its name says, or is not at the target under that name. Raises
    `StorageUnavailableError` and `StorageFullError` as the stores do; what was copied until then stays.
    """
    wrong: dict[str, str] = {}

    async def copy(file: File) -> None:
        content = await _read(source, file, wrong)
        if content is not None:
            await target.put(file.sha256, content)
        done(file)

    await _each(files, copy)
    return wrong


async def misread(store: ObjectFileStore, files: Iterable[File], *, done: Done) -> dict[str, str]:
    """Read files and return what was wrong, by sha256, with those that are not there or not what their name says."""
    wrong: dict[str, str] = {}

    async def read(file: File) -> None:
        await _read(store, file, wrong)
        done(file)

    await _each(files, read)
    return wrong


async def _read(store: ObjectFileStore, file: File, wrong: dict[str, str]) -> bytes | None:
    try:
        content = await store.get(file.sha256)
    except FileMissingError:
        wrong[file.sha256] = "is not there"
        return None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        wrong[file.sha256] = f"is damaged: {len(content)} bytes that are not those of its name"
        return None
    return content


async def _each(files: Iterable[File], work: Callable[[File], Awaitable[None]]) -> None:
    waiting = iter(files)

    async def one_after_the_other() -> None:
        for file in waiting:
            await work(file)

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(AT_ONCE):
                group.create_task(one_after_the_other(), name=f"copying files {number}")
    except ExceptionGroup as errors:  # one of them is enough for whoever called
        raise errors.exceptions[0] from errors
