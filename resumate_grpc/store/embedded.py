"""SQLite as an engine: a writer thread, readers, and checkpoints beside them, over one file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from resumate_grpc.jobs.ports import Clock
from resumate_grpc.store import sqlite
from resumate_grpc.store.checkpoints import Checkpoints
from resumate_grpc.store.engine import Engine
from resumate_grpc.store.runner import Readers, Writer

__all__ = ["open_sqlite"]


@asynccontextmanager
async def open_sqlite(database_url: str, *, clock: Clock) -> AsyncIterator[Engine]:
    """Open a database that has been migrated; what was submitted is finished when the context ends.

    Raises `SettingsError` if it cannot be used.
    """
    path = sqlite.database_path(database_url)
    async with AsyncExitStack() as stack:
        write_engine = sqlite.connect(path, writer=True)
        stack.callback(write_engine.dispose)
        read_engine = sqlite.connect(path, writer=False)
        stack.callback(read_engine.dispose)
        readers = Readers(read_engine, clock, threads=sqlite.READER_THREADS)
        stack.push_async_callback(readers.aclose)
        checkpoint_engine = sqlite.connect(path, writer=True)
        stack.callback(checkpoint_engine.dispose)
        checkpoints = Checkpoints(path, checkpoint_engine)
        stack.push_async_callback(asyncio.to_thread, checkpoints.close)
        writer = Writer(write_engine, clock, scrub=sqlite.scrub, committed=checkpoints.committed)
        stack.push_async_callback(writer.aclose)
        with sqlite.explained(path):
            # A crash right after a deletion may have left deleted content in the journal.
            await asyncio.to_thread(sqlite.scrub, write_engine)
        yield Engine(writer=writer, readers=readers)
