"""One timer for all: alarms ring when they are due, once, and only for who still waits."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.jobs.pulse import TICK_S, Pulse
from tests.store.conftest import ManualClock


class Sleeper:
    """Counts how often it was rung."""

    def __init__(self) -> None:
        self.alarm = 0
        self.rung = 0

    def ring(self) -> None:
        self.rung += 1


class ManualLoop(asyncio.SelectorEventLoop):
    """Its time is a manual clock's."""

    def __init__(self, clock: ManualClock) -> None:
        self._manual = clock
        super().__init__()

    def time(self) -> float:
        return self._manual.monotonic()


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(("set", "cancel", "pass")), st.floats(0.0, 3.0)), max_size=40
    )
)
def test_alarms_ring_in_time(steps: list[tuple[int, str, float]]) -> None:
    """Once each, a tick before they are due at the earliest; the first of several counts, cancelled ones do not."""
    clock = ManualClock()
    loop = ManualLoop(clock)
    sleepers = [Sleeper() for _ in range(5)]
    due: dict[int, float] = {}

    async def turn() -> None:
        for _ in range(3):
            await asyncio.sleep(0)

    async def play() -> None:
        pulse = Pulse(clock)
        for index, action, seconds in steps:
            sleeper = sleepers[index]
            if action == "set":
                pulse.set(sleeper, clock.monotonic() + seconds)
                due[index] = min(due.get(index, 1e9), clock.monotonic() + seconds)
            elif action == "cancel":
                pulse.cancel(sleeper)
                due.pop(index, None)
            else:
                clock.advance(seconds)
                await turn()
            for number, one in enumerate(sleepers):
                if one.rung:
                    assert one.rung == 1
                    assert clock.monotonic() >= due.pop(number) - TICK_S - 1e-6
                    one.rung = 0
            assert all(when > clock.monotonic() - 2 * TICK_S - 0.001 for when in due.values()), "one overslept"
            assert len(pulse) == len(due)

    try:
        loop.run_until_complete(play())
    finally:
        loop.close()
