"""Words of a page → areas in reading order: columns after what spans them, and within an area rows top to bottom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.characters import is_bullet
from resumate_grpc.parsing.columns import find_division
from resumate_grpc.parsing.date_margin import with_dates_below
from resumate_grpc.parsing.dates import is_month
from resumate_grpc.parsing.division import Band, Division, DivisionKind, is_dated, same_height
from resumate_grpc.parsing.head_blocks import head_blocks
from resumate_grpc.parsing.rows import (
    Segment,
    column_edges,
    group_rows,
    join_letterspaced,
    justified,
    rail_edges,
    segment_of,
    segments_of,
)
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["Area", "reading_order"]

_DEEPEST = 8  # divisions within divisions; no page needs more
_BAND_LEAD = 0.5  # of the font size: how much higher than its label a band may begin
_LABEL_LEADING = 1.6  # of the font size: lines of one label stand no farther apart
_RAIL_LEADING = 3.0
_MOST_SET_RIGHT = 3
_MOST_WORDS_RIGHT = 6
_THROUGH = 0.9  # of the width of both columns
_LOUDER = 1.1  # of the size of the line above
_OPEN_END = re.compile(r"[-–—|]\s*$")
_DASH = re.compile(r"[-–—]")
_OPEN_START = re.compile(r"^\s*[-–—|]")


@dataclass(frozen=True, slots=True)
class Area:
    """Rows that are read one after the other, in one column; each row is its segments from left to right."""

    rows: tuple[tuple[Segment, ...], ...]
    column: int


@dataclass(frozen=True, slots=True)
class _Margins:
    """Where text begins behind a rail, and where columns begin: the edges before which a row is divided.

    `rules` are the horizontal lines drawn on the page.
    """

    rails: tuple[float, ...]
    columns: tuple[float, ...]
    rules: Sequence[Box] = ()


def reading_order(words: Sequence[PlacedWord], *, opens: bool = False, rules: Sequence[Box] = ()) -> list[Area]:
    """Put the words of one page into reading order; `column` counts from 0, left to right, at each division.

    `opens` tells that the page is the document's first one, at whose head blocks may stand side by side; no column runs
    through one of the `rules` that is as wide as its columns together.
    """
    rows = _rows(words)
    areas = _divided(rows, margins=_Margins(rail_edges(rows), column_edges(rows), rules), column=0, depth=0)
    return _with_head_blocks(areas) if opens and areas else areas


def _with_head_blocks(areas: Sequence[Area]) -> list[Area]:
    top = min(areas, key=lambda area: area.rows[0][0].baseline)
    blocks, count = head_blocks(top.rows)
    if not blocks:
        return list(areas)
    apart = [Area(tuple(block), top.column + at) for at, block in enumerate(blocks)]
    rest = [replace(top, rows=top.rows[count:])] if count < len(top.rows) else []
    at = areas.index(top)
    return [*areas[:at], *apart, *rest, *areas[at + 1 :]]


def _rows(words: Sequence[PlacedWord]) -> list[list[PlacedWord]]:
    return [join_letterspaced(row) for row in group_rows(words)]


def _divide(words: Sequence[PlacedWord], *, margins: _Margins, column: int, depth: int) -> list[Area]:
    return _divided(_rows(words), margins=margins, column=column, depth=depth)


def _divided(whole_rows: Sequence[Sequence[PlacedWord]], *, margins: _Margins, column: int, depth: int) -> list[Area]:
    if not whole_rows:
        return []
    rows = [
        (segment_of(row),) if whole else tuple(segments_of(row, rails=margins.rails, columns=margins.columns))
        for row, whole in zip(whole_rows, justified(whole_rows), strict=True)
    ]
    segments = [segment for row in rows for segment in row]
    division = find_division(segments) if depth < _DEEPEST else None
    if division is None:
        return [Area(with_dates_below(rows), column)]
    if division.kind is DivisionKind.COLUMNS and (cut := _ruled_at(division, margins.rules)):
        above, below = (
            [segment for segment in segments if (segment.baseline < cut) is upper] for upper in (True, False)
        )
        return [
            area
            for part in (above, below)
            for area in _divide(_words(part), margins=margins, column=column, depth=depth + 1)
        ]
    above = [segment for segment in segments if segment.baseline <= division.top]
    below = [segment for segment in segments if segment.baseline >= division.bottom]
    areas = _divide(_words(above), margins=margins, column=column, depth=depth + 1)
    for band in _regrouped(division):
        areas += _read_band(band, division.kind, margins=margins, column=column, depth=depth + 1)
    return areas + _divide(_words(below), margins=margins, column=column, depth=depth + 1)


def _ruled_at(division: Division, rules: Sequence[Box]) -> float:
    """Return the height of the first line drawn through both columns; 0 for none."""
    inside = [segment for band in division.bands for segment in (*band.left, *band.right)]
    left, right = min(segment.x0 for segment in inside), max(segment.x1 for segment in inside)
    top, bottom = min(segment.baseline for segment in inside), max(segment.baseline for segment in inside)
    through = (
        rule.y0
        for rule in rules
        if top < rule.y0 < bottom and min(rule.x1, right) - max(rule.x0, left) >= _THROUGH * (right - left)
    )
    return min(through, default=0.0)


def _words(segments: Sequence[Segment]) -> list[PlacedWord]:
    return [word for segment in segments for word in segment.words]


def _read_band(band: Band, kind: DivisionKind, *, margins: _Margins, column: int, depth: int) -> list[Area]:
    lead = _lead(band, kind)
    if lead:
        rest = Band(tuple(each for each in band.left if each not in lead), band.right)
        return [
            *_divide(_words(lead), margins=margins, column=column, depth=depth),
            *_read_band(rest, kind, margins=margins, column=column, depth=depth),
        ]
    left, right = _words(band.left), _words(band.right)
    if kind is DivisionKind.RAIL and left and not any(map(is_dated, band.left)):
        return _divide([*left, *right], margins=margins, column=column, depth=depth)
    if kind in {DivisionKind.RAIL, DivisionKind.CENTRED} or (kind is DivisionKind.BANDS and _is_dated_entry(band)):
        return _prefixed(band.left, _divide(right, margins=margins, column=column, depth=depth), column=column)
    if kind is DivisionKind.BANDS and _is_set_right(band):
        return _suffixed(_divide(left, margins=margins, column=column, depth=depth), band.right)
    if kind is DivisionKind.BANDS and _is_row(band):
        return _divide([*left, *right], margins=margins, column=column, depth=depth)
    right_column = column if kind is DivisionKind.LABELS else column + 1
    return [
        *_divide(left, margins=margins, column=column, depth=depth),
        *_divide(right, margins=margins, column=right_column, depth=depth),
    ]


def _lead(band: Band, kind: DivisionKind) -> list[Segment]:
    """List what is read before the rest of a band: a heading on the left above all that is on the right.

    At the middle of what it heads, it has no date.
    """
    if kind is DivisionKind.CENTRED:
        return [each for each in band.left if not is_dated(each)]
    if kind is not DivisionKind.BANDS or not band.left or not band.right:
        return []
    top = min(each.baseline for each in band.right)
    lead = [each for each in band.left if each.baseline < top - _BAND_LEAD * each.size]
    return lead if len(lead) < len(band.left) else []


def _is_row(band: Band) -> bool:
    """Tell whether the two sides of a band belong together line by line."""
    left, right = _row_count(band.left), _row_count(band.right)
    if min(left, right) == 0:
        return True
    if left == 1 and right > 1:
        return any(map(is_dated, band.left))
    return min(left, right) == 1


def _is_dated_entry(band: Band) -> bool:
    """Tell whether the left side is a date beside the first of several lines."""
    if not band.left or not band.right:
        return False
    label, entry = (min(side, key=lambda each: (each.baseline, each.x0)) for side in (band.left, band.right))
    return is_dated(label) and same_height(label, entry) and _row_count(band.left) < _row_count(band.right)


def _is_set_right(band: Band) -> bool:
    """Tell whether the right side is a few words with a date, stacked beside the first of the left side's lines."""
    if not band.left or not 1 < _row_count(band.right) <= _MOST_SET_RIGHT or _row_count(band.left) < 2:  # noqa: PLR2004
        return False
    entry, label = (min(side, key=lambda each: (each.baseline, each.x0)) for side in (band.left, band.right))
    short = all(len(segment.words) <= _MOST_WORDS_RIGHT for segment in band.right)
    lower = [each for each in band.right if not same_height(each, label)]
    beside = [each for each in band.left if any(same_height(each, other) for other in lower)]
    if beside and not all(is_bullet(each.words[0].text) for each in beside):
        return False
    return short and same_height(label, entry) and any(map(is_dated, band.right))


