"""The arithmetic of progress: what the parser reports → events whose percents never fall, and measured stage times."""

from __future__ import annotations

from resumate_grpc.jobs.pace import Pace
from resumate_grpc.jobs.stage_estimate import StageEstimate
from resumate_grpc.model.progress import ACTIVE_STAGES, ProgressEvent, Stage, StageProgress
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import Lane, NewEvent, StageTimes

__all__ = ["AttemptProgress", "StageClock"]

# Until stage times were measured the two stages that always work count alike.
UNMEASURED_SHARES = {Stage.TEXT_EXTRACTION: 0.5, Stage.NLP_PARSING: 0.5, Stage.AI_ENHANCEMENT: 0.0}
UNMEASURED_MODEL_SHARE = 0.8
"""Of an attempt that asks a model, before one was measured: parsing takes tenths of a second, a model seconds."""
LAST_PERCENT_BEFORE_END = 99
MAX_MESSAGE_CHARACTERS = 500


class AttemptProgress:
    """Overall percent of one attempt, and what remains of it: each stage counts as its share of the expected time.

    `with_model` tells that a language model will be asked; else its stage takes no time, whatever it took others.
    Times are of a clock that never goes back, in seconds; `now` is when the first stage began.
    """

    def __init__(
        self,
        expected: StageEstimate | None,
        *,
        since: ProgressEvent | None = None,
        with_model: bool = False,
        now: float = 0.0,
        pace: Pace | None = None,
    ) -> None:
        """Begin at the attempt's last event `since`, where it is taken up in its middle.

        `pace` is what like files taught of how time passes by percent, and is taught by this one; None = evenly.
        """
        self._with_model = with_model
        self._pace = pace
        self._reached: dict[int, float] | None = {} if since is None else None
        """When the stage reached each percent, in s after it began; None of one that was taken up in its middle."""
        self._expected: StageEstimate | None
        self._expect(expected.with_model(asked=with_model) if expected else None)
        self._stage: Stage | None = None
        self._stage_percent = 0
        self._message = ""
        self._began_at = self._moved_at = now
        self.percent = 0
        self.scanned_pages = 0
        """How many pages of the document OCR reads; 0 until that is known."""
        self.asked_characters = 0
        """How long an answer is expected of the language model; 0 until one is asked."""
        if since is not None and since.stage in ACTIVE_STAGES:
            self._stage, self._stage_percent, self._message = since.stage, since.stage_percent, since.message
            self.percent = since.percent

    def advance(self, report: StageProgress, now: float = 0.0) -> NewEvent | None:
        """Turn a report into an event; None where it tells nothing new or goes back to an earlier stage."""
        if self._stage is not None and ACTIVE_STAGES.index(report.stage) < ACTIVE_STAGES.index(self._stage):
            return None
        entered = report.stage is not self._stage
        floor = 0 if entered else self._stage_percent
        stage_percent = max(floor, min(100, report.stage_percent))
        message = report.message[:MAX_MESSAGE_CHARACTERS]
        if not entered and stage_percent == self._stage_percent and message == self._message:
            return None
        if entered and self._stage is not None:
            self._end_stage(now)
        if entered or stage_percent > self._stage_percent:
            self._moved_at = now
            if self._reached is not None:
                self._reached[stage_percent] = now - self._began_at
        self._stage, self._stage_percent, self._message = report.stage, stage_percent, message
        self.percent = max(self.percent, self._overall())
        return self._event(message, now)

    def scanned(self, pages: int) -> None:
        """Note how many pages OCR reads, which is what the stage takes its time for."""
        if pages != self.scanned_pages and self._expected is not None:
            self._expect(self._expected.of_scan(pages))
        self.scanned_pages = pages

    def asks(self, characters: int) -> None:
        """Note how long an answer is expected of the language model."""
        if characters != self.asked_characters and self._expected is not None:
            self._expect(self._expected.of_answer(characters))
        self.asked_characters = characters

    def overdue(self, message: str, now: float) -> NewEvent:
        """Return the event that says why nothing moves; the next report's own message is news again."""
        self._message = message[:MAX_MESSAGE_CHARACTERS]
        return self._event(self._message, now)

    def remaining_s(self, now: float) -> float | None:
        """Seconds to the attempt's end, as of `now`; None where like attempts were not measured."""
        if self._expected is None:
            return None
        percent = float(self._stage_percent)
        if self._pace is not None and self.stage is not Stage.AI_ENHANCEMENT:
            percent = 100 * self._pace.done(self.stage, self._stage_percent)
        return self._expected.remaining_s(
            self.stage, percent, for_s=now - self._began_at, silent_s=now - self._moved_at
        )

    @property
    def limit_s(self) -> float | None:
        """Seconds that 99 of 100 like attempts need for the stage at most; None where too few were measured."""
        return self._expected.limits.get(self.stage) if self._expected else None

    @property
    def stage(self) -> Stage:
        """The stage that the attempt is in."""
        return self._stage or Stage.TEXT_EXTRACTION

    def _end_stage(self, now: float) -> None:
        if self._pace is not None and self._reached is not None:
            self._pace.note(self.stage, self._reached, now - self._began_at)
        is_text = self.stage is Stage.TEXT_EXTRACTION and not self.scanned_pages and self._reached is not None
        if is_text and self._expected is not None:
            # Not by `_expect`: percents go on as they were promised.
            self._expected = self._expected.after_extraction(now - self._began_at)
        self._reached = {}
        self._began_at = now

    def _expect(self, expected: StageEstimate | None) -> None:
        self._expected = expected
        self._shares = _shares(expected, with_model=self._with_model)

    def _event(self, message: str, now: float) -> NewEvent:
        return NewEvent(
            stage=self.stage,
            stage_percent=self._stage_percent,
            percent=self.percent,
            message=message,
            estimated_remaining_s=self.remaining_s(now),
        )

    def _overall(self) -> int:
        index = ACTIVE_STAGES.index(self.stage)
        done = sum(self._shares[earlier] for earlier in ACTIVE_STAGES[:index])
        here = self._shares[self.stage] * self._stage_percent / 100
        return min(LAST_PERCENT_BEFORE_END, int(100 * (done + here)))


