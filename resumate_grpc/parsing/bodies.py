"""Bodies: what stands below an entry's header, as list items and running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.fragments import Row

__all__ = ["bullets_of", "prose_of"]

_INDENT = 5.0
_LIST_LABEL = re.compile(r"^\s*[^.:]{2,30}:\s*$")


def bullets_of(rows: Sequence[Row], text: str) -> list[Finding]:
    """Return the list items among body rows, each with the rows that carry it on.

    Lines that are whole sentences, one each, are a list without glyphs.
    """
    if _is_bare_list(rows):
        return [item for row in rows if (item := found(text, row.start, row.end, 0.6))]
    return [item for start, end, bullet in _runs(rows) if bullet and (item := found(text, start, end, 0.8))]


def prose_of(rows: Sequence[Row], text: str) -> Finding | None:
    """Return the running text among body rows as one value: from the first such run to the end of the last in a row."""
    if _is_bare_list(rows):
        return None
    runs = [(start, end) for start, end, bullet in _runs(rows) if not bullet and not _LIST_LABEL.match(text[start:end])]
    if not runs:
        return None
    return found(text, runs[0][0], runs[0][1], 0.65)


def _is_bare_list(rows: Sequence[Row]) -> bool:
    whole = all(row.text[:1].isupper() and row.text.endswith(".") and not row.bullet for row in rows)
    return whole and bool(rows) and (len(rows) > 1 or rows[0].table >= 0)


def _runs(rows: Sequence[Row]) -> Iterator[tuple[int, int, bool]]:
    start, end, bullet, first_left = -1, -1, False, 0.0
    for row in rows:
        carries_on = not row.bullet and start >= 0 and not (bullet and _leaves(row, first_left))
        if carries_on:
            end = row.end
            continue
        if start >= 0:
            yield start, end, bullet
        start, end, bullet, first_left = row.start, row.end, row.bullet, row.left
    if start >= 0:
        yield start, end, bullet


def _leaves(row: Row, left: float) -> bool:
    return row.spaced or row.left < left - _INDENT
