"""Everything that can go wrong and that a user may act on.

    ResumateError
    ├── InvalidInputError        the caller can mend the request
    │   ├── UnsupportedFormatError, EmptyFileError, FileTooLargeError, InvalidFieldError
    ├── ResumeNotFoundError      no such résumé, or not yours
    ├── FileMissingError         the row is there, its bytes are not
    ├── EtagMismatchError        somebody changed it since you read it
    ├── WrongStateError          the résumé's state does not allow this
    ├── EpochMismatchError       the log was replaced since you last watched
    ├── HistoryGoneError         events before your position were purged
    ├── RequestIdReusedError     same request_id, other content
    ├── UnauthenticatedError, PermissionDeniedError
    ├── ExhaustedError           queue full, quota, too many streams
    ├── DrainingError            the server is going away; reconnect
    ├── NoPictureError           a page of it cannot be drawn
    ├── StorageFullError, StorageUnavailableError, StorageDamagedError
    │                            disk or database failed; nothing was changed
    ├── CopyError                an installation could not be copied; a command's, never an rpc's status
    └── ParsingError             an accepted file that cannot be parsed: a result, never an rpc's status

Each class bears one `ErrorReason`; `rpc/status.py` maps the classes to gRPC codes in one table.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

__all__ = [
    "CopyError",
    "DrainingError",
    "EmptyFileError",
    "EpochMismatchError",
    "ErrorReason",
    "EtagMismatchError",
    "ExhaustedError",
    "FileMissingError",
    "FileTooLargeError",
    "HistoryGoneError",
    "InvalidFieldError",
    "InvalidInputError",
    "NoPictureError",
    "ParsingError",
    "PermissionDeniedError",
    "RequestIdReusedError",
    "ResumateError",
    "ResumeNotFoundError",
    "SettingsError",
    "StorageDamagedError",
    "StorageFullError",
    "StorageUnavailableError",
    "UnauthenticatedError",
    "UnsupportedFormatError",
    "WrongStateError",
]


class ErrorReason(Enum):
    """Machine-readable reason; the value is the name used on the wire."""

    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"
    EMPTY_FILE = "EMPTY_FILE"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    INVALID_FIELD = "INVALID_FIELD"
    RESUME_NOT_FOUND = "RESUME_NOT_FOUND"
    FILE_MISSING = "FILE_MISSING"
    ETAG_MISMATCH = "ETAG_MISMATCH"
    WRONG_STATE = "WRONG_STATE"
    EPOCH_MISMATCH = "EPOCH_MISMATCH"
    HISTORY_GONE = "HISTORY_GONE"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    QUEUE_FULL = "QUEUE_FULL"
    TOO_MANY_STREAMS = "TOO_MANY_STREAMS"
    WATCH_STALLED = "WATCH_STALLED"
    SERVER_DRAINING = "SERVER_DRAINING"
    CORRUPT_FILE = "CORRUPT_FILE"
    PASSWORD_PROTECTED = "PASSWORD_PROTECTED"  # noqa: S105 - a reason, not a secret
    NO_PICTURE = "NO_PICTURE"
    NO_TEXT_FOUND = "NO_TEXT_FOUND"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    PARSE_TIMEOUT = "PARSE_TIMEOUT"
    RESOURCE_LIMIT = "RESOURCE_LIMIT"
    WORKER_LOST = "WORKER_LOST"
    AI_UNAVAILABLE = "AI_UNAVAILABLE"
    STORAGE_FULL = "STORAGE_FULL"
    STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
    STORAGE_DAMAGED = "STORAGE_DAMAGED"


class ResumateError(Exception):
    """Base of all errors that a caller may act on; the message says what to do."""

    reason: ClassVar[ErrorReason]


class SettingsError(ResumateError):
    """A setting is wrong; raised at start only, the message names the setting and how to mend it."""

    reason = ErrorReason.INVALID_FIELD


class CopyError(ResumateError):
    """An installation could not be copied: what is copied is damaged, did not arrive as it was, or a store failed."""

    reason = ErrorReason.STORAGE_DAMAGED


class InvalidInputError(ResumateError):
    """The request cannot be accepted as it is; `field` is the request's field at fault, as in the proto."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class UnsupportedFormatError(InvalidInputError):
    """Neither extension nor content is a format that we read."""

    reason = ErrorReason.UNSUPPORTED_FORMAT


class EmptyFileError(InvalidInputError):
    """The file has no bytes."""

    reason = ErrorReason.EMPTY_FILE


class FileTooLargeError(InvalidInputError):
    """The file is over the configured limit, `max_bytes`."""

    reason = ErrorReason.FILE_TOO_LARGE

    def __init__(self, message: str, *, field: str, max_bytes: int) -> None:
        super().__init__(message, field=field)
        self.max_bytes = max_bytes


