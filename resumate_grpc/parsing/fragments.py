"""Rows: the document's lines cut into fragments at wide gaps, with the looks that later stages ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from resumate_grpc.parsing.document import Block, BlockKind, Document, Line, Word

__all__ = ["Fragment", "Row", "rows_of"]

_WIDE_GAP_EMS = 1.15
"""Gaps wider than this many font sizes separate fragments; justified text stays below it."""

_HARD_BREAK = re.compile(r"\s*\t\s*|\s{3,}|\s+[|¦‖│•·∙⋅●▪■◆‣⁃]+\s+|\s*[|¦‖│•∙⋅●▪■◆‣]\s*")
_LARGE_SPACING = 1.45
_FALLBACK_SIZE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Fragment:
    """A run of one line without a wide gap; `start`/`end` is its half-open span in the document's text."""

    text: str
    start: int
    end: int
    bold: bool = False
    italic: bool = False
    size: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line as the later stages see it.

    `spaced` tells that it begins a block or stands apart from the line above; `left` is its left edge in points, or in
    leading spaces where the format has no boxes. `number` counts the rows from 0.
    """

    number: int
    text: str
    start: int
    end: int
    fragments: tuple[Fragment, ...]
    size: float
    bold: bool
    italic: bool
    color: int
    caps: bool
    bullet: bool
    heading_level: int
    spaced: bool
    left: float
    page: int
    block: int
    kind: BlockKind
    column: int
    table: int
    table_row: int


_BULLET_GLYPH = re.compile(r"^\s*(?:[•·∙⋅●▪■◆◦○‣⁃►▶➢➤✓✔❖*–-]|)\s+(?=\S)")


def rows_of(document: Document) -> tuple[Row, ...]:
    """Return every line of the document that bears text, in reading order."""
    rows: list[Row] = []
    block_number = 0
    for page in document.pages:
        for block in page.blocks:
            spacing = _usual_spacing(block)
            above: Line | None = None
            for line in block.lines:
                if line.text.strip():
                    rows.append(_row(len(rows), line, above, block, spacing, page.number, block_number))
                    above = line
            block_number += 1
    return tuple(rows)


def _usual_spacing(block: Block) -> float:
    tops = [line.box.y0 for line in block.lines if line.box]
    steps = [low - high for high, low in zip(tops, tops[1:], strict=False) if low > high]
    return median(steps) if steps else 0.0


def _row(
    number: int, line: Line, above: Line | None, block: Block, spacing: float, page: int, block_number: int
) -> Row:
    glyph = None if line.bullet else _BULLET_GLYPH.match(line.text)
    start = line.start + (glyph.end() if glyph else len(line.text) - len(line.text.lstrip()))
    text = line.text[start - line.start :].rstrip()
    words = [word for word in line.words if word.start >= start]
    return Row(
        number=number,
        text=text,
        start=start,
        end=start + len(text),
        fragments=tuple(_fragments(text, start, words)),
        size=line.size,
        bold=bool(words) and all(word.style.bold for word in words),
        italic=bool(words) and all(word.style.italic for word in words),
        color=words[0].style.color if words else 0,
        caps=text.isupper(),
        bullet=line.bullet or glyph is not None,
        heading_level=line.heading_level,
        spaced=above is None or _stands_apart(above, line, spacing),
        left=line.box.x0 if line.box else float(start - line.start),
        page=page,
        block=block_number,
        kind=block.kind,
        column=block.column,
        table=block.table,
        table_row=block.row,
    )


def _stands_apart(above: Line, line: Line, spacing: float) -> bool:
    if above.box and line.box and spacing:
        return line.box.y0 - above.box.y0 > _LARGE_SPACING * spacing
    return False


def _fragments(text: str, start: int, words: list[Word]) -> Iterator[Fragment]:
    edges = sorted({*_gaps_by_box(words), *_gaps_by_text(text, start)})
    left = start
    for gap_start, gap_end in [*edges, (start + len(text), start + len(text))]:
        if gap_start > left:
            yield _fragment(text, start, left, gap_start, words)
        left = max(left, gap_end)


def _gaps_by_box(words: list[Word]) -> Iterator[tuple[int, int]]:
    for word, following in zip(words, words[1:], strict=False):
        if word.box and following.box:
            ems = max(word.style.size, following.style.size) or _FALLBACK_SIZE
            if following.box.x0 - word.box.x1 > _WIDE_GAP_EMS * ems:
                yield word.end, following.start


def _gaps_by_text(text: str, start: int) -> Iterator[tuple[int, int]]:
    for match in _HARD_BREAK.finditer(text):
        if match.end() > match.start():
            yield start + match.start(), start + match.end()


def _fragment(text: str, row_start: int, start: int, end: int, words: list[Word]) -> Fragment:
    raw = text[start - row_start : end - row_start]
    start += len(raw) - len(raw.lstrip())
    inside = [word for word in words if start <= word.start < end]
    return Fragment(
        text=raw.strip(),
        start=start,
        end=start + len(raw.strip()),
        bold=bool(inside) and all(word.style.bold for word in inside),
        italic=bool(inside) and all(word.style.italic for word in inside),
        size=max((word.style.size for word in inside), default=0.0),
    )
