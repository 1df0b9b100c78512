"""Progress is thinned by a clock that the test holds."""

from __future__ import annotations

from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.sandbox.throttle import BURST, ProgressThrottle


def step(percent: int, stage: Stage = Stage.TEXT_EXTRACTION) -> StageProgress:
    """Make one report."""
    return StageProgress(stage=stage, stage_percent=percent, message="")


class Outlet:
    """A throttle, its clock and what came out of it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sent: list[StageProgress] = []
        self.throttle = ProgressThrottle(self.sent.append, lambda: self.now)

    def flood(self, count: int = BURST * 2) -> None:
        """Report `count` steps in no time."""
        for percent in range(count):
            self.throttle.report(step(percent))


def test_repeats_are_dropped() -> None:
    """A report equal to the last one is no news."""
    outlet = Outlet()
    for _ in range(3):
        outlet.throttle.report(step(1))
    assert outlet.sent == [step(1)]


def test_a_flood_is_cut_and_its_newest_step_kept_for_the_end() -> None:
    """Past the burst only the newest waits; `flush` sends it, once."""
    outlet = Outlet()
    outlet.flood()
    assert len(outlet.sent) == BURST
    outlet.throttle.flush()
    outlet.throttle.flush()
    assert outlet.sent[BURST:] == [step(BURST * 2 - 1)]


def test_after_a_pause_progress_flows_again() -> None:
    """A flood does not silence what comes a moment later."""
    outlet = Outlet()
    outlet.flood()
    outlet.now = 0.1
    outlet.throttle.report(step(99))
    assert outlet.sent[-1] == step(99)


def test_a_new_stage_is_told_at_once_after_the_last_word_of_the_old() -> None:
    """No stage loses its last step, and none starts late."""
    outlet = Outlet()
    outlet.flood()
    outlet.throttle.report(step(0, Stage.NLP_PARSING))
    assert outlet.sent[-2:] == [step(BURST * 2 - 1), step(0, Stage.NLP_PARSING)]
