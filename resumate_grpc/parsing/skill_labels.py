"""Labels in a list of skills: which rows, cells and beginnings of rows head the items rather than being some."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.nlp import Term, Terms

__all__ = [
    "LIST_COMMA",
    "bold_is_label",
    "bullets_are_labels",
    "label_cells",
    "printed_label",
    "rail_label",
    "rows_over_lists",
]

LIST_COMMA = re.compile(r"[,，、]")
_LONGEST_LABEL = 30
_LABEL_WORDS = 4
_LOUDER = 1.05
_SAME_HEIGHT = 0.8


def rows_over_lists(rows: Sequence[Row], terms: Terms) -> set[int]:
    """Return the numbers of the rows that each head the rows below them, told by look, place or turns."""
    over = {above.number for above, below in pairwise(rows) if _heads_list(above, below)}
    return over | _capital_labels(rows) | _large_labels(rows) | _turning_labels(rows, terms)


def _heads_list(row: Row, below: Row) -> bool:
    """Whether the row heads the list below it: printed as a heading, without items of its own."""
    louder = row.heading_level > below.heading_level or row.size > below.size * _LOUDER or (row.bold and not below.bold)
    return _stands_beside(row, below) or (
        louder
        and not row.bullet
        and (below.bullet or below.table >= 0 > row.table)
        and len(row.fragments) == 1
        and "," not in row.text
    )


def _stands_beside(row: Row, below: Row) -> bool:
    """Whether the row is a label left of the list that follows, at its height but in a column of its own."""
    if not row.box or not below.box or row.page != below.page or len(row.fragments) > 1 or "," in row.text:
        return False
    level = abs(row.box.y0 - below.box.y0) < below.size * _SAME_HEIGHT
    return level and row.box.x1 < below.left and "," in below.fragments[0].text


def _large_labels(rows: Sequence[Row]) -> set[int]:
    """Return the rows in larger print that each head smaller ones: "Informatique" above "Langages", "C, Rust"."""
    largest = max((row.size for row in rows), default=0.0)
    large = [(above, below) for above, below in pairwise(rows) if above.size == largest]
    heads = [
        above for above, below in large
        if largest > below.size * _LOUDER and len(above.fragments) == 1 and "," not in above.text and not above.bullet
    ]  # fmt: skip
    each = len(heads) == sum(row.size == largest for row in rows)
    return {row.number for row in heads} if each and 1 < len(heads) <= len(rows) / 2 else set()


def _capital_labels(rows: Sequence[Row]) -> set[int]:
    """Return the rows in capitals that each head a row of several items: "MESSAGING" above "Kafka | RabbitMQ"."""
    capitals = [(above, below) for above, below in pairwise(rows) if above.caps and not above.bullet]
    heads = [
        above
        for above, below in capitals
        if len(above.fragments) == 1 and "," not in above.text and not below.caps and not below.bullet
        and (len(below.fragments) > 1 or "," in below.text)
    ]  # fmt: skip
    each = len(heads) == sum(row.caps for row in rows)
    larger = all(row.size > below.size for row, below in capitals)
    return {row.number for row in heads} if each and (len(heads) > 1 or larger) else set()


def _turning_labels(rows: Sequence[Row], terms: Terms) -> set[int]:
    """Return the rows of one name each that take turns with lists, from the first row on, whatever their print.

    "Transport" above the list items "Forklift" and "Tachograph", "Software" above "TMS"; or each above one row with
    commas. Names of skills themselves do not head lists.
    """
    lists = [
        row.bullet or "," in row.text or (at > 0 and rows[at - 1].text.endswith(",")) for at, row in enumerate(rows)
    ]
    heads = [row for row, listed in zip(rows, lists, strict=True) if not listed]
    turns = all(one or other for one, other in pairwise(lists)) and lists[:1] == [False] and lists[-1]
    named = all(len(row.fragments) == 1 and len(row.text.split()) <= _LABEL_WORDS for row in heads)
    known = sum(
        any(span == (row.start, row.end) for span in terms.within(Term.SKILL, row.start, row.end)) for row in heads
    )
    return {row.number for row in heads} if turns and named and known * 2 < len(heads) > 1 else set()


def label_cells(rows: Sequence[Row]) -> tuple[set[int], set[int]]:
    """Return the cells at the left of a table of two columns whose right one holds lists, and the heads over both."""
    lines = [list(cells) for at, cells in groupby(rows, key=lambda row: (row.table, row.table_row)) if at[0] >= 0]
    pairs = [(line[0], line[1]) for line in lines if len(line) > 1 and line[0].block != line[1].block]
    lists = ["," in right.text and "," not in left.text for left, right in pairs]
    if len({row.block for line in lines for row in line}) != 2 * len(lines) or sum(lists) * 2 <= len(lists):
        return set(), set()
    heads = pairs[0] if not lists[0] and all(lists[1:]) and len(pairs) > 2 else ()  # noqa: PLR2004 - heads over a list
    return {left.number for left, _ in pairs}, {row.number for row in heads}


def bullets_are_labels(rows: Sequence[Row]) -> bool:
    """Whether each bullet heads a row of plain items: "• Languages" above "Rust, Go"."""
    heads = [below for above, below in pairwise(rows) if above.bullet]
    alone = sum("," not in row.text for row in rows if row.bullet)
    plain = sum(not row.bullet and "," in row.text for row in heads)
    return plain > 1 and plain == alone == sum(row.bullet for row in rows)


def bold_is_label(rows: Sequence[Row]) -> bool:
    """Whether the rows in bold are labels: some are, but not most."""
    bold = sum(row.bold for row in rows)
    return 0 < bold < len(rows) and bold <= len(rows) * 0.6


def rail_label(row: Row) -> tuple[str, int] | None:
    """Return the label at the left of a row and where its items begin: bold before plain, or before a list."""
    if len(row.fragments) < 2:  # noqa: PLR2004
        return None
    first, second = row.fragments[0], row.fragments[1]
    if first.bold and not second.bold:
        return first.text, second.start
    if len(row.fragments) == 2 and "," in second.text and "," not in first.text:  # noqa: PLR2004
        return first.text, second.start
    return None


def printed_label(row: Row) -> tuple[str, int] | None:
    """Return the label that is told from a list of items by its print alone: bold, say, with no wide gap behind it."""
    first = row.fragments[0]
    if not first.breaks:
        return None
    at = first.breaks[0]
    label, items = row.text[: at - row.start].strip(), row.text[at - row.start :]
    listed = LIST_COMMA.search(items) is not None and LIST_COMMA.search(label) is None
    return (label, at) if listed and len(label) <= _LONGEST_LABEL else None
