"""How much memory processes have, as the system tells it; figures are bytes, 0 where it does not say."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

__all__ = ["oom_kills", "peak_rss_bytes", "rss_bytes"]

RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


def rss_bytes(pid: int) -> int:
    """Read a process's resident memory (Linux)."""
    try:
        resident_pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(resident_pages) * resource.getpagesize()


def peak_rss_bytes(usage: resource.struct_rusage) -> int:
    """Convert a process's peak resident memory; what its parent had when it was spawned counts as its own."""
    return usage.ru_maxrss * RSS_UNIT_BYTES


def oom_kills() -> int:
    """Count the processes that the kernel killed for want of memory since boot (Linux)."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
