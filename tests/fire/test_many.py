"""Several of each on PostgreSQL, NATS and S3, all of which fail in turn: a part of `python -m tests.fire.many`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fire.many.battle import Outcome
from tests.fire.many.faults import FAULTS
from tests.fire.many.matrix import run_matrix

pytestmark = pytest.mark.slow


async def test_whatever_fails_nothing_accepted_is_lost(tmp_path: Path) -> None:
    """Programs die and stand still, engines go and come back, connections break: every promise is kept."""
    outcomes: list[Outcome] = []
    await run_matrix(tmp_path, FAULTS, few=True, on_outcome=outcomes.append)
    broken = [f"{outcome.fault}: {breach}" for outcome in outcomes for breach in outcome.breaches]
    assert not broken, "\n".join(broken)
    assert [outcome.fault for outcome in outcomes] == [fault.name for fault in FAULTS if fault.few_s is not None]
