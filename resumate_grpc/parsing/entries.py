"""Entries: a section's rows cut into posts, courses of study or projects by dates, weight and repetition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.pieces import is_duration
from resumate_grpc.parsing.places import is_wholly_place
from resumate_grpc.parsing.post_labels import COMPANY_LABELS, TITLE_LABELS
from resumate_grpc.parsing.prose import LONG, is_prose
from resumate_grpc.parsing.stacked_dates import alone, stacked

__all__ = ["Entry", "entries_by_date", "entries_by_leader"]

_MOST_HEADER_ROWS = 3
_LONGEST_DATED = 150
_LONGEST_BESIDE_SINGLE = 90
_INDENT = 5.0
_LONGEST_DATE = 40
_FULL_LINE = 60
_MOST_SUBJECT_WORDS = 6
_WIDER = 1.2
_SMALL_NAME_WORDS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry: `header` rows tell what it is, `body` rows what was done; `dates` are those of the header."""

    header: tuple[Row, ...]
    body: tuple[Row, ...]
    dates: tuple[DateSpan, ...]


def entries_by_date(rows: Sequence[Row], dates: Sequence[DateSpan], *, leads: Callable[[Row], bool]) -> list[Entry]:
    """Cut the rows into entries around the rows that bear dates.

    How many header rows stand above the dates is learnt from the first entry. Without any date, each row for which
    `leads` holds (and that is no prose) opens an entry.
    """
    dates = _without_years_of_names(rows, dates)
    prose = _prose_flags(rows, dates)
    dates = stacked(rows, dates)
    if tabular := _tabular(rows, prose, dates) or _closed_by_dates(rows, prose, dates):
        return tabular
    dated = [index for index, row in enumerate(rows) if _is_dated(row, prose[index], dates)]
    if not dated:
        return _undated(rows, prose, leads)
    starts = _starts(rows, prose, dated)
    return [
        _entry(rows[start:stop], prose[start:stop], anchor - start, dates)
        for start, stop, anchor in zip(starts, [*starts[1:], len(rows)], dated, strict=True)
    ]


def _without_years_of_names(rows: Sequence[Row], dates: Sequence[DateSpan]) -> Sequence[DateSpan]:
    """Leave out a year that begins a name above a period of its own: "2015 Fellow at Acme", "May 2015 - Present"."""
    named = {
        span.start
        for above, below in pairwise(rows)
        if _is_period(below, dates) and not _is_period(above, dates)
        for span in dates_within(dates, above.start, above.start + 2)
        if not span.is_range and span.end - span.start == len("2015")
        and above.text[span.end - above.start :][:2].strip().isupper()
    }  # fmt: skip
    return tuple(span for span in dates if span.start not in named) if named else dates


def _tabular(rows: Sequence[Row], prose: Sequence[bool], dates: Sequence[DateSpan]) -> list[Entry]:
    """Cut a table into an entry for each of its rows that bears a date in a cell of its own; none where it has none."""
    flags = {row.number: flag for row, flag in zip(rows, prose, strict=True)}
    lines = [list(cells) for _, cells in groupby(rows, key=lambda row: (row.page, row.table, row.table_row))]
    if any(line[0].table < 0 or len({row.block for row in line}) < 2 for line in lines):  # noqa: PLR2004 - two cells
        return []
    entries: list[Entry] = []
    for line in lines:
        spans = [span for row in line for span in dates_within(dates, row.start, row.end)]
        if not spans or sum(span.is_range for span in spans) > 1:  # a cell with entries of its own
            return []
        stop = next((at for at, row in enumerate(line) if flags[row.number] and at), len(line))
        entries.append(Entry(header=tuple(line[:stop]), body=tuple(line[stop:]), dates=tuple(spans)))
    return entries


