"""What the rows of a section of studies tell of: a school, a degree, a date."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.degrees import SUBJECT, has_degree
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.nlp import Terms
from resumate_grpc.parsing.places import is_wholly_place
from resumate_grpc.parsing.post_labels import DEGREE_LABELS, SCHOOL_LABELS
from resumate_grpc.parsing.study_parts import ASIDE, FIELD_LABEL, has_institution

__all__ = ["is_date_alone", "labels_of", "plain_rows_suffice"]

_SELF = re.compile(r"(?:I|Ich|Je) [a-zà-ÿ]|J['’](?:ai|étais) ")
"""What begins a sentence that somebody says of himself; it names neither school nor degree."""
_LONGEST = 110
_SENTENCE = 60
_INDENT = 5.0
_MOST_NAME_WORDS = 8
_ENTRY_ROWS = 4
_LEAST_NAME = 4
_MOST_PLACE_WORDS = 4


def labels_of(rows: Sequence[Row], dates: Sequence[DateSpan], text: str, *, terms: Terms) -> dict[int, frozenset[str]]:
    """Return, by the row's number, which of "institution", "degree" and "date" each row tells of."""
    left = min((row.left for row in rows), default=0.0)
    known = {row.number: _labels(row, dates, text, terms, left=left) for row in rows}
    for number in _beside_degrees(rows, text, terms):
        known[number] -= {"degree"}
    leader = next((row for row in rows if known[row.number]), None)
    namer = next((row for row in rows if "institution" in known[row.number]), None)
    if leader is not namer and namer and rows[0].bold and _leads_like(rows[0], namer, known, dates):
        leader = rows[0]
        known[leader.number] |= {"institution"}
    for row in rows:
        if leader and known[row.number] <= {"date"} and _leads_like(row, leader, known, dates):
            known[row.number] |= {"institution"}
    _open_like_leader(rows, leader, known)
    return known


def _labels(row: Row, dates: Sequence[DateSpan], text: str, terms: Terms, *, left: float) -> frozenset[str]:
    if (
        ASIDE.match(row.text)
        or _SELF.match(row.text)
        or (row.left > left + _INDENT and len(row.text) > _SENTENCE and not row.bullet)
        or (len(row.text) > _longest(row, dates) and len(row.fragments) == 1)
    ):
        return frozenset()
    own = set()
    asked = FIELD_LABEL.search(row.text)
    label = fold(row.text.partition(":")[0]).strip() if ":" in row.text else ""
    if label in DEGREE_LABELS or has_degree(terms, text, row.start, row.start + asked.start() if asked else row.end):
        own.add("degree")
    if label in SCHOOL_LABELS or has_institution(terms, text, row.start, row.end):
        own.add("institution")
    if dates_within(dates, row.start, row.end):
        own.add("date")
    return frozenset(own)


def _longest(row: Row, dates: Sequence[DateSpan]) -> int:
    """Return how long a line may be that tells of studies: longer where it begins with their dates."""
    return 2 * _LONGEST if dates_within(dates, row.start, row.start + 2) and not row.bullet else _LONGEST


def _beside_degrees(rows: Sequence[Row], text: str, terms: Terms) -> set[int]:
    """Return the rows that name a subject which may be a degree, right above or below one that names a degree."""
    named = [row for row in rows if has_degree(terms, text, row.start, row.end)]
    subjects = {row.number for row in named if SUBJECT.match(row.text)}
    degrees = {row.number for row in named} - subjects
    return {number for number in subjects if degrees & {number - 1, number + 1}}


def _leads_like(row: Row, leader: Row, known: Mapping[int, frozenset[str]], dates: Sequence[DateSpan]) -> bool:
    """Whether a row is printed like the first one, which names a school: then it names one too.

    A row without a date must be printed in a way that other rows are not: bold, or in capitals.
    """
    if "institution" not in known[leader.number] or "degree" in known[leader.number] or row.bullet:
        return False
    alike = (row.bold, row.caps, row.size, len(row.fragments)) == (
        leader.bold, leader.caps, leader.size, len(leader.fragments)
    )  # fmt: skip
    first = row.fragments[0]
    bare = not dates_within(dates, first.start, first.end) or (len(row.fragments) == 1 and _ends_in_date(row, dates))
    named = first.text[:1].isupper() and bare and not is_wholly_place(first.text)
    if not alike or not named or abs(row.left - leader.left) >= _INDENT or ASIDE.match(row.text):
        return False
    if "date" in known[row.number]:
        beside = len(row.fragments) > 1 or all(_ends_in_date(each, dates) for each in (row, leader))
        return "date" in known[leader.number] and beside
    if not known[row.number] and _has_place_beside(row) and _has_place_beside(leader):
        return True
    return (row.bold or row.caps) and row.size > 0 and len(row.text.split()) <= _MOST_NAME_WORDS


def _ends_in_date(row: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether a name is followed by a date on its row, with nothing but a space between."""
    spans = dates_within(dates, row.start, row.end)
    return bool(spans) and spans[-1].end >= row.end - 1 and spans[-1].start > row.start + _LEAST_NAME


def _has_place_beside(row: Row) -> bool:
    """Whether a name stands at the left and a place, known or like a town's and its state's, at the right."""
    last = row.fragments[-1].text
    placed = is_wholly_place(last) or (last[:1].isupper() and last.replace(" ", "").replace("-", "").isalpha())
    return len(row.fragments) == 2 and placed and len(last.split()) <= _MOST_PLACE_WORDS  # noqa: PLR2004


def _open_like_leader(rows: Sequence[Row], leader: Row | None, known: dict[int, frozenset[str]]) -> None:
    """Let a row that no list knows open an entry like the first one: set apart, printed like it, above a date's row.

    Only where the row above it ends an entry with its date.
    """
    if not leader or "date" in known[leader.number]:
        return
    for at, row in enumerate(rows[1:], 1):
        alike = (row.bold, row.italic, row.size, row.bullet) == (leader.bold, leader.italic, leader.size, leader.bullet)
        apart = row.spaced or row.block != rows[at - 1].block
        after_date = any(known[each.number] == {"date"} for each in rows[max(0, at - 2) : at])
        below = next(
            (known[each.number] for each in rows[at + 1 : at + _ENTRY_ROWS] if known[each.number]), frozenset()
        )
        named = row.text[:1].isupper() and len(row.text.split()) <= _MOST_NAME_WORDS and not ASIDE.match(row.text)
        if not known[row.number] and alike and apart and after_date and below == {"date"} and named:
            known[row.number] = known[leader.number]


def plain_rows_suffice(rows: Sequence[Row], labels: Callable[[Row], frozenset[str]]) -> bool:
    """Whether the studies are told by rows that are no list items."""
    if not any(row.bullet for row in rows):
        return True
    dated = [row.bullet for row in rows if "date" in labels(row) and len(row.fragments) > 1]
    if dated and all(dated) and len(dated) * 2 >= sum(row.bullet for row in rows):
        return False  # the items name the schools, with their dates at the right
    plain = frozenset[str]().union(*(labels(row) for row in rows if not row.bullet))
    bulleted = frozenset[str]().union(*(labels(row) for row in rows if row.bullet))
    beside = any("date" in labels(row) and len(row.fragments) > 1 for row in rows if not row.bullet)
    return (beside or bool(plain - {"date"})) and bulleted - {"date"} <= plain


def is_date_alone(row: Row, dates: Sequence[DateSpan]) -> bool:
    """Whether the row is a date and nothing else, or two of them."""
    spans = dates_within(dates, row.start, row.end)
    return bool(spans) and sum(span.end - span.start for span in spans) >= len(row.text) - len(spans)
