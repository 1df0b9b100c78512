"""How a worker process ended: reaping without blocking the event loop, on Linux and elsewhere."""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass

from resumate_grpc.sandbox.memory import peak_rss_bytes

__all__ = ["Exit", "watch_exit"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Exit:
    """`code` is the exit status, or minus the number of the signal; None where somebody else reaped the process.

    `peak_rss_bytes` is the most resident memory it ever had; what it shared with its parent before it started counts.
    """

    code: int | None
    peak_rss_bytes: int = 0


def watch_exit(pid: int) -> asyncio.Future[Exit]:
    """Reap a child process as soon as it ends; the future is this event loop's and needs no task to make it happen."""
    exited: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
    try:
        pidfd = os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or a sandbox around us that does not know the call
        _watch_in_thread(pid, exited)
    else:
        _watch_pidfd(pid, pidfd, exited)
    return exited


def _watch_pidfd(pid: int, pidfd: int, exited: asyncio.Future[Exit]) -> None:
    loop = exited.get_loop()

    def reap() -> None:
        loop.remove_reader(pidfd)
        os.close(pidfd)
        _settle(exited, _reap(pid))

    loop.add_reader(pidfd, reap)


def _watch_in_thread(pid: int, exited: asyncio.Future[Exit]) -> None:
    loop = exited.get_loop()

    def reap() -> None:
        ended = _reap(pid)
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, exited, ended)

    threading.Thread(target=reap, name=f"reap-{pid}", daemon=True).start()


def _settle(exited: asyncio.Future[Exit], ended: Exit) -> None:
    if not exited.done():
        exited.set_result(ended)


def _reap(pid: int) -> Exit:
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:  # SIGCHLD is ignored in this program, or somebody waited for any child
        return Exit(code=None)
    return Exit(code=os.waitstatus_to_exitcode(status), peak_rss_bytes=peak_rss_bytes(usage))
