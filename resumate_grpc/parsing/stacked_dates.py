"""Dates that stand one below the other, in a rail or in cells: the start and the end of one period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from resumate_grpc.parsing.dates import PRESENT, DateSpan, dates_within
from resumate_grpc.parsing.fragments import Fragment, Row

__all__ = ["alone", "stacked"]

_NEXT_LINE = 1.6
_UNTIL = re.compile(r"(?:to|until|bis|à|au|a|al|hasta|até|ate|tot)\s+", re.IGNORECASE)


def stacked(rows: Sequence[Row], dates: Sequence[DateSpan]) -> Sequence[DateSpan]:
    """Join dates that stand one below the other in a rail at the left: start and end of one period.

    The lower one stays as a span without values, so that it is cut out of its row too.
    """
    joined = {span.start: span for span in dates}
    for row in rows:
        beside = [span for fragment in row.fragments[:2] if (span := alone(fragment, dates))] or _two_alone(row, dates)
        if len(beside) == 2 and not any(span.is_range for span in beside):  # noqa: PLR2004 - start and end
            _join(joined, *beside)
    for pair in _pairs_alone(rows, dates):
        _join(joined, *pair)
    listed = _in_runs(rows, dates)
    for above, below in pairwise(rows):
        if above.number in listed:
            continue
        if upper_open := _open_end(above, below, dates):
            ends = upper_open[0].span_of_first, upper_open[1].span_of_first
            joined[upper_open[0].start] = replace(upper_open[0], last=upper_open[1].first, ends=ends)
            joined[upper_open[1].start] = replace(upper_open[1], first="", last="")
            continue
        upper, lower = _rail_date(above, dates), _rail_date(below, dates)
        if upper and not upper.is_range and (led := _led_end(above, below, dates)) and led.first >= upper.first:
            joined[upper.start] = replace(upper, last=led.first, ends=(upper.span_of_first, led.span_of_first))
            joined[led.start] = replace(led, first="", last="", start=below.start)
            continue
        if upper is None or lower is None or above.block != below.block or upper.is_range or lower.is_range:
            continue
        if upper.first and lower.first and not joined[upper.start].is_range:
            _join(joined, upper, lower)
    return tuple(joined[start] for start in sorted(joined))


def _two_alone(row: Row, dates: Sequence[DateSpan]) -> Sequence[DateSpan]:
    """Return two years that make up the whole row with a space between them: "2010 2013"."""
    spans = dates_within(dates, row.start, row.end)
    whole = len(spans) == 2 and spans[0].start == row.start and spans[1].end == row.end  # noqa: PLR2004
    return spans if whole and spans[1].start - spans[0].end == 1 and spans[0].first < spans[1].first else ()


def _pairs_alone(rows: Sequence[Row], dates: Sequence[DateSpan]) -> Iterator[tuple[DateSpan, DateSpan]]:
    """Yield the dates of two rows in a file without places, one each, where what is around them is none."""
    for found, run in groupby((_point(row, dates) for row in rows), key=bool):
        spans = [span for span in run if span]
        if found and len(spans) == 2 and spans[0].first <= spans[1].first:  # noqa: PLR2004 - two ends
            yield spans[0], spans[1]


def _point(row: Row, dates: Sequence[DateSpan]) -> DateSpan | None:
    """Return the one date that makes up a row without a place."""
    span = alone(row.fragments[0], dates) if row.box is None and len(row.fragments) == 1 else None
    return span if span and span.first and not span.is_range else None


def _open_end(above: Row, below: Row, dates: Sequence[DateSpan]) -> tuple[DateSpan, DateSpan] | None:
    """Return a date that ends in a dash in a rail, and its end on the row below: "Sept. 2017 –", "today"."""
    upper, lower = _rail_date(above, dates), _rail_date(below, dates)
    if upper is None or lower is None or lower.is_range or not lower.first:
        return None
    if above.block != below.block and not _is_next_line(above, below):
        return None
    dashed = upper.last == PRESENT and above.fragments[0].text.rstrip().endswith(("-", "–", "—"))
    return (upper, lower) if dashed and (lower.first == PRESENT or lower.first >= upper.first) else None


def _led_end(above: Row, below: Row, dates: Sequence[DateSpan]) -> DateSpan | None:
    """Return the date in the rail of the row below that a word leads as the end of a period: "à Septembre 2011"."""
    fragment = below.fragments[0]
    lead = _UNTIL.match(fragment.text)
    if not lead or (above.block != below.block and not _is_next_line(above, below)):
        return None
    spans = dates_within(dates, fragment.start, fragment.end)
    whole = len(spans) == 1 and spans[0].end - spans[0].start >= len(fragment.text) - lead.end() - 1
    return spans[0] if whole and spans[0].first and not spans[0].is_range else None


def _is_next_line(above: Row, below: Row) -> bool:
    """Whether the row stands right below the other one, as close as lines of one paragraph."""
    if not above.box or not below.box or above.page != below.page:
        return False
    return 0 < below.box.y0 - above.box.y0 < _NEXT_LINE * max(above.size, below.size)


def _in_runs(rows: Sequence[Row], dates: Sequence[DateSpan]) -> frozenset[int]:
    """Return the rows among three and more in a row that each begin with a date of their own: a list by years."""
    flags = [len(row.fragments) > 1 and _rail_date(row, dates) is not None for row in rows]
    numbers: set[int] = set()
    at = 0
    for flag, run in groupby(flags):
        length = len(list(run))
        if flag and length > 2:  # noqa: PLR2004 - start and end are two
            numbers.update(row.number for row in rows[at : at + length])
        at += length
    return frozenset(numbers)


def _join(joined: dict[int, DateSpan], one: DateSpan, other: DateSpan) -> None:
    first, last = sorted((one, other), key=lambda span: span.first)
    ends = first.span_of_first, last.span_of_last
    joined[one.start] = replace(one, first=first.first, last=last.first, ends=ends)
    joined[other.start] = replace(other, first="", last="")


def _rail_date(row: Row, dates: Sequence[DateSpan]) -> DateSpan | None:
    first = row.fragments[0]
    if len(row.fragments) == 1 and first.text and row.box is None:
        return None
    return alone(first, dates)


def alone(fragment: Fragment, dates: Sequence[DateSpan]) -> DateSpan | None:
    """Return the date that makes up the whole fragment."""
    spans = dates_within(dates, fragment.start, fragment.end)
    if len(spans) == 1 and spans[0].end - spans[0].start >= len(fragment.text) - 1:
        return spans[0]
    return None
