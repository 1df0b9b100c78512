"""Dates flush right beside a line that was wrapped for their sake: read behind the whole line, not amid it."""

from __future__ import annotations

from collections.abc import Sequence

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


def with_dates_below(rows: Sequence[_Row]) -> tuple[_Row, ...]:
    """Move a date at a row's right end to the row below where the text beside it runs on there.

    "Charge Nurse, Northlake   2019 - 2021" above "Memorial Hospital": the name stays in one piece.
    """
    moved = list(rows)
    for index in range(len(moved) - 1):
        parts = _parted(moved[index])
        if parts and _runs_on(parts[0], parts[1], moved[index + 1]):
            moved[index], moved[index + 1] = (parts[0],), (*moved[index + 1], parts[1])
    return tuple(moved)


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


def _runs_on(text: Segment, date: Segment, below: _Row) -> bool:
    """Whether the row below goes on with the text: at its left edge, in its print, with a word that had no room."""
    first, last = below[0].words[0], text.words[-1]
    if len(below) != 1 or len(text.words) < _LEAST_LINE_WORDS or abs(below[0].x0 - text.x0) > _SAME_EDGE:
        return False
    if not 0 < below[0].baseline - text.baseline < _LINE * text.size or below[0].x1 > date.x0:
        return False
    alike = first.size == last.size and first.look.style == last.look.style
    return alike and last.x1 + _SPACE * last.size + first.x1 - first.x0 > date.x0 - _SPACE * last.size
