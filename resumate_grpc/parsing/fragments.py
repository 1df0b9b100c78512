"""Rows: the document's lines cut into fragments at wide gaps, with the looks that later stages ask for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.document import Block, BlockKind, Document, Line, Word
from resumate_grpc.parsing.numbered_items import NUMBER, numbered_items

__all__ = ["Fragment", "Row", "cut_off", "rows_of"]

_WIDE_GAP_EMS = 1.15
"""Gaps wider than this many font sizes separate fragments; justified text stays below it."""

_HARD_BREAK = re.compile(
    r"\s*\t\s*|\s{3,}(?![\s:：])|\s+[|¦‖│•·∙⋅●▪■◆‣⁃♦◊⋄✦❖]+\s+|\s*[|¦‖│•∙⋅●▪■◆‣♦◊⋄✦❖]\s*"
    r"|\s*[✉☎☏✆⌂📞📱📧📍🏠🌐🔗📮🏡📅📆📌🎓💻]\ufe0f?\s*"
)
_PAGE_NUMBER = re.compile(
    r"(?:(?:^|\s)(?:page|pag|pg|seite|página|pagina|стр)|^\W*p)\.?\s?\d{1,2}(?:\s?(?:/|of|de|von|di|sur|"
    r"из)\s?\d{1,2})?\W*$|^\W*\d{1,2}\s?(?:/|of)\s?\d{1,2}\W*$|^第\s?\d+\s?页|^\W*(?:copyright|©|"
    r"last updated)",
    re.IGNORECASE,
)
_PAGE_DIGITS = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_EDGE_ROWS = 2
_LONGEST = 3000
"""Characters of a line that are looked at for structure; what is longer is running text, and bounds the work."""
_MOST_FRAGMENTS = 120
_LONGEST_MARGIN = 80
_LONGEST_IMPRINT = 160
_IMPRINT = re.compile(r"(?:^|\s)©\s")
_LARGE_SPACING = 1.45
_FALLBACK_SIZE = 10.0
_SPACE_EMS = 0.25
_LOUDER = 1.15
_NEARLY_FULL = 0.8
_HALF_FULL = 0.5
_LEAST_FULL = 3
_WIDE_TEXT = 22.0  # font sizes
_NOWHERE = float("inf")
_HANGING = 0.8  # points


@dataclass(frozen=True, kw_only=True, slots=True)
class Fragment:
    """A run of one line without a wide gap; `start`/`end` is its half-open span in the document's text.

    `breaks` are the positions in it where the print changes between bold, italic and plain, or in font or colour;
    `louder` is where what is larger at its beginning ends, 0 where it is of one size. `prints` are the runs of one
    weight and slant, where there are several: each one's start, whether it is bold, whether it is italic.
    """

    text: str
    start: int
    end: int
    bold: bool = False
    italic: bool = False
    size: float = 0.0
    left: float = 0.0
    breaks: tuple[int, ...] = ()
    louder: int = 0
    prints: tuple[tuple[int, bool, bool], ...] = ()

    def print_at(self, position: int) -> tuple[bool, bool]:
        """Whether what stands there is bold, and whether it is italic."""
        own = [(bold, italic) for start, bold, italic in self.prints if start <= position]
        return own[-1] if own else (self.bold, self.italic)


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
    box: Box | None
    page: int
    block: int
    kind: BlockKind
    column: int
    table: int
    table_row: int
    wrapped: bool = False
    """Whether the text runs on into the next row: its first word would not have fitted behind this one's."""


_BULLET_GLYPH = re.compile(r"^\s*(?:[•·∙⋅●▪■◆◦○‣⁃►▶➢➤✓✔❖*–-]|)\s+(?=\S)|^\s*・\s*(?=\S)")


def cut_off(row: Row, start: int) -> Row:
    """Return what of a row stands from a place in the text on."""
    kept = tuple(
        fragment
        if fragment.start >= start
        else replace(fragment, text=fragment.text[start - fragment.start :], start=start)
        for fragment in row.fragments
        if fragment.end > start
    )
    return replace(row, text=row.text[start - row.start :], start=start, fragments=kept)


