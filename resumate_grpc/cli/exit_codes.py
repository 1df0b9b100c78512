"""What the command's exit status means; scripts rely on these numbers, so they never change."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

__all__ = ["EPILOG", "ExitCode", "worst"]


class ExitCode(IntEnum):
    """Exit status of `resumate`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    NOT_FOUND = 4
    REFUSED = 5
    UNVERIFIED = 6
    INTERRUPTED = 130
    PIPE_CLOSED = 141


MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "it failed: a parse ended FAILED or CANCELLED, or several files failed differently",
    ExitCode.USAGE: "wrong arguments or settings",
    ExitCode.UNREACHABLE: "nothing answers at the server's address, or not in time",
    ExitCode.NOT_FOUND: "no such résumé",
    ExitCode.REFUSED: "the server refused it: bad input, wrong state, a limit, no permission",
    ExitCode.UNVERIFIED: "what arrived is not what the server's log holds (`watch --verify`)",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C",
    ExitCode.PIPE_CLOSED: "whoever read the output stopped reading",
}

EPILOG = "\b\nExit status:\n" + "\n".join(f"  {code.value:<4} {meaning}" for code, meaning in MEANINGS.items())
"""For `--help`; the backspace keeps click from wrapping the lines."""


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Sum up several operations: OK if all are, the code of the failures if they agree, else FAILED."""
    failures = {code for code in codes if code is not ExitCode.OK}
    if len(failures) > 1:
        return ExitCode.FAILED
    return failures.pop() if failures else ExitCode.OK
