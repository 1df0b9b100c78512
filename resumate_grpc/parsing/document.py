"""A document as every later stage sees it, whatever format it came in.

Document → pages → blocks (in reading order) → lines → words. Formats without pages (DOCX, text) have one `Page` of
number 0, without size, and words without boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import msgspec

from resumate_grpc.model.parsed import Box, ParseWarning
from resumate_grpc.model.resume import MediaType

__all__ = ["Block", "BlockKind", "Document", "Line", "Link", "Page", "Style", "Word"]


class BlockKind(Enum):
    """What a block of lines is in the layout."""

    TEXT = "text"
    TABLE_CELL = "table_cell"
    TEXT_BOX = "text_box"
    HEADER = "header"
    FOOTER = "footer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How a word looks; `size` in points (0 where unknown), `color` as 0xRRGGBB."""

    font: str = ""
    size: float = 0.0
    bold: bool = False
    italic: bool = False
    color: int = 0


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A run of glyphs without white space; `start`/`end` is its half-open span in `Document.text`.

    `confidence`, 0..1, is how sure OCR is of it; 1 where the file holds it as text.
    """

    text: str
    start: int
    end: int
    style: Style
    box: Box | None = None
    confidence: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Words that stand on one line, left to right; `start`/`end` is the line's span in `Document.text`.

    A word broken at a line's end is whole, on the line where it begins.

    `text` is `Document.text[start:end]`; a tab in it stands for a tab of the file or a gap much wider than a space (a
    date at the right margin), in every format. `heading_level` is 1..9 where the format itself says that the line is a
    heading (DOCX style, Markdown #), else 0. `bullet` tells a list item; the bullet glyph itself is not a word.
    `indent` is the left edge in points from the block's column (0 where unknown; in text files, six for each blank).
    """

    text: str
    start: int
    end: int
    words: tuple[Word, ...]
    box: Box | None = None
    heading_level: int = 0
    bullet: bool = False
    indent: float = 0.0

    @property
    def size(self) -> float:
        """Largest font size on the line, in points; 0 where unknown."""
        return max((word.style.size for word in self.words), default=0.0)

    @property
    def bold(self) -> bool:
        """Whether every word is bold."""
        return bool(self.words) and all(word.style.bold for word in self.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Lines that belong together; `column` counts from 0, left to right, `row`/`cell` place a TABLE_CELL."""

    lines: tuple[Line, ...]
    kind: BlockKind = BlockKind.TEXT
    column: int = 0
    table: int = -1
    row: int = -1
    cell: int = -1
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page; `number` counts from 1 (0 where the format has no pages), sizes in points.

    A scan that lay askew was turned by `skew` degrees, counter-clockwise about its middle, before it was read; the
    boxes in it are those of the level page. A page on its side was turned upright, width and height with it.
    """

    number: int
    width: float
    height: float
    blocks: tuple[Block, ...]
    skew: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A hyperlink: its target and the span of text (empty where it lies on a picture or an icon) that bears it."""

    uri: str
    start: int
    end: int
    page: int = 0
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """All the text of a file in reading order. Lines are joined by newlines, blocks by blank lines."""

    text: str
    media_type: MediaType
    pages: tuple[Page, ...]
    links: tuple[Link, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line in reading order."""
        return tuple(line for page in self.pages for block in page.blocks for line in block.lines)
