"""Dates as people write them → `YYYY-MM`, `YYYY` or `present`."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.vocabulary import lines_of, phrases

__all__ = ["PRESENT", "DateSpan", "dates_within", "find_dates", "is_month"]

PRESENT = "present"

_MONTHS = {fold(name): number for number, line in enumerate(lines_of("months"), 1) for name in line.split()}
_PRESENT_WORDS = sorted(phrases("present"))
_SEASONS = (
    "spring summer summers fall autumn winter fruhling fruhjahr sommer herbst printemps ete automne hiver primavera "
    "verano otono invierno estate autunno inverno verao outono lente zomer herfst"
)
_SINCE_WORDS = "since|seit|depuis|desde|dal|sinds|ab|as of|с"
_VAGUE_WORDS = "q1 q2 q3 q4 h1 h2 early mid late anfang mitte ende debut fin inicio inizio fine begin eind"
_VAGUELY = "|".join(_VAGUE_WORDS.split())
"""A quarter or part of a year: the year counts."""


def _alternatives(names: Sequence[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_MONTH = rf"(?<![^\W\d_])(?:{_alternatives([*_MONTHS])})(?![^\W\d_])"
_YEAR = r"(?:19[4-9]\d|20[0-4]\d)"
_LENGTH = r"(?<=\d{4})\d{1,2}\s(?:year|month|yr|mo)s?\b"
"""How long it was, set right behind a year without a space: "Jun 20212 years"."""
_NOT_INSIDE = r"(?<![\w.,/$€£+-])"
_WORDS = (*_MONTHS, *_SEASONS.split(), *_VAGUE_WORDS.split(), *(fold(word) for word in _PRESENT_WORDS))
_BEGINNINGS = _alternatives([*{word[:2] for word in _WORDS}])
_POINT = re.compile(
    # Most characters begin no date; that is told here, before each of the forms is tried on them.
    rf"""
    (?=[\d'至现現]|(?<![^\W\d_])(?:{_BEGINNINGS}))
    (?:
      {_NOT_INSIDE}(?P<cn_year>{_YEAR})\s?[年년]\s?(?:(?P<cn_month>1[0-2]|0?[1-9])\s?[月월])?(?:\s?\d{{1,2}}\s?[日일])?
    | (?<![\w.,/$])(?<!\d:)(?P<iso_year>{_YEAR})
      (?:(?:[-/.]|\s/\s)(?P<iso_month>0[1-9]|1[0-2])|[./](?P<iso_digit>[1-9])(?![\d.]))(?:[-/.](?:0?[1-9]|[12]\d|3[01]))?(?![\d/])
    | (?<![\w.,/])(?P<day_a>[0-3]?\d)\s?(?P<sign>[./-])\s?(?P<day_b>[0-3]?\d)\s?(?P=sign)\s?(?P<day_year>{_YEAR})(?!\d)
    | (?<![\w.,/])(?P<num_month>1[0-2]|0?[1-9])\s?[./-]\s?(?P<num_year>{_YEAR})(?!\d|[.,]\d|%)
    | (?<![^\W_])(?:(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.|er)?\s+)?(?P<month>{_MONTH})\.?
      (?:\s+(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?=,|\s\s?{_YEAR}))?
      (?:\s?[-,/.]\s?|\s+(?:of|de|del)\s+|\s{{0,4}})
      (?:(?P<year>{_YEAR})|'\s?(?P<short_quoted>\d\d)|(?P<short>\d\d))(?!(?!{_LENGTH})\w)
    | (?<![\w.,/$])(?<!\d:)(?P<year_first>{_YEAR})[\s,.]{{1,3}}(?P<month_after>{_MONTH})
    | (?<![^\W_])(?:{_alternatives(_SEASONS.split())}|{_VAGUELY})[\s,-]{{1,3}}(?:of\s)?(?P<season_year>{_YEAR})(?!\d)
    | (?<![\w.,/$€£+])(?P<bare_month>{_MONTH})\.?
    | (?<![\w.,/])(?P<slash_month>0[1-9]|1[0-2])/(?P<slash_year>\d\d)(?![\d/])
    | (?<![\w.,/])(?P<loose_month>[1-9])/(?P<loose_year>\d\d)(?![\d/])
    | (?<![\w.,$€£+])(?<!\d:)(?P<bare_year>{_YEAR})(?![\d%]|[.,]\d|\w)
    | (?<![\w'])'(?P<quoted_year>\d\d)(?![\d\w])
    | (?P<now>(?<![^\W_])(?:(?<=\bto\s)|(?!date\s?:))
      (?:{_alternatives([fold(word) for word in _PRESENT_WORDS])})(?![^\W_])
      |至今|现在|現在|현재)
    )
    """,
    re.VERBOSE,
)
_JOINER = re.compile(
    r"\s*(?:г\.?|год)?\s*\.?,?\s*(?:-{1,3}(?:\s*(?:to|till|until|bis))?|~|〜|→|>|/|から|부터|to|until|till|through|"
    r"thru|bis(?: zum)?|and|und|et|a|à|ad|au|al|alla|ate|ao|tot|t/m|tot en met"
    r"|по|до|至|到|hasta|hasta la|a la|jusqu'a|fino a|- ?(?:to|a|hasta))\s*(?:la\s+|el\s+)?"
)
_OLD = r"1[5-8]\d\d|19[0-3]\d"
_OLD_RANGE = re.compile(
    rf"(?:^|(?<=\t))(?P<first>{_OLD})\s?-{{1,2}}\s?(?P<last>{_OLD}|19[4-9]\d|\d\d)(?=:?\s*?$|:?\t)", re.MULTILINE
)
_OLD_POINT = re.compile(
    rf"(?:^|(?<=\t))(?:(?P<since>{_SINCE_WORDS}) )?(?P<year>{_OLD})(?P<on> ff\.?)?(?=:?$|:?\t)", re.MULTILINE
)
"""Years of people long dead, whom samples are fond of: alone in their line or cell."""
_LEAST_OLD = 2
_SHORT_END = re.compile(r"\s?[-/]\s?(\d\d)(?![\d\w/.-])")
_SINCE = re.compile(rf"(?:^|(?<=[\s(,|]))(?:{_SINCE_WORDS})\s*:?\s*$")
_OPEN_END = re.compile(r"\s*-{1,2}\s*(?=$|\n|[)|•])|\s?-{1,2}(?=\t)")
_LOST_DASH = re.compile(r"[ \t]+")
"""What is left of a dash whose glyph has no character: two months side by side are a range too."""
_START_LABEL = re.compile(
    r"(?:start(?:ed|ing)?|start(?:ing)? date|date started|from|begin|beginn|von|debut|date de debut|inicio|"
    r"(?:fecha|data) de inicio|data (?:di )?inizio|desde|dal)\s?:\s?$"
)
_END_LABEL = re.compile(
    r"\s{0,3}[,;|]?\s{0,3}(?:end(?:ed|ing)?|end(?:ing)? date|date ended|finish(?:ed)?|to|until|ende|bis|fin|"
    r"date de fin|fecha de fin(?:alizacion)?|fim|data de fim|data (?:di )?fine|hasta|al)\s?:\s?"
)
"""What forms print before the two ends of a period: "Start date: 03/2019", "End date: 05/2021"."""
_BETWEEN = re.compile(r"\b(?:entre|tra|tussen)\s+$")
_JOINED_BETWEEN = frozenset(["e", "y", "en"])
"""What stands between the ends of a period behind "between": "entre 2013 e 2015", but "2013 e 2015"."""
_LONGEST_LABEL = 30
_LONGEST_JOINER = 14
_CENTURY_TURN = 50
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class DateSpan:
    """A date or a range as printed: its normalised values and its half-open span.

    `last` is empty for a single date. `first` is `present` only for a word alone at the head of its line. `ends` are
    the spans of first and last where they stand apart, one below the other.
    """

    first: str
    last: str
    start: int
    end: int
    ends: tuple[tuple[int, int], tuple[int, int]] | None = None

    @property
    def is_range(self) -> bool:
        """Whether two ends are stated."""
        return bool(self.last)

    @property
    def span_of_first(self) -> tuple[int, int]:
        """Where the earlier date stands."""
        return self.ends[0] if self.ends else (self.start, self.end)

    @property
    def span_of_last(self) -> tuple[int, int]:
        """Where the later date stands."""
        return self.ends[1] if self.ends else (self.start, self.end)


@dataclass(frozen=True, slots=True)
class _Point:
    value: str
    month: int
    start: int
    end: int
    loose: bool = False  # "9/21": a month only as an end of a range


def _full_year(two_digits: str) -> str:
    return ("20" if int(two_digits) < _CENTURY_TURN else "19") + two_digits


def _point(match: re.Match[str]) -> _Point:
    group = match.groupdict()
    year = next((group[name] for name in _YEAR_GROUPS if group[name]), "")
    if not year:
        short = next((group[name] for name in _SHORT_GROUPS if group[name]), "")
        year = _full_year(short) if short else ""
    month = _month(group)
    value = PRESENT if group["now"] else f"{year}-{month:02d}" if year and month else year
    return _Point(value, month, match.start(), match.end(), loose=bool(group["loose_year"]))


_YEAR_GROUPS = (
    "cn_year", "iso_year", "day_year", "num_year", "year", "year_first", "season_year", "bare_year",
)  # fmt: skip
_SHORT_GROUPS = ("short_quoted", "short", "slash_year", "loose_year", "quoted_year")


def _month(group: dict[str, str | None]) -> int:
    for name in ("cn_month", "iso_month", "iso_digit", "num_month", "slash_month", "loose_month"):
        if number := group[name]:
            return int(number)
    for name in ("month", "month_after", "bare_month"):
        if word := group[name]:
            return _MONTHS[word]
    return _month_of_day(group["day_a"], group["day_b"])


def _month_of_day(first: str | None, second: str | None) -> int:
    """Return the month of 15.03.2020 (day first, as most of the world writes) or 03/15/2020 (when that cannot be)."""
    if not first or not second:
        return 0
    if int(second) <= _MONTHS_A_YEAR:
        return int(second)
    return int(first) if int(first) <= _MONTHS_A_YEAR else 0


def find_dates(text: str) -> tuple[DateSpan, ...]:
    """Find every date and range of dates in `text`, in order, without overlaps.

    A range may run over one line break. Words like "present" count only as the end of a range or, after "since"
    and the like, are implied. Seasons give their year; a month without a year takes the year of the range's end.
    """
    folded = fold(text)
    points = [_point(match) for match in _POINT.finditer(folded)]
    found: list[DateSpan] = []
    index = 0
    while index < len(points):
        span, used = _span(folded, points, index)
        if span:
            found.append(span)
        index += used
    old = _old_dates(folded)
    return _merged(found, old) if old else tuple(found)


def _old_dates(folded: str) -> list[DateSpan]:
    """Return the dates before our time in a text that has several ranges of such years; else these are no dates."""
    ranges = list(_OLD_RANGE.finditer(folded))
    if len(ranges) < _LEAST_OLD:
        return []
    found = [
        DateSpan(first=first, last=last, start=match.start(), end=match.end())
        for match in ranges
        if (last := (first := match["first"])[: 4 - len(match["last"])] + match["last"]) >= first
    ]
    for match in _OLD_POINT.finditer(folded):
        last = PRESENT if match["since"] or match["on"] else ""
        found.append(DateSpan(first=match["year"], last=last, start=match.start(), end=match.end()))
    return sorted(found, key=_START)


def _merged(found: Sequence[DateSpan], old: Sequence[DateSpan]) -> tuple[DateSpan, ...]:
    """Return both in order, without what overlaps one of the old; each is in order and without overlaps in itself."""
    kept = [
        span
        for span in found
        if not ((at := bisect_right(old, span.start, key=_END)) < len(old) and old[at].start < span.end)
    ]
    return tuple(sorted([*kept, *old], key=_START))


def _span(folded: str, points: list[_Point], index: int) -> tuple[DateSpan | None, int]:
    point = points[index]
    following = points[index + 1] if index + 1 < len(points) else None
    if following and (label := _labelled(folded, point, following)) and (span := _range(point, following)):
        ends = (point.start, point.end), (following.start, following.end)
        return replace(span, start=label, ends=ends), 2
    if following and _joined(folded, point, following):
        span = _range(point, following)
        if span:
            return span, 2
    if point.value == PRESENT:
        return _lone_present(folded, point), 1
    if not point.value or point.loose:
        return None, 1
    return _single(folded, point), 1


def _lone_present(folded: str, point: _Point) -> DateSpan | None:
    """Keep "Current" or "heute" where it opens its line before a wide gap or alone: one end of a period in a rail."""
    before, after = folded[max(0, point.start - 1) : point.start], folded[point.end : point.end + 1]
    if (before and before != "\n") or after not in {"", "\t", "\n"}:
        return None
    return DateSpan(first=PRESENT, last="", start=point.start, end=point.end)


def _joined(folded: str, point: _Point, following: _Point) -> bool:
    between = folded[point.end : following.start]
    if not between:
        return following.value == PRESENT and folded[following.start] in "至现現今현"
    if len(between) > _LONGEST_JOINER:
        return False
    if "\n\n" in between or ("\n" in between and "-" not in between):
        return _is_led(folded, between, following)
    if following.value == PRESENT and between.strip() == "," and "\n" not in between:
        return True
    if _LOST_DASH.fullmatch(between):
        return (
            point.month > 0 and (following.month > 0 or following.value == PRESENT) and len(point.value) > len("2015")
        )
    led = between.strip() in _JOINED_BETWEEN and _BETWEEN.search(
        folded, max(0, point.start - _LONGEST_JOINER), point.start
    )
    return bool(led) or _JOINER.fullmatch(between) is not None


def _labelled(folded: str, point: _Point, following: _Point) -> int:
    """Return where the label before the first of two labelled ends begins; 0 where they are no such two."""
    if following.start - point.end > _LONGEST_LABEL or not _END_LABEL.fullmatch(folded, point.end, following.start):
        return 0
    label = _START_LABEL.search(folded, max(0, point.start - _LONGEST_LABEL), point.start)
    return label.start() if label else 0


def _is_led(folded: str, between: str, following: _Point) -> bool:
    """Whether the end of a range stands on a line of its own, led by its word: "2011", then "à ce jour"."""
    alone = between[0] == "\n" and folded[following.end : following.end + 1] in {"", "\n"}
    near = "\n\n" not in between or following.value == PRESENT
    return alone and near and between.strip() != "" and _JOINER.fullmatch(between) is not None


def _range(point: _Point, following: _Point) -> DateSpan | None:
    first = point.value
    if not first and point.month and following.month and following.value != PRESENT:
        first = f"{following.value[:4]}-{point.month:02d}" if following.value else ""
    if not first or first == PRESENT or not following.value:
        return None
    if following.value != PRESENT and following.value[:4] < first[:4]:
        return None
    return DateSpan(first=first, last=following.value, start=point.start, end=following.end)


def _single(folded: str, point: _Point) -> DateSpan:
    if len(point.value) == len("2015"):
        short = _SHORT_END.match(folded, point.end)
        if (short and int(short[1]) == (int(point.value[2:]) + 1) % 100) or (short and int(short[1]) > _MONTHS_A_YEAR):
            last = point.value[:2] + short[1]
            if last >= point.value:
                return DateSpan(first=point.value, last=last, start=point.start, end=short.end())
    since = _SINCE.search(folded, max(0, point.start - _LONGEST_JOINER), point.start)
    if since:
        return DateSpan(first=point.value, last=PRESENT, start=since.start(), end=point.end)
    open_end = _OPEN_END.match(folded, point.end)
    if open_end and open_end.end() > point.end:
        return DateSpan(first=point.value, last=PRESENT, start=point.start, end=open_end.end())
    return DateSpan(first=point.value, last="", start=point.start, end=point.end)


def is_month(text: str) -> bool:
    """Whether the text is the name of a month and nothing else."""
    return fold(text).strip(" .,") in _MONTHS


_START, _END = attrgetter("start"), attrgetter("end")


def dates_within(dates: Sequence[DateSpan], start: int, end: int) -> Sequence[DateSpan]:
    """Return those of the ordered `dates` that begin in the half-open span."""
    low = bisect_left(dates, start, key=_START)
    high = bisect_left(dates, end, low, key=_START)
    return dates[low:high]
