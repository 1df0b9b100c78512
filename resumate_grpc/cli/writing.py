"""Writing files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(target: Path, pieces: Iterable[bytes]) -> None:
    """Write a file beside its place and move it there, over one that is there. Raises `OSError`."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)  # mkstemp's 0600 is for secrets that nobody should share
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
