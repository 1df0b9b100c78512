"""What one attempt will take, from what others took; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from resumate_grpc.model.progress import ACTIVE_STAGES, Stage
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import Lane, StageTimes

__all__ = ["TEMPO_SAMPLES", "StageEstimate", "at_tempo", "estimate", "slowed", "tempo_of"]

NEIGHBOURS = 9
LEAST_MODEL_S = 0.05
"""A stage shorter than this asked no model: it was skipped."""
TEMPO_SAMPLES = 8
TEMPO_RANGE = (0.5, 4.0)
LENGTH_RANGE = (0.25, 4.0)
LEAST_FOR_LIMIT = 20
"""Of fewer attempts the 99th percentile says little."""
LIMIT_QUANTILE = 0.99


@dataclass(frozen=True, kw_only=True, slots=True)
class StageEstimate:
    """Expected seconds of each working stage.

    `spread` has what like attempts took for each stage, `limits` the 99th percentile, for stages where enough were
    measured. `page_s` is what OCR takes for a page, `page_limit_s` its 99th percentile, `character_s` what a language
    model takes for a character of the answer that is expected of it; None where none was measured.
    """

    seconds: dict[Stage, float]
    spread: Mapping[Stage, Sequence[float]] = field(default_factory=dict)
    limits: Mapping[Stage, float] = field(default_factory=dict)
    lane: Lane = Lane.TEXT
    page_s: float | None = None
    page_limit_s: float | None = None
    character_s: float | None = None

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
        return replace(self, seconds={**self.seconds, Stage.AI_ENHANCEMENT: 0.0})

    def of_scan(self, pages: int) -> StageEstimate:
        """Return the estimate for a document of which OCR reads so many pages."""
        if self.page_s is None:
            return self
        reading = self.page_s * pages
        limits = dict(self.limits)
        if self.page_limit_s is not None:
            limits[Stage.TEXT_EXTRACTION] = self.page_limit_s * pages
        seconds = {**self.seconds, Stage.TEXT_EXTRACTION: reading}
        return replace(self, seconds=seconds, limits=limits, spread={**self.spread, Stage.TEXT_EXTRACTION: (reading,)})

    def after_extraction(self, lasted_s: float) -> StageEstimate:
        """Return the estimate for a document whose text took so long to extract.

        Files of one size differ in how much text is in them, which both stages take their time for; and either time
        has other causes too, so half of the difference (of its logarithm) is expected to come again.
        """
        usual_s = self.seconds[Stage.TEXT_EXTRACTION]
        if usual_s <= 0 or lasted_s <= 0:
            return self
        least, most = LENGTH_RANGE
        factor = math.sqrt(min(max(lasted_s / usual_s, least), most))
        spread = self.spread.get(Stage.NLP_PARSING, (self.seconds[Stage.NLP_PARSING],))
        return replace(
            self,
            seconds={**self.seconds, Stage.NLP_PARSING: self.seconds[Stage.NLP_PARSING] * factor},
            spread={**self.spread, Stage.NLP_PARSING: [seconds * factor for seconds in spread]},
        )

    def of_answer(self, characters: int) -> StageEstimate:
        """Return the estimate for an attempt that asks a language model for an answer of so many characters."""
        if self.character_s is None:
            return self
        answering = self.character_s * characters
        return replace(
            self,
            seconds={**self.seconds, Stage.AI_ENHANCEMENT: answering},
            spread={**self.spread, Stage.AI_ENHANCEMENT: (answering,)},
        )

    def remaining_s(self, stage: Stage, percent: float, *, for_s: float = 0.0, silent_s: float = 0.0) -> float:
        """Seconds to the end of the attempt from `percent` of a stage's time, `silent_s` after that was reported.

        The stage has lasted `for_s` seconds: the further it is, the more its own pace counts, and the less that of
        others.
        """
        later = sum(self.seconds[each] for each in ACTIVE_STAGES[ACTIVE_STAGES.index(stage) + 1 :])
        return self._left_s(stage, percent / 100, for_s, silent_s) + later

    def _left_s(self, stage: Stage, done: float, for_s: float, silent_s: float) -> float:
        if done <= 0:
            # Those that took longer than this one has by now tell how long it will still take.
            longer = [seconds for seconds in self.spread.get(stage, (self.seconds[stage],)) if seconds > for_s]
            return median(longer) - for_s if longer else for_s
        own = max((for_s - silent_s) / done - for_s, 0.0)  # it was so far `silent_s` ago
        if stage is Stage.AI_ENHANCEMENT:
            # How long an answer becomes is a guess, and so is the percent.
            others = max(self.seconds[stage] - for_s, 0.0)
            return own * done**2 + others * (1 - done**2)
        others = max(self.seconds[stage] * (1 - done) - silent_s, 0.0)
        return own * done + others * (1 - done) if for_s else others


def estimate(
    samples: Sequence[StageTimes], *, media_type: MediaType, size_bytes: int, lane: Lane | None = None
) -> StageEstimate | None:
    """Estimate by the measured attempts that are nearest in size: the median of each stage.

    Attempts of the same media type if there are any, else of all; with `lane` only of that lane. None without
    measurements.
    """
    of_lane = [sample for sample in samples if lane is None or sample.lane is lane]
    same = [sample for sample in of_lane if sample.media_type is media_type] or of_lane
    if not same:
        return None
    size = math.log(max(size_bytes, 1))
    nearest = sorted(same, key=lambda sample: abs(math.log(max(sample.size_bytes, 1)) - size))[:NEIGHBOURS]
    scans = [sample for sample in nearest if sample.lane is Lane.OCR]
    if lane is None and 2 * len(scans) != len(nearest):
        # A scan or a text: half of one and half of the other is like neither.
        nearest = scans if 2 * len(scans) > len(nearest) else [sample for sample in nearest if sample not in scans]
    asked = _asked(same, size) or _asked(samples, size)
    spread = {stage: sorted(map(_SECONDS[stage], nearest)) for stage in ACTIVE_STAGES}
    if asked:
        spread[Stage.AI_ENHANCEMENT] = sorted(map(_SECONDS[Stage.AI_ENHANCEMENT], asked))
    found = nearest[0].lane
    pages = [sample for sample in of_lane if sample.lane is Lane.OCR and sample.scanned_pages]
    answers = [sample for sample in samples if sample.asked_characters][: 2 * NEIGHBOURS]
    return StageEstimate(
        character_s=median(map(_character_s, answers)) if answers else None,
        seconds={stage: median(spread[stage]) for stage in ACTIVE_STAGES},
        spread=spread,
        limits=_limits(same, [sample for sample in of_lane if sample.lane is found], samples),
        lane=found,
        page_s=median(map(_page_s, pages[: 2 * NEIGHBOURS])) if pages else None,
        page_limit_s=_limit(list(map(_page_s, pages))),
    )


def _asked(samples: Sequence[StageTimes], size: float) -> list[StageTimes]:
    """Return those of the samples nearest in size that asked a language model."""
    asked = [sample for sample in samples if sample.ai_enhancement_s >= LEAST_MODEL_S]
    return sorted(asked, key=lambda sample: abs(math.log(max(sample.size_bytes, 1)) - size))[:NEIGHBOURS]


def _limits(
    same: Sequence[StageTimes], of_lane: Sequence[StageTimes], samples: Sequence[StageTimes]
) -> dict[Stage, float]:
    known: dict[Stage, float] = {}
    for stage in (Stage.TEXT_EXTRACTION, Stage.NLP_PARSING):
        group = same if len(same) >= LEAST_FOR_LIMIT else of_lane
        limit = _limit(list(map(_SECONDS[stage], group)))
        if limit is not None:
            known[stage] = limit
    limit = _limit([each.ai_enhancement_s for each in samples if each.ai_enhancement_s >= LEAST_MODEL_S])
    if limit is not None:
        known[Stage.AI_ENHANCEMENT] = limit
    return known


def _limit(seconds: list[float]) -> float | None:
    if len(seconds) < LEAST_FOR_LIMIT:
        return None
    return sorted(seconds)[math.ceil(LIMIT_QUANTILE * len(seconds)) - 1]


def _page_s(sample: StageTimes) -> float:
    return sample.text_extraction_s / sample.scanned_pages


def _character_s(sample: StageTimes) -> float:
    return sample.ai_enhancement_s / sample.asked_characters


_SECONDS: dict[Stage, Callable[[StageTimes], float]] = {
    Stage.TEXT_EXTRACTION: lambda sample: sample.text_extraction_s,
    Stage.NLP_PARSING: lambda sample: sample.nlp_parsing_s,
    Stage.AI_ENHANCEMENT: lambda sample: sample.ai_enhancement_s,
}


def tempo_of(samples: Sequence[StageTimes]) -> float:
    """Return how much longer than others the latest attempts took: how busy the machine is."""
    newest, others = samples[:TEMPO_SAMPLES], samples[TEMPO_SAMPLES:]
    ratios = []
    for sample in newest:
        known = estimate(others, media_type=sample.media_type, size_bytes=sample.size_bytes)
        if known is None:
            return 1.0
        if sample.scanned_pages:
            known = known.of_scan(sample.scanned_pages)
        expected_s = known.seconds[Stage.TEXT_EXTRACTION] + known.seconds[Stage.NLP_PARSING]
        ratios.append((sample.text_extraction_s + sample.nlp_parsing_s) / max(expected_s, 1e-4))
    low, high = TEMPO_RANGE
    return min(max(median(ratios), low), high) if len(ratios) == TEMPO_SAMPLES else 1.0


def slowed(sample: StageTimes, factor: float) -> StageTimes:
    """Return a sample as of a machine that is slower by a factor."""
    text_s, nlp_s = sample.text_extraction_s * factor, sample.nlp_parsing_s * factor
    return replace(sample, text_extraction_s=text_s, nlp_parsing_s=nlp_s)


def at_tempo(known: StageEstimate, tempo: float) -> StageEstimate:
    """Return the estimate for a machine that is slower or quicker by a factor; a language model is another machine."""
    factor = {stage: 1.0 if stage is Stage.AI_ENHANCEMENT else tempo for stage in ACTIVE_STAGES}
    return replace(
        known,
        seconds={stage: seconds * factor[stage] for stage, seconds in known.seconds.items()},
        spread={stage: [each * factor[stage] for each in values] for stage, values in known.spread.items()},
        page_s=known.page_s and known.page_s * tempo,
    )
