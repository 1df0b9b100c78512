"""TXT → draft: lines, list items, rulers and the headings that stand above them."""

from __future__ import annotations

import re
from dataclasses import replace

from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.characters import normalise
from resumate_grpc.parsing.draft import DraftBlock, DraftLine, DraftPage
from resumate_grpc.parsing.encoding import decode
from resumate_grpc.parsing.line_writer import strip_bullet, words_of

__all__ = ["read_plain", "text_of"]

_POINTS_PER_COLUMN = 6.0
_RULER = re.compile(r"\s*([-=_*~#+.─━═—–])(\s?\1){2,}\s*")
_FRAMED = re.compile(r"\s*([-=_*~#+─━═])\1{2,}\s*(\w[^\n]*?)\s*\1{3,}\s*|\s*(\w[^\n]*?)\s+([-=_*~#─━═])\4{4,}\s*")
_LONGEST_HEADING = 60


def text_of(content: bytes) -> tuple[str, list[ParseWarning]]:
    """Decode a text file and normalise its line ends; warns where NUL characters had to be removed."""
    text = decode(content)
    warnings = []
    if "\0" in text:
        warnings.append(
            ParseWarning(reason="NUL_REMOVED", message="The file holds NUL characters; they were left out.")
        )
        text = text.replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n"), warnings


def read_plain(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a text file. A form feed or a blank line ends a block; a ruler marks the line above as a heading."""
    text, warnings = text_of(content)
    blocks: list[DraftBlock] = []
    for part in text.split("\f"):
        lines: list[DraftLine] = []
        for raw in [*part.split("\n"), ""]:
            if _RULER.fullmatch(raw):
                lines = _underlined(lines, level=1 if "=" in raw or "═" in raw else 2)
                blocks.append(DraftBlock(lines=tuple(lines)))
                lines = []
            elif raw.strip():
                lines.append(_line(raw))
            elif lines:
                blocks.append(DraftBlock(lines=tuple(lines)))
                lines = []
    return DraftPage(blocks=tuple(block for block in blocks if block.lines)), warnings


def _line(raw: str) -> DraftLine:
    framed = _FRAMED.fullmatch(raw)
    text = normalise((framed[2] or framed[3]) if framed else raw)
    words, bullet = strip_bullet(words_of(text))
    lead = text[: len(text) - len(text.lstrip())].expandtabs()
    return DraftLine(
        words=words, heading_level=2 if framed else 0, bullet=bullet, indent=len(lead) * _POINTS_PER_COLUMN
    )


def _underlined(lines: list[DraftLine], *, level: int) -> list[DraftLine]:
    """Mark the line above a ruler as a heading, where it stands alone and is no sentence."""
    if (
        len(lines) != 1
        or lines[0].bullet
        or len(lines[0].text) > _LONGEST_HEADING
        or lines[0].text.endswith((".", ","))
    ):
        return lines
    return [replace(lines[0], heading_level=level)]
