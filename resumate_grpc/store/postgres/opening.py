"""PostgreSQL as an engine."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from resumate_grpc.jobs.ports import Clock
from resumate_grpc.store import work_queue
from resumate_grpc.store.engine import Engine
from resumate_grpc.store.postgres.claim import Claims
from resumate_grpc.store.postgres.connecting import ConnectionPool, connect, connecting, explained, with_pooler
from resumate_grpc.store.postgres.moment import ClockTime, DatabaseTime
from resumate_grpc.store.postgres.partitions import Partitions
from resumate_grpc.store.postgres.runner import Readers, Writer
from resumate_grpc.store.postgres.statements import Statements

__all__ = ["open_postgres"]

_logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_postgres(database_url: str, *, clock: Clock, use_clock: bool, connections: int) -> AsyncIterator[Engine]:
    """Open a database that has been migrated; what was submitted is finished when the context ends.

    At least 4 `connections`: one is kept for appends and one, from the first claim on, for claims; the others are a
    pool for everything else. Raises `SettingsError` if the database cannot be used. Time is the database's, or
    `clock`'s where `use_clock` says so.
    """
    time = ClockTime(clock) if use_clock else DatabaseTime()
    async with AsyncExitStack() as stack:
        async with explained(database_url):
            pooler = await with_pooler(database_url)
        if pooler:
            _logger.info("a connection pooler stands before the database: statements are prepared anew each time")
        engine = connect(database_url, pooler=pooler, connections=connections - 2)
        stack.push_async_callback(engine.dispose)
        readers = Readers(engine, clock)
        stack.push_async_callback(readers.aclose)
        making = connecting(database_url, pooler=pooler)
        kept = Statements(making, time, pooler=pooler)
        stack.push_async_callback(kept.aclose)
        writer = Writer(engine, time, kept)
        stack.push_async_callback(writer.aclose)
        kept_for_claims = Statements(making, time, pooler=pooler)
        stack.push_async_callback(kept_for_claims.aclose)
        claims = Claims(kept_for_claims, time, lambda asked: writer.submit(partial(work_queue.claim, asked=asked)))
        stack.push_async_callback(claims.aclose)
        pool = ConnectionPool(engine, kept_in_use=lambda: kept.busy + kept_for_claims.busy, limit=connections)
        periods = Partitions(writer)
        yield Engine(writer=writer, readers=readers, pool=pool, shared=True, periods=periods, claims=claims)
