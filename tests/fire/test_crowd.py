"""Many clients, and a service that ends under them."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.fire.crowd import restarted_under_a_crowd

pytestmark = pytest.mark.slow


async def test_a_rolling_restart_under_a_thousand_watches(tmp_path: Path, ada: bytes) -> None:
    """SIGTERM tells every watch to come back; all do, and nobody misses or sees again a thing.

    That it takes less than 10 s is measured by `benchmarks/storm.py`.
    """
    figures = await restarted_under_a_crowd(tmp_path, ada, watches=1000, number=signal.SIGTERM)
    assert figures.told == 1000
    assert set(figures.endings) <= {"UNAVAILABLE"}, figures.endings


async def test_a_storm_after_a_kill(tmp_path: Path, ada: bytes) -> None:
    """More watches than grpc core takes by itself open at once, and again after kill -9: none is dropped at random.

    `benchmarks/storm.py` does it with 5,000.
    """
    figures = await restarted_under_a_crowd(tmp_path, ada, watches=1500, number=signal.SIGKILL)
    assert "CANCELLED" not in figures.endings, figures.endings
    assert "RESOURCE_EXHAUSTED" not in figures.endings, figures.endings
