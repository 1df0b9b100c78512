"""Binary DOC, the file: header (FIB), piece table and the pages of formatting, as [MS-DOC] describes them.

Positions of characters (cp) count UTF-16 units of the text, positions of bytes (fc) those of the WordDocument stream.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.parsing.doc_records import Record
from resumate_grpc.parsing.length import refuse_too_long
from resumate_grpc.parsing.ole import read_streams

__all__ = ["DocFile", "Formatting", "Piece", "Story", "open_doc"]

_MAIN, _TABLES = "WordDocument", ("0Table", "1Table")
_WORD_97 = 0xC1
_FLAGS_AT, _ENCRYPTED, _SECOND_TABLE = 0x0A, 0x0100, 0x0200
_COUNTS_AT = 76
_STORIES = 8
_BLOBS_AT = 154
_CLX = 33
_PIECES_FOLLOW = 2
_COMPRESSED = 1 << 30
_PAGE_BYTES = 512
_PAGE_NUMBER = (1 << 22) - 1
_PAPX_ENTRY_BYTES = 13


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A part of the text (main, headers, text boxes): its half-open span of character positions."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Characters that lie together in the stream, `width` 1 or 2 bytes each."""

    start: int
    end: int
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Formatting:
    """Runs of bytes of the stream that look alike: where each begins and ends, and its properties."""

    starts: list[int]
    ends: list[int]
    payloads: list[bytes]

    def at(self, fc: int) -> tuple[bytes, int]:
        """Return the properties at a byte, and the byte where they end (the next one where nothing is known)."""
        index = bisect_right(self.starts, fc) - 1
        if index >= 0 and fc < self.ends[index]:
            return self.payloads[index], self.ends[index]
        following = self.starts[index + 1] if index + 1 < len(self.starts) else 1 << 32
        return b"", following


@dataclass(frozen=True, kw_only=True, slots=True)
class DocFile:
    """An opened DOC. `text` has one character for each position (halves of surrogate pairs stand alone)."""

    stream: Record
    tables: Record
    text: str
    pieces: list[Piece]
    stories: tuple[Story, ...]

    @property
    def main(self) -> Story:
        """The body of the document."""
        return self.stories[0]

    @property
    def headers(self) -> Story:
        """Headers and footers."""
        return self.stories[2]

    @property
    def text_boxes(self) -> Story:
        """Text boxes of the body."""
        return self.stories[6]

    def blob(self, index: int) -> Record:
        """Return a structure of the table stream by its place in the header; empty where there is none."""
        at, size = self.stream.u32s(_BLOBS_AT + 8 * index, 2)
        return Record(self.tables.take(at, size) if size else b"")

    def formatting(self, index: int, *, paragraphs: bool) -> Formatting:
        """Read all pages of character or paragraph formatting; the index is that of their bin table."""
        runs: dict[int, tuple[int, bytes]] = {}
        for page in dict.fromkeys(int.from_bytes(item, "little") & _PAGE_NUMBER for item in self.blob(index).plc(4)[1]):
            for start, end, payload in _page(Record(self.stream.take(page * _PAGE_BYTES, _PAGE_BYTES)), paragraphs):
                runs[start] = (end, payload)
        starts = sorted(runs)
        return Formatting(starts, [runs[start][0] for start in starts], [runs[start][1] for start in starts])

    def piece_at(self, cp: int) -> Piece:
        """Return the piece that holds a character."""
        return self.pieces[bisect_right(self.pieces, cp, key=lambda piece: piece.start) - 1]

    def byte_of(self, cp: int) -> int:
        """Return where in the stream a character lies."""
        piece = self.piece_at(cp)
        return piece.offset + (cp - piece.start) * piece.width


