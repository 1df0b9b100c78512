"""Counting the résumés by state for the metrics, at a pace of its own: a scrape must not wait for the database."""

from __future__ import annotations

import asyncio
import logging

from resumate_grpc.jobs.ports import Statistics
from resumate_grpc.telemetry.metrics import PrometheusMetrics

__all__ = ["keep_counting"]

logger = logging.getLogger(__name__)


async def keep_counting(statistics: Statistics, metrics: PrometheusMetrics, *, interval_s: float = 5.0) -> None:
    """Count until cancelled, every `interval_s` seconds. A count that fails is logged, and the last one stands."""
    while True:
        try:
            metrics.resumes_counted(await statistics.counts())
        except Exception:  # the metrics must not end the server
            logger.exception("résumés could not be counted for the metrics")
        await asyncio.sleep(interval_s)
