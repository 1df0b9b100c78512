"""PostgreSQL as an engine."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from resumate_grpc.jobs.ports import Clock
from resumate_grpc.store.engine import Engine
from resumate_grpc.store.postgres.connecting import ConnectionPool, connect, explained, with_pooler
from resumate_grpc.store.postgres.moment import DatabaseTime
from resumate_grpc.store.postgres.runner import Readers, Writer

__all__ = ["open_postgres"]

_logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_postgres(
    database_url: str, *, clock: Clock, time: DatabaseTime, connections: int
) -> AsyncIterator[Engine]:
    """Open a database that has been migrated; what was submitted is finished when the context ends.

    Raises `SettingsError` if it cannot be used.
    """
    async with AsyncExitStack() as stack:
        async with explained(database_url):
            pooler = await with_pooler(database_url)
        if pooler:
            _logger.info("a connection pooler stands before the database: statements are prepared anew each time")
        engine = connect(database_url, pooler=pooler, connections=connections)
        stack.push_async_callback(engine.dispose)
        readers = Readers(engine, clock)
        stack.push_async_callback(readers.aclose)
        writer = Writer(engine, time, pooler=pooler)
        stack.push_async_callback(writer.aclose)
        yield Engine(writer=writer, readers=readers, pool=ConnectionPool(engine, limit=connections), shared=True)
