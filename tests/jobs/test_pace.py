"""How time passes by percent is learnt from attempts."""

from __future__ import annotations

import pytest

from resumate_grpc.jobs.pace import LEAST, Pace, Paces
from resumate_grpc.jobs.progress import AttemptProgress
from resumate_grpc.jobs.stage_estimate import StageEstimate
from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import Lane

NLP = Stage.NLP_PARSING


def taught(reached_s: dict[int, float], lasted_s: float, *, times: int = LEAST) -> Pace:
    pace = Pace()
    for _ in range(times):
        pace.note(NLP, reached_s, lasted_s)
    return pace


@pytest.mark.parametrize("percent", [0, 20, 50, 99, 100])
def test_time_passes_evenly_until_enough_was_measured(percent: int) -> None:
    """One slow start teaches nothing."""
    pace = taught({20: 8.0}, 10.0, times=LEAST - 1)
    assert pace.done(NLP, percent) == pytest.approx(percent / 100)


@pytest.mark.parametrize(("percent", "share"), [(0, 0.0), (10, 0.4), (20, 0.8), (60, 0.85), (100, 0.9)])
def test_a_percent_tells_the_share_of_the_time_that_it_took_others(percent: int, share: float) -> None:
    """What was measured counts, and in between what lies between; a stage may go on after its last report."""
    assert taught({0: 0.0, 20: 8.0, 100: 9.0}, 10.0).done(NLP, percent) == pytest.approx(share)


def test_formats_and_lanes_are_kept_apart() -> None:
    """A scan's pages take their time in another way than a text's."""
    paces = Paces()
    for _ in range(LEAST):
        paces.of(MediaType.PDF, Lane.TEXT).note(NLP, {50: 9.0}, 10.0)
    assert paces.of(MediaType.PDF, Lane.TEXT).done(NLP, 50) == pytest.approx(0.9)
    assert paces.of(MediaType.PDF, Lane.OCR).done(NLP, 50) == paces.of(MediaType.TXT, Lane.TEXT).done(NLP, 50) == 0.5


def test_an_attempt_learns_and_teaches() -> None:
    """Three attempts whose time is nearly over at 20 percent: the fourth says so, where it said four fifths before."""
    expected = StageEstimate(seconds={Stage.TEXT_EXTRACTION: 0.0, NLP: 10.0, Stage.AI_ENHANCEMENT: 0.0})
    pace = Pace()
    left = []
    for _ in range(LEAST + 1):
        progress = AttemptProgress(expected, pace=pace)
        for stage, percent, now in ((Stage.TEXT_EXTRACTION, 0, 0.0), (NLP, 0, 0.0), (NLP, 20, 9.0)):
            progress.advance(StageProgress(stage=stage, stage_percent=percent, message=""), now)
        left.append(progress.remaining_s(9.0))
        progress.advance(StageProgress(stage=Stage.AI_ENHANCEMENT, stage_percent=100, message="Skipped"), 10.0)
    assert left[0] is not None
    assert left[0] > 8
    assert left[-1] == pytest.approx(1.0)
