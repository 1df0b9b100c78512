"""Where a page divides into columns, and where two things side by side are rows instead (a date beside its entry).

A gutter is a vertical strip that no text crosses over some height, with text on both sides. Not every gutter divides
columns: text beside a rail of dates or labels belongs to what stands at its height. Three witnesses are heard: where
lines begin, which baselines meet across the gutter, and the order in which the file draws the two sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

from resumate_grpc.parsing.centred_rails import centred_groups
from resumate_grpc.parsing.dates import is_month
from resumate_grpc.parsing.division import Band, Division, DivisionKind, is_dated, same_height
from resumate_grpc.parsing.headed_columns import heads_sections, under_two_headings
from resumate_grpc.parsing.rows import Segment

__all__ = ["find_division"]

_LEAST_ROWS = 3
_MOST_SEGMENTS = 2000  # a page of a résumé has a tenth of it; what is beyond must not cost seconds
_MOST_JUDGED = 40
_NARROWEST = 0.6  # of the usual font size: what parts a rail from its text
_OVERHANG = 2  # in units of the narrowest gutter
_MOSTLY = 0.7
_NEARLY_ALL = 0.8
_DATED = 0.5
_FEW_DATED = 0.2
_BY_CHANCE = 0.45
_LABELLED = 0.9
_DATE_WORDS = 6
_ALIGNED = 0.5
_OFF_EDGE = 0.6  # of the font size
_ROWS_PER_BAND = 1.5
_LINES_PER_LABEL = 2.0
_APART = 2.2  # font sizes
_LINE = 1.6  # of the font size: lines of one text stand no farther apart
_NEARER = 0.8
_LOUDER = 1.1
_LEAST_WRAPPED = 6
_WRAPPED_WORDS = 3.5
_FILLED = 0.75  # of the column's width


@dataclass(frozen=True, slots=True)
class _Candidate:
    x: float
    top: float
    bottom: float
    score: float


def find_division(segments: Sequence[Segment]) -> Division | None:
    """Return the gutter along which to divide first; None where the text is one column of rows."""
    if not 2 * _LEAST_ROWS <= len(segments) <= _MOST_SEGMENTS:
        return None
    for candidate in sorted(_candidates(segments), key=lambda each: -each.score)[:_MOST_JUDGED]:
        division = _judge(candidate, segments)
        if division.kind is not DivisionKind.ROWS:
            return division
    return under_two_headings(segments)


def _candidates(segments: Sequence[Segment]) -> list[_Candidate]:
    """Find, for each strip that ends where some line begins, the height where it has most text on both sides."""
    x0 = np.array([segment.x0 for segment in segments])
    x1 = np.array([segment.x1 for segment in segments])
    y = np.array([segment.baseline for segment in segments])
    narrowest = _NARROWEST * float(np.median([segment.size for segment in segments]))
    found: list[_Candidate] = []
    edges = np.unique(np.floor(x0))[1:]
    on_right = len(segments) - np.searchsorted(np.sort(x0), edges - 0.5, side="left")
    on_left = np.searchsorted(np.sort(x1), edges - narrowest, side="right")
    for edge in edges[np.minimum(on_left, on_right) >= _LEAST_ROWS]:
        right = x0 >= edge - 0.5
        left = x1 <= edge - narrowest
        over = np.flatnonzero(~(left | right) & (x1 < edge + _OVERHANG * narrowest))
        if over.size:  # a line too long for its column, beside one that begins the other
            beside = np.abs(y[over][:, None] - y[np.abs(x0 - edge) < 1]) < narrowest
            left[over[beside.any(axis=1)]] = True
        crossing = np.sort(y[~(left | right)])
        part = np.searchsorted(crossing, y)
        count = crossing.size + 1
        lefts = np.bincount(part[left], minlength=count)
        rights = np.bincount(part[right], minlength=count)
        fewer = np.minimum(lefts, rights)
        best = int(np.argmax(np.where(fewer >= _LEAST_ROWS, lefts + rights, 0)))
        if fewer[best] >= _LEAST_ROWS:
            score = _score(y[part == best], int(fewer[best]), float(edge - x1[left & (part == best)].max()))
            top = float(crossing[best - 1]) if best else float("-inf")
            bottom = float(crossing[best]) if best < crossing.size else float("inf")
            found.append(_Candidate(float(edge) - 0.5, top, bottom, score))
    return found


def _score(y: npt.NDArray[np.float64], fewer: int, width: float) -> float:
    """What reaches over more height encloses the rest and is divided first; then more lines, then a wider gutter."""
    return float(np.ptp(y)) * (1 + 0.1 * min(fewer, 10)) + 0.1 * min(width, 50.0)


def _judge(candidate: _Candidate, segments: Sequence[Segment]) -> Division:
    candidate = _with_heads(candidate, segments)
    inside = [segment for segment in segments if candidate.top < segment.baseline < candidate.bottom]
    crossing = [segment for segment in segments if segment.baseline == candidate.bottom]
    if crossing and (bottom := _heading_below(inside, crossing[0], candidate.x)):
        candidate = replace(candidate, bottom=bottom)
        inside = [segment for segment in inside if segment.baseline < bottom]
    left = [segment for segment in inside if segment.x0 < candidate.x]
    right = [segment for segment in inside if segment.x0 >= candidate.x]
    bands = _bands(inside, candidate.x)
    kind = DivisionKind.COLUMNS if heads_sections(left, right) else _kind(left, right, bands)
    if kind is DivisionKind.COLUMNS and (groups := centred_groups(left, right)):
        kind, bands = DivisionKind.CENTRED, [Band(labels, lines) for labels, lines in groups]
    elif kind is DivisionKind.COLUMNS:
        bands = [Band(tuple(left), tuple(right))]
    return Division(kind, candidate.top, candidate.bottom, tuple(bands))


def _with_heads(candidate: _Candidate, segments: Sequence[Segment]) -> _Candidate:
    """Take in the row above whose parts head the two sides, the right one further out than the text below it.

    It crosses where that text begins, but not the gutter.
    """
    left_end = max(
        (each.x1 for each in segments if candidate.top < each.baseline < candidate.bottom and each.x1 <= candidate.x),
        default=candidate.x,
    )
    top = next((each for each in segments if each.baseline == candidate.top), None)
    heads = [each for each in segments if top and same_height(each, top)]
    outer = next((each for each in heads if left_end < each.x0 < candidate.x < each.x1), None)
    others = [each for each in heads if each is not outer]
    if not top or not outer or not others or any(each.x1 + each.size > outer.x0 for each in others):
        return candidate
    above = (each.baseline for each in segments if each.baseline < top.baseline and not same_height(each, top))
    return replace(candidate, x=float(np.floor(outer.x0)) - 0.5, top=max(above, default=float("-inf")))


def _heading_below(inside: Sequence[Segment], crossing: Segment, x: float) -> float:
    """Return where the last line stands if it is nearer to what crosses the gutter below it than to its own column.

    It heads what is below, not the column that it stands under; 0 for none.
    """
    inside = [each for each in inside if not same_height(each, crossing)]
    last = max(inside, key=lambda each: each.baseline, default=crossing)
    level = [each for each in inside if same_height(each, last)]
    rest = [each for each in inside if not same_height(each, last)]
    own = [each.baseline for each in rest if (each.x0 < x) == (last.x0 < x)]
    if len({each.x0 < x for each in level}) != 1 or not own or len(own) == len(rest):
        return 0.0
    below, above = crossing.baseline - crossing.size - last.baseline, last.baseline - last.size - max(own)
    return min(each.baseline for each in level) if below < _NEARER * above else 0.0


def _kind(left: Sequence[Segment], right: Sequence[Segment], bands: Sequence[Band]) -> DivisionKind:
    left_rows, right_rows = _firsts(left), _firsts(right)
    worded = sum(any(char.isalnum() for char in row.text) for row in left_rows)
    if min(worded, len(right_rows)) < _LEAST_ROWS or _shared_height(left_rows, right_rows) < _LEAST_ROWS:
        # Glyphs of list items make no column, nor does a line of the page's head above all of the other side.
        return DivisionKind.ROWS
    minor, major = (left_rows, right) if len(left_rows) <= len(right_rows) else (right_rows, left)
    paired = _paired(minor, major)
    if _is_stacked(left_rows, right_rows) or _dates_are_set_right(left, right_rows) or _is_table(left_rows, right_rows):
        return DivisionKind.ROWS
    if _dates_lead(left_rows, right_rows):
        return DivisionKind.RAIL
    labels = _flush_right(left_rows) and _labels_lead(left_rows, right)
    if not labels and _is_running_text(left, left_rows) and _is_running_text(right, right_rows):
        return DivisionKind.COLUMNS
    spaced = paired >= _MOSTLY and _spaced_out(left_rows) and len(right_rows) >= _LINES_PER_LABEL * len(left_rows)
    if labels or spaced:
        return _kind_of_rows(left_rows, right_rows)
    return _kind_by_bands(left_rows, right_rows, bands, paired=paired)


def _shared_height(left: Sequence[Segment], right: Sequence[Segment]) -> int:
    """Return how many rows the side with fewer has between the first and the last row of the other side."""
    top = max(left[0].baseline - left[0].size, right[0].baseline - right[0].size)
    bottom = min(left[-1].baseline + left[-1].size, right[-1].baseline + right[-1].size)
    return min(sum(top <= row.baseline <= bottom for row in side) for side in (left, right))


def _paired(some: Sequence[Segment], others: Sequence[Segment]) -> float:
    """Return the share of rows that meet a segment of the other side at their height."""
    return sum(any(same_height(one, other) for other in others) for one in some) / len(some)


def _is_stacked(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Tell whether one side's lines all stand in a gap between two lines of the other: an address set flush right."""
    return _between_lines(left, right) or _between_lines(right, left)


