"""The data directory: made for this user only, and held by one instance at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resumate_grpc.errors import SettingsError

__all__ = ["held_data_dir", "prepared_data_dir"]

LOCK_FILE = "resumate.lock"
OWNER_ONLY = 0o700


def prepared_data_dir(path: Path) -> Path:
    """Make the directory where there is none. Raises `SettingsError` where it cannot be made or written."""
    try:
        path.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(_advice(path, f"cannot be made: {error.strerror}")) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise SettingsError(_advice(path, "cannot be written"))
    return path


@contextmanager
def held_data_dir(path: Path, *, shared: bool) -> Iterator[Path]:
    """Hold the directory for this process; the kernel lets go when the process dies, however it does.

    Programs of one role each (server, worker) share it with each other; the one that is all in one has it alone.
    Raises `SettingsError` where another instance holds it.
    """
    directory = prepared_data_dir(path)
    with (directory / LOCK_FILE).open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise SettingsError(_advice(directory, f"is in use by another instance (process {holder})")) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield directory


def _advice(path: Path, what: str) -> str:
    return f"the data directory {path} {what}; choose another with --data-dir or RESUMATE_DATA_DIR"
