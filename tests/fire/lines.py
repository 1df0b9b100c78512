"""What clients write down: one JSON object a line, in the order in which it happened to them."""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

__all__ = [
    "Answered",
    "Asked",
    "Closed",
    "Counts",
    "Draining",
    "Event",
    "Heartbeat",
    "Line",
    "Noted",
    "Opened",
    "Rested",
    "decode",
    "encode",
]


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="line"):
    pass


class Opened(_Line, frozen=True, tag="opened"):
    """A watch begins; `watch` names this stream, `client` whoever reopens it under other names.

    `target` is `resume:ID`, `batch:LABEL` or `feed`; `after` and `epoch` as in WatchProgressRequest; `transport` is
    `grpc` or `websocket`.
    """

    watch: str
    client: str
    target: str
    after: int
    epoch: str = ""
    follow: bool = False
    transport: str = "grpc"


class Event(_Line, frozen=True, tag="event"):
    """One event. What the transport does not carry is absent; `watch` is empty for an event read from the database.

    Times are whole milliseconds and microseconds since 1970 UTC, rounded down; `digest` is hex.
    """

    resume_id: str
    sequence: int
    attempt: int
    stage: str
    stage_percent: int
    percent: int
    message: str
    create_time_ms: int
    watch: str = ""
    feed_sequence: int | UnsetType = UNSET
    state: str | UnsetType = UNSET
    create_time_us: int | UnsetType = UNSET
    batch_id: str | UnsetType = UNSET
    epoch: str | UnsetType = UNSET
    estimated_remaining_s: float | UnsetType | None = UNSET
    error: tuple[str, str, bool] | UnsetType | None = UNSET
    count: int | UnsetType = UNSET
    digest: str | UnsetType = UNSET


class Heartbeat(_Line, frozen=True, tag="heartbeat"):
    """A sign of life; `position` as the message has it (its `sequence`, or the feed's number on a WebSocket)."""

    watch: str
    position: int
    caught_up: bool
    epoch: str
    count: int | UnsetType = UNSET
    digest: str | UnsetType = UNSET


class Counts(_Line, frozen=True, tag="counts"):
    """A batch's counts, exact at `feed_sequence`."""

    watch: str
    batch_id: str
    total: int
    queued: int
    processing: int
    succeeded: int
    failed: int
    cancelled: int
    feed_sequence: int


class Draining(_Line, frozen=True, tag="draining"):
    """The server says that it is going away."""

    watch: str
    position: int


class Closed(_Line, frozen=True, tag="closed"):
    """The watch is over: gRPC's code or the WebSocket's close code, and the error's reason; LEFT = by the client."""

    watch: str
    code: str
    reason: str = ""
    message: str = ""


class Asked(_Line, frozen=True, tag="asked"):
    """A change is about to be asked for; without an answer nobody knows whether it happened."""

    id: int
    call: str
    resume_id: str = ""
    request_id: str = ""
    sha256: str = ""


class Answered(_Line, frozen=True, tag="answered"):
    """The change's answer: `code` OK with the résumé as it was answered, or a refusal."""

    id: int
    code: str
    reason: str = ""
    message: str = ""
    resume_id: str = ""
    state: str = ""
    attempt: int = 0
    sequence: int = 0
    deduplicated: bool = False


class Noted(_Line, frozen=True, tag="noted"):
    """Something for whoever reads the recording: a kill, a restart."""

    what: str


class Rested(_Line, frozen=True, tag="rested"):
    """All work has ended, and each of `clients` was told that it has caught up after that."""

    clients: tuple[str, ...]


Line: TypeAlias = Opened | Event | Heartbeat | Counts | Draining | Closed | Asked | Answered | Noted | Rested

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def encode(line: Line) -> bytes:
    """Return the line with its line feed."""
    return _ENCODER.encode(line) + b"\n"


def decode(text: bytes | str) -> Line:
    """Return the line that `encode` made. Raises `msgspec.ValidationError`."""
    return _DECODER.decode(text)
