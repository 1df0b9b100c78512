"""The arithmetic of progress and of estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.progress import AttemptProgress, StageClock
from resumate_grpc.jobs.stage_estimate import estimate
from resumate_grpc.model.progress import ACTIVE_STAGES, Stage, StageProgress, State
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import Lane, Load, StageTimes


class NoStatistics:
    """Knows nothing."""

    async def stage_times(self, *, limit: int) -> list[StageTimes]:
        return []

    async def waiting_ahead(self, resume_id: str) -> int:
        return 0

    async def places(self) -> Mapping[str, int]:
        return {}

    async def load(self) -> list[Load]:
        return []

    async def counts(self, *, under_way: bool = False) -> dict[State, int]:
        return {}


def sample(size_bytes: int, seconds: float, media_type: MediaType = MediaType.PDF) -> StageTimes:
    return StageTimes(
        media_type=media_type,
        size_bytes=size_bytes,
        page_count=1,
        text_extraction_s=seconds,
        nlp_parsing_s=3 * seconds,
        ai_enhancement_s=0.0,
    )


@given(
    st.lists(st.builds(StageProgress, stage=st.sampled_from(ACTIVE_STAGES), stage_percent=st.integers(-5, 120),
                       message=st.sampled_from(["a", "b"])), max_size=60),
    st.one_of(st.none(), st.floats(0, 100)),
)  # fmt: skip
def test_percents_never_fall(reports: list[StageProgress], seconds: float | None) -> None:
    """Whatever a parser reports, percents stay in range, never fall, and no event repeats the one before."""
    expected = None if seconds is None else estimate([sample(10, seconds)], media_type=MediaType.PDF, size_bytes=10)
    progress = AttemptProgress(expected)
    events = [event for report in reports if (event := progress.advance(report))]
    for before, after in pairwise(events):
        assert before != after
        assert before.percent <= after.percent <= 99
        assert ACTIVE_STAGES.index(before.stage) <= ACTIVE_STAGES.index(after.stage)
        if before.stage is after.stage:
            assert before.stage_percent <= after.stage_percent
    assert all(0 <= event.stage_percent <= 100 for event in events)


def test_stages_count_by_their_measured_share() -> None:
    """A stage that took a quarter of the time here before is worth a quarter of the overall percent."""
    expected = estimate([sample(10, 1.0)], media_type=MediaType.PDF, size_bytes=10)
    event = AttemptProgress(expected).advance(
        StageProgress(stage=Stage.TEXT_EXTRACTION, stage_percent=100, message="Read")
    )
    assert event is not None
    assert event.percent == 25
    assert event.estimated_remaining_s == 3.0


def test_nothing_is_estimated_before_anything_was_measured() -> None:
    """Without measurements there is no estimate, rather than an invented one."""
    assert estimate([], media_type=MediaType.PDF, size_bytes=10) is None
    event = AttemptProgress(None).advance(StageProgress(stage=Stage.NLP_PARSING, stage_percent=50, message=""))
    assert event is not None
    assert event.estimated_remaining_s is None


def test_an_estimate_comes_from_files_of_like_size_and_format() -> None:
    """Nine small files say nothing about a large one if nine large ones were measured too."""
    samples = [sample(1_000, 0.1)] * 9 + [sample(1_000_000, 2.0)] * 9 + [sample(900_000, 50.0, MediaType.DOCX)] * 9
    large = estimate(samples, media_type=MediaType.PDF, size_bytes=800_000)
    other = estimate(samples, media_type=MediaType.TXT, size_bytes=1_000)
    assert large is not None
    assert large.total_s == 8.0
    assert other is not None
    assert other.total_s == 0.4


def test_stage_times_are_what_the_clock_said() -> None:
    """A stage lasts from its first report to the next stage's first."""
    clock = StageClock()
    assert clock.enter(Stage.TEXT_EXTRACTION, 10.0) is None
    assert clock.enter(Stage.TEXT_EXTRACTION, 11.0) is None
    assert clock.enter(Stage.NLP_PARSING, 12.5) == (Stage.TEXT_EXTRACTION, 2.5)
    assert clock.stop(13.0) == (Stage.NLP_PARSING, 0.5)
    times = clock.times(
        media_type=MediaType.PDF, size_bytes=1, page_count=1, lane=Lane.OCR, scanned_pages=1, asked_characters=0
    )
    assert (times.text_extraction_s, times.nlp_parsing_s, times.ai_enhancement_s) == (2.5, 0.5, 0.0)


