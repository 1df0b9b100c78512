"""Rows ↔ values. JSON columns go through msgspec; unknown fields in stored JSON are ignored."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ParseFailure, ProgressEvent, Stage, State
from resumate_grpc.model.resume import MediaType, ParseOptions, Resume

__all__ = [
    "decode_event",
    "decode_json",
    "decode_resume",
    "encode_event",
    "encode_json",
    "etag_of",
    "fold",
    "from_micros",
    "to_micros",
]

T = TypeVar("T", ParsedResume, ParseFailure, ParseOptions)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(time: datetime) -> int:
    """Return an aware time as microseconds since 1970 UTC, exactly."""
    return (time - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the aware UTC time of microseconds since 1970 UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def fold(text: str) -> str:
    """Return the form in which text is searched: without regard to case, Unicode form, line breaks or NULs."""
    return " ".join(unicodedata.normalize("NFKC", text.replace("\0", " ")).casefold().split())


def encode_json(value: ParsedResume | ParseFailure | ParseOptions) -> str:
    """Return a value as JSON text; raises `UnicodeEncodeError` for lone surrogates."""
    return msgspec.json.encode(value).decode()


def decode_json(text: str, kind: type[T]) -> T:
    """Return the value of JSON text that `encode_json` wrote, here or in a later version with more fields."""
    return msgspec.json.decode(text, type=kind)


def etag_of(row: Row[Any]) -> str:
    """Return the etag of a `resumes` row: new with every revision, also after an old backup was restored."""
    return f"{row.revision:x}-{row.update_time:x}"


def encode_event(event: ProgressEvent) -> dict[str, str | int | float | bytes | None]:
    """Return the `events` row of an event."""
    return {
        "resume_id": event.resume_id,
        "sequence": event.sequence,
        "owner": event.owner,
        "feed_sequence": event.feed_sequence,
        "batch_id": event.batch_id or None,
        "attempt": event.attempt,
        "stage": event.stage.value,
        "stage_percent": event.stage_percent,
        "percent": event.percent,
        "message": event.message,
        "state": event.state.value,
        "create_time": to_micros(event.create_time),
        "estimated_remaining_s": event.estimated_remaining_s,
        "error": None if event.error is None else encode_json(event.error),
        "digest": event.digest,
    }


def decode_event(row: Row[Any]) -> ProgressEvent:
    """Return the event of an `events` row."""
    return ProgressEvent(
        resume_id=row.resume_id,
        owner=row.owner,
        batch_id=row.batch_id or "",
        sequence=row.sequence,
        feed_sequence=row.feed_sequence,
        attempt=row.attempt,
        stage=Stage(row.stage),
        stage_percent=row.stage_percent,
        percent=row.percent,
        message=row.message,
        state=State(row.state),
        create_time=from_micros(row.create_time),
        estimated_remaining_s=row.estimated_remaining_s,
        error=None if row.error is None else decode_json(row.error, ParseFailure),
        digest=row.digest,
    )


def decode_resume(row: Row[Any], *, progress: ProgressEvent | None, parsed: str | None = None) -> Resume:
    """Return the résumé of a `resumes` row with its latest event and, where asked for, the JSON of its result."""
    return Resume(
        id=row.id,
        owner=row.owner,
        filename=row.filename,
        media_type=MediaType(row.media_type),
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        state=State(row.state),
        attempt=row.attempt,
        batch_id=row.batch_id or "",
        etag=etag_of(row),
        create_time=from_micros(row.create_time),
        update_time=from_micros(row.update_time),
        options=decode_json(row.options, ParseOptions),
        progress=progress,
        error=None if row.error is None else decode_json(row.error, ParseFailure),
        parsed=None if parsed is None else decode_json(parsed, ParsedResume),
        complete_time=None if row.complete_time is None else from_micros(row.complete_time),
        expire_time=None if row.expire_time is None else from_micros(row.expire_time),
        has_file=bool(row.has_file),
        person_name=row.person_name,
        headline=row.headline,
    )
