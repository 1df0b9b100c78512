"""The data directory: made for this user only, and held by one instance at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from resumate_grpc.errors import SettingsError

__all__ = ["held_data_dir", "instance_of", "prepared_data_dir"]

LOCK_FILE = "resumate.lock"
INSTANCE_FILE = "instance"
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
    with _opened_lock(directory) as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise SettingsError(_advice(directory, f"is in use by another instance (process {holder})")) from None
        _sign(lock, directory)
        yield directory


def instance_of(directory: Path) -> str:
    """Return what tells this directory's program from others on the same database, before a restart and after it.

    Only whoever has the directory alone may ask. Raises `SettingsError` where it cannot be written.
    """
    file = directory / INSTANCE_FILE
    try:
        if file.exists() and (found := file.read_text(encoding="ascii").strip()):
            return found
        made = uuid4().hex
        file.write_text(f"{made}\n", encoding="ascii")
    except OSError as error:
        raise SettingsError(_advice(directory, f"cannot be written: {error.strerror}")) from error
    return made


def _opened_lock(directory: Path) -> TextIO:
    try:  # access(2) says yes to root, and to a file system that turns out to be read-only or full
        return (directory / LOCK_FILE).open("a+", encoding="ascii")
    except OSError as error:
        raise SettingsError(_advice(directory, f"cannot be written: {error.strerror}")) from error


def _sign(lock: TextIO, directory: Path) -> None:
    try:
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
    except OSError as error:
        raise SettingsError(_advice(directory, f"cannot be written: {error.strerror}")) from error


def _advice(path: Path, what: str) -> str:
    return f"the data directory {path} {what}; choose another with --data-dir or RESUMATE_DATA_DIR"
