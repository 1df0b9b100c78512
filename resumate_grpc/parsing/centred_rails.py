"""Rails whose labels stand at the middle of what they head, as cells of a table centre them.

Headings and dates at the left then meet no line of theirs, and the two sides look like columns. What tells them apart:
the right side falls into groups with gaps between, and each group has its few short labels at its own middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from resumate_grpc.parsing.division import level_rows
from resumate_grpc.parsing.rows import Segment

__all__ = ["centred_groups"]

_LEAST_GROUPS = 4
_WIDER = 1.3
"""Of the usual step from line to line: what parts two groups."""
_MOST_LABEL_WORDS = 4
_MOST_LABELS = 3
_OFF_MIDDLE = 0.75
_MOST_OFF = 1.5  # of the usual step from line to line
_CENTRED = 0.7
_LEAST_BETWEEN = 2
_LEVEL = 0.3

_Bound = tuple[float, float]
_Group = tuple[tuple[Segment, ...], tuple[Segment, ...]]


def centred_groups(left: Sequence[Segment], right: Sequence[Segment]) -> list[_Group]:
    """Return the labels and lines of each group, top to bottom; none where the left side is no such rail."""
    lines = _lines(right)
    steps = [below - above for above, below in pairwise(lines)]
    if len(steps) < _LEAST_GROUPS or any(len(segment.words) > _MOST_LABEL_WORDS for segment in left):
        return []
    step = sorted(steps)[len(steps) // 3]  # within a group: the steps between groups are fewer, and wider
    bounds = _bounds(lines, step)
    held: list[list[Segment]] = [[] for _ in bounds]
    alone: list[Segment] = []
    for segment in left:
        distances = [max(top - segment.baseline, segment.baseline - bottom, 0.0) for top, bottom in bounds]
        nearest = min(range(len(bounds)), key=distances.__getitem__)
        (held[nearest] if distances[nearest] <= _MOST_OFF * step else alone).append(segment)
    first = next((at for at, labels in enumerate(held) if labels), len(held))  # the name may stand above
    groups = [(labels, bound) for labels, bound in zip(held, bounds, strict=True) if labels]
    unlabelled = len(bounds) - first - len(groups)
    if len(groups) < _LEAST_GROUPS or max(unlabelled, len(alone)) * _LEAST_GROUPS > len(groups):
        return []
    if any(len(_lines(labels)) > _MOST_LABELS for labels, _ in groups) or not _centred(groups, lines, step):
        return []
    found: list[_Group] = [(tuple(labels), _inside(right, bound)) for labels, bound in zip(held, bounds, strict=True)]
    found += [((segment,), ()) for segment in alone]
    return sorted(found, key=lambda group: min(segment.baseline for segment in (*group[0], *group[1])))


def _centred(groups: Sequence[tuple[Sequence[Segment], _Bound]], lines: Sequence[float], step: float) -> bool:
    """Tell whether most labels stand at the middle of their group, some of them level with no first line."""
    middles = [fmean(_lines(labels)) for labels, _ in groups]
    off = [abs(middle - (top + bottom) / 2) for middle, (_, (top, bottom)) in zip(middles, groups, strict=True)]
    between = sum(_between(labels, lines, bound) for labels, bound in groups)
    return sum(each <= _OFF_MIDDLE * step for each in off) >= _CENTRED * len(off) and between >= _LEAST_BETWEEN


def _inside(segments: Sequence[Segment], bound: _Bound) -> tuple[Segment, ...]:
    return tuple(segment for segment in segments if bound[0] <= segment.baseline <= bound[1])


def _lines(segments: Sequence[Segment]) -> list[float]:
    """Return the baselines of the lines, top to bottom."""
    return [min(segment.baseline for segment in row) for row in level_rows(segments)]


def _bounds(lines: Sequence[float], step: float) -> list[_Bound]:
    """Return the first and the last baseline of each group, with what stands on nearly the same height."""
    groups = [[lines[0]]]
    for above, below in pairwise(lines):
        if below - above > _WIDER * step:
            groups.append([])
        groups[-1].append(below)
    return [(group[0] - _LEVEL, group[-1] + _LEVEL * step) for group in groups]


def _between(labels: Sequence[Segment], lines: Sequence[float], bound: _Bound) -> bool:
    """Tell whether the one label of a group stands below its first line, level with none or with one in its middle."""
    own = [line for line in lines if bound[0] <= line <= bound[1]]
    label = labels[0]
    return len(labels) == 1 and len(own) > 1 and label.baseline - own[0] > _LEVEL * label.size
