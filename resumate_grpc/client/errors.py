"""What a client may have to do with: every error of this package, each with what a program needs to react to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = [
    "BusyError",
    "CallError",
    "ClientClosedError",
    "ClientError",
    "ConflictError",
    "DamagedFileError",
    "DeniedError",
    "EpochChangedError",
    "HistoryGoneError",
    "InvalidRequestError",
    "NotFoundError",
    "UnreachableError",
    "VerificationError",
    "WrongStateError",
    "call_error",
]


class ClientError(Exception):
    """Anything that this package raises of its own.

    ClientError
    ├── CallError               a call ended otherwise than with OK
    │   ├── UnreachableError    nothing answers, or no longer, or not in time
    │   ├── BusyError           a limit was reached; the same call may succeed later
    │   ├── NotFoundError       no such résumé, or not yours; or its file is gone
    │   ├── InvalidRequestError the request, or the file, is not one that the server takes
    │   ├── WrongStateError     the résumé's state does not allow this
    │   ├── ConflictError       somebody was quicker: etag or request_id
    │   ├── HistoryGoneError    the events asked for were purged
    │   ├── EpochChangedError   the server's log is another one than the one watched
    │   └── DeniedError         no or bad credentials, or not allowed
    ├── VerificationError       what arrived is not what the server's log holds
    ├── DamagedFileError        a downloaded file is not the one that the server promised
    └── ClientClosedError       the client is not open, or no longer
    """


class CallError(ClientError):
    """A call ended otherwise than with OK.

    `code` is the gRPC code's name. `reason` is the `ErrorReason` name; empty where the server gave none, so that the
    failure is of the way to it, or a fault in it. `violations` are pairs of field and description. `retry_after_s` is
    how long the server asked to wait, None where it did not. `metadata` is that of `google.rpc.ErrorInfo`.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        server: str = "",
        reason: str = "",
        violations: Sequence[tuple[str, str]] = (),
        retry_after_s: float | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{message} [{reason or code}]")
        self.message = message
        self.code = code
        self.server = server
        self.reason = reason
        self.violations = tuple(violations)
        self.retry_after_s = retry_after_s
        self.metadata = dict(metadata or {})

    @property
    def may_pass(self) -> bool:
        """Whether the very same call may succeed a little later."""
        return False


class UnreachableError(CallError):
    """Nothing answers at the server's address, or no longer, or not in time."""

    @property
    def may_pass(self) -> bool:
        """Whether the very same call may succeed a little later: servers come back."""
        return True


class BusyError(CallError):
    """A limit was reached: QUEUE_FULL, TOO_MANY_STREAMS."""

    @property
    def may_pass(self) -> bool:
        """Whether the very same call may succeed a little later: where the server says when to come back."""
        return self.retry_after_s is not None


class NotFoundError(CallError):
    """RESUME_NOT_FOUND (it is not there, was deleted, or is not yours) or FILE_MISSING."""


class InvalidRequestError(CallError):
    """The request or the file is refused: UNSUPPORTED_FORMAT, EMPTY_FILE, FILE_TOO_LARGE, INVALID_FIELD."""


class WrongStateError(CallError):
    """The résumé's state does not allow this; `metadata["state"]` names it."""


class ConflictError(CallError):
    """ETAG_MISMATCH: read again, merge, repeat. REQUEST_ID_REUSED: another file was sent under this id before."""


class HistoryGoneError(CallError):
    """The events after the position asked for were purged; `first_available` is the lowest number still held."""

    @property
    def first_available(self) -> int:
        """Lowest number still held: watching after `first_available - 1` is possible. 0 where it was not told."""
        told = self.metadata.get("first_available", "")
        return int(told) if told.isdecimal() else 0


class EpochChangedError(CallError):
    """The server's log was replaced or restored: numbers seen before mean nothing in it. Watch from the start."""

    @property
    def epoch(self) -> str:
        """The epoch of the log that is there now; empty where it was not told."""
        return self.metadata.get("epoch", "")


class DeniedError(CallError):
    """No or bad credentials (UNAUTHENTICATED), or they do not allow this (PERMISSION_DENIED)."""


class VerificationError(ClientError):
    """What arrived is not what the server's log holds; `difference` says what differs, in a sentence.

    `events` is how many were verified before.
    """

    def __init__(self, difference: str, *, events: int) -> None:
        super().__init__(f"{difference} (after {events} verified events)")
        self.difference = difference
        self.events = events


class DamagedFileError(ClientError):
    """A downloaded file's checksum is not the one that the server promised: fetch it again."""


class ClientClosedError(ClientError):
    """The client was used outside its `async with` block."""


_BY_REASON: Mapping[str, type[CallError]] = {
    "RESUME_NOT_FOUND": NotFoundError,
    "FILE_MISSING": NotFoundError,
    "WRONG_STATE": WrongStateError,
    "ETAG_MISMATCH": ConflictError,
    "REQUEST_ID_REUSED": ConflictError,
    "HISTORY_GONE": HistoryGoneError,
    "EPOCH_MISMATCH": EpochChangedError,
}

_BY_CODE: Mapping[str, type[CallError]] = {
    "UNAVAILABLE": UnreachableError,
    "DEADLINE_EXCEEDED": UnreachableError,
    "CANCELLED": UnreachableError,
    "RESOURCE_EXHAUSTED": BusyError,
    "NOT_FOUND": NotFoundError,
    "INVALID_ARGUMENT": InvalidRequestError,
    "FAILED_PRECONDITION": WrongStateError,
    "ALREADY_EXISTS": ConflictError,
    "ABORTED": ConflictError,
    "OUT_OF_RANGE": HistoryGoneError,
    "UNAUTHENTICATED": DeniedError,
    "PERMISSION_DENIED": DeniedError,
}

_LOST_BY_THE_WAY = ("RST_STREAM", "GOAWAY", "Stream removed", "stream was reset")
"""What gRPC and proxies say, under INTERNAL or UNKNOWN, where a connection broke and no server spoke."""


def call_error(
    message: str,
    *,
    code: str,
    server: str,
    reason: str = "",
    violations: Sequence[tuple[str, str]] = (),
    retry_after_s: float | None = None,
    metadata: Mapping[str, str] | None = None,
) -> CallError:
    """Make the error of a failed call: of the kind that its reason calls for, else its code; `CallError` for others."""
    kind = _BY_REASON.get(reason) or _BY_CODE.get(code, CallError)
    if kind is CallError and not reason and any(words in message for words in _LOST_BY_THE_WAY):
        kind = UnreachableError
    return kind(
        message,
        code=code,
        server=server,
        reason=reason,
        violations=violations,
        retry_after_s=retry_after_s,
        metadata=metadata,
    )