def open_doc(content: bytes) -> DocFile:
    """Open a Word 97 to 2003 document.

    Raises `ParsingError`: PASSWORD_PROTECTED, CORRUPT_FILE (also for versions before Word 97), RESOURCE_LIMIT (more
    text than we read).
    """
    streams = read_streams(content, (_MAIN, *_TABLES))
    stream = Record(streams.get(_MAIN, b""))
    version, flags = stream.u16(2), stream.u16(_FLAGS_AT)
    if version < _WORD_97:
        raise ParsingError(
            ErrorReason.CORRUPT_FILE, "the document is older than Word 97; open it in Word, save it as .docx, try again"
        )
    if flags & _ENCRYPTED:
        raise ParsingError(
            ErrorReason.PASSWORD_PROTECTED, "the document is encrypted; save it without a password and upload it again"
        )
    tables = Record(streams.get(_TABLES[1 if flags & _SECOND_TABLE else 0], b""))
    stories = _stories(stream)
    at, size = stream.u32s(_BLOBS_AT + 8 * _CLX, 2)
    pieces = _pieces(Record(tables.take(at, size)), length=stories[-1].end)
    text = "".join(_text(stream, piece) for piece in pieces)
    return DocFile(stream=stream, tables=tables, text=text, pieces=pieces, stories=stories)


def _stories(stream: Record) -> tuple[Story, ...]:
    counts = stream.u32s(_COUNTS_AT, _STORIES)
    refuse_too_long(sum(counts))
    ends = [sum(counts[: index + 1]) for index in range(_STORIES)]
    return tuple(Story(start=end - count, end=end) for count, end in zip(counts, ends, strict=True))


def _pieces(clx: Record, *, length: int) -> list[Piece]:
    at = 0
    while clx.u8(at) != _PIECES_FOLLOW:
        at += 3 + clx.u16(at + 1)
    starts, items = Record(clx.take(at + 5, clx.u32(at + 1))).plc(8)
    pieces: list[Piece] = []
    for index, item in enumerate(items):
        start, end = starts[index], min(starts[index + 1], length)
        if start != (pieces[-1].end if pieces else 0):
            break
        if end > start:
            offset = int.from_bytes(item[2:6], "little")
            width = 1 if offset & _COMPRESSED else 2
            offset = (offset & (_COMPRESSED - 1)) // (2 if width == 1 else 1)
            pieces.append(Piece(start=start, end=end, offset=offset, width=width))
    if not pieces or pieces[-1].end < length:
        raise ParsingError(
            ErrorReason.CORRUPT_FILE, "the document's text is incomplete; open it in Word, save it as .docx, try again"
        )
    return pieces


def _text(stream: Record, piece: Piece) -> str:
    count = piece.end - piece.start
    data = stream.take(piece.offset, count * piece.width)
    if piece.width == 1:
        return data.decode("cp1252", errors="replace")
    text = data.decode("utf-16-le", errors="surrogatepass")
    if len(text) == count:
        return text
    return "".join(chr(int.from_bytes(data[at : at + 2], "little")) for at in range(0, len(data), 2))


def _page(page: Record, paragraphs: bool) -> Iterator[tuple[int, int, bytes]]:  # noqa: FBT001 - one of two kinds
    """Read a page of formatting (FKP): for each run its first byte, the byte behind it, its properties."""
    count = page.u8(_PAGE_BYTES - 1)
    bytes_at = page.u32s(0, count + 1)
    entry_bytes = _PAPX_ENTRY_BYTES if paragraphs else 1
    for index in range(count):
        at = 2 * page.u8(4 * (count + 1) + entry_bytes * index)
        if bytes_at[index] < bytes_at[index + 1]:
            yield bytes_at[index], bytes_at[index + 1], _payload(page, at, paragraphs=paragraphs) if at else b""


def _payload(page: Record, at: int, *, paragraphs: bool) -> bytes:
    size = page.u8(at)
    if not paragraphs:
        return page.take(at + 1, size)
    if size:
        return page.take(at + 1, 2 * size - 1)
    return page.take(at + 2, 2 * page.u8(at + 1))
