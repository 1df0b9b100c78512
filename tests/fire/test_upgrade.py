"""Every program is replaced in turn under load; `python -m tests.fire.upgrade --old REV` does it with two versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fire.many.battle import Outcome
from tests.fire.many.fleet import Size
from tests.fire.upgrade import ROLES, run_upgrade

pytestmark = pytest.mark.slow


async def test_replacing_each_role_in_turn_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """Servers, workers and bridges, one at a time: every watch goes on, every upload is parsed, each event once."""
    outcomes: list[Outcome] = []
    await run_upgrade(tmp_path, None, size=Size(workers=2), back=False, on_outcome=outcomes.append)
    broken = [f"{outcome.fault}: {breach}" for outcome in outcomes for breach in outcome.breaches]
    assert not broken, "\n".join(broken)
    assert [outcome.fault.partition(":")[0] for outcome in outcomes] == list(ROLES)
