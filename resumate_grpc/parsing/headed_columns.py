"""Headings of two sections side by side: they part what is below them, however little it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import numpy as np

from resumate_grpc.parsing.division import Band, Division, DivisionKind, level_rows, same_height
from resumate_grpc.parsing.rows import Segment
from resumate_grpc.parsing.vocabulary import heading_key, headings

__all__ = ["heads_sections", "under_two_headings"]


def heads_sections(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Tell whether headings of two sections stand side by side on top: then each has what is below it."""
    heads = [min(side, key=lambda each: each.baseline) for side in (left, right) if side]
    kinds = {headings().get(heading_key(head.text), "") for head in heads}
    return len(kinds) == 2 and "" not in kinds and same_height(*heads)  # noqa: PLR2004 - one for each side


def under_two_headings(segments: Sequence[Segment]) -> Division | None:
    """Divide the line or two below headings that stand side by side, each above something at its own edge."""
    rows = level_rows(segments)
    for at, heads in enumerate(rows):
        if len(heads) > 1 and heads_sections(heads[:1], heads[1:2]) and (division := _below_heads(rows, at)):
            return division
    return None


def _below_heads(rows: Sequence[Sequence[Segment]], at: int) -> Division | None:
    """Divide what is below the headings of one row down to the next heading or to what crosses; None for nothing."""
    heads = rows[at]
    x = float(np.floor(heads[1].x0)) - 0.5
    own = [*takewhile(lambda row: not (_is_heading(row[0]) or _crosses(row, x)), rows[at + 1 :])]
    below = [segment for row in own for segment in row]
    if not all(any(abs(each.x0 - head.x0) < head.size for each in below) for head in heads):
        return None
    top = rows[at - 1][0].baseline if at else float("-inf")
    stop = at + 1 + len(own)
    bottom = min(each.baseline for each in rows[stop]) if stop < len(rows) else float("inf")
    left, right = (tuple(each for each in (*heads, *below) if (each.x0 < x) == side) for side in (True, False))
    return Division(DivisionKind.COLUMNS, top, bottom, (Band(left, right),))


def _is_heading(segment: Segment) -> bool:
    return heading_key(segment.text) in headings()


def _crosses(row: Sequence[Segment], x: float) -> bool:
    return any(each.x0 < x < each.x1 for each in row)
