"""The signals that end a service."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stop_signals"]


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """Yield an event that SIGINT or SIGTERM sets; a second signal of the kind ends the process at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def begin(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)  # a second Ctrl-C means it

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, begin, number)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
