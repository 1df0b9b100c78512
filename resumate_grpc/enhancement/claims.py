"""Claims → values: what of an answer the text says word for word, where, and how far that can be trusted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from resumate_grpc.enhancement.answer import LISTS, Answer
from resumate_grpc.enhancement.entries import Entry, Value
from resumate_grpc.enhancement.quotes import Quote, occurrences
from resumate_grpc.model.parsed import Evidence
from resumate_grpc.parsing.dates import PRESENT, find_dates
from resumate_grpc.parsing.evidence import Places
from resumate_grpc.parsing.folding import squeeze

__all__ = ["Checked", "checked"]

_BY_FORM = 0.8
_ONCE = 0.7
_OFTEN = 0.6
_LISTED = 0.6
"""Confidences: an e-mail address has a form of its own; what stands in several places may be meant in another."""

_LONGEST_VALUE = 200
_LONGEST_PROSE = 4000
_REACH = 2000
"""Characters from an entry's name within which its other values must stand."""
_MOST_CLAIMS = 1500
"""Claims that are looked up; no résumé says as much, and each lookup goes through the text."""
_NAMES = ("company", "title", "institution", "degree", "name", "organization", "role")
_PROSE = frozenset({"summary", "description", "highlights"})
_DATES = frozenset({"start_date", "end_date", "date"})
_URL = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?")


def _any(_: str) -> bool:
    return True


