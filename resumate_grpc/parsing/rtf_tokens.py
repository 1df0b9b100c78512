"""RTF, its tokens: braces, control words, characters (RTF 1.9.1, "Conventions of an RTF reader")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from resumate_grpc.errors import ErrorReason, ParsingError

__all__ = ["Kind", "Token", "tokens_of"]

_TOKEN = re.compile(
    rb"(?P<brace>[{}])|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])|(?P<text>[^\\{}\r\n\x00]+)|(?P<nothing>[\r\n\x00]+|\\)",
    re.DOTALL,
)
_MOST_TOKENS = 2_000_000


class Kind(Enum):
    """What a token is."""

    OPEN = "{"
    CLOSE = "}"
    WORD = "word"
    SYMBOL = "symbol"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Token:
    """A control word with its number (None where it has none), a control symbol, or bytes of text."""

    kind: Kind
    data: bytes = b""
    number: int | None = None
    coded: bool = False
    """Whether the byte came as a code: one is one character of a fallback, however long."""


_OPEN, _CLOSE = Token(Kind.OPEN), Token(Kind.CLOSE)


def tokens_of(content: bytes) -> Iterator[Token]:
    """Split a file into tokens; binary data (`bin`) is skipped.

    Raises `ParsingError` (RESOURCE_LIMIT) where there are more than two million.
    """
    at = 0
    for _ in range(_MOST_TOKENS):
        match = _TOKEN.match(content, at)
        if match is None:
            return
        at = match.end()
        kind = match.lastgroup
        if kind == "brace":
            yield _OPEN if match["brace"] == b"{" else _CLOSE
        elif kind == "text":
            yield Token(Kind.BYTES, match["text"])
        elif kind == "hex":
            yield Token(Kind.BYTES, bytes.fromhex(match["hex"].decode()), coded=True)
        elif kind == "symbol":
            yield Token(Kind.SYMBOL, match["symbol"])
        elif kind != "nothing":
            number = None if match["number"] is None else int(match["number"])
            if match["word"] == b"bin":
                at += max(0, number or 0)
            yield Token(Kind.WORD, match["word"], number)
    raise ParsingError(
        ErrorReason.RESOURCE_LIMIT, "the document has more formatting than we read; save it as .docx and upload that"
    )