def scan(pages: int, seconds: float, size_bytes: int) -> StageTimes:
    return replace(
        sample(size_bytes, 0.1), text_extraction_s=seconds, lane=Lane.OCR, scanned_pages=pages, page_count=pages
    )


def test_a_file_of_a_scans_size_is_taken_for_a_scan_until_it_is_known() -> None:
    """Nothing is estimated from half a text and half a scan; pages tell more than bytes once they are known."""
    samples = [sample(4_000, 0.02)] * 9 + [scan(2, 3.0, 400_000)] * 9
    small = estimate(samples, media_type=MediaType.PDF, size_bytes=5_000)
    large = estimate(samples, media_type=MediaType.PDF, size_bytes=300_000)
    assert small is not None
    assert large is not None
    assert (small.lane, large.lane) == (Lane.TEXT, Lane.OCR)
    assert small.seconds[Stage.TEXT_EXTRACTION] == 0.02
    assert large.of_scan(6).seconds[Stage.TEXT_EXTRACTION] == 9.0


def test_the_pace_of_a_stage_corrects_what_others_took() -> None:
    """After three of four pages its own pace counts most; a stage that overstays is expected to last as long again."""
    known = estimate([scan(4, 4.0, 400_000)] * 9, media_type=MediaType.PDF, size_bytes=400_000, lane=Lane.OCR)
    assert known is not None
    later = known.seconds[Stage.NLP_PARSING]
    slow = known.remaining_s(Stage.TEXT_EXTRACTION, 75, for_s=12.0) - later
    assert 0.75 * 4.0 < slow < 4.0
    assert known.remaining_s(Stage.TEXT_EXTRACTION, 0, for_s=1.0) - later == 3.0
    assert known.remaining_s(Stage.TEXT_EXTRACTION, 0, for_s=6.0) - later == 6.0


def test_a_text_that_took_long_to_extract_is_expected_to_take_longer_to_parse() -> None:
    """By half of the difference, within bounds, and only where both are known."""
    known = estimate([sample(1_000, 0.1)] * 9, media_type=MediaType.PDF, size_bytes=1_000)
    assert known is not None
    parsing, usual_s = known.seconds[Stage.NLP_PARSING], known.seconds[Stage.TEXT_EXTRACTION]
    for ratio, factor in ((1.0, 1.0), (2.25, 1.5), (100.0, 2.0), (0.0001, 0.5)):
        later = known.after_extraction(ratio * usual_s)
        assert later.seconds[Stage.NLP_PARSING] == pytest.approx(factor * parsing)
        assert later.spread[Stage.NLP_PARSING] == pytest.approx([factor * parsing] * 9)
    assert known.after_extraction(0.0) is known


def test_the_99th_percentile_is_known_of_twenty_attempts_and_no_fewer() -> None:
    """It is per page for scans."""
    few = estimate([sample(10, 1.0)] * 19, media_type=MediaType.PDF, size_bytes=10)
    many = estimate([sample(10, 1.0)] * 19 + [sample(10, 5.0)], media_type=MediaType.PDF, size_bytes=10)
    scans = estimate([scan(2, 3.0, 10)] * 20, media_type=MediaType.PDF, size_bytes=10, lane=Lane.OCR)
    assert few is not None
    assert many is not None
    assert scans is not None
    assert Stage.TEXT_EXTRACTION not in few.limits
    assert many.limits[Stage.TEXT_EXTRACTION] == 5.0
    assert scans.of_scan(3).limits[Stage.TEXT_EXTRACTION] == 4.5


async def test_a_forecast_counts_the_line_by_what_is_in_it() -> None:
    """Ten texts ahead are a second, one scan ahead is its pages; a scanned PDF waits for OCR too."""
    samples = [sample(4_000, 0.025)] * 9 + [scan(2, 3.0, 400_000)] * 9
    waiting = {"media_type": MediaType.PDF, "asked": False, "at_work": False}
    loads = [
        Load(lane=Lane.TEXT, size_bytes=4_000, count=10, **waiting),  # type: ignore[arg-type]
        Load(lane=Lane.OCR, size_bytes=400_000, count=1, **waiting),  # type: ignore[arg-type]
    ]

    class Known(NoStatistics):
        async def stage_times(self, *, limit: int) -> list[StageTimes]:
            return samples[:limit]

        async def load(self) -> list[Load]:
            return loads

    estimator = Estimator(statistics=Known(), clock=SystemClock(), workers=1)
    text = await estimator.forecast(MediaType.PDF, 4_000)
    assert text(10) == pytest.approx(1.1)
    found = await estimator.forecast(MediaType.PDF, 400_000)
    assert found(10) == pytest.approx(2 * (3.0 + 0.3), rel=0.1)
