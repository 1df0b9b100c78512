"""Bytes that no client sends, at every rpc; `python -m tests.fire.fuzz --calls 100000` sends more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fire.fuzz import METHODS, fuzz


@pytest.mark.slow
async def test_no_bytes_bring_out_a_fault_or_harm_anybody(tmp_path: Path) -> None:
    """Each request is done or refused for a reason, the server lives, and a bystander's watch sees all of it."""
    found = await fuzz(tmp_path, calls=2600, seed=1)
    assert not found.faults, "\n".join(found.faults[:5])
    assert found.answers.keys() == {method.name for method in METHODS}
    for name, answers in found.answers.items():
        assert answers["INVALID_ARGUMENT"], f"{name} refused nothing: the requests are too tame"
