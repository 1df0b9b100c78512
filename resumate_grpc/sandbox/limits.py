"""What a worker process may use, and how the process binds itself to it."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import resource
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from select import poll

from resumate_grpc.sandbox.landlock import give_up_files_and_network

__all__ = ["Limits", "confine", "die_with_parent", "renew_cpu", "seal"]

MIB = 1 << 20
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds of one worker process; seconds are `_s`, sizes are bytes.

    A document may take `wall_s` by the clock and `cpu_s` of processor time (None = `wall_s` rounded up: a backstop that
    holds even while the supervisor itself is stopped). `memory_bytes` bounds the process's address space, models
    included; numpy, spaCy and PDFium together map about 320 MiB. `output_bytes` bounds all that the process may send
    for one document. `open_files` counts descriptors. A process must be warm within `warm_up_s`, and must neither
    leave a document unread nor a frame unfinished for `stall_s`. It is retired after `documents`, or when a document
    leaves it more than `growth_bytes` larger than it was when warm (Linux only), so that leaks cannot grow.
    `niceness` is added to that of the server: a process with more gets the processor when others leave it.
    `restrict_files` takes files and network from it, where the kernel can (Linux with Landlock).
    """

    wall_s: float = 60.0
    cpu_s: int | None = None
    memory_bytes: int = 1024 * MIB
    output_bytes: int = 32 * MIB
    open_files: int = 64
    warm_up_s: float = 60.0
    stall_s: float = 10.0
    documents: int = 500
    growth_bytes: int = 256 * MIB
    restrict_files: bool = True
    niceness: int = 0

    @property
    def cpu_seconds(self) -> int:
        """Whole seconds of processor time a document may use, at least 1."""
        return max(1, math.ceil(self.wall_s) if self.cpu_s is None else self.cpu_s)


def confine(limits: Limits) -> None:
    """Bind this process before anything heavy is imported: memory, core files, privileges, signals."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, limits.memory_bytes)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    os.nice(limits.niceness)
    # The kernel's OOM killer must choose the worker, never the server that supervises it.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    # A service manager signals the whole group at shutdown; running parses end when their supervisor says so.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def seal(limits: Limits) -> None:
    """Take away what only the warm-up needed: files, network, many descriptors, and the server's standard error."""
    # What libraries print about a document quotes the document: it must not reach the log.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    if limits.restrict_files:
        give_up_files_and_network()
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)


def renew_cpu(limits: Limits) -> None:
    """Grant the next document its processor time; past it the kernel sends SIGXCPU, also into a loop of C code."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(usage.ru_utime + usage.ru_stime) + limits.cpu_seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # The hard limit stays, or the next document could not be granted more; the supervisor's clock bounds a cheat.
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def die_with_parent(parent_pid: int, task_fd: int) -> None:
    """End this process when its supervisor dies, even by SIGKILL and even in the middle of a document.

    Linux signals the death of the thread that spawned us; elsewhere a thread waits for the task pipe to hang up.
    """
    if not _prctl(PR_SET_PDEATHSIG, signal.SIGKILL):
        threading.Thread(target=exit_on_hangup, args=(task_fd,), daemon=True).start()
    if os.getppid() != parent_pid:  # it died before the line above took hold
        os._exit(0)


def exit_on_hangup(task_fd: int) -> None:
    """Wait until the other end of the pipe is closed, then end this process."""
    watcher = poll()
    watcher.register(task_fd, 0)
    watcher.poll()
    os._exit(0)


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    # macOS knows RLIMIT_AS and refuses to set it; the clock and the frame limit still hold there.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (bound, bound))


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
