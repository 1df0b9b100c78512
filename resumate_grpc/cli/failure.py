"""A call that did not succeed, as the command line sees it: which code, which reason, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from resumate_grpc.cli.exit_codes import ExitCode

__all__ = ["CallError", "CallFailure"]

_EXITS = {
    "UNAVAILABLE": ExitCode.UNREACHABLE,
    "DEADLINE_EXCEEDED": ExitCode.UNREACHABLE,
    "NOT_FOUND": ExitCode.NOT_FOUND,
    "INVALID_ARGUMENT": ExitCode.REFUSED,
    "FAILED_PRECONDITION": ExitCode.REFUSED,
    "ALREADY_EXISTS": ExitCode.REFUSED,
    "ABORTED": ExitCode.REFUSED,
    "OUT_OF_RANGE": ExitCode.REFUSED,
    "RESOURCE_EXHAUSTED": ExitCode.REFUSED,
    "UNAUTHENTICATED": ExitCode.REFUSED,
    "PERMISSION_DENIED": ExitCode.REFUSED,
}

_HINTS = {
    "RESUME_NOT_FOUND": "`resumate list` shows yours",
    "FILE_MISSING": "upload the file again",
    "WRONG_STATE": "`resumate get ID` shows its state",
    "EPOCH_MISMATCH": "the server's history is another one now: watch again from the start, without --after",
    "REQUEST_ID_REUSED": "give another --request-id, or none",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFailure:
    """What is known of a failed call.

    `code` is the gRPC code's name, `reason` the `ErrorReason` name (empty where the server gave none, so the failure
    is not of its making), `violations` pairs of field and description, `retry_after_s` None where it was not told.
    """

    code: str
    message: str
    server: str
    reason: str = ""
    violations: Sequence[tuple[str, str]] = ()
    retry_after_s: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """The status to exit with."""
        return _EXITS.get(self.code, ExitCode.FAILED)

    @property
    def sentence(self) -> str:
        """What happened, on one line, with the reason that programs switch on."""
        if self.code == "UNAVAILABLE" and not self.reason:
            return f"nothing answers at {self.server} ({self.message})"
        if self.code == "DEADLINE_EXCEEDED" and not self.reason:
            return f"{self.server} did not answer in time"
        return f"{self.message} [{self.reason or self.code}]"

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do, a line each; empty where the sentence says it all."""
        lines = [f"{name}: {text}" for name, text in self.violations if text not in self.message]
        if self.code == "UNAVAILABLE" and not self.reason:
            lines.append(
                "start it with `resumate serve`, or name another by --server or RESUMATE_SERVER, "
                "with --tls or --ca if it speaks TLS"
            )
        elif self.code == "DEADLINE_EXCEEDED":
            lines.append("give it longer by --timeout")
        elif self.reason == "HISTORY_GONE" and (first := self.metadata.get("first_available", "")).isdigit():
            lines.append(f"the oldest event still there is {first}: watch with --after {int(first) - 1}")
        elif self.reason in _HINTS:
            lines.append(_HINTS[self.reason])
        if self.retry_after_s is not None:
            lines.append(f"try again in {self.retry_after_s:g} s")
        return tuple(lines)


class CallError(Exception):
    """A call to the server did not succeed; `failure` says all that is known."""

    def __init__(self, failure: CallFailure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed a little later: the server went away, or asked to wait."""
        gone = self.failure.code in {"UNAVAILABLE", "CANCELLED"}
        return gone or (self.failure.code == "RESOURCE_EXHAUSTED" and self.failure.retry_after_s is not None)
