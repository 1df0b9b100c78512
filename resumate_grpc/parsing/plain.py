"""TXT → draft: lines, list items, rulers and the headings that stand above them."""

from __future__ import annotations

import re
from dataclasses import replace

from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.characters import is_ruler, normalise, normalise_uri
from resumate_grpc.parsing.document import Style
from resumate_grpc.parsing.draft import PLAIN_STYLE, DraftBlock, DraftLine, DraftPage, DraftWord, join_hyphenated
from resumate_grpc.parsing.encoding import decode
from resumate_grpc.parsing.length import refuse_too_long
from resumate_grpc.parsing.line_writer import LineWriter, strip_bullet

__all__ = ["read_plain", "text_of"]

_POINTS_PER_COLUMN = 6.0
_FRAMED = re.compile(r"\s*([-=_*~#+─━═])\1{2,}\s*(\w[^\n]*?)\s*\1{3,}\s*|\s*(\w[^\n]*?)\s+([-=_*~#─━═])\4{4,}\s*")
_MARKED = re.compile(
    r"\*\*(?P<bold>[^*\s](?:[^*]*[^*\s])?)\*\*|\[(?P<text>[^\]\n]+)\]\((?P<uri>(?:https?://|mailto:)[^)\s]+)\)"
)
_LEADER = re.compile(r"(?<=\S)[ \t]*[-_.·…]{5,}[ \t]*(?=\S)")
"""Dots or dashes that lead from a name to what stands at the right: "Acme Ltd ........ 2019"."""
_LONGEST_HEADING = 60


def text_of(content: bytes) -> tuple[str, list[ParseWarning]]:
    """Decode a text file and normalise its line ends; warns where NUL characters had to be removed.

    Raises `ParsingError` (RESOURCE_LIMIT) where it has more than `MAX_CHARACTERS`.
    """
    text = decode(content)
    refuse_too_long(len(text))
    warnings = []
    if "\0" in text:
        warnings.append(
            ParseWarning(reason="NUL_REMOVED", message="The file holds NUL characters; they were left out.")
        )
        text = text.replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n"), warnings


def read_plain(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a text file. A form feed or a blank line ends a block; a ruler marks the line above as a heading.

    Raises `ParsingError` as `text_of` does.
    """
    text, warnings = text_of(content)
    blocks: list[DraftBlock] = []
    for part in text.split("\f"):
        lines: list[DraftLine] = []
        for raw in [*part.split("\n"), ""]:
            if is_ruler(raw):
                lines = _underlined(lines, level=1 if "=" in raw or "═" in raw else 2)
                blocks.append(DraftBlock(lines=tuple(join_hyphenated(lines))))
                lines = []
            elif raw.strip():
                lines.append(_line(raw))
            elif lines:
                blocks.append(DraftBlock(lines=tuple(join_hyphenated(lines))))
                lines = []
    return DraftPage(blocks=tuple(block for block in blocks if block.lines)), warnings


def _line(raw: str) -> DraftLine:
    framed = _FRAMED.fullmatch(raw)
    text = _LEADER.sub("\t", normalise((framed[2] or framed[3]) if framed else raw))
    words, bullet = strip_bullet(_words(text))
    lead = text[: len(text) - len(text.lstrip())].expandtabs()
    return DraftLine(
        words=words, heading_level=2 if framed else 0, bullet=bullet, indent=len(lead) * _POINTS_PER_COLUMN
    )


def _words(text: str) -> tuple[DraftWord, ...]:
    """Split a line into words; **bold** and [text](link), which people write in plain text too, lose their marks."""
    writer = LineWriter()
    at = 0
    for mark in _MARKED.finditer(text):
        writer.add(text[at : mark.start()])
        inner = mark["bold"] or mark["text"]
        link = _MARKED.fullmatch(inner)
        uri = normalise_uri(mark["uri"] or (link["uri"] if link else None) or "")
        style = Style(bold=True) if mark["bold"] else PLAIN_STYLE
        writer.add(link["text"] if link and link["text"] else inner.strip("*"), style=style, uri=uri)
        at = mark.end()
    writer.add(text[at:])
    return writer.take()


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
