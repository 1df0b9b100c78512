"""Sections: which rows belong together under which heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.entry_headings import with_entries_named
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.heading_names import SectionKind
from resumate_grpc.parsing.headings import Heading, headings_of
from resumate_grpc.parsing.section_numbers import without_section_numbers
from resumate_grpc.parsing.vocabulary import heading_key, headings

__all__ = ["Section", "SectionKind", "sections_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Rows in reading order under one heading; `title` is the folded heading, empty for HEAD.

    `confidence` (0..1) is that of the heading: its words known, its look that of the other headings.
    """

    kind: SectionKind
    title: str
    rows: tuple[Row, ...]
    confidence: float


_SAME_COLUMN = 0.3
_LOOK_BACK = 400
_RAIL_WIDTH = 60.0
_RULE = re.compile(r"^[\s\-=_*~.·—–]{3,}$")

_Placed = tuple[Row, int]


def sections_of(rows: Sequence[Row]) -> tuple[Section, ...]:
    """Cut the rows into sections; rows before the first heading, or of a page's head and foot, are HEAD.

    Rows without a heading of their own go on with the section above them in their column.
    """
    rows = _with_whole_headings(without_section_numbers(rows))
    headed = with_entries_named(rows, headings_of(rows))
    placed = _beside_rails(headed, _placed(rows, headed))
    opened = [(number, headed[number]) for number in sorted(headed)]
    held: list[list[Row]] = [[], *([heading.rest] if heading.rest else [] for _, heading in opened)]
    for row, section in placed:
        if row.number not in headed:
            held[section].append(row)
    return (
        Section(kind=SectionKind.HEAD, title="", rows=tuple(held[0]), confidence=1.0),
        *(
            Section(kind=heading.kind, title=heading.title, rows=tuple(own), confidence=_trust(heading))
            for (_, heading), own in zip(opened, held[1:], strict=True)
        ),
    )


def _with_whole_headings(rows: Sequence[Row]) -> list[Row]:
    """Join a heading that a narrow column broke over two rows: "Technical", "Skills"."""
    whole: list[Row] = []
    for row in rows:
        if whole and _ends_heading(whole[-1], row):
            above = whole.pop()
            text = f"{above.text} {row.text}"
            first = replace(above.fragments[0], text=text, end=row.end)
            row = replace(above, text=text, end=row.end, fragments=(first,), caps=above.caps and row.caps)  # noqa: PLW2901
        whole.append(row)
    return whole


def _ends_heading(above: Row, row: Row) -> bool:
    alike = (above.size, above.bold, above.color, above.block) == (row.size, row.bold, row.color, row.block)
    single = len(above.fragments) == len(row.fragments) == 1 and not (above.bullet or row.bullet)
    if not (alike and single and row.size and (row.bold or (row.caps and above.caps))) or row.start != above.end + 1:
        return False
    return _aligned(above, row) and heading_key(f"{above.text} {row.text}") in headings()


def _aligned(above: Row, row: Row) -> bool:
    """Whether the two rows share their left edge, their right one or their middle."""
    if not above.box or not row.box:
        return False
    left, right = above.box.x0 - row.box.x0, above.box.x1 - row.box.x1
    return min(abs(left), abs(right), abs(left + right) / 2) < 1


def _placed(rows: Sequence[Row], headed: Mapping[int, Heading]) -> list[_Placed]:
    """Give each row its section's place; one that jumps to another column goes on with what stands above it there."""
    placed: list[_Placed] = []
    current, opened, opened_by, empty = 0, 0, None, True
    for row in rows:
        if row.kind in {BlockKind.HEADER, BlockKind.FOOTER}:
            placed.append((row, 0))
            continue
        if row.number in headed:
            opened += 1
            current, opened_by, empty = opened, row, headed[row.number].rest is None
        elif _RULE.match(row.text):
            continue
        elif placed and empty and (above := _empty_above(row, placed, headed, opened_by)):
            current = above
            empty = False
        elif placed and not empty and row.block != placed[-1][0].block:
            current = _section_above(row, placed, current, opened_by)
        else:
            empty = False
        placed.append((row, current))
    return placed