def _shares(expected: StageEstimate | None, *, with_model: bool) -> dict[Stage, float]:
    known = expected is not None and expected.total_s > 0
    shares = dict(UNMEASURED_SHARES)
    if expected is not None and known:
        shares = {stage: seconds / expected.total_s for stage, seconds in expected.seconds.items()}
    if with_model and not shares[Stage.AI_ENHANCEMENT]:
        shares = {stage: share * (1 - UNMEASURED_MODEL_SHARE) for stage, share in shares.items()}
        shares[Stage.AI_ENHANCEMENT] = UNMEASURED_MODEL_SHARE
    return shares


class StageClock:
    """Measures the stages of one attempt: a stage lasts from its first report to the next stage's first."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._since = 0.0
        self._seconds = dict.fromkeys(ACTIVE_STAGES, 0.0)

    def enter(self, stage: Stage, now: float) -> tuple[Stage, float] | None:
        """Note that `stage` reports at `now` (monotonic s); returns the stage that ended by it and its seconds."""
        if stage is self._stage:
            return None
        ended = self.stop(now)
        self._stage, self._since = stage, now
        return ended

    def stop(self, now: float) -> tuple[Stage, float] | None:
        """End the running stage; returns it and its seconds, None if none runs."""
        if self._stage is None:
            return None
        stage, seconds = self._stage, now - self._since
        self._seconds[stage] += seconds
        self._stage = None
        return stage, seconds

    def times(
        self,
        *,
        media_type: MediaType,
        size_bytes: int,
        page_count: int,
        lane: Lane,
        scanned_pages: int,
        asked_characters: int,
    ) -> StageTimes:
        """Return what was measured, in seconds."""
        return StageTimes(
            lane=lane,
            scanned_pages=scanned_pages,
            asked_characters=asked_characters,
            media_type=media_type,
            size_bytes=size_bytes,
            page_count=page_count,
            text_extraction_s=self._seconds[Stage.TEXT_EXTRACTION],
            nlp_parsing_s=self._seconds[Stage.NLP_PARSING],
            ai_enhancement_s=self._seconds[Stage.AI_ENHANCEMENT],
        )