def _between_lines(inner: Sequence[Segment], outer: Sequence[Segment]) -> bool:
    top, bottom = inner[0].baseline - inner[0].size, inner[-1].baseline + inner[-1].size
    return not any(top <= segment.baseline <= bottom for segment in outer)


def _dates_are_set_right(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Tell whether most rows on the right are dates, each beside a line; a heading may stand among them."""
    dated = [segment for segment in right if is_dated(segment)]
    if len(dated) >= _MOSTLY * len(right) and all(len(segment.words) <= _DATE_WORDS for segment in right):
        return True  # nothing but dates, beside their lines or half a line off
    return len(dated) >= _DATED * len(right) and _paired(dated, left) == 1.0


def _is_table(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Tell whether what stands on the right are short cells in one print, each beside one on the left.

    The headings above the cells are on the left alone: "Languages" over "Dutch" and "fluent".
    """
    looks = {(segment.size, segment.words[0].look.style.bold) for segment in right}
    heads = [segment for segment in left if segment.size > _LOUDER * right[0].size]
    cells = len(looks) == 1 and all(len(segment.words) <= _DATE_WORDS and not is_dated(segment) for segment in right)
    if not heads or not cells or _paired(right, left) < 1.0:
        return False
    return min(head.baseline for head in heads) < right[0].baseline and _paired(heads, right) == 0.0


def _dates_lead(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Tell whether what stands on the right stands beside or below dates on the left, but for headings among them."""
    dates = [segment for segment in left if is_dated(segment) or is_month(segment.text)]
    wrapped = {low.order for high, low in pairwise(dates) if low.baseline - high.baseline < _LINE * low.size}
    dated = [segment for segment in dates if segment.order not in wrapped]
    if len(dated) < _LEAST_ROWS or _paired(dated, right) < 1.0:
        return False
    beside = [max((each for each in left if _is_level(each, row)), key=_baseline, default=None) for row in right]
    own = sum(
        each is not None and (is_dated(each) or same_height(each, row)) for each, row in zip(beside, right, strict=True)
    )
    return own >= _NEARLY_ALL * len(right)


def _labels_lead(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Tell whether what stands on the left, but for headings in capitals, stands beside lines: a form's labels."""
    labels = [segment for segment in left if not segment.text.isupper()]
    return len(labels) >= _LEAST_ROWS and _paired(labels, right) >= _LABELLED


def _is_level(segment: Segment, row: Segment) -> bool:
    return segment.baseline <= row.baseline or same_height(segment, row)


def _baseline(segment: Segment) -> float:
    return segment.baseline


def _kind_by_bands(
    left_rows: Sequence[Segment], right_rows: Sequence[Segment], bands: Sequence[Band], *, paired: float
) -> DivisionKind:
    """Judge by the order of drawing, then by dates and edges."""
    both = [band for band in bands if band.left and band.right]
    if len(bands) > 1 and both:
        rows_per_band = sum(min(len(_firsts(band.left)), len(_firsts(band.right))) for band in both) / len(both)
        if rows_per_band > _ROWS_PER_BAND:
            return DivisionKind.BANDS
        if paired >= _MOSTLY or _drawn_by_label(both):
            return _kind_of_rows(left_rows, right_rows)
    if paired >= _MOSTLY and (max(_dated(left_rows), _dated(right_rows)) >= _DATED or _flush_right(right_rows)):
        return _kind_of_rows(left_rows, right_rows)
    if _flush_right(right_rows):
        # A sidebar set flush right meets the lines on its left by chance only, and holds more than dates.
        apart = len(right_rows) >= _LEAST_WRAPPED and _paired(right_rows, left_rows) < _BY_CHANCE
        return DivisionKind.COLUMNS if apart and _dated(right_rows) < _DATED else DivisionKind.ROWS
    return DivisionKind.COLUMNS if _aligned(left_rows) and _aligned(right_rows) else DivisionKind.ROWS


def _drawn_by_label(both: Sequence[Band]) -> bool:
    """Tell whether the file draws a label, what stands beside it, the next label: headings may stand among them."""
    level = sum(same_height(_firsts(band.left)[-1], _firsts(band.right)[0]) for band in both)
    return len(both) >= _LEAST_ROWS and level >= _NEARLY_ALL * len(both)


def _dated(rows: Sequence[Segment]) -> float:
    return sum(map(is_dated, rows)) / len(rows)


def _kind_of_rows(left: Sequence[Segment], right: Sequence[Segment]) -> DivisionKind:
    if len(right) < 1.3 * len(left):
        return DivisionKind.ROWS
    if _dated(left) >= _DATED:
        return DivisionKind.RAIL
    return DivisionKind.LABELS if len(right) >= _LINES_PER_LABEL * len(left) else DivisionKind.ROWS


def _bands(inside: Sequence[Segment], x: float) -> list[Band]:
    """Follow the file's order; where it changes sides to what lies below all that was read, a new band begins."""
    runs: list[list[Segment]] = []
    for segment in sorted(inside, key=lambda each: each.order):
        if runs and (runs[-1][-1].x0 < x) == (segment.x0 < x):
            runs[-1].append(segment)
        else:
            runs.append([segment])
    groups: list[list[Segment]] = []
    for run in runs:
        if groups and min(each.baseline for each in run) > max(each.baseline for each in groups[-1]):
            groups.append(list(run))
        elif groups:
            groups[-1].extend(run)
            _merge_overlapping(groups)
        else:
            groups.append(list(run))
    return [
        Band(
            tuple(segment for segment in group if segment.x0 < x),
            tuple(segment for segment in group if segment.x0 >= x),
        )
        for group in groups
    ]


def _merge_overlapping(groups: list[list[Segment]]) -> None:
    """Merge the last group into those before it that it reaches up to."""
    while len(groups) > 1 and min(each.baseline for each in groups[-1]) <= max(each.baseline for each in groups[-2]):
        last = groups.pop()
        groups[-1].extend(last)


def _firsts(segments: Sequence[Segment]) -> list[Segment]:
    """Return the first segment of each row, top to bottom."""
    firsts: list[Segment] = []
    for segment in sorted(segments, key=lambda each: each.baseline):
        if firsts and same_height(firsts[-1], segment):
            if segment.x0 < firsts[-1].x0:
                firsts[-1] = segment
        else:
            firsts.append(segment)
    return firsts


def _aligned(rows: Sequence[Segment]) -> bool:
    """Tell whether a good part of the rows begins at edges that several rows share, or is centred on one line."""
    x0 = np.array([segment.x0 for segment in rows])
    centres = np.array([(segment.x0 + segment.x1) / 2 for segment in rows])
    off = _OFF_EDGE * float(np.median([segment.size for segment in rows]))
    companions = min(2, len(rows) // 3)
    at_edge = np.count_nonzero(np.count_nonzero(np.abs(x0[:, None] - x0) <= off / 2, axis=1) > companions)
    centred = np.count_nonzero(np.abs(centres - np.median(centres)) <= off)
    return bool(max(at_edge, centred) >= _ALIGNED * len(rows))


def _is_running_text(segments: Sequence[Segment], rows: Sequence[Segment]) -> bool:
    """Tell whether lines are wrapped text: several words each, most of them as long as the column is wide."""
    if len(rows) < _LEAST_WRAPPED or len(segments) > 1.2 * len(rows) or _dated(rows) > _FEW_DATED:
        return False
    words = sum(len(segment.words) for segment in rows) / len(rows)
    width = max(segment.x1 for segment in rows) - min(segment.x0 for segment in rows)
    filled = sum(segment.x1 - segment.x0 >= _FILLED * width for segment in rows)
    return words >= _WRAPPED_WORDS and filled >= len(rows) / 2


def _spaced_out(rows: Sequence[Segment]) -> bool:
    """Tell whether most rows stand alone, as labels beside longer text do, rather than line after line."""
    apart = [after.baseline - before.baseline > _APART * after.size for before, after in pairwise(rows)]
    return sum(apart) >= _MOSTLY * len(apart)


def _flush_right(rows: Sequence[Segment]) -> bool:
    """Tell whether rows end at one edge but do not begin at one: dates or places set flush right."""
    size = median(segment.size for segment in rows)
    ends, begins = _spread([segment.x1 for segment in rows]), _spread([segment.x0 for segment in rows])
    return ends < 0.5 * size < 2 * size < begins


def _spread(values: Sequence[float]) -> float:
    """Return how far apart the values lie, the lowest and the highest tenth left out."""
    ordered = sorted(values)
    whole, part = divmod(0.1 * (len(ordered) - 1), 1)
    near = int(whole)
    further = min(near + 1, len(ordered) - 1)
    low = ordered[near] + part * (ordered[further] - ordered[near])
    high = ordered[-1 - near] + part * (ordered[-1 - further] - ordered[-1 - near])
    return high - low
