"""Measure what a failpoint costs that is not armed: `python benchmarks/failpoints.py`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from report import print_machine, print_table

from resumate_grpc import failpoints
from resumate_grpc.model.progress import ProgressEvent, Stage, State
from resumate_grpc.rpc.codec_progress import encode_event

ROUNDS = 21
CALLS = 100_000
EVENT_CALLS = 5_000
EVENT = ProgressEvent(
    resume_id="0198c5e4-9a3b-7c1d-8e2f-1a2b3c4d5e6f",
    owner="local",
    batch_id="",
    sequence=7,
    feed_sequence=70,
    attempt=1,
    stage=Stage.NLP_PARSING,
    stage_percent=40,
    percent=70,
    message="Reading work experience",
    state=State.PROCESSING,
    create_time=datetime.now(UTC),
    digest=bytes(32),
)


def empty() -> None:
    """Do nothing, in nobody's name."""


def call_nothing(calls: int) -> None:
    """Call the shortest function that there is."""
    for _ in range(calls):
        empty()


def hit(calls: int) -> None:
    """Come by a failpoint."""
    for _ in range(calls):
        failpoints.hit("watch.before-send")


def encode(calls: int) -> None:
    """Serialise an event, which is the cheapest thing that a failpoint stands beside."""
    for _ in range(calls):
        encode_event(EVENT, epoch="e").SerializeToString()


def nanoseconds(run: Callable[[int], None], calls: int) -> float:
    """Return the median time of one call."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        run(calls)
        times.append((time.perf_counter() - started) / calls * 1e9)
    return median(times)


def main() -> None:
    """Print the table."""
    print_machine()
    bare, ours, event = nanoseconds(call_nothing, CALLS), nanoseconds(hit, CALLS), nanoseconds(encode, EVENT_CALLS)
    rows = [
        ["an empty function", f"{bare:.0f}", f"{bare / event:.1%}"],
        ["a failpoint, none armed", f"{ours:.0f}", f"{ours / event:.1%}"],
        ["an event's serialisation", f"{event:.0f}", ""],
    ]
    print_table("one call", ["ns", "of an event"], rows)


if __name__ == "__main__":
    main()