def _closed_by_dates(rows: Sequence[Row], prose: Sequence[bool], dates: Sequence[DateSpan]) -> list[Entry]:
    """Cut rows into entries where each ends with its period, below what was done; none unless all of them do."""
    closing = [at for at, row in enumerate(rows) if _is_period(row, dates)]
    if len(closing) < 2 or closing[-1] != len(rows) - 1 or any(not prose[at - 1] for at in closing):  # noqa: PLR2004
        return []
    entries: list[Entry] = []
    for start, stop in pairwise([-1, *closing]):
        own = range(start + 1, stop)
        told = next((at for at in own if prose[at]), stop)
        if told == start + 1:
            return []
        entries.append(_made((*rows[start + 1 : told], rows[stop]), rows[told:stop], dates))
    return entries


def _prose_flags(rows: Sequence[Row], dates: Sequence[DateSpan]) -> list[bool]:
    outer = _outer_bullets(rows) or _bulleted_names(rows, dates) or _above_periods(rows, dates)
    flags: list[bool] = []
    for index, row in enumerate(rows):
        above = rows[index - 1] if index and flags[-1] else None
        below = rows[index + 1] if index + 1 < len(rows) else None
        header = rows[index - 1] if index and not flags[-1] else None
        body = is_prose(row, above) or (below is not None and _runs_on(row, below, header, dates))
        body = body and row.number not in outer and not _mostly_date(row, dates)
        body = body and not (index and _is_small_name(row, rows[index - 1], below, dates))
        flags.append(body and not _opens_with_date(row, dates))
    return flags


def _runs_on(row: Row, below: Row, header: Row | None, dates: Sequence[DateSpan]) -> bool:
    """Whether a full line without a date goes on in small letters on the next one: running text, no name.

    It is full where it was wrapped, or stands in lesser print below a header with a date.
    """
    louder = header is not None and (header.size > row.size or header.fragments[0].bold)
    below_header = louder and header is not None and bool(dates_within(dates, header.start, header.end))
    full = (row.wrapped or below_header) and len(row.text) > _FULL_LINE and len(row.fragments) == 1 and not row.bold
    goes_on = below.block == row.block and below.text[:1].islower() and not below.bullet
    return full and goes_on and not dates_within(dates, row.start, row.end)


def _is_small_name(row: Row, above: Row, below: Row | None, dates: Sequence[DateSpan]) -> bool:
    """Whether a short row that begins in small letters, and that nothing ran on into, is a name: "acme, Salem".

    It stands right above a date; or right below a row with one, and only its first letter is small.
    """
    small = row.text[:1].islower() and not row.bullet and not above.wrapped and not row.text.endswith(",")
    most = _SMALL_NAME_WORDS // 2 if row.text.endswith(".") else _SMALL_NAME_WORDS
    if not small or len(row.text.split()) > most:
        return False
    if below and not below.bullet and _mostly_date(below, dates):
        return True
    named = all(word[:1].isupper() for word in row.text.split()[1:] if word[:1].isalpha())
    dated = any(_at_edge(above, span) for span in dates_within(dates, above.start, above.end))
    return named and dated and not above.bullet and "," in row.text


