"""A disk of its own for a test: a small tmpfs, so that filling it harms nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["NoDiskError", "SmallDisk", "small_disk"]


class NoDiskError(Exception):
    """This user may mount nothing."""


class SmallDisk:
    """A mounted disk that can be filled to the last block, and emptied again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self, *, leave_bytes: int = 0) -> None:
        """Leave as much room as said, down to nothing."""
        free = shutil.disk_usage(self.path).free - leave_bytes
        with self._filler.open("ab", buffering=0) as filler:
            try:
                while free > 0:
                    free -= filler.write(bytes(min(free, 65536)))
            except OSError:
                return

    def make_room(self) -> None:
        """Give all of it back."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, *, size_bytes: int) -> Iterator[SmallDisk]:
    """Mount a disk at `folder`. Raises `NoDiskError` where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes},mode=700,uid={os.getuid()}", "tmpfs", str(folder)]
    as_root = [] if os.getuid() == 0 else ["sudo", "--non-interactive"]
    try:
        subprocess.run([*as_root, *command], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoDiskError(str(error)) from error
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run([*as_root, "umount", "--lazy", str(folder)], check=True, capture_output=True)
