"""The signals that end a service."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stop_signals"]

NUMBERS = (signal.SIGINT, signal.SIGTERM)
ECHO_S = 1.0
"""What ends a group of processes (make, timeout, systemd) often signals each of them twice: that is one wish."""


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """Yield an event that SIGINT or SIGTERM sets; another one over 1 s later ends the process at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def begin() -> None:
        if not stop.is_set():
            stop.set()
            loop.call_later(ECHO_S, _let_go, loop)  # from then on a Ctrl-C means it

    for number in NUMBERS:
        loop.add_signal_handler(number, begin)
    try:
        yield stop
    finally:
        if _let_go(loop) and stop.is_set():
            for number in NUMBERS:
                signal.signal(number, signal.SIG_IGN)  # the echo may come while the interpreter takes its leave


def _let_go(loop: asyncio.AbstractEventLoop) -> bool:
    """Give the signals their usual meaning again; False if they had it already."""
    removed = [loop.remove_signal_handler(number) for number in NUMBERS]  # each of them, whatever the first says
    return all(removed)
