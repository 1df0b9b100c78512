"""A call that did not succeed, as the command line tells it: which exit status, what happened, what to do."""

from __future__ import annotations

from resumate_grpc.cli.exit_codes import ExitCode
from resumate_grpc.client.errors import (
    CallError,
    ClientError,
    HistoryGoneError,
    NotFoundError,
    UnreachableError,
    VerificationError,
)

__all__ = ["exit_code", "failure_lines", "sentence"]

_HINTS = {
    "RESUME_NOT_FOUND": "`resumate list` shows yours",
    "FILE_MISSING": "upload the file again",
    "WRONG_STATE": "`resumate get ID` shows its state",
    "EPOCH_MISMATCH": "the server's history is another one now: watch again from the start, without --after",
    "REQUEST_ID_REUSED": "give another --request-id, or none",
}


def exit_code(error: ClientError) -> ExitCode:
    """Return the status to exit with."""
    match error:
        case UnreachableError():
            return ExitCode.UNREACHABLE
        case NotFoundError():
            return ExitCode.NOT_FOUND
        case VerificationError():
            return ExitCode.UNVERIFIED
        case CallError() if type(error) is not CallError:
            return ExitCode.REFUSED
    return ExitCode.FAILED


def sentence(error: ClientError) -> str:
    """Say what happened on one line, with the reason that programs switch on."""
    if isinstance(error, UnreachableError) and not error.reason:
        if error.code == "UNAVAILABLE":
            return f"nothing answers at {error.server} ({error.message})"
        if error.code == "DEADLINE_EXCEEDED":
            return f"{error.server} did not answer in time"
    return str(error)


def failure_lines(error: ClientError) -> str:
    """Put an error and the advice that goes with it into lines."""
    return "\n".join([sentence(error), *(f"  {line}" for line in _advice(error))])


def _advice(error: ClientError) -> list[str]:
    if not isinstance(error, CallError):
        return []
    lines = [f"{name}: {text}" for name, text in error.violations if text not in error.message]
    if error.code == "UNAVAILABLE" and not error.reason:
        lines.append(
            "start it with `resumate serve`, or name another by --server or RESUMATE_SERVER, "
            "with --tls or --ca if it speaks TLS"
        )
    elif error.code == "DEADLINE_EXCEEDED":
        lines.append("give it longer by --timeout")
    elif isinstance(error, HistoryGoneError) and error.first_available:
        first = error.first_available
        lines.append(f"the oldest event still there is {first}: watch with --after {first - 1}")
    elif error.reason in _HINTS:
        lines.append(_HINTS[error.reason])
    if error.retry_after_s is not None:
        lines.append(f"try again in {error.retry_after_s:g} s")
    return lines
