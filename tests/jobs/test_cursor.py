"""The joining of history and live events."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.jobs.cursor import Cursor
from resumate_grpc.model.progress import ProgressEvent, Stage, State
from resumate_grpc.model.work import Target

FEED = Target(owner="local")
BATCH = Target(owner="local", batch_id="b")
RESUME = Target(owner="local", resume_id="r")


def event(number: int, *, batch_id: str = "") -> ProgressEvent:
    return ProgressEvent(
        resume_id="r",
        owner="local",
        batch_id=batch_id,
        sequence=number,
        feed_sequence=number,
        attempt=1,
        stage=Stage.NLP_PARSING,
        stage_percent=0,
        percent=0,
        message="",
        state=State.PROCESSING,
        create_time=datetime(2026, 1, 1, tzinfo=UTC),
        digest=number.to_bytes(32),
    )


@pytest.mark.parametrize(
    ("number", "verdict"),
    [(1, False), (5, False), (6, True), (7, None), (900, None)],
)
def test_a_live_event_is_judged_by_its_number(number: int, verdict: bool | None) -> None:  # noqa: FBT001
    """The next number passes, an old one is dropped, one beyond a hole sends the watcher to the log."""
    assert Cursor(RESUME, after=5).live(event(number)) is verdict


def test_a_batch_notices_a_hole_made_by_another_batch() -> None:
    """A missing feed number may have been the batch's own, so it counts as a hole."""
    cursor = Cursor(BATCH, after=5)
    assert cursor.live(event(6, batch_id="other")) is False
    assert cursor.live(event(7, batch_id="b")) is True
    assert cursor.live(event(9, batch_id="b")) is None
    assert cursor.sent == 7


def test_a_heartbeat_position_is_never_ahead_of_what_was_sent() -> None:
    """Events of others move what was reached, not what was sent."""
    cursor = Cursor(BATCH, after=0)
    cursor.history([event(3, batch_id="b")], complete_to=10)
    assert (cursor.sent, cursor.reached) == (3, 10)


@given(
    total=st.integers(1, 60),
    after=st.integers(0, 60),
    steps=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=120),
    target=st.sampled_from([RESUME, FEED, BATCH]),
)
def test_every_event_passes_once_and_in_order(
    total: int, after: int, steps: list[tuple[int, int]], target: Target
) -> None:
    """However the bus loses, repeats and reorders, the watcher gets each event after its position once, in order."""
    after = min(after, total)
    log = [event(number, batch_id="b" if number % 3 else "") for number in range(1, total + 1)]
    wanted = [e for e in log[after:] if not target.batch_id or e.batch_id == "b"]
    cursor = Cursor(target, after=after)
    seen: list[ProgressEvent] = []
    committed = after
    for live, more in steps:
        committed = min(total, max(committed, more))
        if live > committed:
            continue  # the bus cannot carry what was not committed
        verdict = cursor.live(log[live - 1])
        if verdict is None:
            seen += cursor.history(log[cursor.reached : committed], complete_to=committed)
        elif verdict:
            seen.append(log[live - 1])
    seen += cursor.history(log[cursor.reached :], complete_to=total)
    assert seen == wanted
    assert cursor.reached == total
