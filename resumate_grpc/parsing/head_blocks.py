"""Blocks side by side at a page's head: an address in lines, beside it a name, or numbers in lines of their own.

They are too short for a gutter to tell columns, and their lines stand at different heights or level by chance. Read row
by row, no address would stay in one piece.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from resumate_grpc.parsing.division import level_rows, same_height
from resumate_grpc.parsing.rows import Segment

__all__ = ["head_blocks"]

_Row = tuple[Segment, ...]

_YEAR = re.compile(r"(?<![\d.+/-])(?:19|20)\d\d(?![\d.])")
_BIRTH = re.compile(r"\b(?:birth|born|geb|naissance|né|nacimiento|nascimento|nascita|nato|nata|geboren)", re.IGNORECASE)
_MOST_ROWS = 10
_LEADING = 1.75  # of the font size: lines of one block stand no farther apart
_SAME_EDGE = 1.5  # points
_SAME_SIZE = 0.3
_LEAST_GAP = 1.5  # of the font size
_MOST_WORDS = 8
_LOUDER = 1.2
_LEAST_LINES = 2


def head_blocks(rows: Sequence[_Row]) -> tuple[list[list[_Row]], int]:
    """Return the blocks that stand side by side in the first rows, left to right, and how many rows they make up.

    Empty and 0 where there are none: one line beside another, labels beside their values, dates beside entries.
    """
    segments = [segment for row in rows[:_MOST_ROWS] for segment in row]
    stacks = _stacks(segments)
    pair = next(
        ((one, other) for one in stacks for other in stacks if one is not other and _beside(one, other, segments)), None
    )
    if pair is None:
        return [], 0
    last = max(pair[0][-1].baseline, pair[1][-1].baseline)
    count = sum(row[0].baseline <= last for row in rows[:_MOST_ROWS])
    held = [segment for row in rows[:count] for segment in row]
    groups = _grouped(held, pair)
    if len(groups) < 2 or any(map(_is_of_entry, held)):  # noqa: PLR2004
        return [], 0
    return [[tuple(row) for row in level_rows(group)] for group in groups], count


def _is_of_entry(segment: Segment) -> bool:
    """Tell whether a line is longer than those of an address, or has a year that is not of somebody's birth."""
    dated = _YEAR.search(segment.text) and not _BIRTH.search(segment.text)
    return len(segment.words) > _MOST_WORDS or bool(dated)


def _stacks(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Gather lines of one print that stand right below each other and share an edge or their middle."""
    stacks: list[list[Segment]] = []
    for segment in segments:
        stack = next((each for each in stacks if _goes_on(each[-1], segment)), None)
        if stack:
            stack.append(segment)
        else:
            stacks.append([segment])
    return stacks


def _goes_on(above: Segment, segment: Segment) -> bool:
    if abs(above.size - segment.size) > _SAME_SIZE or same_height(above, segment):
        return False
    edges = above.x0 - segment.x0, above.x1 - segment.x1
    aligned = min(abs(edges[0]), abs(edges[1]), abs(sum(edges)) / 2) <= _SAME_EDGE
    return aligned and 0 < segment.baseline - above.baseline <= _LEADING * segment.size


def _beside(left: Sequence[Segment], right: Sequence[Segment], segments: Sequence[Segment]) -> bool:
    """Tell whether two blocks stand side by side; of one line, in larger print, amid the lines of the other.

    Labels, each level with what it asks for, in whatever print, are no block: one holds a number somewhere.
    """
    gap = min(each.x0 for each in right) - max(each.x1 for each in left)
    top, bottom = max(left[0].baseline, right[0].baseline), min(left[-1].baseline, right[-1].baseline)
    if gap < _LEAST_GAP * right[0].size or top > bottom:
        return False
    fewer, more = sorted((left, right), key=len)
    level = all(any(one.x1 <= other.x0 and same_height(one, other) for other in segments) for one in left)
    named = level and not any(char.isdigit() for each in left for char in each.text)
    if len(fewer) < _LEAST_LINES:
        amid = len(more) >= _LEAST_LINES and fewer[0].size > _LOUDER * more[0].size
        return amid and not (named and more is left)
    return len(more) > _LEAST_LINES and not named


def _grouped(segments: Sequence[Segment], stacks: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """Give each segment to the column that it stands in; none where a line reaches over two columns."""
    columns: list[list[Segment]] = []
    for segment in sorted((segment for stack in stacks for segment in stack), key=lambda each: each.x0):
        if columns and segment.x0 < max(each.x1 for each in columns[-1]):
            columns[-1].append(segment)
        else:
            columns.append([segment])
    spans = [(column[0].x0, max(each.x1 for each in column)) for column in columns]
    groups: list[list[Segment]] = [[] for _ in spans]
    for segment in segments:
        over = [at for at, (x0, x1) in enumerate(spans) if segment.x0 < x1 and x0 < segment.x1]
        if len(over) > 1:
            return []
        if over:
            groups[over[0]].append(segment)
        else:
            groups.append([segment])
    return sorted(groups, key=lambda group: min(each.x0 for each in group))
