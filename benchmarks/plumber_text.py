"""The peer: pdfplumber's own text extraction. Run alone, it tells how much memory that takes.

Usage: python benchmarks/plumber_text.py FILE.pdf …
Prints its peak memory in bytes.
"""

from __future__ import annotations

import io
import logging
import sys
from pathlib import Path

import pdfplumber

__all__ = ["peak_bytes", "plumber_text"]


def plumber_text(content: bytes) -> str:
    """Extract the text of all pages as pdfplumber does by default."""
    with pdfplumber.open(io.BytesIO(content)) as file:
        return "\n".join(page.extract_text() for page in file.pages)


def peak_bytes(pid: int | str = "self") -> int:
    """Read a process's peak resident memory (VmHWM, Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    logging.disable()
    for name in sys.argv[1:]:
        plumber_text(Path(name).read_bytes())
    print(peak_bytes())
