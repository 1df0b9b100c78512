"""Which process writes to a SQLite database just now, as the kernel knows it."""

from __future__ import annotations

import fcntl
import struct
from contextlib import suppress
from pathlib import Path

__all__ = ["writing_process"]

WRITE_LOCK_BYTE = 120
"""WAL_WRITE_LOCK in the file of shared memory (https://www.sqlite.org/walformat.html, 2.3.1)."""
FLOCK = "hhqqi"
"""`struct flock` of 64-bit Linux: type, whence, start, length, process."""


def writing_process(database: Path) -> int:
    """Return the process that has a writing transaction open on a database in WAL mode; 0 = none has.

    Not for a process that has the database open itself: closing a file drops all of its locks on it.
    """
    with suppress(FileNotFoundError), database.with_name(f"{database.name}-shm").open("rb+") as shared:
        asked = struct.pack(FLOCK, fcntl.F_WRLCK, 0, WRITE_LOCK_BYTE, 1, 0)
        kind, *_, process = struct.unpack(FLOCK, fcntl.fcntl(shared, fcntl.F_GETLK, asked))
        return int(process) if kind != fcntl.F_UNLCK else 0
    return 0
