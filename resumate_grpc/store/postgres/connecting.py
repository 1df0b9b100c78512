"""Connections to PostgreSQL: their settings, their pool, and errors at start in words that help."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from resumate_grpc.errors import SettingsError
from resumate_grpc.store.engine import PoolFigures
from resumate_grpc.store.urls import shown

__all__ = [
    "LONGEST_S",
    "TIMEOUTS",
    "Connect",
    "ConnectionPool",
    "connect",
    "connecting",
    "explained",
    "with_pooler",
]

Connect: TypeAlias = "Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]]"
"""Makes a connection."""

_OLDEST = 15
_CONNECT_TIMEOUT_S = 5.0
_POOL_TIMEOUT_S = 10.0
TIMEOUTS = {
    # Of a process that was stopped in the middle of a transaction, others wait for its locks this long …
    "idle_in_transaction_session_timeout": "5s",
    # … and no longer than this for anybody's.
    "lock_timeout": "10s",
    "statement_timeout": "30s",
}
LONGEST_S = 40.0
"""A transaction that takes longer than its statements may has lost its connection without hearing of it."""


async def with_pooler(database_url: str) -> bool:
    """Ask the database whether something like PgBouncer stands before it: another process answers than was greeted.

    Such a pooler may give each transaction another connection, so nothing may be prepared for later ones.
    Raises what `asyncpg.connect` raises, and `SettingsError` for a server that is too old.
    """
    connection = await asyncpg.connect(_dsn(database_url), statement_cache_size=0, timeout=_CONNECT_TIMEOUT_S)
    try:
        if (major := connection.get_server_version().major) < _OLDEST:
            raise SettingsError(f"the database is PostgreSQL {major}; ResuMate needs {_OLDEST} or newer")
        async with connection.transaction():
            greeted: int = connection.get_server_pid()
            return bool(await connection.fetchval("SELECT pg_backend_pid()") != greeted)
    finally:
        await connection.close(timeout=_CONNECT_TIMEOUT_S)


def connecting(database_url: str, *, pooler: bool, timeouts: Mapping[str, str] = TIMEOUTS) -> Connect:
    """Return what makes a connection; it raises what `asyncpg.connect` raises."""
    # PgBouncer knows no settings at the start of a connection; transactions that write set them there themselves.
    settings = {} if pooler else {**timeouts, "application_name": "resumate"}

    async def connected() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(
            _dsn(database_url),
            timeout=_CONNECT_TIMEOUT_S,
            server_settings=settings,
            statement_cache_size=0 if pooler else 100,
        )

    return connected


def connect(database_url: str, *, pooler: bool, connections: int | None) -> AsyncEngine:
    """Return an engine over asyncpg with at most so many connections.

    None is for migrations: each connection is closed after use, and a statement may take as long as it takes.
    """
    timeouts = TIMEOUTS if connections is not None else {"lock_timeout": TIMEOUTS["lock_timeout"]}
    connected = connecting(database_url, pooler=pooler, timeouts=timeouts)
    prepared: dict[str, Any] = (
        # A statement without a name lives until the next one: long enough within a transaction.
        {"prepared_statement_cache_size": 0, "prepared_statement_name_func": str}
        if pooler
        else {"prepared_statement_cache_size": 200}
    )
    pool: dict[str, Any] = (
        {"poolclass": NullPool}
        if connections is None
        else {
            "poolclass": AsyncAdaptedQueuePool,
            "pool_size": connections,
            "max_overflow": 0,
            "pool_timeout": _POOL_TIMEOUT_S,
        }
    )
    return create_async_engine("postgresql+asyncpg://", async_creator=connected, connect_args=prepared, **pool)


class ConnectionPool:
    """The figures of a pool and of the connections that are kept beside it."""

    def __init__(self, engine: AsyncEngine, *, kept_in_use: Callable[[], int], limit: int) -> None:
        self._engine = engine
        self._kept_in_use = kept_in_use
        self._limit = limit

    def figures(self) -> PoolFigures:
        """Return the figures of this moment."""
        pool = self._engine.pool
        in_use = pool.checkedout() if isinstance(pool, AsyncAdaptedQueuePool) else 0
        return PoolFigures(in_use=in_use + self._kept_in_use(), limit=self._limit)


@asynccontextmanager
async def explained(database_url: str) -> AsyncIterator[None]:
    """Turn the database's errors at start into `SettingsError`s that say what to do."""
    try:
        yield
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or "no answer in time"
        if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
            advice = "check user and password in RESUMATE_DATABASE_URL"
        elif isinstance(error, asyncpg.InvalidCatalogNameError):
            advice = "make it with `createdb`, or name another in RESUMATE_DATABASE_URL"
        else:
            advice = "see that it runs and can be reached from here, or set RESUMATE_DATABASE_URL to another"
        raise SettingsError(f"cannot use the database {shown(database_url)} ({reason}): {advice}") from error


def _dsn(database_url: str) -> str:
    scheme, rest = database_url.split("://", 1)
    return f"{scheme.partition('+')[0]}://{rest}"
