"""Counting the résumés by state for the metrics, at a pace of its own: a scrape must not wait for the database."""

from __future__ import annotations

import asyncio
import itertools
import logging

from resumate_grpc.jobs.ports import Statistics
from resumate_grpc.telemetry.metrics import PrometheusMetrics

__all__ = ["keep_counting"]

logger = logging.getLogger(__name__)


_ALL_EVERY = 12
"""How often those that have ended are counted too: every minute, for they are many and nobody waits for them."""


async def keep_counting(statistics: Statistics, metrics: PrometheusMetrics, *, interval_s: float = 5.0) -> None:
    """Count until cancelled, every `interval_s` seconds, all of them every twelfth time.

    A count that fails is logged, and the last one stands.
    """
    for number in itertools.count():
        try:
            metrics.resumes_counted(await statistics.counts(under_way=number % _ALL_EVERY != 0))
        except Exception:  # the metrics must not end the server
            logger.exception("résumés could not be counted for the metrics")
        await asyncio.sleep(interval_s)
