"""Errors → gRPC statuses with `google.rpc` details: one table, applied by the interceptor alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from resumate_grpc import errors

__all__ = ["CODES", "DOMAIN", "Refusal", "internal", "refusal", "unimplemented"]

DOMAIN = "resumate.v1"

CODES: Mapping[type[errors.ResumateError], grpc.StatusCode] = {
    errors.UnsupportedFormatError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.EmptyFileError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.FileTooLargeError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.InvalidFieldError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.ResumeNotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.FileMissingError: grpc.StatusCode.NOT_FOUND,
    errors.NoPictureError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.EtagMismatchError: grpc.StatusCode.ABORTED,
    errors.WrongStateError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.EpochMismatchError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.HistoryGoneError: grpc.StatusCode.OUT_OF_RANGE,
    errors.RequestIdReusedError: grpc.StatusCode.ALREADY_EXISTS,
    errors.UnauthenticatedError: grpc.StatusCode.UNAUTHENTICATED,
    errors.PermissionDeniedError: grpc.StatusCode.PERMISSION_DENIED,
    errors.ExhaustedError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.DrainingError: grpc.StatusCode.UNAVAILABLE,
    errors.StorageFullError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.StorageUnavailableError: grpc.StatusCode.UNAVAILABLE,
    errors.StorageDamagedError: grpc.StatusCode.DATA_LOSS,
}
"""What is not here (`SettingsError`, `ParsingError`) never ends an rpc; if it does, the fault is ours: INTERNAL."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """How an rpc ends: code, message for people, and metadata with the details for programs."""

    code: grpc.StatusCode
    message: str
    reason: str
    trailing_metadata: tuple[tuple[str, str | bytes], ...]


def refusal(error: errors.ResumateError) -> Refusal | None:
    """Return the status of an error that a caller may act on; None if the error is not for callers."""
    code = next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), None)
    if code is None:
        return None
    reason = error.specific_reason if isinstance(error, errors.ExhaustedError) else error.reason
    metadata = _metadata(error)
    info = error_details_pb2.ErrorInfo(reason=reason.value, domain=DOMAIN, metadata=metadata)
    extra = (("first-available", metadata["first_available"]),) if "first_available" in metadata else ()
    return _refusal(code, str(error), reason.value, [info, *_details(error)], extra)


def internal(error_id: str) -> Refusal:
    """Return the status of a fault of ours, which says nothing but where to look."""
    message = f"internal error {error_id}; whoever runs this server finds it in the log under that number"
    return _refusal(grpc.StatusCode.INTERNAL, message, "", [], ())


def unimplemented() -> Refusal:
    """Return the status of an rpc that another project's contract has and its servicer lacks (health's List)."""
    return _refusal(grpc.StatusCode.UNIMPLEMENTED, "this server does not have this method", "", [], ())


def _refusal(
    code: grpc.StatusCode, message: str, reason: str, details: list[Message], extra: tuple[tuple[str, str], ...]
) -> Refusal:
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    metadata = rpc_status.to_status(status).trailing_metadata
    return Refusal(code=code, message=message, reason=reason, trailing_metadata=(*metadata, *extra))


def _metadata(error: errors.ResumateError) -> dict[str, str]:
    match error:
        case errors.FileTooLargeError(max_bytes=most):
            return {"max_bytes": str(most)}
        case errors.WrongStateError(state=state) if state:
            return {"state": state}
        case errors.EpochMismatchError(epoch=epoch):
            return {"epoch": epoch}
        case errors.HistoryGoneError(first_available=first):
            return {"first_available": str(first)}
    return {}


def _details(error: errors.ResumateError) -> list[Message]:
    match error:
        case errors.InvalidInputError(field=field):
            violation = error_details_pb2.BadRequest.FieldViolation(
                field=field, description=str(error), reason=error.reason.value
            )
            return [error_details_pb2.BadRequest(field_violations=[violation])]
        case (
            errors.ExhaustedError(retry_after_s=seconds)
            | errors.DrainingError(retry_after_s=seconds)
            | errors.StorageUnavailableError(retry_after_s=seconds)
        ):
            delay = Duration()
            delay.FromNanoseconds(int(seconds * 1e9))
            return [error_details_pb2.RetryInfo(retry_delay=delay)]
    return []
