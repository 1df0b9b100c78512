"""Bytes that no client sends, at every rpc and WebSocket; `tests.fire.fuzz` and `tests.fire.fuzz_sockets` send more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fire.fuzz import METHODS, fuzz
from tests.fire.fuzz_sockets import fuzz_sockets


@pytest.mark.slow
async def test_no_bytes_bring_out_a_fault_or_harm_anybody(tmp_path: Path) -> None:
    """Each request is done or refused for a reason, the server lives, and a bystander's watch sees all of it."""
    found = await fuzz(tmp_path, calls=2600, seed=1)
    assert not found.faults, "\n".join(found.faults[:5])
    assert found.answers.keys() == {method.name for method in METHODS}
    for name, answers in found.answers.items():
        assert answers["INVALID_ARGUMENT"], f"{name} refused nothing: the requests are too tame"


@pytest.mark.slow
async def test_no_frames_bring_out_a_fault_or_harm_anybody(tmp_path: Path) -> None:
    """Each socket is served or closed by the book, nothing stays behind it, and a bystander's watch sees all of it."""
    found = await fuzz_sockets(tmp_path, sockets=500, seed=1)
    assert not found.faults, "\n".join(found.faults[:5])
    for ending in (1000, 1002, 1007, 4400):
        assert found.endings[f"closed {ending}"], f"nothing was closed with {ending}: the frames are too tame"
    for frame in ("progress_update", "heartbeat", "pong"):
        assert found.frames[frame], f"no {frame} was sent: the frames are too wild"
    # A few of each in five hundred sockets; how many depends on which lane draws which frame.
    refused = found.frames["error"] + found.endings["closed 4404"] + found.endings["closed 4409"]
    assert refused, "nothing well-formed was refused: the frames are too wild"