class InvalidFieldError(InvalidInputError):
    """An id, page token, mask, number or other field is malformed or out of range."""

    reason = ErrorReason.INVALID_FIELD


class ResumeNotFoundError(ResumateError):
    """No résumé of this id belongs to the caller."""

    reason = ErrorReason.RESUME_NOT_FOUND

    def __init__(self, resume_id: str) -> None:
        super().__init__(f"no résumé {resume_id}; list yours with ListResumes")
        self.resume_id = resume_id


class FileMissingError(ResumateError):
    """The résumé is known but its original bytes are no longer in the file store."""

    reason = ErrorReason.FILE_MISSING


class NoPictureError(ResumateError):
    """A page cannot be drawn: its format has no pages, there are fewer of them, or the file cannot be read."""

    reason = ErrorReason.NO_PICTURE


class EtagMismatchError(ResumateError):
    """The résumé changed since its `etag` was read; read it again and repeat the update."""

    reason = ErrorReason.ETAG_MISMATCH


class WrongStateError(ResumateError):
    """The résumé's state does not allow what was asked; `state` is its `State` name, empty where not known."""

    reason = ErrorReason.WRONG_STATE

    def __init__(self, message: str, *, state: str = "") -> None:
        super().__init__(message)
        self.state = state


class EpochMismatchError(ResumateError):
    """The caller's `epoch` is of another log: start again with `after_sequence` 0."""

    reason = ErrorReason.EPOCH_MISMATCH

    def __init__(self, message: str, *, epoch: str) -> None:
        super().__init__(message)
        self.epoch = epoch


class HistoryGoneError(ResumateError):
    """Events after the caller's position were purged; `first_available` is the lowest number still held."""

    reason = ErrorReason.HISTORY_GONE

    def __init__(self, message: str, *, first_available: int) -> None:
        super().__init__(message)
        self.first_available = first_available


class RequestIdReusedError(ResumateError):
    """The same `request_id` came with other content."""

    reason = ErrorReason.REQUEST_ID_REUSED


class UnauthenticatedError(ResumateError):
    """No or bad credentials."""

    reason = ErrorReason.UNAUTHENTICATED


class PermissionDeniedError(ResumateError):
    """Known caller, not allowed."""

    reason = ErrorReason.PERMISSION_DENIED


class ExhaustedError(ResumateError):
    """A limit is reached; try again after `retry_after_s` seconds."""

    reason = ErrorReason.QUEUE_FULL

    def __init__(self, message: str, *, reason: ErrorReason, retry_after_s: float) -> None:
        super().__init__(message)
        self.specific_reason = reason
        self.retry_after_s = retry_after_s


class DrainingError(ResumateError):
    """The server is shutting down; reconnect after `retry_after_s` seconds with the last sequence seen."""

    reason = ErrorReason.SERVER_DRAINING

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StorageFullError(ExhaustedError):
    """There is no room on the disk; nothing was changed, and whoever runs the server must make room."""

    reason = ErrorReason.STORAGE_FULL

    def __init__(self) -> None:
        super().__init__(
            "the server has no room left on its disk; nothing was changed: try again later, "
            "and tell whoever runs it to make room",
            reason=ErrorReason.STORAGE_FULL,
            retry_after_s=30.0,
        )


class StorageUnavailableError(ResumateError):
    """Database or files cannot be used now, as when they are read-only; nothing was changed."""

    reason = ErrorReason.STORAGE_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(
            "the server cannot use its database or files now; nothing was changed: try again later; "
            "whoever runs it finds the cause in the log"
        )
        self.retry_after_s = 5.0


class StorageDamagedError(ResumateError):
    """The database is damaged where this was to be read or written; only a backup helps."""

    reason = ErrorReason.STORAGE_DAMAGED

    def __init__(self) -> None:
        super().__init__(
            "the server's database is damaged here; whoever runs it must restore a backup, and finds more in the log"
        )


class ParsingError(ResumateError):
    """An accepted file cannot be parsed; becomes the résumé's `ParseError`.

    `parse_reason` is one of CORRUPT_FILE, PASSWORD_PROTECTED, NO_TEXT_FOUND, TOO_MANY_PAGES, PARSE_TIMEOUT,
    RESOURCE_LIMIT, WORKER_LOST, FILE_MISSING. `retryable` says whether the same bytes may succeed another time.
    """

    reason = ErrorReason.CORRUPT_FILE

    def __init__(self, parse_reason: ErrorReason, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.parse_reason = parse_reason
        self.message = message
        self.retryable = retryable
