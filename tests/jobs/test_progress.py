"""The arithmetic of progress and of estimates."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.jobs.estimates import estimate
from resumate_grpc.jobs.progress import AttemptProgress, StageClock
from resumate_grpc.model.progress import ACTIVE_STAGES, Stage, StageProgress
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import StageTimes


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
    times = clock.times(media_type=MediaType.PDF, size_bytes=1, page_count=1)
    assert (times.text_extraction_s, times.nlp_parsing_s, times.ai_enhancement_s) == (2.5, 0.5, 0.0)