def rows_of(document: Document) -> tuple[Row, ...]:
    """Return every line of the document that bears text, in reading order."""
    rows: list[Row] = []
    first_words: list[float] = []
    counted = numbered_items(document)
    block_number = 0
    for page in document.pages:
        for block in page.blocks:
            spacing = _usual_spacing(block)
            above: Line | None = None
            for line in block.lines:
                if any(char.isalnum() for char in line.text) and not _is_margin(line.text):
                    sign = NUMBER if line.start in counted else _BULLET_GLYPH
                    rows.append(_row(len(rows), line, above, block, spacing, page.number, block_number, sign))
                    first_words.append(_width(line.words[0]) if line.words else 0.0)
                    above = line
            block_number += 1
    return tuple(_without_running_heads(with_wraps(rows, first_words)))


def _width(word: Word) -> float:
    return word.box.x1 - word.box.x0 if word.box else 0.0


def with_wraps(rows: Sequence[Row], first_words: Sequence[float]) -> list[Row]:
    """Mark the rows that were wrapped; `first_words` are the widths of each row's first word, in points.

    A column's width is known where several of its rows nearly fill it; in a list of short items none does.
    """
    columns: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        if row.box:
            columns[row.page, row.column].append(row)
    widths = {place: _column_width(own) for place, own in columns.items()}
    edges = _right_edges(rows)
    marked = list(rows)
    for (row, below), word in zip(pairwise(rows), first_words[1:], strict=True):
        width = widths.get((row.page, row.column), 0.0)
        together = row.block == below.block and row.end + 1 == below.start and row.size == below.size
        together = together and len(row.fragments) == 1 and not (below.bullet or below.spaced or row.heading_level)
        if together and (_has_date_from(row, below) or (row.bullet and _hangs_alike(row, below))):
            marked[row.number] = replace(row, wrapped=True)
        elif width and row.box and together:
            filled = row.box.x1 - row.left + _SPACE_EMS * row.size + word
            if filled > width and row.box.x1 - row.left > _HALF_FULL * width:
                marked[row.number] = replace(row, wrapped=True)
        if together and row.box and not marked[row.number].wrapped and round(row.left) == round(below.left):
            edge = edges.get((row.page, row.column, round(row.left)), _NOWHERE)
            if row.box.x1 + _SPACE_EMS * row.size + word > edge:
                marked[row.number] = replace(row, wrapped=True)
    return marked


def _hangs_alike(row: Row, below: Row) -> bool:
    return abs(row.left - below.left) < _HANGING and row.left > 0


def _has_date_from(row: Row, below: Row) -> bool:
    """Whether what stands at a row's right end was printed at the height of the row above, which so runs on into it."""
    if not row.box or not below.box or len(below.fragments) == 1:
        return False
    return below.box.y0 <= row.box.y0 + _HANGING and below.box.y1 > row.box.y1 + _HANGING


def _right_edges(rows: Sequence[Row]) -> dict[tuple[int, int, int], float]:
    """Return where text that begins at one left edge ends, by page, column and that edge, where it is set wide.

    What hangs behind a rail of dates is narrower than the rest of its column.
    """
    texts: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    for row in rows:
        if row.box and len(row.fragments) == 1:
            texts[row.page, row.column, round(row.left)].append(row)
    widths = {place: _column_width(own) for place, own in texts.items() if len(own) >= _LEAST_FULL}
    return {place: place[2] + width for place, width in widths.items() if width > _WIDE_TEXT * texts[place][0].size}


def _column_width(rows: Sequence[Row]) -> float:
    """Return how wide the text of a column is set; 0 where too few rows fill it to tell."""
    widths = [row.box.x1 - row.left for row in rows if row.box]
    widest = max(widths, default=0.0)
    full = sum(width > _NEARLY_FULL * widest for width in widths)
    return widest if full >= _LEAST_FULL else 0.0


def _is_margin(text: str) -> bool:
    """Whether the line is a page's number or imprint."""
    return (len(text) < _LONGEST_MARGIN and _PAGE_NUMBER.search(text) is not None) or (
        len(text) < _LONGEST_IMPRINT and _IMPRINT.search(text) is not None
    )


def _without_running_heads(rows: Sequence[Row]) -> list[Row]:
    """Drop what stands, but for page numbers, on more than one page at its top, or at its bottom."""
    edges: dict[tuple[str, bool], set[int]] = defaultdict(set)
    running: set[int] = set()
    for page in {row.page for row in rows if row.page}:
        own = [row for row in rows if row.page == page and row.box]
        own.sort(key=lambda row: row.box.y0 if row.box else 0.0)
        for row, top in (
            (row, top) for top, at in ((True, own[:_EDGE_ROWS]), (False, own[-_EDGE_ROWS:])) for row in at
        ):
            edges[_PAGE_DIGITS.sub("", row.text), top].add(row.number)
    for numbers in edges.values():
        if len({rows[number].page for number in numbers}) > 1:
            running |= numbers
    return [row for row in rows if row.number not in running or (row.page == 1 and row.number < _EDGE_ROWS)]


