"""The database's faults, as callers are answered and as they are logged."""

from __future__ import annotations

import logging
import sqlite3

from sqlalchemy.exc import DatabaseError

from resumate_grpc.errors import StorageDamagedError, StorageFullError, StorageUnavailableError

__all__ = ["answerable"]

_logger = logging.getLogger(__name__)

_FAULTS: dict[int, type[StorageFullError | StorageUnavailableError | StorageDamagedError]] = {
    sqlite3.SQLITE_FULL: StorageFullError,
    sqlite3.SQLITE_READONLY: StorageUnavailableError,
    sqlite3.SQLITE_IOERR: StorageUnavailableError,
    sqlite3.SQLITE_CANTOPEN: StorageUnavailableError,
    sqlite3.SQLITE_BUSY: StorageUnavailableError,
    sqlite3.SQLITE_LOCKED: StorageUnavailableError,
    sqlite3.SQLITE_PROTOCOL: StorageUnavailableError,
    sqlite3.SQLITE_PERM: StorageUnavailableError,
    sqlite3.SQLITE_CORRUPT: StorageDamagedError,
    sqlite3.SQLITE_NOTADB: StorageDamagedError,
}
"""By primary result code. What is not here, such as a constraint, is a fault of ours."""
_PRIMARY = 0xFF


def answerable(error: Exception) -> Exception:
    """Return what callers are told in place of `error`, having logged it; the error itself if it is none of the disk's.

    SQLite has undone the transaction in each of these cases.
    """
    code = getattr(error.orig, "sqlite_errorcode", None) if isinstance(error, DatabaseError) else None
    fault = _FAULTS.get(code & _PRIMARY) if code is not None else None
    if fault is None:
        return error
    _logger.error("the database failed", exc_info=error)
    return fault()
