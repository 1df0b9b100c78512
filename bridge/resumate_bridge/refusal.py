"""Why something was refused, and how that is told over HTTP and over WebSockets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["Refusal", "bad_field"]

_NO_METADATA: Mapping[str, str] = MappingProxyType({})

_HTTP_BY_REASON = {
    "FILE_TOO_LARGE": 413,
    "UNSUPPORTED_FORMAT": 415,
    "ETAG_MISMATCH": 409,
    "STORAGE_FULL": 507,
}
_HTTP_BY_CODE = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "FAILED_PRECONDITION": 409,
    "ABORTED": 409,
    "OUT_OF_RANGE": 410,
    "RESOURCE_EXHAUSTED": 429,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "DEADLINE_EXCEEDED": 504,
}
_CLOSE_BY_CODE = {
    "INVALID_ARGUMENT": 4400,
    "UNAUTHENTICATED": 4401,
    "PERMISSION_DENIED": 4401,
    "NOT_FOUND": 4404,
    "OUT_OF_RANGE": 4409,
    "FAILED_PRECONDITION": 4409,
    "RESOURCE_EXHAUSTED": 4429,
}
# CANCELLED that nobody asked for is what gRPC core answers when it sheds load; INTERNAL and UNKNOWN are what a proxy or
# a dying process leaves of a stream.
_TRANSIENT = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "INTERNAL", "UNKNOWN"})


class Refusal(Exception):  # noqa: N818 - it is no fault of the program's
    """A request that was refused, by the server or by the bridge itself.

    `code` is the name of a gRPC code, `reason` the `ErrorReason` name (empty where the server gave none), `field` the
    request's field at fault (empty if none), `retry_after_s` the wait that the server asks for (None = it asks none).
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        reason: str = "",
        field: str = "",
        retry_after_s: float | None = None,
        metadata: Mapping[str, str] = _NO_METADATA,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.field = field
        self.retry_after_s = retry_after_s
        self.metadata = metadata

    @property
    def name(self) -> str:
        """The reason, or the code where there is none: what a program switches on."""
        return self.reason or self.code

    @property
    def http_status(self) -> int:
        """The HTTP status that tells it; what the server did not foresee is 502, a bad gateway."""
        return _HTTP_BY_REASON.get(self.reason) or _HTTP_BY_CODE.get(self.code, 502)

    @property
    def close_code(self) -> int:
        """The WebSocket close code that tells it; 1001 asks the browser to reconnect with its position."""
        return _CLOSE_BY_CODE.get(self.code, 1001)

    @property
    def is_transient(self) -> bool:
        """Whether the same watch may succeed a moment later."""
        return self.code in _TRANSIENT


def bad_field(field: str, message: str) -> Refusal:
    """Build the refusal of a malformed `field`; `message` says what it must be."""
    return Refusal(message, code="INVALID_ARGUMENT", reason="INVALID_FIELD", field=field)
