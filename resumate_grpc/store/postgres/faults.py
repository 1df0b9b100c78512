"""PostgreSQL's faults: which of them to try again after, and what callers are told of the others."""

from __future__ import annotations

import logging
from enum import Enum, auto

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from resumate_grpc.errors import StorageDamagedError, StorageFullError, StorageUnavailableError

__all__ = ["Fault", "answerable", "fault_of"]

_logger = logging.getLogger(__name__)


class Fault(Enum):
    """What went wrong. Of the first three, nothing was done unless a commit was on its way."""

    LOST = auto()
    """The connection broke, or none could be made."""
    CONFLICT = auto()
    """Somebody else was quicker: deadlocked, or could not be put in a row."""
    TAKEN = auto()
    """What is to be unique is there already: by somebody who was quicker, or for good."""
    BUSY = auto()
    """It took too long, or all connections are in use."""
    FULL = auto()
    DAMAGED = auto()
    OURS = auto()
    """What is wrong is what was asked."""


# https://www.postgresql.org/docs/current/errcodes-appendix.html; the longest beginning that fits counts.
_BY_STATE = {
    "08": Fault.LOST,  # connection exceptions, and what PgBouncer says when it has no server
    "57P": Fault.LOST,  # shut down, crashed, starting
    "25P03": Fault.LOST,  # idle in a transaction for too long, as a process is that was stopped
    "53": Fault.BUSY,  # no memory, too many connections
    "53100": Fault.FULL,
    "40": Fault.CONFLICT,
    "23505": Fault.TAKEN,
    "25006": Fault.LOST,  # read-only: this one is no longer the primary
    "55P03": Fault.BUSY,  # lock_timeout
    "57014": Fault.BUSY,  # statement_timeout
    "58030": Fault.BUSY,  # an I/O error
    "XX001": Fault.DAMAGED,
    "XX002": Fault.DAMAGED,
}
_ANSWERS: dict[Fault, type[StorageFullError | StorageUnavailableError | StorageDamagedError]] = {
    Fault.LOST: StorageUnavailableError,
    Fault.CONFLICT: StorageUnavailableError,
    Fault.BUSY: StorageUnavailableError,
    Fault.FULL: StorageFullError,
    Fault.DAMAGED: StorageDamagedError,
}


_BROKEN = (
    OSError,  # refused, unreachable, timed out
    asyncpg.InterfaceError,  # closed meanwhile
    asyncpg.InternalClientError,  # such as a server's last words to a connection that had asked for nothing
)


def fault_of(error: BaseException) -> Fault:
    """Say what an error of SQLAlchemy's, asyncpg's or the network's means."""
    if isinstance(error, PoolTimeoutError):
        return Fault.BUSY
    if isinstance(error, DBAPIError) and error.orig is not None and error.orig.__cause__ is not None:
        error = error.orig.__cause__ if isinstance(error.orig.__cause__, asyncpg.InternalClientError) else error
    if isinstance(error, _BROKEN) and not isinstance(error, ValueError):
        return Fault.LOST  # a ValueError is what cannot be encoded
    state = _state(error)
    for length in (5, 3, 2):
        if state[:length] in _BY_STATE:
            return _BY_STATE[state[:length]]
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return Fault.LOST if lost else Fault.OURS


def answerable(error: Exception) -> Exception:
    """Return what callers are told in place of `error`, having logged it; the error itself if it is ours."""
    answer = _ANSWERS.get(fault_of(error))
    if answer is None:
        return error
    _logger.error("the database failed", exc_info=error)
    return answer()


def _state(error: BaseException) -> str:
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "sqlstate", None) or "")
    return str(error.sqlstate or "") if isinstance(error, asyncpg.PostgresError) else ""
