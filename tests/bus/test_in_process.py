"""The bus of one process."""

from __future__ import annotations

import logging

import pytest

from resumate_grpc.bus.in_process import InProcessBus
from resumate_grpc.jobs.ports import WORK, Notice, Removed, Stopped, WorkAvailable
from resumate_grpc.model.work import Target

REMOVED = Removed(owner="local", resume_id="r", batch_id="b")
STOPPED = Stopped(owner="local", resume_id="r")


@pytest.mark.parametrize(
    ("topic", "heard"),
    [
        (WORK, [WorkAvailable(), STOPPED, REMOVED]),
        (Target(owner="local"), [REMOVED]),
        (Target(owner="local", resume_id="r"), [STOPPED, REMOVED]),
        (Target(owner="local", batch_id="b"), [REMOVED]),
        (Target(owner="local", batch_id="c"), []),
        (Target(owner="other", resume_id="r"), []),
    ],
)
def test_a_topic_hears_what_is_its_own(topic: Target, heard: list[Notice]) -> None:
    """A listener gets the notices of its topic, in order, and those of no other owner."""
    bus = InProcessBus()
    got: list[Notice] = []
    unsubscribe = bus.subscribe(topic, got.append)
    for notice in (WorkAvailable(), STOPPED, REMOVED):
        bus.publish(notice)
    unsubscribe()
    bus.publish(REMOVED)
    assert got == heard


def test_a_failing_listener_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """Publishing never raises; the failure is logged."""
    bus = InProcessBus()
    got: list[Notice] = []

    def fail(notice: Notice) -> None:
        raise ValueError(notice)

    bus.subscribe(WORK, fail)
    bus.subscribe(WORK, got.append)
    with caplog.at_level(logging.ERROR):
        bus.publish(WorkAvailable())
    assert got == [WorkAvailable()]
    assert "listener failed" in caplog.text
