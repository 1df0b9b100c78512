"""Dates flush right beside a line that was wrapped for their sake: read behind the whole line, not amid it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.rows import Segment, segment_of

__all__ = ["with_dates_below"]

_Row = tuple[Segment, ...]

_MOST_DATE_WORDS = 7
_LEAST_GAP = 0.4  # of the font size: more than a space
_LINE = 1.7  # of the font size
_SAME_EDGE = 1.5  # points
_SPACE = 0.25
_LEAST_LINE_WORDS = 3
_WIDE = 0.6
_NOWHERE = float("inf")


def with_dates_below(rows: Sequence[_Row]) -> tuple[_Row, ...]:
    """Move a date at a row's right end to the row below where the text beside it runs on there.

    "Charge Nurse, Northlake   2019 - 2021" above "Memorial Hospital": the name stays in one piece.
    """
    moved = list(rows)
    edge = _edge(rows)
    for index in range(len(moved) - 1):
        parts = _parted(moved[index])
        if parts and _runs_on(parts[0], parts[1], moved[index + 1], edge):
            moved[index], moved[index + 1] = (parts[0],), (*moved[index + 1], parts[1])
    return tuple(moved)


def _edge(rows: Sequence[_Row]) -> float:
    """Return where a column of text ends left of its dates; without end where its rows do not tell.

    They tell where all rows that seem to run on below, two at least, had no room for the next word there.
    """
    pairs = [(parts, below) for row, below in pairwise(rows) if (parts := _parted(row))]
    edge = max((text.x1 for (text, _), _ in pairs), default=_NOWHERE)
    below = [(text, date, row) for (text, date), row in pairs if _may_run_on(text, date, row)]
    full = [
        _had_no_room(text, row, edge + _SPACE * text.size) and text.x1 - text.x0 > _WIDE * (date.x0 - text.x0)
        for text, date, row in below
    ]
    return edge if len(full) > 1 and all(full) else _NOWHERE


def _parted(row: _Row) -> tuple[Segment, Segment] | None:
    """Return a row's text and the date at its end; None where it is not made of these two."""
    if len(row) == 2:  # noqa: PLR2004 - text and date
        return (row[0], row[1]) if _is_date(row[1].text) else None
    words = row[0].words
    if len(row) != 1 or not words[-1].text[-1:].isalnum():
        return None
    for at in range(max(1, len(words) - _MOST_DATE_WORDS), len(words)):
        gap = words[at].x0 - words[at - 1].x1
        if gap > _LEAST_GAP * words[at].size and _is_date(" ".join(word.text for word in words[at:])):
            return segment_of(words[:at]), segment_of(words[at:])
    return None


def _is_date(text: str) -> bool:
    """Whether the text is a period and nothing else."""
    return any(span.start == 0 and span.end >= len(text) - 1 for span in find_dates(text))


def _runs_on(text: Segment, date: Segment, below: _Row, edge: float) -> bool:
    """Whether the row below goes on with the text: at its left edge, in its print, with a word that had no room."""
    return _may_run_on(text, date, below) and _had_no_room(text, below, min(edge, date.x0) - _SPACE * text.size)


def _may_run_on(text: Segment, date: Segment, below: _Row) -> bool:
    first, last = below[0].words[0], text.words[-1]
    if len(below) != 1 or len(text.words) < _LEAST_LINE_WORDS or abs(below[0].x0 - text.x0) > _SAME_EDGE:
        return False
    if not 0 < below[0].baseline - text.baseline < _LINE * text.size or below[0].x1 > date.x0:
        return False
    return first.size == last.size and first.look.style == last.look.style


def _had_no_room(text: Segment, below: _Row, edge: float) -> bool:
    first, last = below[0].words[0], text.words[-1]
    return last.x1 + _SPACE * last.size + first.x1 - first.x0 > edge
