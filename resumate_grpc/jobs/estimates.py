"""How long a résumé will take, from how long others took here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from resumate_grpc.jobs.ports import Clock, Forecast, Statistics, unforeseen
from resumate_grpc.model.progress import ACTIVE_STAGES, Stage
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import StageTimes

__all__ = ["Estimator", "StageEstimate", "estimate"]

NEIGHBOURS = 9
SAMPLES_PER_MEDIA_TYPE = 200
REFRESH_S = 2.0
LEAST_MODEL_S = 0.05
"""A stage shorter than this asked no model: it was skipped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StageEstimate:
    """Expected seconds of each working stage."""

    seconds: dict[Stage, float]

    @property
    def total_s(self) -> float:
        """All stages together."""
        return sum(self.seconds.values())

    def with_model(self, *, asked: bool) -> StageEstimate | None:
        """Return the estimate for an attempt that asks a language model, or that does not.

        None where one is asked and none was measured: the longest stage would be missing from every figure.
        """
        if asked:
            return self if self.seconds[Stage.AI_ENHANCEMENT] >= LEAST_MODEL_S else None
        return StageEstimate(seconds={**self.seconds, Stage.AI_ENHANCEMENT: 0.0})

    def remaining_s(self, stage: Stage, stage_percent: int) -> float:
        """Seconds from this point of this stage to the end of the attempt."""
        index = ACTIVE_STAGES.index(stage)
        here = self.seconds[stage] * (100 - stage_percent) / 100
        return here + sum(self.seconds[later] for later in ACTIVE_STAGES[index + 1 :])


def estimate(samples: Sequence[StageTimes], *, media_type: MediaType, size_bytes: int) -> StageEstimate | None:
    """Estimate by the measured attempts that are nearest in size: the median of each stage.

    Attempts of the same media type if there are any, else of all; None without measurements.
    """
    same = [sample for sample in samples if sample.media_type is media_type] or list(samples)
    if not same:
        return None
    size = math.log(max(size_bytes, 1))
    nearest = sorted(same, key=lambda sample: abs(math.log(max(sample.size_bytes, 1)) - size))[:NEIGHBOURS]
    return StageEstimate(
        seconds={
            Stage.TEXT_EXTRACTION: median(sample.text_extraction_s for sample in nearest),
            Stage.NLP_PARSING: median(sample.nlp_parsing_s for sample in nearest),
            Stage.AI_ENHANCEMENT: median(sample.ai_enhancement_s for sample in nearest),
        }
    )


class Estimator:
    """Keeps the latest measurements at hand; reads them again at most every 2 s."""

    def __init__(self, *, statistics: Statistics, clock: Clock, workers: int) -> None:
        self._statistics = statistics
        self._clock = clock
        self._workers = max(workers, 1)
        self._samples: Sequence[StageTimes] = ()
        self._read_at: float | None = None

    async def attempt(self, media_type: MediaType, size_bytes: int) -> StageEstimate | None:
        """Estimate the stages of one attempt, without waiting."""
        await self._refresh()
        return estimate(self._samples, media_type=media_type, size_bytes=size_bytes)

    async def forecast(self, media_type: MediaType, size_bytes: int) -> Forecast:
        """Return what tells how long a file takes by how many are ahead: those over all workers, then its own time."""
        own = await self.attempt(media_type, size_bytes)
        if own is None:
            return unforeseen
        typical_s, own_s, workers = median(sample.total_s for sample in self._samples), own.total_s, self._workers
        return lambda ahead: ahead * typical_s / workers + own_s

    async def waiting_ahead(self, resume_id: str) -> int:
        """Return how many will be taken up before this résumé."""
        return await self._statistics.waiting_ahead(resume_id)

    async def _refresh(self) -> None:
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at >= REFRESH_S:
            self._read_at = now
            self._samples = await self._statistics.stage_times(limit=SAMPLES_PER_MEDIA_TYPE)