def _suffixed(areas: list[Area], label: Sequence[Segment]) -> list[Area]:
    """Put what is stacked at the right behind the first line that stands beside it."""
    tail = tuple(sorted(label, key=lambda each: (each.baseline, each.x0)))
    first, *rest = areas[0].rows
    return [replace(areas[0], rows=((*first, *tail), *rest)), *areas[1:]]


def _row_count(segments: Sequence[Segment]) -> int:
    ordered = sorted(segments, key=lambda each: each.baseline)
    return sum(not same_height(one, other) for one, other in pairwise(ordered)) + bool(ordered)


def _prefixed(label: Sequence[Segment], areas: list[Area], *, column: int) -> list[Area]:
    """Put a rail's dates before the first line that stands beside them."""
    shown = [segment for segment in label if any(char.isalnum() for char in segment.text)]
    head = tuple(sorted(shown, key=lambda each: (each.baseline, each.x0)))
    if not head:
        return areas
    if not areas:
        return [Area((head,), column)]
    first, *rest = areas[0].rows
    return [replace(areas[0], rows=((*head, *first), *rest)), *areas[1:]]


def _regrouped(division: Division) -> Sequence[Band]:
    """For labels and rails, one band for each label; otherwise the division's own bands."""
    if division.kind not in {DivisionKind.LABELS, DivisionKind.RAIL}:
        return division.bands
    left = sorted((each for band in division.bands for each in band.left), key=lambda each: each.baseline)
    right = [each for band in division.bands for each in band.right]
    labels: list[list[Segment]] = []
    for segment in left:
        if labels and _continues(segment, labels[-1][-1], right, rail=division.kind is DivisionKind.RAIL):
            labels[-1].append(segment)
        else:
            labels.append([segment])
    tops = [label[0].baseline - _BAND_LEAD * label[0].size for label in labels]
    beside: list[list[Segment]] = [[] for _ in range(len(labels) + 1)]
    for segment in right:
        beside[sum(top <= segment.baseline for top in tops)].append(segment)
    return [
        Band((), tuple(beside[0])),
        *(Band(tuple(one), tuple(two)) for one, two in zip(labels, beside[1:], strict=True)),
    ]


def _is_louder(segment: Segment, before: Segment) -> bool:
    """Tell whether a line is larger than the one above it, or bold below plain: a heading in the rail."""
    bold, above = (each.words[0].look.style.bold for each in (segment, before))
    return segment.size > _LOUDER * before.size or (bold and not above)


def _continues(segment: Segment, before: Segment, right: Sequence[Segment], *, rail: bool) -> bool:
    """Tell whether a line in the left margin belongs to the label above it."""
    if same_height(segment, before):
        return True
    distance = segment.baseline - before.baseline
    if not rail:
        return distance < _LABEL_LEADING * segment.size
    if distance > _RAIL_LEADING * segment.size or _is_louder(segment, before):
        return False
    unfinished = is_month(_DASH.split(before.words[-1].text)[-1]) or _OPEN_END.search(before.text)
    if unfinished or _OPEN_START.search(segment.text) or not (is_dated(segment) or is_month(segment.text)):
        return True
    partners = [each for each in right if same_height(each, segment)]
    return all(is_bullet(each.words[0].text) for each in partners)