def _usual_spacing(block: Block) -> float:
    tops = [line.box.y0 for line in block.lines if line.box]
    steps = [low - high for high, low in pairwise(tops) if low > high]
    return median(steps) if steps else 0.0


def _row(
    number: int,
    line: Line,
    above: Line | None,
    block: Block,
    spacing: float,
    page: int,
    block_number: int,
    sign: re.Pattern[str],
) -> Row:
    glyph = None if line.bullet else sign.match(line.text)
    start = line.start + (glyph.end() if glyph else len(line.text) - len(line.text.lstrip()))
    text = line.text[start - line.start :][:_LONGEST].rstrip()
    words = [word for word in line.words if word.start >= start]
    bold, italic, _ = _print_of(words)
    return Row(
        number=number,
        text=text,
        start=start,
        end=start + len(text),
        fragments=tuple(_fragments(text, start, words)),
        size=line.size,
        bold=bold,
        italic=italic,
        color=words[0].style.color if words else 0,
        caps=text.isupper(),
        bullet=line.bullet or glyph is not None,
        heading_level=line.heading_level,
        spaced=above is None or _stands_apart(above, line, spacing),
        left=line.box.x0 if line.box else line.indent,
        box=line.box,
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
    edges = sorted({*_gaps_by_box(words), *_gaps_by_text(text, start)})[:_MOST_FRAGMENTS]
    left = start
    for gap_start, gap_end in [*edges, (start + len(text), start + len(text))]:
        if gap_start > left:
            yield _fragment(text, start, left, gap_start, words)
        left = max(left, gap_end)


def _gaps_by_box(words: list[Word]) -> Iterator[tuple[int, int]]:
    for word, following in pairwise(words):
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
    while len(inside) > 1 and _is_icon(inside[0], inside[1]):
        raw = raw.lstrip()[inside[1].start - start :]
        start = inside[1].start
        inside = inside[1:]
    bold, italic, size = _print_of(inside)
    changes = [(word, after) for word, after in pairwise(inside) if word.style is not after.style]
    return Fragment(
        text=raw.strip(),
        start=start,
        end=start + len(raw.strip()),
        bold=bold,
        italic=italic,
        size=size,
        left=inside[0].box.x0 if inside and inside[0].box else 0.0,
        breaks=tuple(after.start for word, after in changes if _print(word) != _print(after)),
        prints=_prints(inside, changes),
        louder=next((after.start for word, after in changes if word.style.size > _LOUDER * after.style.size), 0),
    )


def _print_of(words: Sequence[Word]) -> tuple[bool, bool, float]:
    """Return whether all words are bold, whether all are italic, and the size of the largest."""
    styles = {id(word.style): word.style for word in words}.values()
    if not styles:
        return False, False, 0.0
    return (
        all(style.bold for style in styles),
        all(style.italic for style in styles),
        max(style.size for style in styles),
    )


def _prints(words: Sequence[Word], changes: Sequence[tuple[Word, Word]]) -> tuple[tuple[int, bool, bool], ...]:
    runs = [(word.start, word.style.bold, word.style.italic) for word in words[:1]]
    for above, word in changes:
        if (above.style.bold, above.style.italic) != (word.style.bold, word.style.italic):
            runs.append((word.start, word.style.bold, word.style.italic))
    return tuple(runs) if len(runs) > 1 else ()


def _is_icon(word: Word, following: Word) -> bool:
    """Whether the word is one glyph of an icon font that came out as a letter or sign."""
    char = word.text
    if len(char) != 1 or "\u2e80" < char < "\uf8ff":
        return False
    if char.isascii() and char.isalnum():
        return _family(word) != _family(following)
    return not (char.isalnum() and word.style.font == following.style.font) and char not in "+#&(\"'@"


def _family(word: Word) -> str:
    """Return the font's name without subset tag and weight."""
    return re.split(r"[-,0-9]", word.style.font.rpartition("+")[2])[0]


def _print(word: Word) -> tuple[str, bool, bool, int]:
    return word.style.font, word.style.bold, word.style.italic, word.style.color
