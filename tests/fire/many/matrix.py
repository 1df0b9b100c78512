"""Faults one after the other, on one fleet and one database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tests.fire.many.battle import SLOWLY, Outcome, battling
from tests.fire.many.engines import running_engines
from tests.fire.many.faults import Fault, Field
from tests.fire.many.fleet import of_workers, running_fleet
from tests.fire.recording import Recorder

__all__ = ["run_matrix"]


async def run_matrix(
    folder: Path, faults: Sequence[Fault], *, few: bool, on_outcome: Callable[[Outcome], None]
) -> None:
    """Run them; `folder` keeps recording and logs.

    `few` leaves out what a test run has no time for, and has the checker judge once, at the end; it reads everything.
    """
    recorder = Recorder(folder / "recording.jsonl")
    fleet = None
    try:
        async with (
            running_engines(folder / "engines") as engines,
            running_fleet(folder / "programs", engines, env_of=of_workers(SLOWLY)) as fleet,
            battling(Field(fleet=fleet, engines=engines), recorder) as battle,
        ):
            struck = [(fault, fault.few_s if few else fault.all_s) for fault in faults]
            rounds = [(fault, seconds) for fault, seconds in struck if seconds is not None]
            for number, (fault, seconds) in enumerate(rounds, start=1):
                outcome = await battle.fight(fault, seconds)
                if not few or number == len(rounds):
                    outcome = replace(outcome, breaches=[*outcome.breaches, *await battle.judged()])
                on_outcome(outcome)
    finally:
        recorder.close()
        if fleet is not None:
            (folder / "processes.log").write_text(fleet.logs(), encoding="utf-8")
