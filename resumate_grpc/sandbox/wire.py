"""What supervisor and worker say to each other: frames of MessagePack, checked against types, never pickle.

A frame is a big-endian u32 length and that many bytes. Down go `Task` frames, each followed by the document's raw
bytes; up come `Ready` once, then for each task any number of `Advanced` and one of `Parsed` (or `Explained`, where that
was asked for, or `Drawn`), `Refused`, `Crashed`.
A worker that a document has taken over can say wrong things; it cannot make the supervisor run anything.
"""

from __future__ import annotations

import struct
from typing import Annotated

import msgspec

from resumate_grpc.errors import ErrorReason
from resumate_grpc.model.page_image import PageImage
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ACTIVE_STAGES, StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.recognised import RecognisedPage
from resumate_grpc.sandbox.limits import Limits

__all__ = [
    "EXIT_OUT_OF_MEMORY",
    "EXIT_WARM_UP_FAILED",
    "HEADER_BYTES",
    "Advanced",
    "Crashed",
    "Drawn",
    "Explained",
    "Outcome",
    "OutputTooLargeError",
    "PageRead",
    "Parsed",
    "ProtocolError",
    "Ready",
    "Refused",
    "Reply",
    "ReplyReader",
    "ScansFound",
    "Task",
    "body_size",
    "decode_limits",
    "decode_task",
    "encode_frame",
    "encode_limits",
]

HEADER = struct.Struct("!I")
HEADER_BYTES = HEADER.size
EXIT_OUT_OF_MEMORY = 86  # exit statuses speak for a worker that can no longer write; no signal or shell uses these
EXIT_WARM_UP_FAILED = 87
MAX_MESSAGE_CHARS = 2000
MAX_PERCENT = 100
MAX_SCANS = 10_000

ShortText = Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE_CHARS)]
Frames = Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=64)]


class ProtocolError(Exception):
    """The worker sent what no healthy worker sends; the message says what, without a document's content."""


class OutputTooLargeError(Exception):
    """The worker sent, or announced, more for one document than the limit allows."""


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The worker is warm; `peak_rss_bytes` is its peak resident memory so far (what it inherited counts)."""

    peak_rss_bytes: int


class Advanced(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The parser yielded."""

    progress: StageProgress


class Parsed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The parser returned."""

    resume: ParsedResume


class Explained(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The parser returned, and was asked to explain itself."""

    explanation: Explanation


class Drawn(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A page was drawn."""

    image: PageImage


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The parser raised `ParsingError`."""

    reason: ErrorReason
    message: ShortText
    retryable: bool


class Crashed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The parser or its warm-up raised anything else: the exception's name, `file:line function` frames."""

    exception: ShortText
    frames: Frames = ()


class PageRead(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The page that was asked for has been read by OCR."""

    page: RecognisedPage


class ScansFound(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The document has pages, counted from 1, that must be read by OCR before it can be parsed."""

    pages: Annotated[tuple[int, ...], msgspec.Meta(max_length=MAX_SCANS)]


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A document to parse, to explain (with `pictures` or without), or of which to draw `page` (from 1).

    Its `size` bytes follow this frame. With an `ocr_page` (from 1) only that is to be read, by OCR. With `recognised`,
    scanned pages are taken from there and never read; None = they are read as they are met.
    """

    media_type: MediaType
    options: ParseOptions
    size: int
    explain: bool = False
    pictures: bool = True
    page: int = 0
    width_pixels: int = 0
    with_words: bool = False
    ocr_page: int = 0
    recognised: tuple[RecognisedPage, ...] | None = None


Outcome = Parsed | Explained | Drawn | PageRead | ScansFound | Refused | Crashed
Reply = Ready | Advanced | Outcome

_encoder = msgspec.msgpack.Encoder()
_reply_decoder = msgspec.msgpack.Decoder(Reply)
_task_decoder = msgspec.msgpack.Decoder(Task)


def encode_frame(message: Task | Reply) -> bytearray:
    """Encode one message with its header; raises `UnicodeEncodeError` where a string holds half a surrogate pair."""
    frame = bytearray(HEADER_BYTES)
    _encoder.encode_into(message, frame, HEADER_BYTES)
    HEADER.pack_into(frame, 0, len(frame) - HEADER_BYTES)
    return frame


def body_size(header: bytes) -> int:
    """Read how many bytes follow a header of `HEADER_BYTES`."""
    (size,) = HEADER.unpack(header)
    return int(size)


def decode_task(body: bytes) -> Task:
    """Decode the body of a task frame, in the worker."""
    return _task_decoder.decode(body)


def encode_limits(limits: Limits) -> str:
    """Write limits as one line of JSON, for a worker's command line."""
    return msgspec.json.encode(limits).decode()


def decode_limits(text: str) -> Limits:
    """Read what `encode_limits` wrote."""
    return msgspec.json.decode(text, type=Limits)


class ReplyReader:
    """Cuts a worker's bytes into replies; pure: fed by whoever reads the pipe.

    At most `limit` bytes are taken between two calls of `start`, so a flooding worker cannot fill our memory.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._buffer = bytearray()

    @property
    def in_frame(self) -> bool:
        """Whether bytes are held that are not yet a whole frame (or not yet asked for)."""
        return bool(self._buffer)

    def start(self) -> None:
        """Begin to count the limit anew, for the next document."""
        self._taken = 0

    def feed(self, data: bytes | bytearray) -> None:
        """Take bytes in order; raises `OutputTooLargeError` past the limit."""
        self._taken += len(data)
        if self._taken > self._limit:
            raise OutputTooLargeError
        self._buffer += data

    def next(self) -> Reply | None:
        """Take the next reply; None until a whole frame is there.

        Raises `ProtocolError` for bytes that are no reply and `OutputTooLargeError` for a header over the limit.
        """
        if len(self._buffer) < HEADER_BYTES:
            return None
        (size,) = HEADER.unpack_from(self._buffer)
        if size > self._limit:
            raise OutputTooLargeError
        end = HEADER_BYTES + size
        if len(self._buffer) < end:
            return None
        with memoryview(self._buffer) as view, view[HEADER_BYTES:end] as body:
            reply = _decode_reply(body)
        del self._buffer[:end]
        return reply


def _decode_reply(body: memoryview) -> Reply:
    try:
        reply: Reply = _reply_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # `from None`: the library's message may quote what the document made the worker say.
        raise ProtocolError("a frame that is no reply") from None
    if isinstance(reply, Advanced):
        _check_progress(reply.progress)
    return reply


def _check_progress(progress: StageProgress) -> None:
    if progress.stage not in ACTIVE_STAGES or not 0 <= progress.stage_percent <= MAX_PERCENT:
        raise ProtocolError("progress out of range")
    if len(progress.message) > MAX_MESSAGE_CHARS:
        raise ProtocolError("a progress message out of range")
