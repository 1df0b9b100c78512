"""The kill matrix, one cell of each kind; `python -m tests.fire.matrix` runs them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fire.cells import CELLS, FEW, Cell
from tests.fire.matrix import Outcome, run_matrix

pytestmark = pytest.mark.slow
ALL_IN_ONE = tuple(
    cell
    for cell in CELLS
    if (cell.place, cell.nth, cell.action)
    in {("upload.after-commit", 2, "kill"), ("attempt.committed", 4, "kill"), ("bridge.before-send", 4, "term")}
)


async def fought(folder: Path, cells: tuple[Cell, ...], *, all_in_one: bool) -> None:
    outcomes: list[Outcome] = []
    await run_matrix(folder, cells, all_in_one=all_in_one, on_outcome=outcomes.append)
    broken = [f"{outcome.cell}: {breach}" for outcome in outcomes for breach in outcome.breaches]
    assert not broken, "\n".join(broken)
    assert len(outcomes) == len(cells)


async def test_whatever_dies_no_watcher_is_told_a_lie(tmp_path: Path) -> None:
    """Server, worker, parsing process and bridge, killed, stopped past the lease and ended, at the worst places."""
    await fought(tmp_path, FEW, all_in_one=False)


async def test_all_in_one_dies_as_well(tmp_path: Path) -> None:
    """`resumate serve` takes server, worker and bridge along when it dies, and all of them come back."""
    await fought(tmp_path, ALL_IN_ONE, all_in_one=True)
