"""A gutter between two sides of a page's text, and what lies on them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from resumate_grpc.parsing.rows import Segment

__all__ = ["Band", "Division", "DivisionKind", "is_dated", "level_rows", "same_height"]

_SAME_BASELINE = 0.3
_DATE = re.compile(
    r"(?:^|[^\w.,])(?:19|20)\d\d(?!\d)|\b\d{1,2}[/.]\d{2,4}\b"
    r"|\b(?:present|current|now|today|ongoing|heute|aujourd|actuel|actual|presente|attuale)",
    re.IGNORECASE,
)


class DivisionKind(Enum):
    """What lies on the two sides of a gutter."""

    COLUMNS = "columns"
    BANDS = "bands"  # columns that begin anew at several heights
    LABELS = "labels"  # short labels on the left, each with several lines on its right
    CENTRED = "centred"  # headings and dates on the left, each at the middle of its lines
    RAIL = "rail"  # dates on the left of their entries
    ROWS = "rows"  # nothing to divide


@dataclass(frozen=True, slots=True)
class Band:
    """What lies left and right of a gutter between two heights."""

    left: tuple[Segment, ...]
    right: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """A gutter that ends at `x`, free of text between `top` and `bottom`, and how its sides are to be read.

    `bands` lists what lies between these heights, top to bottom: one band for COLUMNS.
    """

    kind: DivisionKind
    top: float
    bottom: float
    bands: tuple[Band, ...]


def same_height(one: Segment, other: Segment) -> bool:
    """Tell whether two segments stand on one baseline."""
    return abs(one.baseline - other.baseline) <= _SAME_BASELINE * min(one.size, other.size)


def level_rows(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Group segments by baseline, top to bottom; each row from left to right."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda each: (each.baseline, each.x0)):
        if rows and same_height(rows[-1][0], segment):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=lambda each: each.x0) for row in rows]


def is_dated(segment: Segment) -> bool:
    """Tell whether the text names a year, a month of a year, or a word for the present."""
    return _DATE.search(segment.text) is not None
