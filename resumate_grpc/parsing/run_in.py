"""Run-in entries: a paragraph that begins with a period and names, and goes on with what was done."""

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
_LONGEST_LEAD = 3  # a preposition before the date: "De", "Du"


def heads_and_tails(rows: Sequence[Row], dates: Sequence[DateSpan]) -> Iterator[Row]:
    """Yield the rows, those that run in as two: period and names, then the running text behind their full stop."""
    for row in rows:
        cut = _cut(row, dates)
        if cut:
            yield _part(row, dates_within(dates, row.start, cut)[0].start, cut)
            yield replace(_part(row, cut, row.end), spaced=False, bold=False)
        else:
            yield row


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