def _opens_with_date(row: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether a row that is no list item begins with a date in small letters: "seit 2014", "mai 2019"."""
    if row.bullet or not row.text[:1].islower() or len(row.text) > LONG:
        return False
    return any(span.start <= row.start for span in dates_within(dates, row.start, row.end))


def _mostly_date(row: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether a date, or the end of one that began on the row above, is most of the row."""
    near = dates_within(dates, row.start - _LONGEST_DATE, row.end)
    covered = sum(max(0, min(span.end, row.end) - max(span.start, row.start)) for span in near)
    return not row.bullet and covered * 2 > len(row.text)


def _outer_bullets(rows: Sequence[Row]) -> set[int]:
    """Return the list items of the outer of two levels, where they are few and short: they name the entries."""
    lefts = [row.left for row in rows if row.bullet]
    if not lefts or max(lefts) - min(lefts) < _INDENT * 2:
        return set()
    outer = [row for row in rows if row.bullet and row.left < min(lefts) + _INDENT]
    few = len(outer) * 2 <= len(lefts)
    return {row.number for row in outer} if few and median(len(row.text) for row in outer) < LONG * 0.8 else set()


def _bulleted_names(rows: Sequence[Row], dates: Sequence[DateSpan]) -> set[int]:
    """Return the list items that each open an entry: a short one above a row without bullet that ends in a date."""
    names = {
        above.number
        for above, below in pairwise(rows)
        if above.bullet and not below.bullet and len(above.text) < LONG and not above.text.endswith(".")
        and _date_beside(below, -1, dates)
    }  # fmt: skip
    return names if len(names) > 1 and len(names) * 2 > sum(row.bullet for row in rows) else set()


def _above_periods(rows: Sequence[Row], dates: Sequence[DateSpan]) -> set[int]:
    """Return the list items that each stand above one that is a period and nothing else, where all rows are items."""
    if not all(row.bullet for row in rows):
        return set()
    periods = [_is_period(row, dates) for row in rows]
    names = {
        rows[at].number
        for at, period in enumerate(periods[1:])
        if period and not periods[at] and len(rows[at].text) < LONG
    }
    return names if len(names) > 1 else set()


def _is_period(row: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether a row is a period, maybe with its length, and nothing else."""
    spans = dates_within(dates, row.start, row.start + 2)
    if not spans or not spans[0].is_range or not _at_edge(row, spans[0]):
        return False
    return len(row.text) < _LONGEST_DATE or is_duration(row.text[spans[0].end - row.start :])


def _is_dated(row: Row, prose: bool, dates: Sequence[DateSpan]) -> bool:  # noqa: FBT001 - one flag of a row
    spans = dates_within(dates, row.start, row.end)
    if not spans:
        return False
    beside = len(row.text) - sum(span.end - span.start for span in spans)
    at_edge = any(_at_edge(row, span) for span in spans)
    if row.text[:1].islower() and not at_edge:
        return False
    if any(span.is_range for span in spans):
        if prose and row.bullet:
            opens = any(span.is_range and span.start <= row.start + 1 for span in spans)
            return at_edge and beside < _LONGEST_BESIDE_SINGLE and (opens or not row.text.endswith("."))
        return (at_edge or not prose) and beside < _LONGEST_DATED
    return not prose and at_edge and beside < _LONGEST_BESIDE_SINGLE


def _at_edge(row: Row, span: DateSpan) -> bool:
    before = row.text[: span.start - row.start].strip(" (|,-–—:[")
    after = row.text[span.end - row.start :].strip(" )|,-–—:].")
    after = "" if is_duration(after) else after
    if not before or not after or after.startswith(("(", "·")):
        return True
    return any(
        fragment.start <= span.start
        and span.end <= fragment.end
        and fragment.end - fragment.start <= span.end - span.start + 4
        for fragment in row.fragments
    )


def _starts(rows: Sequence[Row], prose: Sequence[bool], dated: Sequence[int]) -> list[int]:
    usual = 0
    while usual < min(dated[0], _MOST_HEADER_ROWS) and not prose[dated[0] - usual - 1]:
        usual += 1
    starts = [dated[0] - usual]
    tight = usual > 0 and not any(_set_apart(rows, at) for at in range(starts[0] + 1, dated[0] + 1))
    usual_gap = max((_gap(rows, at) for at in range(starts[0] + 1, dated[0] + 1)), default=0.0)
    trailing = dated[-1] + 1 < len(rows) and is_wholly_place(rows[dated[-1] + 1].text)
    for previous, anchor in pairwise(dated):
        start = anchor
        floor = previous + 1 if trailing and is_wholly_place(rows[previous + 1].text) else previous
        while start - 1 > floor and not prose[start - 1]:
            if tight and _set_apart(rows, start) and _gap(rows, start) > _WIDER * usual_gap:
                break
            taken = anchor - start
            if taken >= usual and not _opens(rows, prose, start - 1, taken):
                break
            start -= 1
        starts.append(start)
    return starts


def _gap(rows: Sequence[Row], index: int) -> float:
    """Return how far below the row above a row begins, in points; without end where that cannot be told."""
    above, row = rows[index - 1], rows[index]
    if not above.box or not row.box or above.page != row.page:
        return float("inf")
    return row.box.y0 - above.box.y0


def _set_apart(rows: Sequence[Row], index: int) -> bool:
    """Whether a gap parts the row from the one above it on its page: there an entry begins where headers have none."""
    above, row = rows[index - 1], rows[index]
    return row.spaced and row.page == above.page and row.column == above.column


def _opens(rows: Sequence[Row], prose: Sequence[bool], index: int, taken: int) -> bool:
    """Whether a row above the usual header still belongs to the entry below: set apart, with body text above it."""
    row = rows[index]
    return taken < _MOST_HEADER_ROWS and not rows[index + 1].spaced and prose[index - 1] and (row.spaced or row.bold)


def _entry(rows: Sequence[Row], prose: Sequence[bool], anchor: int, dates: Sequence[DateSpan]) -> Entry:
    stop = anchor + 1
    while stop < len(rows) and all(_mostly_date(row, dates) for row in rows[: stop + 1]):
        stop += 1
    if stop < len(rows) and not prose[stop] and all(_mostly_date(row, dates) for row in rows[:stop]):
        stop += 1  # a date alone names nothing: what stands below it does, however far in
    lefts = [fragment.left for row in rows[:stop] for fragment in row.fragments]
    while (
        stop < len(rows) and not prose[stop] and stop <= anchor + _MOST_HEADER_ROWS and not _indented(rows[stop], lefts)
    ):
        stop += 1
    return _made(rows[:stop], rows[stop:], dates)


def _made(header: Sequence[Row], body: Sequence[Row], dates: Sequence[DateSpan]) -> Entry:
    """Make an entry with the dates of its header."""
    spans = tuple(span for row in header for span in dates_within(dates, row.start, row.end))
    return Entry(header=tuple(header), body=tuple(body), dates=spans)


def _indented(row: Row, lefts: Sequence[float]) -> bool:
    """Whether the row stands under the header further in than all of it: text without bullets."""
    return bool(row.size) and row.left > min(lefts) + _INDENT and all(abs(row.left - left) > _INDENT for left in lefts)


def _undated(rows: Sequence[Row], prose: Sequence[bool], leads: Callable[[Row], bool]) -> list[Entry]:
    asked = [_first_word(row) if ":" in row.text else "" for row in rows]
    opener = next((word for word in asked if word in TITLE_LABELS | COMPANY_LABELS), "")
    if opener and asked.count(opener) > 1:
        starts = [index for index, word in enumerate(asked) if word == opener]
        return [_entry(rows[start:stop], prose[start:stop], 0, ()) for start, stop in pairwise([*starts, len(rows)])]
    starts = [
        index
        for index, row in enumerate(rows)
        if not prose[index] and leads(row) and (index == 0 or prose[index - 1] or row.spaced or row.bold)
    ]
    starts = [start for place, start in enumerate(starts) if place == 0 or start - starts[place - 1] > 1]
    return [_entry(rows[start:stop], prose[start:stop], 0, ()) for start, stop in pairwise([*starts, len(rows)])]


def _first_word(row: Row) -> str:
    """Return what stands before the row's first colon, folded."""
    return fold(row.text.partition(":")[0]).strip()


def entries_by_leader(
    rows: Sequence[Row], dates: Sequence[DateSpan], *, labels: Callable[[Row], frozenset[str]]
) -> list[Entry]:
    """Cut the rows into entries where a label comes again that the open entry has already.

    `labels` names what a row bears (any words of the caller's, and `date`); rows without labels go with the row above.
    A row with a date alone opens an entry only where the first one did.
    """
    starts: list[int] = []
    seen: set[str] = set()
    leader: frozenset[str] = frozenset()
    first_look: Row | None = None
    gapped = any(row.spaced for row in rows[1:])
    dates = stacked(rows, dates)
    ends = {span.start for span in dates if not (span.first or span.last)}  # see `stacked`
    for index, row in enumerate(rows):
        own = labels(row)
        if not own or (own == {"date"} and all(span.start in ends for span in dates_within(dates, row.start, row.end))):
            continue
        leader, first_look = leader or own, first_look or row
        lesser = (first_look.bold and not row.bold) or (first_look.caps and not row.caps) if first_look else False
        opening = index > 0 and _opens_like(row, rows[index - 1], first_look)
        faculty = not row.spaced and own == {"institution"} and (gapped or lesser) and not opening
        railed = "date" in seen and _in_rail(row, first_look, dates) and bool(own - {"date"})
        railed = railed or (opening and "date" in seen and _is_dated_like(row, first_look, dates))
        if not starts or railed or (_begins_anew(own, seen, leader) and not faculty):
            starts.append(index)
            seen = set()
        seen |= own
    prose = _prose_flags(rows, dates)
    starts = [_with_line_above(rows, prose, start, labels) for start in starts]
    return [
        _whole(rows[start:stop], prose[start:stop], dates, labels) for start, stop in pairwise([*starts, len(rows)])
    ]


def _opens_like(row: Row, above: Row, first: Row) -> bool:
    """Whether a row is bold or in capitals as the first one is, below one that is not."""
    looks = [(each.bold, each.caps) for each in (row, first, above)]
    return looks[0] == looks[1] != looks[2] and any(looks[0]) and row.size >= first.size


def _in_rail(row: Row, first: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether a period stands alone at the left of a row, and of the first one: there an entry begins."""
    spans = [_date_beside(each, 0, dates) for each in (row, first)]
    return all(span is not None and bool(span.first) for span in spans)


def _is_dated_like(row: Row, first: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether a date stands alone at the right of a row, and of the first one."""
    return all(_date_beside(each, -1, dates) is not None for each in (row, first))


def _date_beside(row: Row, at: int, dates: Sequence[DateSpan]) -> DateSpan | None:
    """Return the date that makes up a row's first (0) or last (-1) fragment beside others."""
    return alone(row.fragments[at], dates) if len(row.fragments) > 1 else None


def _with_line_above(
    rows: Sequence[Row], prose: Sequence[bool], start: int, labels: Callable[[Row], frozenset[str]]
) -> int:
    """Take in a line without labels that stands closer to the entry below it than to the one above."""
    above = start - 1
    opens = above == 0 or (above > 0 and rows[above].spaced)
    if opens and not rows[start].spaced and not prose[above] and not labels(rows[above]):
        return above
    return start


def _begins_anew(own: frozenset[str], seen: set[str], leader: frozenset[str]) -> bool:
    again = own & seen
    if not again or ("date" in leader and "date" not in own and own - seen):
        return False
    if own == {"date"}:
        return leader == {"date"}
    return bool(own & leader - {"date"}) or bool(again - {"institution", "date"}) or not leader - {"date"}


def _whole(
    rows: Sequence[Row], prose: Sequence[bool], dates: Sequence[DateSpan], labels: Callable[[Row], frozenset[str]]
) -> Entry:
    subjects = {below.number for above, below in pairwise(rows) if _is_subject(above, below, labels)}
    told = [not body or bool(labels(row)) or row.number in subjects for row, body in zip(rows, prose, strict=True)]
    header = tuple(row for row, named in zip(rows, told, strict=True) if named)
    body = tuple(row for row, named in zip(rows, told, strict=True) if not named)
    spans = [span for row in header for span in dates_within(dates, row.start, row.end)]
    return Entry(header=header, body=body, dates=tuple(spans))


def _is_subject(above: Row, below: Row, labels: Callable[[Row], frozenset[str]]) -> bool:
    """Whether a list item of a few words stands right below one that names a degree: what was studied."""
    listed = above.bullet and below.bullet and labels(above) == {"degree"} and not labels(below)
    words = below.text.split()
    return listed and words[0][:1].isupper() and len(words) <= _MOST_SUBJECT_WORDS and below.text[-1].isalpha()
