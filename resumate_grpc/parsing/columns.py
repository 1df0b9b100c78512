"""Where a page divides into columns, and where two things side by side are rows instead (a date beside its entry).

A gutter is a vertical strip that no text crosses over some height, with text on both sides. Not every gutter divides
columns: beside a rail of dates or labels, text belongs to what stands at its height.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from resumate_grpc.parsing.rows import Segment

__all__ = ["Gutter", "GutterKind", "find_gutter"]

_LEAST_ROWS = 3
_NARROWEST = 0.8  # of the usual font size
_SAME_BASELINE = 0.3
_MOSTLY = 0.7
_INTERLEAVED = 0.4
_LABELS_PER_ROW = 2.0
_DATE = re.compile(
    r"(?:\b|_)(?:19|20)\d\d\b|\b\d{1,2}[/.]\d{2,4}\b|\b(?:present|current|now|today|heute|aujourd|actual|presente)",
    re.IGNORECASE,
)


class GutterKind(Enum):
    """What lies on the two sides of a gutter."""

    COLUMNS = "columns"
    ROWS = "rows"
    LABELS = "labels"  # short labels on the left, each with several lines on its right


@dataclass(frozen=True, slots=True)
class Gutter:
    """A strip that ends at `x`, free of text between the heights `top` and `bottom` (points from the page's top)."""

    kind: GutterKind
    x: float
    top: float
    bottom: float
    score: float


def find_gutter(segments: Sequence[Segment]) -> Gutter | None:
    """Return the gutter along which to divide first, COLUMNS or LABELS; None where the text is one column of rows."""
    if len(segments) < 2 * _LEAST_ROWS:
        return None
    candidates = _candidates(segments)
    for candidate in sorted(candidates, key=lambda each: -each.score):
        kind = _judge(candidate, segments)
        if kind is not GutterKind.ROWS:
            return Gutter(kind, candidate.x, candidate.top, candidate.bottom, candidate.score)
    return None


def _candidates(segments: Sequence[Segment]) -> list[Gutter]:
    """The best height of each strip that ends where some segment begins."""
    x0 = np.array([segment.x0 for segment in segments])
    x1 = np.array([segment.x1 for segment in segments])
    y = np.array([segment.baseline for segment in segments])
    narrowest = _NARROWEST * float(np.median([segment.size for segment in segments]))
    found: list[Gutter] = []
    edges = np.unique(np.floor(x0))
    for edge in edges[1:]:
        right = x0 >= edge - 0.5
        left = x1 <= edge - narrowest
        crossing = np.sort(y[~(left | right)])
        part = np.searchsorted(crossing, y)
        count = crossing.size + 1
        lefts = np.bincount(part[left & ~right], minlength=count)
        rights = np.bincount(part[right], minlength=count)
        scores = np.minimum(lefts, rights) + 0.05 * (lefts + rights)
        best = int(np.argmax(scores))
        if min(lefts[best], rights[best]) >= _LEAST_ROWS:
            top = float(crossing[best - 1]) if best else float("-inf")
            bottom = float(crossing[best]) if best < crossing.size else float("inf")
            found.append(Gutter(GutterKind.ROWS, float(edge) - 0.5, top, bottom, float(scores[best])))
    return found


def _judge(gutter: Gutter, segments: Sequence[Segment]) -> GutterKind:
    inside = [segment for segment in segments if gutter.top < segment.baseline < gutter.bottom]
    left = [segment for segment in inside if segment.x0 < gutter.x]
    right = [segment for segment in inside if segment.x0 >= gutter.x]
    minor, major = (left, right) if len(left) <= len(right) else (right, left)
    paired = _share(minor, lambda each: _has_partner(each, major))
    sides = [segment.x0 < gutter.x for segment in sorted(inside, key=lambda each: each.order)]
    switches = sum(one != other for one, other in zip(sides, sides[1:], strict=False))
    interleaved = switches / (2 * len(minor))
    dated = max(_share(left, _is_dated), _share(right, _is_dated))
    rows = paired >= _MOSTLY and (interleaved >= _INTERLEAVED or dated >= 0.5 or _flush_right(right))
    if not rows:
        return GutterKind.COLUMNS
    if minor is left and len(right) >= _LABELS_PER_ROW * len(left) and _share(left, _is_dated) < 0.3:
        return GutterKind.LABELS
    return GutterKind.ROWS


def _share(segments: Sequence[Segment], test: object) -> float:
    return sum(1 for segment in segments if test(segment)) / max(1, len(segments))  # type: ignore[operator]


def _has_partner(segment: Segment, others: Sequence[Segment]) -> bool:
    return any(
        abs(segment.baseline - other.baseline) <= _SAME_BASELINE * min(segment.size, other.size) for other in others
    )


def _is_dated(segment: Segment) -> bool:
    return _DATE.search(segment.text) is not None


def _flush_right(segments: Sequence[Segment]) -> bool:
    """Tell whether lines end at one edge but do not begin at one: dates or places set flush right."""
    x0 = np.array([segment.x0 for segment in segments])
    x1 = np.array([segment.x1 for segment in segments])
    size = float(np.median([segment.size for segment in segments]))
    return bool(np.ptp(np.percentile(x1, [10, 90])) < 0.5 * size < 2 * size < np.ptp(np.percentile(x0, [10, 90])))
