"""Projects, publications, awards and unpaid posts: lists of entries with a name, a date and a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from resumate_grpc.parsing.bodies import bullets_of, prose_of
from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.entries import Entry, entries_by_date
from resumate_grpc.parsing.experience import period_of
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.pieces import pieces_of

__all__ = ["Listed", "Work", "listed_of", "works_of"]

_LONGEST_NAME = 120
_LONGEST_LISTED = 400
_ENOUGH_UNDATED = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """A project: its name, period, what was done, and what stands beside its name."""

    name: Finding
    beside: Finding | None
    start_date: Finding | None
    end_date: Finding | None
    description: Finding | None
    highlights: tuple[Finding, ...]
    span: tuple[int, int]
    """Where it stands in the text, from its first row to its last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One item of a list, as printed: its text, what stands beside it, and its date."""

    title: Finding
    beside: Finding | None
    date: Finding | None


def works_of(rows: Sequence[Row], dates: Sequence[DateSpan], text: str) -> list[Work]:
    """Read a section's projects, in order."""
    bold = sum(row.bold or bool(row.fragments and row.fragments[0].bold) for row in rows)

    def leads(row: Row) -> bool:
        return not bold or row.bold or row.fragments[0].bold

    dated = sum(bool(dates_within(dates, row.start, row.end)) for row in rows if leads(row))
    use_dates = bool(dated) and (not bold or dated > _ENOUGH_UNDATED * bold)
    entries = entries_by_date(rows, dates if use_dates else (), leads=leads)
    return [work for entry in entries if (work := _work(entry, dates, text))]


def _work(entry: Entry, dates: Sequence[DateSpan], text: str) -> Work | None:
    own = entry.dates or [span for row in entry.header for span in dates_within(dates, row.start, row.end)]
    pieces = [piece for piece in pieces_of(entry.header, own, text) if len(piece.text) <= _LONGEST_NAME]
    if not pieces:
        return None
    start, end = period_of(own, single_is_both=False)
    return Work(
        name=pieces[0].finding.trusted(0.6),
        beside=pieces[1].finding.trusted(0.4) if len(pieces) > 1 else None,
        start_date=start,
        end_date=end,
        description=prose_of(entry.body, text),
        highlights=tuple(bullets_of(entry.body, text)),
        span=(entry.header[0].start, max(row.end for row in (*entry.header, *entry.body))),
    )


def listed_of(rows: Sequence[Row], dates: Sequence[DateSpan], text: str, *, whole: bool) -> list[Listed]:
    """Read a section's list of publications or awards, one an item, in order; `whole` takes all of it as the title."""
    return [listed for group in _items(rows) if (listed := _listed(group, dates, text, whole=whole))]


def _items(rows: Sequence[Row]) -> Iterator[list[Row]]:
    opens = _opening(rows)
    group: list[Row] = []
    for row in rows:
        if group and opens(row):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _opening(rows: Sequence[Row]) -> Callable[[Row], bool]:
    if any(row.bullet for row in rows):
        return lambda row: row.bullet
    if any(row.bold for row in rows) and not all(row.bold for row in rows):
        return lambda row: row.bold
    return lambda row: row.spaced or row.text[:1].isupper() or row.text[:1].isdigit()


def _listed(group: Sequence[Row], dates: Sequence[DateSpan], text: str, *, whole: bool) -> Listed | None:
    spans = [span for row in group for span in dates_within(dates, row.start, row.end)]
    pieces = [piece for piece in pieces_of(group, spans, text) if len(piece.text) <= _LONGEST_LISTED]
    title = found(text, group[0].start, max(row.end for row in group)) if whole else None
    title = title or (pieces[0].finding if pieces else None)
    if not title:
        return None
    date = spans[-1] if spans else None
    value = (date.last or date.first) if date else ""
    return Listed(
        title=title.trusted(0.55),
        beside=pieces[1].finding.trusted(0.4) if len(pieces) > 1 and not whole else None,
        date=Finding(text=value, start=date.start, end=date.end, confidence=0.7) if date else None,
    )
