"""Writing files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["whole_file"]


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes its place, over one that is there, if the block succeeds.

    Raises `OSError`.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)  # mkstemp's 0600 is for secrets that nobody should share
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
