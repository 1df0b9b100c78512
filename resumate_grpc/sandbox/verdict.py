"""What a broken worker means for its document: one place that turns deaths and faults into `ParsingError`."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import Enum

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.sandbox.exit import Exit
from resumate_grpc.sandbox.limits import MIB, Limits
from resumate_grpc.sandbox.wire import EXIT_OUT_OF_MEMORY

__all__ = ["Cause", "Verdict", "on_exit", "on_fault", "on_output", "on_parser_bug", "on_timeout", "on_unavailable"]

CRASH_SIGNALS = frozenset({signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP})


class Cause(Enum):
    """Why a worker process was replaced; the value is the metric's label."""

    CANCELLED = "cancelled"
    CPU = "cpu"
    CRASHED = "crashed"
    MEMORY = "memory"
    OUTPUT = "output"
    PROTOCOL = "protocol"
    RETIRED = "retired"
    START_FAILED = "start_failed"
    TIMEOUT = "timeout"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Why the process is replaced, and what its document is told."""

    cause: Cause
    error: ParsingError


def on_exit(ended: Exit, limits: Limits, *, warm_peak_rss_bytes: int, oom_killed: bool) -> Verdict:
    """Judge a process that ended by itself while it had a document.

    `warm_peak_rss_bytes` is its peak resident memory before the first document; `oom_killed` whether the kernel
    killed for want of memory meanwhile.
    """
    if ended.code == EXIT_OUT_OF_MEMORY or (ended.code == -signal.SIGKILL and oom_killed):
        return _over_memory(limits)
    if ended.code == -signal.SIGXCPU:
        return _resource(Cause.CPU, f"this document needs more than {limits.cpu_seconds} s of processor time")
    # C libraries answer a refused allocation with a crash; only a process that had grown large is taken for one.
    grown = ended.peak_rss_bytes > max(warm_peak_rss_bytes, limits.memory_bytes // 2)
    if ended.code is not None and -ended.code in CRASH_SIGNALS and grown:
        return _over_memory(limits)
    return _lost(Cause.CRASHED, f"the worker process ended while it read this document ({_name(ended)})")


def on_fault(what: str) -> Verdict:
    """Judge a process that broke the protocol; `what` it did, in our words."""
    return _lost(Cause.PROTOCOL, f"the worker process broke off while it read this document ({what})")


def on_output(limits: Limits) -> Verdict:
    """Judge a process that sent more than it may."""
    return _resource(Cause.OUTPUT, f"this document's result is over {limits.output_bytes // MIB} MiB")


def on_timeout(limits: Limits) -> ParsingError:
    """Tell that the clock ran out."""
    return ParsingError(
        ErrorReason.PARSE_TIMEOUT, f"this document took longer than {limits.wall_s:g} s; try a simpler export of it"
    )


def on_parser_bug(exception: str) -> ParsingError:
    """Tell that our parser failed with an exception that it should not raise; trying again would not help."""
    return ParsingError(
        ErrorReason.WORKER_LOST,
        f"the parser failed on this document ({exception}); please report it, the server's log has the place",
    )


def on_unavailable(why: str) -> ParsingError:
    """Tell that no worker could take the document at all."""
    return ParsingError(ErrorReason.WORKER_LOST, why, retryable=True)


def _over_memory(limits: Limits) -> Verdict:
    return _resource(Cause.MEMORY, f"this document needs more memory than {limits.memory_bytes // MIB} MiB")


def _resource(cause: Cause, message: str) -> Verdict:
    return Verdict(cause=cause, error=ParsingError(ErrorReason.RESOURCE_LIMIT, message))


def _lost(cause: Cause, message: str) -> Verdict:
    return Verdict(cause=cause, error=ParsingError(ErrorReason.WORKER_LOST, message, retryable=True))


def _name(ended: Exit) -> str:
    if ended.code is None:
        return "exit status unknown"
    if ended.code < 0:
        return signal.Signals(-ended.code).name
    return f"exit status {ended.code}"
