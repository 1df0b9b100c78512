"""Words → rows: what stands on one baseline, and the segments into which wide gaps divide it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import msgspec
from msgspec.structs import replace

from resumate_grpc.parsing.words import PlacedWord

__all__ = [
    "WIDE_GAP",
    "Segment",
    "column_edges",
    "group_rows",
    "join_letterspaced",
    "justified",
    "rail_edges",
    "segment_of",
    "segments_of",
]

WIDE_GAP = 0.95
"""Gap between words, in units of the font size, from which they are not one run of text; justified text stays below."""

_RAIL_GAP = 0.6
"""Gap from which words are apart where several rows have it at one place: a rail set flush right, then its text."""

_SPACES = 1.6
_RAIL_ROWS = 3
_COLUMN_ROWS = 5
_LOUDER = 1.1
_ALIGNED = 1.2  # points
_SAME_BASELINE = 0.3
_RAISED_OVERLAP = 0.6
_TOUCHING = (-0.1, 0.4)
_SPACED_LETTERS = 3
_SMALL_CAPITALS = 0.7
_LOWER = 0.85
_WIDEST_SPACE = 1.2
_FEW_GAPS = 2
_OTHERS = 2
_LEAST_SPREAD = 0.5
_SPACED_GAP_SPREAD = 1.7
_SPACE = 0.3  # of the font size


class Segment(msgspec.Struct, frozen=True):
    """Words of one row without a wide gap between them, left to right."""

    words: tuple[PlacedWord, ...]
    x0: float
    x1: float
    baseline: float
    size: float
    order: int

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word.text for word in self.words)


def group_rows(words: Sequence[PlacedWord]) -> list[list[PlacedWord]]:
    """Group words by baseline, top to bottom; each row from left to right.

    A raised or lowered word (an exponent, a small icon's label) joins the row that it touches.
    """
    rows: list[list[PlacedWord]] = []
    for word in sorted(words, key=lambda each: (each.baseline, each.x0)):
        if rows and _on_row(word, rows[-1]):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda each: each.x0) for row in rows]


def _on_row(word: PlacedWord, row: list[PlacedWord]) -> bool:
    first, size = row[0], word.size
    if word.baseline - first.baseline <= _SAME_BASELINE * min(size, first.size):
        return True
    # Only a word of another size is raised or lowered; the rest of the page is spared the search.
    return any(size != other.size and _touches(word, other) for other in row)


def _touches(word: PlacedWord, other: PlacedWord) -> bool:
    lower = min(word.y1 - word.y0, other.y1 - other.y0)
    overlap = min(word.y1, other.y1) - max(word.y0, other.y0)
    gap = max(word.x0 - other.x1, other.x0 - word.x1)
    size = max(word.size, other.size)
    return overlap >= _RAISED_OVERLAP * lower and _TOUCHING[0] * size <= gap <= _TOUCHING[1] * size


def column_edges(rows: Sequence[Sequence[PlacedWord]]) -> tuple[float, ...]:
    """Return where many rows begin, right of others: the left edge of a column that has little beside it."""
    begins = sorted(row[0].x0 for row in rows if row)
    edges: list[float] = []
    for first, last in zip(begins, begins[_COLUMN_ROWS - 1 :], strict=False):
        if last - first <= _ALIGNED and first > begins[0] + _ALIGNED and not (edges and first - edges[-1] <= _ALIGNED):
            edges.append(first)
    return tuple(edges)


def rail_edges(rows: Sequence[Sequence[PlacedWord]]) -> tuple[float, ...]:
    """Return where text begins behind a rail that is set flush right, near enough for its gap to pass for a space.

    Such a gap is wider than a space and stands at one place in three rows or more: what is left of it ends, what is
    right of it begins at one edge.
    """
    pairs = [pair for row in rows for pair in pairwise(row)]
    space = median([after.x0 - before.x1 for before, after in pairs] or [0.0])
    gaps = sorted(
        (after.x0, before.x1)
        for before, after in pairs
        if max(_RAIL_GAP * before.size, _SPACES * space) < after.x0 - before.x1 <= WIDE_GAP * before.size
        and any(char.isalnum() for char in before.text)
    )
    edges: list[float] = []
    for first, third in zip(gaps, gaps[_RAIL_ROWS - 1 :], strict=False):
        if third[0] - first[0] > _ALIGNED or (edges and first[0] - edges[-1] <= _ALIGNED):
            continue
        ends = [x1 for x0, x1 in gaps if 0 <= x0 - first[0] <= _ALIGNED]
        if sum(abs(end - median(ends)) <= _ALIGNED for end in ends) >= _RAIL_ROWS:
            edges.append(first[0])
    return tuple(edges)


def segments_of(
    row: Sequence[PlacedWord],
    *,
    wide_gap: float = WIDE_GAP,
    rails: Sequence[float] = (),
    columns: Sequence[float] = (),
) -> list[Segment]:
    """Divide a row, left to right, at gaps of more than `wide_gap` times the font size and before the edges `rails`.

    Also before the edges of `columns`, where the print changes there.
    """
    segments: list[Segment] = []
    run: list[PlacedWord] = []
    for word in row:
        ems = (word.x0 - run[-1].x1) / min(word.size, run[-1].size) if run else 0.0
        parted = ems > wide_gap or (ems > _RAIL_GAP and _stands_at(word, rails))
        if parted or (run and _stands_at(word, columns) and _looks_differ(run[-1], word)):
            segments.append(segment_of(run))
            run = []
        run.append(word)
    if run:
        segments.append(segment_of(run))
    return segments


def _stands_at(word: PlacedWord, edges: Sequence[float]) -> bool:
    return any(0 <= word.x0 - edge <= _ALIGNED for edge in edges)


def justified(rows: Sequence[Sequence[PlacedWord]]) -> list[bool]:
    """Tell which rows are lines of text set to the width of a narrow column, however wide the gaps between their words.

    The gaps of such a row are alike, but not like those of another row, as the gaps between tags are; and it ends where
    other rows end.
    """
    gaps = [_even_gap(row) for row in rows]
    ordered, ends = sorted(gaps), sorted(row[-1].x1 for row in rows)
    return [
        gap > 0 and _count_near(gap, ordered, _ALIGNED / 2) == 1 and _count_near(row[-1].x1, ends, _ALIGNED) > _OTHERS
        for gap, row in zip(gaps, rows, strict=True)
    ]


def _count_near(value: float, ordered: Sequence[float], reach: float) -> int:
    """Count the numbers, given in order, no farther from a value than its reach, itself among them."""
    return bisect_right(ordered, value + reach) - bisect_left(ordered, value - reach)


def _even_gap(row: Sequence[PlacedWord]) -> float:
    """Return the gap between a row's words where it is wide and one for all, 0 where not."""
    gaps = [after.x0 - before.x1 for before, after in pairwise(row)]
    alike = len(gaps) >= _FEW_GAPS and max(gaps) - min(gaps) <= _ALIGNED / 2
    return gaps[0] if alike and gaps[0] > WIDE_GAP * row[0].size else 0.0


def _looks_differ(word: PlacedWord, after: PlacedWord) -> bool:
    larger = max(word.size, after.size) > _LOUDER * min(word.size, after.size)
    return larger or word.look.style.bold != after.look.style.bold


def segment_of(run: Sequence[PlacedWord]) -> Segment:
    """Make one segment of words that belong together, in their order."""
    return Segment(
        words=tuple(run),
        x0=run[0].x0,
        x1=max(word.x1 for word in run),
        baseline=run[0].baseline,
        size=max(word.size for word in run),
        order=run[0].order,
    )


def join_letterspaced(row: list[PlacedWord]) -> list[PlacedWord]:
    """Put words together that are printed letter by letter ("S K I L L S"): three and more single letters in a row.

    The widest gap that still counts as letter-spacing follows from the narrower ones of the run.
    """
    joined: list[PlacedWord] = []
    at = 0
    while at < len(row):
        end = at
        while end < len(row) and _goes_on(row[at], row[end]):
            end += 1
        if end - at >= _SPACED_LETTERS:
            joined.extend(_joined_run(row[at:end]))
            at = end
        else:
            joined.append(row[at])
            at += 1
    return _with_strays(joined)


def _with_strays(row: list[PlacedWord]) -> list[PlacedWord]:
    """Join small capitals that stand much nearer to each other than words of their row do: "2014  t o  2016"."""
    if not any(len(word.text) == 1 for word in row):
        return row
    largest = max(word.size for word in row)
    if not any(_is_stray(word, largest) for word in row):
        return row
    gaps = [after.x0 - before.x1 for before, after in pairwise(row)]
    space = max((gap for gap, word in zip(gaps, row, strict=False) if gap <= _WIDEST_SPACE * word.size), default=0.0)
    joined = row[:1]
    for gap, letter in zip(gaps, row[1:], strict=True):
        near = gap <= space / 2 and space >= _LEAST_SPREAD * letter.size
        if near and _is_stray(letter, largest) and joined[-1].text[-1:].isalpha():
            joined[-1] = replace(joined[-1], text=joined[-1].text + letter.text, x1=max(joined[-1].x1, letter.x1))
        else:
            joined.append(letter)
    return joined


def _is_stray(word: PlacedWord, largest: float) -> bool:
    return len(word.text) == 1 and word.text.islower() and word.size <= _LOWER * largest


def _goes_on(first: PlacedWord, letter: PlacedWord) -> bool:
    """Tell whether a word is one letter of about the first one's size: a small capital, no heading beside a name."""
    single = len(letter.text) == 1 and letter.text.isalpha()
    return single and min(letter.size, first.size) >= _SMALL_CAPITALS * max(letter.size, first.size)


def _joined_run(letters: list[PlacedWord]) -> list[PlacedWord]:
    gaps = [after.x0 - before.x1 for before, after in pairwise(letters)]
    usual = sorted(gaps)[len(gaps) // 4]  # kerning draws some pairs together
    widest = max(usual, 0.05 * letters[0].size) * _SPACED_GAP_SPREAD
    words = [letters[0]]
    for letter, gap in zip(letters[1:], gaps, strict=True):
        last = words[-1]
        if gap <= widest:
            words[-1] = replace(
                last,
                text=last.text + letter.text,
                x1=max(last.x1, letter.x1),
                y0=min(last.y0, letter.y0),
                y1=max(last.y1, letter.y1),
            )
        else:
            # The space between two such words is as stretched as they are: narrow it to what a space is elsewhere.
            words[-1] = replace(last, x1=max(last.x1, letter.x0 - _SPACE * letter.size))
            words.append(letter)
    return words
