"""How long a résumé will take, from how long others took here and what stands in line before it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from resumate_grpc.jobs.pace import Paces
from resumate_grpc.jobs.ports import Clock, Expectation, Forecast, Statistics, unforeseen
from resumate_grpc.jobs.stage_estimate import TEMPO_SAMPLES, StageEstimate, at_tempo, estimate, slowed, tempo_of
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import PICTURES, MediaType, ParseOptions
from resumate_grpc.model.work import Lane, Load, StageTimes

__all__ = ["Estimator"]

SAMPLES_PER_MEDIA_TYPE = 200
REFRESH_S = 2.0
LINES_REFRESH_S = 0.25
LOOK_S = 0.05
"""What finding out that a PDF is a scan takes of the lane of texts."""
SIZE_STEPS = 5
"""Sizes that differ by less than e^(1/5) are estimated alike, once."""
ENDINGS = 20


class Estimator:
    """Keeps the latest measurements at hand; reads them again at most every 2 s, and the queue every quarter second.

    `workers` and `ocr_workers` are how many attempts go on at once in the lanes, as far as this process knows.
    """

    def __init__(self, *, statistics: Statistics, clock: Clock, workers: int, ocr_workers: int = 1) -> None:
        self._statistics = statistics
        self._clock = clock
        self._workers = {Lane.TEXT: max(workers, 1), Lane.OCR: max(ocr_workers, 1)}
        self._samples: Sequence[StageTimes] = ()
        self._tempo = dict.fromkeys(Lane, 1.0)
        self._known: dict[tuple[MediaType, int, Lane | None], StageEstimate | None] = {}
        self._read_at: float | None = None
        self._lines = {lane: _Line() for lane in Lane}
        self._lines_read_at: float | None = None
        self._endings: deque[float] = deque(maxlen=ENDINGS)
        self.paces = Paces()
        """How time passes by percent, as the attempts of this process found it."""

    @property
    def ending_s(self) -> float | None:
        """Seconds from an attempt's last event before its terminal one to that one; None before any was measured."""
        return median(self._endings) if self._endings else None

    def note_ending(self, seconds: float) -> None:
        """Take the measure of one more ending."""
        self._endings.append(seconds)

    async def attempt(
        self, media_type: MediaType, size_bytes: int, *, lane: Lane | None = None
    ) -> StageEstimate | None:
        """Estimate the stages of one attempt, without waiting; None of `lane` where that is not known yet."""
        await self._refresh()
        return self._attempt(media_type, size_bytes, lane)

    async def expectation(self, lane: Lane, *, with_model: bool) -> Expectation:
        """Return what tells how long an attempt takes that is begun in a lane."""
        await self._refresh_lines()

        def expected(media_type: MediaType, size_bytes: int, options: ParseOptions) -> float | None:
            own = self._attempt(media_type, size_bytes, Lane.OCR if lane is Lane.OCR else None)
            known = own and own.with_model(asked=with_model and options.ai_enhancement)
            if known is None:
                return None
            if known.lane is lane:
                return known.total_s + (self.ending_s or 0.0)
            return max(known.total_s, self._lines[known.lane].wait_s())  # it is expected there already

        return expected

    async def forecast(
        self, media_type: MediaType, size_bytes: int, *, asked: bool = False, joins: bool = False
    ) -> Forecast:
        """Return what tells how long a file takes by how many are ahead: those over all workers, then its own time.

        A PDF that is a scan, by what files of its size were, waits once more, for OCR. `asked` tells that a language
        model is to improve the result, which counts where any was asked here before; `joins` that it is about to join
        the line.
        """
        own = await self.attempt(media_type, size_bytes)
        if own is None:
            return unforeseen
        await self._refresh_lines()
        own_s = _total_s(own, asked=asked) + (self.ending_s or 0.0)
        first = Lane.OCR if media_type in PICTURES else Lane.TEXT
        later_s = self._lines[own.lane].wait_s() if own.lane is not first else 0.0
        line = replace(self._lines[first])
        if joins:  # the next who asks sees it in line, though the line was read before
            self._join(first, own, asked=asked, count=1, at_work=False)
        # The two waits overlap: the line of scans grows shorter while this one waits for the first look at it.
        return lambda ahead: max(line.wait_s(ahead), later_s) + own_s

    async def waiting_for(self, lane: Lane, media_type: MediaType, size_bytes: int, *, asked: bool) -> float:
        """Return how long a file that is about to be handed over to a lane will wait there, in seconds."""
        await self._refresh_lines()
        own = self._attempt(media_type, size_bytes, None)
        # If it was taken for what it is, by its size, it is expected there already.
        itself_s = _total_s(own, asked=asked) if own and own.lane is lane else 0.0
        return max(0.0, self._lines[lane].wait_s() - itself_s / self._workers[lane])

    async def waiting_ahead(self, resume_id: str) -> int:
        """Return how many will be taken up before this résumé."""
        return await self._statistics.waiting_ahead(resume_id)

    def _attempt(self, media_type: MediaType, size_bytes: int, lane: Lane | None) -> StageEstimate | None:
        key = media_type, round(SIZE_STEPS * math.log(max(size_bytes, 1))), lane
        if key not in self._known:
            own = estimate(self._samples, media_type=media_type, size_bytes=size_bytes, lane=lane)
            self._known[key] = own and at_tempo(own, self._tempo[own.lane])
        return self._known[key]

    async def _refresh(self) -> None:
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at >= REFRESH_S:
            self._read_at = now
            self._learn(await self._statistics.stage_times(limit=SAMPLES_PER_MEDIA_TYPE))

    def _learn(self, samples: Sequence[StageTimes]) -> None:
        known: list[StageTimes] = []
        for lane in Lane:
            of_lane = [sample for sample in samples if sample.lane is lane]
            tempo = self._tempo[lane] = tempo_of(of_lane[:SAMPLES_PER_MEDIA_TYPE])
            # At the usual tempo: what they were slower by is multiplied in again, for them and all others alike.
            known += [slowed(sample, 1 / tempo) for sample in of_lane[:TEMPO_SAMPLES]] + of_lane[TEMPO_SAMPLES:]
        self._samples = known
        self._known = {}

    async def _refresh_lines(self) -> None:
        await self._refresh()
        now = self._clock.monotonic()
        if self._lines_read_at is None or now - self._lines_read_at >= LINES_REFRESH_S:
            self._lines_read_at = now
            self._line_up(await self._statistics.load())

    def _line_up(self, loads: Sequence[Load]) -> None:
        self._lines = {lane: _Line(workers=workers) for lane, workers in self._workers.items()}
        for load in loads:
            own = self._attempt(load.media_type, load.size_bytes, Lane.OCR if load.lane is Lane.OCR else None)
            if own is not None:
                self._join(load.lane, own, asked=load.asked, count=load.count, at_work=load.at_work)

    def _join(self, lane: Lane, own: StageEstimate, *, asked: bool, count: int, at_work: bool) -> None:
        """Add work to a line; a PDF in the lane of texts that is a scan will be work for the other."""
        line, seconds = self._lines[lane], _total_s(own, asked=asked) * count
        if own.lane is not lane:
            self._lines[own.lane].waiting += count
            self._lines[own.lane].waiting_s += seconds
            seconds = LOOK_S * count
        if at_work:
            line.running += count
            line.running_s += seconds
        else:
            line.waiting += count
            line.waiting_s += seconds


@dataclass(kw_only=True, slots=True)
class _Line:
    """What waits and runs in a lane: how many, and the seconds that they take one after the other."""

    workers: int = 1
    waiting: int = 0
    waiting_s: float = 0.0
    running: int = 0
    running_s: float = 0.0

    def wait_s(self, ahead: int | None = None) -> float:
        """Return how long it takes until a worker is free for what has so many ahead of it; None = all that wait."""
        workers = max(self.workers, self.running)
        # Who is ahead is told by the line itself; how long they take, by those that were in it when it was read.
        waiting = self.waiting if ahead is None else min(ahead, self.waiting)
        waiting_s = waiting * self.waiting_s / max(self.waiting, 1)
        if not waiting_s and self.running < workers:
            return 0.0
        return (waiting_s + self.running_s / 2) / workers  # those at work are half done on average


def _total_s(own: StageEstimate, *, asked: bool) -> float:
    return own.total_s - (0.0 if asked else own.seconds[Stage.AI_ENHANCEMENT])
