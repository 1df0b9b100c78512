"""Words of a page → areas in reading order: columns after what spans them, and within an area rows top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resumate_grpc.parsing.columns import GutterKind, find_gutter
from resumate_grpc.parsing.rows import Segment, group_rows, join_letterspaced, segments_of
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["Area", "reading_order"]

_DEEPEST = 8  # divisions within divisions; no page needs more
_BAND_LEAD = 0.5  # of the font size: how much higher than its label a band may begin


@dataclass(frozen=True, slots=True)
class Area:
    """Rows that are read one after the other, in one column; each row is its segments from left to right."""

    rows: tuple[tuple[Segment, ...], ...]
    column: int


def reading_order(words: Sequence[PlacedWord]) -> list[Area]:
    """Put the words of one page into reading order; `column` counts from 0, left to right, at each division."""
    return _divide(words, column=0, depth=0)


def _divide(words: Sequence[PlacedWord], *, column: int, depth: int) -> list[Area]:
    if not words:
        return []
    rows = [tuple(segments_of(join_letterspaced(row))) for row in group_rows(words)]
    segments = [segment for row in rows for segment in row]
    gutter = find_gutter(segments) if depth < _DEEPEST else None
    if gutter is None:
        return [Area(tuple(rows), column)]
    above = [word for segment in segments if segment.baseline <= gutter.top for word in segment.words]
    below = [word for segment in segments if segment.baseline >= gutter.bottom for word in segment.words]
    inside = [segment for segment in segments if gutter.top < segment.baseline < gutter.bottom]
    left = [segment for segment in inside if segment.x0 < gutter.x]
    right = [segment for segment in inside if segment.x0 >= gutter.x]
    areas = _divide(above, column=column, depth=depth + 1)
    if gutter.kind is GutterKind.LABELS:
        for band_left, band_right in _bands(left, right):
            areas += _divide(_words(band_left), column=column, depth=_DEEPEST)
            areas += _divide(_words(band_right), column=column, depth=depth + 1)
    else:
        areas += _divide(_words(left), column=column, depth=depth + 1)
        areas += _divide(_words(right), column=column + 1, depth=depth + 1)
    return areas + _divide(below, column=column, depth=depth + 1)


def _words(segments: Sequence[Segment]) -> list[PlacedWord]:
    return [word for segment in segments for word in segment.words]


def _bands(left: list[Segment], right: list[Segment]) -> list[tuple[list[Segment], list[Segment]]]:
    """Pair each label with the lines from its height down to the next label's."""
    labels = sorted(left, key=lambda each: each.baseline)
    starts: list[list[Segment]] = []
    for label in labels:
        # A label on two lines is one label.
        if starts and label.baseline - starts[-1][-1].baseline < 1.6 * label.size:
            starts[-1].append(label)
        else:
            starts.append([label])
    tops = [group[0].baseline - _BAND_LEAD * group[0].size for group in starts]
    bands: list[tuple[list[Segment], list[Segment]]] = [([], [])] + [(group, []) for group in starts]
    for segment in right:
        at = sum(1 for top in tops if top <= segment.baseline)
        bands[at][1].append(segment)
    return bands
