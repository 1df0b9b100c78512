"""What this process holds: memory by three measures, tasks, file descriptors, threads.

Resident memory moves by tens of MiB with what malloc keeps for later, so growth of a few hundred bytes a cycle is read
off what is in use: bytes that malloc has given out and not got back, and blocks of Python's own allocator.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["held"]

_FIELDS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"


class _Mallinfo2(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33 and later (mallinfo(3))."""

    _fields_ = [(name, ctypes.c_size_t) for name in _FIELDS.split()]


def held() -> dict[str, Any]:
    """Count, after a full garbage collection. `in_use_bytes` is malloc's; raises `OSError` where libc is not glibc."""
    gc.collect()
    libc = ctypes.CDLL("libc.so.6")
    libc.mallinfo2.restype = _Mallinfo2
    info = libc.mallinfo2()
    process = Path("/proc/self")
    return {
        "in_use_bytes": info.uordblks + info.hblkhd,
        "python_blocks": sys.getallocatedblocks(),
        "rss_bytes": int((process / "statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE"),
        "tasks": len(asyncio.all_tasks()),
        "files": len(list((process / "fd").iterdir())),
        "threads": len(list((process / "task").iterdir())),
    }
