"""What each way of ending means for the document."""

from __future__ import annotations

import signal

import pytest

from resumate_grpc.errors import ErrorReason
from resumate_grpc.sandbox.exit import Exit
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.verdict import Cause, on_exit
from resumate_grpc.sandbox.wire import EXIT_OUT_OF_MEMORY

LIMITS = Limits(memory_bytes=1000 << 20, cpu_s=7)
SMALL, LARGE = 100 << 20, 900 << 20

EXITS = [
    # exit code, peak RSS, peak RSS when warm, OOM kill seen, cause, reason, retryable
    (EXIT_OUT_OF_MEMORY, SMALL, SMALL, False, Cause.MEMORY, ErrorReason.RESOURCE_LIMIT, False),
    (-signal.SIGKILL, SMALL, SMALL, True, Cause.MEMORY, ErrorReason.RESOURCE_LIMIT, False),
    (-signal.SIGKILL, LARGE, SMALL, False, Cause.CRASHED, ErrorReason.WORKER_LOST, True),
    (-signal.SIGXCPU, SMALL, SMALL, False, Cause.CPU, ErrorReason.RESOURCE_LIMIT, False),
    (-signal.SIGABRT, LARGE, SMALL, False, Cause.MEMORY, ErrorReason.RESOURCE_LIMIT, False),
    (-signal.SIGABRT, SMALL, SMALL, False, Cause.CRASHED, ErrorReason.WORKER_LOST, True),
    # a server of 900 MB makes every child look that large from birth
    (-signal.SIGSEGV, LARGE, LARGE, False, Cause.CRASHED, ErrorReason.WORKER_LOST, True),
    (-signal.SIGSEGV, SMALL, SMALL, True, Cause.CRASHED, ErrorReason.WORKER_LOST, True),
    (0, LARGE, SMALL, False, Cause.CRASHED, ErrorReason.WORKER_LOST, True),
    (None, 0, SMALL, False, Cause.CRASHED, ErrorReason.WORKER_LOST, True),
]


@pytest.mark.parametrize(("code", "peak", "warm_peak", "oom", "cause", "reason", "retryable"), EXITS)
def test_an_exit_is_judged(
    code: int | None, peak: int, warm_peak: int, *, oom: bool, cause: Cause, reason: ErrorReason, retryable: bool
) -> None:
    """Limits are the document's doing and final; other deaths may be nobody's and are worth another try."""
    ended = Exit(code=code, peak_rss_bytes=peak)
    verdict = on_exit(ended, LIMITS, warm_peak_rss_bytes=warm_peak, oom_killed=oom)
    assert (verdict.cause, verdict.error.parse_reason, verdict.error.retryable) == (cause, reason, retryable)


def test_cpu_time_defaults_to_the_wall_clocks() -> None:
    """Without a limit of its own, processor time is bounded by the clock's, rounded up, and never 0."""
    assert Limits(wall_s=1.2).cpu_seconds == 2
    assert Limits(wall_s=0.1).cpu_seconds == 1
    assert Limits(wall_s=60, cpu_s=5).cpu_seconds == 5
