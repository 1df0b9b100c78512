"""As `target.py`, after a warm-up of 0.7 s."""

from __future__ import annotations

import time

from tests.sandbox.target import parse

__all__ = ["parse", "warm_up"]


def warm_up() -> None:
    """Take as long as models might."""
    time.sleep(0.7)
