"""Run-in entries: a paragraph that begins with a period and names, in either order, and goes on with what was done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.fragments import Fragment, Row
from resumate_grpc.parsing.prose import LONG

__all__ = ["heads_and_tails"]

_SENTENCE_END = re.compile(r"(?<=[^\W\d_A-Z]{4})[.»”\"]?\.\s+(?=[^\W\d_a-z])")
_LONGEST_HEAD = 180
_BEHIND_PERIOD = re.compile(r"\)\s*[.:–—-]\s+(?=[^\W\d_a-z])")
_OPENED = re.compile(r"\((?:[^()]{2,40}, )?$")
"""A bracket that opens before a period, with or without the post: "Acme (Cook, 2019-2021)"."""
_BEHIND_COLON = re.compile(r"\s?:\s+(?=[^\W\d_a-z])")
_LED = re.compile(r"[,|·•–—-]\s*$")
"""What stands before a period that ends a list of names: "Acme | Cook | 2019-2021: Cooked"."""
_LONGEST_LEAD = 3  # a preposition before the date: "De", "Du"


def heads_and_tails(rows: Sequence[Row], dates: Sequence[DateSpan]) -> Iterator[Row]:
    """Yield the rows, those that run in as two: period and names, then the running text behind their full stop."""
    behind = _behind_periods(rows, dates)
    for row in rows:
        cut = _cut(row, dates)
        if cut:
            yield _part(row, dates_within(dates, row.start, cut)[0].start, cut)
        elif cut := behind.get(row.number, 0):
            yield replace(_part(row, row.start, cut), bullet=False, spaced=True)
        else:
            yield row
            continue
        yield replace(_part(row, cut, row.end), spaced=False, bold=False)


def _behind_periods(rows: Sequence[Row], dates: Sequence[DateSpan]) -> dict[int, int]:
    """Return where the text begins in each list item: "Acme — Cook (2019-2021). Cooked."; none unless all are so."""
    items = [row for row in rows if row.bullet]
    cuts = {row.number: _cut_behind(row, dates) for row in items}
    return cuts if len(items) > 1 and rows[0].bullet and all(cuts.values()) else {}


def _cut_behind(row: Row, dates: Sequence[DateSpan]) -> int:
    """Return where the running text begins behind a period in brackets, or at the end of names; 0 for nowhere."""
    for span in dates_within(dates, row.start + 1, row.start + LONG):
        before = row.text[: span.start - row.start]
        sign = _BEHIND_PERIOD if _OPENED.search(before) else _BEHIND_COLON if _LED.search(before) else None
        end = sign.match(row.text, span.end - row.start) if sign else None
        if end and span.is_range:
            return row.start + end.end()
    return 0


def _cut(row: Row, dates: Sequence[DateSpan]) -> int:
    """Return where the running text begins; 0 where there is none."""
    if row.bullet or len(row.text) <= LONG:
        return 0
    leading = [span for span in dates_within(dates, row.start, row.start + _LONGEST_LEAD) if span.is_range]
    end = _SENTENCE_END.search(row.text, leading[0].end - row.start) if leading else None
    return row.start + end.end() if end and end.end() <= _LONGEST_HEAD else 0


def _part(row: Row, start: int, end: int) -> Row:
    fragments = tuple(
        _fragment(row, fragment, max(start, fragment.start), min(end, fragment.end))
        for fragment in row.fragments
        if fragment.start < end and fragment.end > start
    )
    text = row.text[start - row.start : end - row.start].rstrip()
    return replace(row, text=text, start=start, end=start + len(text), fragments=fragments)


def _fragment(row: Row, fragment: Fragment, start: int, end: int) -> Fragment:
    text = row.text[start - row.start : end - row.start].rstrip()
    return replace(fragment, text=text, start=start, end=start + len(text))
