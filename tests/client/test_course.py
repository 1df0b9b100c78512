"""Which messages a watch passes on: numbers alone decide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.client import State
from resumate_grpc.client.course import Course, HoleError
from resumate_grpc.client.target import Target
from tests.scripted_server import EPOCH, ID, event, heartbeat

ONE = Target(resume_id=ID)
FEED = Target()


def course(target: Target = ONE, *, after: int = 0) -> Course:
    return Course(target, after=after, epoch="")


def test_next_passes_and_repeats_do_not() -> None:
    """The next event passes, one that was seen before does not."""
    watched = course()
    assert [watched.take(event(number)) for number in (1, 2, 2, 1, 3)] == [True, True, False, False, True]
    assert (watched.position, watched.epoch) == (3, EPOCH)


@pytest.mark.parametrize("update", [event(5), heartbeat(4)], ids=["an event beyond the next", "a heartbeat ahead"])
def test_missing_event_of_a_resume_is_noticed(update: object) -> None:
    """A résumé's numbers have no holes and its heartbeats are not ahead, so either shows that something is missing."""
    watched = course(after=3)
    with pytest.raises(HoleError):
        watched.take(update)  # type: ignore[arg-type]
    assert watched.position == 3


def test_feed_has_holes_of_its_own() -> None:
    """A feed from which a résumé was deleted goes on after the hole; a heartbeat ahead of it is noticed there too."""
    watched = course(FEED)
    assert watched.take(event(4))
    assert watched.take(event(9))
    with pytest.raises(HoleError):
        watched.take(heartbeat(10))


def test_end_of_the_stream_is_the_end_after_a_terminal_event_alone() -> None:
    """A stream that ends with OK in the middle of an attempt was cut; after the terminal event it has said all."""
    watched = course()
    ends = [watched.at_end]
    for update in (event(1), event(2, state=State.STATE_SUCCEEDED)):
        watched.take(update)
        ends.append(watched.at_end)
    assert ends == [False, False, True]
    assert [course().may_be_after_end, watched.may_be_after_end, course(FEED).at_end] == [True, False, False]


@given(st.lists(st.integers(1, 12), max_size=60))
def test_whatever_comes_each_event_passes_once_and_in_order(numbers: list[int]) -> None:
    """Lost, repeated and reordered events, over any number of calls: what passes is 1, 2, 3 and so on."""
    watched, passed = course(), []
    for number in numbers:
        try:
            if watched.take(event(number)):
                passed.append(number)
        except HoleError:
            watched.begin()
    assert passed == list(range(1, len(passed) + 1))