def _beside_rails(headed: Mapping[int, Heading], placed: list[_Placed]) -> list[_Placed]:
    """Where headings stand in a rail at the left, read before what they head, give each row to the heading beside it.

    A rail is told by headings that were left without rows.
    """
    filled = Counter(section for row, section in placed if row.number not in headed)
    rail = [(row, at) for row, at in placed if row.number in headed and row.box and not headed[row.number].rest]
    empty = [row for row, section in rail if not filled[section]]
    if len(empty) < 2:  # noqa: PLR2004 - one heading may well head nothing
        return placed
    rail = [(row, section) for row, section in rail if abs(row.left - empty[0].left) < _RAIL_WIDTH]
    return [(row, section if row.number in headed else _beside(row, rail, section)) for row, section in placed]


def _beside(row: Row, rail: Sequence[_Placed], section: int) -> int:
    heads = [
        (head.box.y0, other)
        for head, other in rail
        if head.box and row.box and head.page == row.page and head.box.x1 <= row.left
        and head.box.y0 <= row.box.y0 + row.size
    ]  # fmt: skip
    return max(heads)[1] if heads else section


def _section_above(row: Row, placed: Sequence[_Placed], current: int, opened_by: Row | None) -> int:
    """Return the section that the row goes on with: that of the nearest row above it in its own column.

    A row goes on with the section opened last where nothing stands between the heading's height and its own.
    """
    last, _ = placed[-1]
    if row.box is None or last.box is None:
        return current
    above = None
    for other, section in reversed(placed[-_LOOK_BACK:]):
        if other.page != row.page and above:
            break
        if not other.box or _overlap(row.box, other.box) <= _SAME_COLUMN:
            continue
        if other.page != row.page:
            return current if _opens_above(row, opened_by) else section
        if other.box.y1 <= row.box.y1 and (above is None or other.box.y1 > above[0].y1):
            above = other.box, section
    if above is None:
        starts_higher = opened_by and opened_by.box and opened_by.page == row.page and row.box.y0 < opened_by.box.y0
        return 0 if starts_higher and row.page <= 1 else current
    if opened_by and opened_by.box and opened_by.page == row.page and above[0].y1 <= opened_by.box.y0 <= row.box.y1:
        return current
    return above[1]


def _empty_above(
    row: Row, placed: Sequence[_Placed], headed: Mapping[int, Heading], opened_by: Row | None
) -> int | None:
    """Return the section of a heading without rows that stands above the row in its own column, not the last heading.

    Columns whose headings stand at one height, read before what is below them.
    """
    if not row.box or not opened_by or not opened_by.box or _overlap(row.box, opened_by.box) > 0:
        return None
    above = [
        (other.box.y1, section)
        for other, section in placed[-_LOOK_BACK:]
        if other.box and other.page == row.page and other.box.y1 <= row.box.y1 and _overlap(row.box, other.box) > 0
    ]
    section = max(above)[1] if above else 0
    filled = any(at == section and other.number not in headed for other, at in placed)
    return section if section and not filled else None


def _opens_above(row: Row, opened_by: Row | None) -> bool:
    """Whether the heading opened last stands wholly above a row that is the first of its column on the page.

    Columns that go on from the page before begin at one height; what begins lower stands under the heading.
    """
    if not opened_by or not opened_by.box or not row.box or opened_by.page != row.page:
        return False
    return row.box.y0 >= opened_by.box.y1


def _overlap(one: Box, other: Box) -> float:
    """Return how much of the narrower one's width both share, 0..1."""
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return max(0.0, shared) / max(1.0, min(one.x1 - one.x0, other.x1 - other.x0))


def _trust(heading: Heading) -> float:
    return min(1.0, (0.6 if heading.exact else 0.4) + 0.15 * heading.look)
