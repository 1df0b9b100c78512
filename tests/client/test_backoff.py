"""Pauses between tries."""

from __future__ import annotations

from resumate_grpc.client.backoff import Backoff, Reconnection

PLAN = Reconnection(first_s=0.2, most_s=15, patience_s=60)


class Clock:
    """Shows what the test says."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_pauses_grow_with_full_jitter() -> None:
    """The pause after each failure is drawn from nothing to twice the last one's reach, up to the most."""
    longest = Backoff(PLAN, clock=Clock(), chance=lambda: 1.0)
    assert [longest.pause_s() for _ in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15]
    shortest = Backoff(PLAN, clock=Clock(), chance=lambda: 0.0)
    assert [shortest.pause_s() for _ in range(8)] == [0] * 8


def test_pause_is_never_shorter_than_asked() -> None:
    """What the server asked for comes on top."""
    backoff = Backoff(PLAN, clock=Clock(), chance=lambda: 0.5)
    assert backoff.pause_s(3.0) == 3.1


def test_sign_of_life_starts_over() -> None:
    """After a sign of life pauses are short and patience is whole again."""
    clock = Clock()
    backoff = Backoff(PLAN, clock=clock, chance=lambda: 1.0)
    backoff.pause_s()
    backoff.pause_s()
    clock.now += 59
    assert not backoff.exhausted
    backoff.heard()
    clock.now += 59
    assert not backoff.exhausted
    assert backoff.pause_s() == 0.2
    clock.now += 1
    assert backoff.exhausted


def test_without_limit_it_never_gives_up() -> None:
    """With patience None there is no end, and thousands of failures overflow nothing."""
    clock = Clock()
    backoff = Backoff(Reconnection(patience_s=None), clock=clock, chance=lambda: 1.0)
    clock.now += 1e9
    assert max(backoff.pause_s() for _ in range(5000)) == 15
    assert not backoff.exhausted


def test_impatient_with_what_never_answered() -> None:
    """Where it does not wait for a first sign of life, it gives up at once."""
    backoff = Backoff(Reconnection(waits_for_first=False), clock=Clock())
    assert backoff.exhausted
    backoff.heard()
    assert not backoff.exhausted
