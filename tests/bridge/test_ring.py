from __future__ import annotations

from typing import Any, cast

import pytest
from aiohttp import WSMsgType
from aiohttp.http_websocket import WebSocketWriter
from hypothesis import given
from hypothesis import strategies as st
from resumate_bridge.frames import Frame
from resumate_bridge.ring import Ring


def frame(position: int, size: int = 10) -> Frame:
    return Frame(position=position, is_terminal=False, body={"sequence": position, "status": "x" * size})


def filled(positions: list[int], *, max_frames: int = 4, max_bytes: int = 10_000, size: int = 10) -> Ring:
    ring = Ring(low=0, max_frames=max_frames, max_bytes=max_bytes)
    for position in positions:
        ring.append(frame(position, size))
    return ring


@given(
    steps=st.lists(st.integers(1, 3), max_size=30),
    max_frames=st.integers(1, 10),
    max_bytes=st.integers(1, 1500),
    asked=st.integers(0, 100),
)
def test_a_ring_gives_all_or_says_that_it_cannot(steps: list[int], max_frames: int, max_bytes: int, asked: int) -> None:
    """Whatever its bounds and the holes between numbers, it never gives a part of what comes after a position."""
    positions = [sum(steps[: index + 1]) for index in range(len(steps))]
    given_back = filled(positions, max_frames=max_frames, max_bytes=max_bytes).after(asked)
    if given_back is not None:
        assert [item.position for item in given_back] == [position for position in positions if position > asked]


@given(steps=st.lists(st.integers(1, 3), min_size=1, max_size=30), max_frames=st.integers(1, 10))
def test_a_ring_holds_the_newest(steps: list[int], max_frames: int) -> None:
    """Who is at most as many frames behind as it holds is served from it."""
    positions = [0, *(sum(steps[: index + 1]) for index in range(len(steps)))]
    ring = filled(positions[1:], max_frames=max_frames)
    behind = min(max_frames, len(steps))
    newest = ring.after(positions[-1 - behind])
    assert newest is not None
    assert len(newest) == behind


def test_repeats_are_dropped() -> None:
    """A frame that was there before is not added again."""
    ring = filled([1, 2, 2, 1, 3])
    assert [item.position for item in ring.after(0) or []] == [1, 2, 3]
    assert not ring.append(frame(3))


def test_bytes_are_bounded_but_the_newest_is_held() -> None:
    """A frame larger than the whole bound is still given to who waits for it."""
    ring = filled([1, 2, 3], max_bytes=100, size=5000)
    assert (ring.low, ring.high) == (2, 3)
    assert [item.position for item in ring.after(2) or []] == [3]
    assert ring.after(1) is None


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 200_000])
def test_a_frame_is_framed_as_rfc6455_says(size: int) -> None:
    """One final text frame, unmasked, its length in the shortest form; aiohttp's own writer makes the same bytes."""
    payload = b"x" * size
    frame = Frame(position=1, is_terminal=False, body={})
    frame.__dict__["payload"] = payload

    class Wire:
        """Keeps what a writer writes."""

        def __init__(self) -> None:
            self.written = b""

        def write(self, data: bytes) -> None:
            self.written += bytes(data)

        def is_closing(self) -> bool:
            return False

    wire = Wire()
    WebSocketWriter(cast("Any", None), cast("Any", wire))._write_websocket_frame(payload, WSMsgType.TEXT, 0)  # noqa: SLF001
    assert frame.wire == wire.written
