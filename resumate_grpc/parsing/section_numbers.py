"""Numbers before headings, as articles have them: "2 Education", "4.1 Computer skills", "III. Experience"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from resumate_grpc.parsing.fragments import Row, cut_off
from resumate_grpc.parsing.vocabulary import heading_key, headings

__all__ = ["without_section_numbers"]

_NUMBER = re.compile(r"\s*(?P<number>\d{1,2}(?:\.\d{1,2}){0,2}|[IVX]{1,4}|[A-H])(?P<mark>[.):]?)\s+(?=[^\W\d_])")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_PLACES = {sign: at for signs in ("ABCDEFGH", _ROMAN) for at, sign in enumerate(signs, 1)}
"""What a sign counts: a letter that is a Roman number, too, is the number."""
_MOST_WORDS = 7


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A row that begins with a number; `counted` is the number of its section, `within` the rest of it: 4, ".1"."""

    place: int
    counted: int
    within: str
    start: int


def without_section_numbers(rows: Sequence[Row]) -> list[Row]:
    """Return the rows, those that are numbered headings without their numbers.

    That they are headings is told by counting from 1 on in one print that is not the text's, or before known headings.
    """
    by_print: dict[tuple[object, ...], list[_Numbered]] = defaultdict(list)
    for place, row in enumerate(rows):
        if numbered := _numbered(place, row):
            by_print[(row.size, row.bold, row.caps, row.color, bool(numbered.within))].append(numbered)
    sections = [run for (*_, nested), run in by_print.items() if not nested and _counts(run) and _heads(rows, run)]
    if not sections:
        return list(rows)
    counted = {one.counted for run in sections for one in run}
    inner = [one for (*_, nested), run in by_print.items() if nested for one in run if one.counted in counted]
    shorn = list(rows)
    for one in (*(one for run in sections for one in run), *inner):
        shorn[one.place] = cut_off(rows[one.place], one.start)
    return shorn


def _numbered(place: int, row: Row) -> _Numbered | None:
    match = None if row.bullet else _NUMBER.match(row.text)
    if not match or len(row.text.split()) > _MOST_WORDS + 1 or row.text.rstrip().endswith((".", ",", ";")):
        return None
    number, mark = match["number"], match["mark"]
    if number.isalpha() and not mark:
        return None  # "A summary", "I like": words
    first, dot, within = number.partition(".")
    counted = int(first) if first.isdigit() else _PLACES.get(first)
    if counted is None:
        return None  # "XX. Congress", "IIII. Part": no section's number
    return _Numbered(place, counted, dot + within, row.start + match.end())


def _counts(run: Sequence[_Numbered]) -> bool:
    return len(run) > 1 and [one.counted for one in run] == list(range(1, len(run) + 1))


def _heads(rows: Sequence[Row], run: Sequence[_Numbered]) -> bool:
    """Whether they are printed like headings, or say what headings say."""
    known = sum(heading_key(rows[one.place].text[one.start - rows[one.place].start :]) in headings() for one in run)
    if 2 * known >= len(run):
        return True
    inside = {one.place for one in run}
    row = rows[run[0].place]
    others = [other for at, other in enumerate(rows) if at not in inside]
    alike = sum((other.size, other.bold, other.caps) == (row.size, row.bold, row.caps) for other in others)
    return known > 0 and 2 * alike < len(others)