_FORMS: dict[str, Callable[[str], bool]] = {
    "email": lambda said: re.fullmatch(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+", said) is not None,
    "phone": lambda said: re.fullmatch(r"[+\d\s()./x-]{7,40}", said) is not None and sum(map(str.isdigit, said)) > 6,  # noqa: PLR2004
    "linkedin_url": lambda said: "linkedin." in said.lower() and _URL.fullmatch(said) is not None,
    "github_url": lambda said: "github." in said.lower() and _URL.fullmatch(said) is not None,
    "portfolio_url": lambda said: _URL.fullmatch(said) is not None,
    "url": lambda said: _URL.fullmatch(said) is not None,
    "full_name": lambda said: re.search(r"[\d@/|]", said) is None and len(said.split()) <= 6,  # noqa: PLR2004
    "gpa": lambda said: re.search(r"\d", said) is not None,
}


@dataclass(kw_only=True, slots=True)
class Checked:
    """What the text says of an answer, by part, and how many of the claims it does not say."""

    parts: dict[str, list[Entry]] = field(default_factory=dict)
    quoted: int = 0
    refused: int = 0


def checked(answer: Answer, text: str, places: Places) -> Checked:
    """Find every claim of an answer in the text; those that are not there, or have another form, are refused."""
    return _Checking(text, places).all_of(answer)


class _Checking:
    def __init__(self, text: str, places: Places) -> None:
        self._text = text
        self._places = places
        self._dates = find_dates(text)
        self._used: set[Quote] = set()
        self._result = Checked()
        self._left = _MOST_CLAIMS

    def all_of(self, answer: Answer) -> Checked:
        self._result.parts["personal_info"] = [self._entry(answer.personal_info)]
        for name in LISTS:
            entries = [self._entry(each) for each in getattr(answer, name)]
            self._result.parts[name] = [entry for entry in entries if entry]
        self._result.parts["skills"] = [self._lists(answer.skills)]
        return self._result

    def _entry(self, claimed: Any) -> Entry:
        """Place an entry: first the name that stands in the fewest places, then the others as near to it as can be."""
        claims = {each.name: getattr(claimed, each.name) for each in fields(claimed) if each.name != "confidence"}
        found = {name: self._candidates(name, said) for name, said in claims.items() if isinstance(said, str) and said}
        near = self._anchor(found)
        entry: Entry = {}
        for name, said in claims.items():
            if isinstance(said, tuple):
                held = [self._prose(name, each, near) for each in said if each]
                entry[name] = tuple(self._counted(held))
            elif said:
                entry[name] = tuple(self._counted([self._value(name, said, found[name], near)]))
        return {name: held for name, held in entry.items() if held}

    def _counted(self, held: Iterable[Value | None]) -> list[Value]:
        values = list(held)
        self._result.refused += sum(value is None for value in values)
        self._result.quoted += sum(value is not None for value in values)
        return [value for value in values if value is not None]

    def _candidates(self, name: str, said: str) -> list[Quote]:
        longest = _LONGEST_PROSE if name in _PROSE else _LONGEST_VALUE
        if len(said) > longest or not _FORMS.get(name, _any)(said.strip()):
            return []
        quotes = self._occurrences(said)
        if not quotes and name in _DATES:  # a model that writes dates in our way means one that is printed in another
            quotes = [(date.start, date.end) for date in self._dates if said in {date.first, date.last}]
        return quotes

    def _occurrences(self, said: str) -> list[Quote]:
        self._left -= 1
        return occurrences(self._text, said) if self._left >= 0 else []

    def _anchor(self, found: dict[str, list[Quote]]) -> Quote | None:
        names = [quotes for name in _NAMES if (quotes := found.get(name))]
        if not names:
            return None
        others = [quotes for quotes in found.values() if quotes]

        def distance(quote: Quote) -> tuple[bool, int]:
            return quote in self._used, sum(min(_apart(quote, other) for other in quotes) for quotes in others)

        rarest = min(names, key=lambda quotes: len(quotes))  # noqa: PLW0108 - `len` itself has too wide a type
        best = min(rarest, key=distance)
        self._used.add(best)
        return best

    def _value(self, name: str, said: str, quotes: list[Quote], near: Quote | None) -> Value | None:
        if near is not None:
            quotes = [quote for quote in quotes if _apart(quote, near) <= _REACH]
        if not quotes:
            return None
        quote = min(quotes, key=lambda each: _apart(each, near)) if near else quotes[0]
        said = squeeze(self._text[slice(*quote)])
        if name in _DATES:
            dated = _dated(said, last=name == "end_date")
            return self._held(dated, quote, _ONCE) if dated else None
        if name in _PROSE:
            return self._held(said, quote, _LISTED)
        return self._held(said, quote, _BY_FORM if name in _FORMS else _ONCE if len(quotes) == 1 else _OFTEN)

    def _prose(self, name: str, said: str, near: Quote | None) -> Value | None:
        return self._value(name, said, self._candidates(name, said), near)

    def _lists(self, claimed: Any) -> Entry:
        entry: Entry = {}
        for each in fields(claimed):
            said = getattr(claimed, each.name)
            if isinstance(said, tuple):
                held = (self._listed(item) for item in said if item)
                entry[each.name] = tuple(self._counted(held))
        return entry

    def _listed(self, said: str) -> Value | None:
        quotes = self._occurrences(said) if len(said) <= _LONGEST_VALUE else []
        return self._held(squeeze(self._text[slice(*quotes[0])]), quotes[0], _LISTED) if quotes else None

    def _held(self, text: str, quote: Quote, confidence: float) -> Value:
        page, box = self._places.at(*quote)
        confidence = round(confidence * self._places.legibility(*quote), 3)
        evidence = Evidence(field_path="", confidence=confidence, page=page, start=quote[0], end=quote[1], box=box)
        return Value(text=text, evidence=evidence)


def _apart(one: Quote, other: Quote | None) -> int:
    return max(0, one[0] - other[1], other[0] - one[1]) if other else 0


def _dated(said: str, *, last: bool) -> str:
    """Return the date that a quote prints, the last one of a period if `last`; empty where it prints none."""
    found = find_dates(said)
    if not found:
        # A word such as "Present" is a date at the end of a period only.
        period = find_dates(f"2000 - {said}") if last else ()
        return PRESENT if period and period[0].last == PRESENT else ""
    return found[0].last or found[0].first if last else found[0].first
