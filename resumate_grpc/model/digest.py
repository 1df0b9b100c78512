"""The rolling digest by which a client can check that it saw every event; specified in `protos/…/progress.proto`."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from resumate_grpc.model.progress import Stage

__all__ = ["STAGE_NUMBERS", "START", "chained", "watch_chained"]

START = bytes(32)
"""The digest of no events."""

STAGE_NUMBERS = {stage: number for number, stage in enumerate(Stage, start=1)}
"""The numbers that the contract gives to the stages; a test holds the two together."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LENGTH = struct.Struct(">q")
_NUMBERS = struct.Struct(">qqqqqqq")


def chained(  # noqa: PLR0913 - what an event's canonical form is made of
    previous: bytes,
    *,
    resume_id: str,
    sequence: int,
    attempt: int,
    stage: Stage,
    stage_percent: int,
    percent: int,
    create_time: datetime,
    message: str,
) -> bytes:
    """Return the digest of a résumé's log up to an event, given that up to the event before (`START`: none).

    `create_time` counts in whole milliseconds, rounded down. Raises `UnicodeEncodeError` for lone surrogates.
    """
    identity, words = resume_id.encode(), message.encode()
    numbers = _NUMBERS.pack(
        sequence,
        attempt,
        STAGE_NUMBERS[stage],
        stage_percent,
        percent,
        (create_time - _EPOCH) // _MILLISECOND,
        len(words),
    )
    return sha256(b"".join((previous, _LENGTH.pack(len(identity)), identity, numbers, words))).digest()


def watch_chained(previous: bytes, event_digest: bytes) -> bytes:
    """Return the digest of a batch's or feed's watch after one more event, given that before it (`START`: none)."""
    return sha256(previous + event_digest).digest()
