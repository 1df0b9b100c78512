"""Names of entries printed like the headings of sections, as people do who mark up their own résumé.

A heading of posts or studies with nothing beneath it but more headings, each of them above a period, has those for
names: "Work Experience", then "Ironwood Ltd" in the same print, then "Welder (May 2019 - June 2021)".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.heading_names import SectionKind
from resumate_grpc.parsing.headings import Heading

__all__ = ["with_entries_named"]

_DATED = {SectionKind.EXPERIENCE, SectionKind.EDUCATION, SectionKind.VOLUNTEERING}
_LISTS = {SectionKind.SKILLS, SectionKind.SOFT_SKILLS, SectionKind.LANGUAGES}
"""What may stand between a heading of posts and the first of them, under a lesser heading."""
_ROWS_BELOW = 2


def with_entries_named(rows: Sequence[Row], headings: Mapping[int, Heading]) -> dict[int, Heading]:
    """Return the headings, by row number, without those that name an entry of the section above.

    Where lists stand between, the first entry goes on with the section of posts: a heading whose content it is itself.
    """
    places = {row.number: at for at, row in enumerate(rows)}
    kept: dict[int, Heading] = {}
    parent: Row | None = None
    open_below: int | None = None
    for number in sorted(headings):
        heading, at = headings[number], places[number]
        if heading.exact:
            nested = parent is not None and heading.kind in _LISTS and rows[at].heading_level > parent.heading_level
            if not nested:
                parent = rows[at] if heading.kind in _DATED and _is_empty(rows, at, headings) else None
            kept[number], open_below = heading, number
        elif (
            parent is not None
            and _is_of_rank(rows[at], parent)
            and _is_dated(rows, at, headings, headings[parent.number])
        ):
            if open_below != parent.number:
                kept[number] = replace(headings[parent.number], exact=False, rest=rows[at])
                open_below = parent.number
        else:
            kept[number], parent, open_below = heading, None, number
    return kept


def _is_empty(rows: Sequence[Row], at: int, headings: Mapping[int, Heading]) -> bool:
    """Whether a heading is followed at once by another one, or by a long name in its print."""
    if headings[rows[at].number].rest is not None or at + 1 >= len(rows):
        return False
    below = rows[at + 1]
    return below.number in headings or (len(below.fragments) == 1 and _is_of_rank(below, rows[at]) and _is_loud(below))


def _is_of_rank(row: Row, parent: Row) -> bool:
    """Whether the row is printed like the section's heading, or below it in rank."""
    if row.heading_level:
        return row.heading_level >= parent.heading_level > 0
    return (row.size, row.bold, row.caps, row.color) == (parent.size, parent.bold, parent.caps, parent.color)


def _is_loud(row: Row) -> bool:
    return bool(row.heading_level or row.bold or row.caps or row.size)


def _is_dated(rows: Sequence[Row], at: int, headings: Mapping[int, Heading], section: Heading) -> bool:
    """Whether a period stands right below the row, or a date where the section is of studies."""
    for row in rows[at + 1 : at + 1 + _ROWS_BELOW]:
        if row.number in headings:
            return False
        if any(span.is_range or section.kind is SectionKind.EDUCATION for span in find_dates(row.text)):
            return True
    return False
