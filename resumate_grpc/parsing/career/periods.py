"""Periods in whole months, honest about dates that give only a year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from resumate_grpc.model.parsed import ParsedResume

__all__ = ["Period", "covered", "holes", "month_number", "month_text", "periods_of"]

Months = tuple[int, int]
"""First and last month, both included, counted from the year 0."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """When a post was held: at least the months of `surely` (never empty), at most those of `perhaps`, around it."""

    path: str
    surely: Months
    perhaps: Months


def month_number(date: str) -> int:
    """Return the number of a `YYYY-MM` month."""
    return int(date[:4]) * 12 + int(date[5:7]) - 1


def month_text(number: int) -> str:
    """Return a month as `YYYY-MM`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _bounds(date: str, now: int) -> Months | None:
    """Return the first and last month that a date may mean; None where it is none."""
    if date == "present":
        return now, now
    match = _DATE.fullmatch(date)
    if match is None or match[2] == "00" or int(match[2] or 1) > 12:  # noqa: PLR2004 - a year's months
        return None
    first = int(match[1]) * 12
    return (first, first + 11) if match[2] is None else (first + int(match[2]) - 1,) * 2


def periods_of(parsed: ParsedResume, *, as_of: str) -> tuple[list[Period], list[str]]:
    """Return the posts' periods in the order of the document, and the paths of posts without a usable one.

    Both dates are needed. A post that ends after `as_of` is counted up to it; one that begins after it, or ends before
    it begins, has no usable period.
    """
    now = month_number(as_of)
    periods: list[Period] = []
    without: list[str] = []
    for index, post in enumerate(parsed.work_experience):
        path = f"work_experience[{index}]"
        period = _period(path, _bounds(post.start_date, now), _bounds(post.end_date, now), now)
        if period:
            periods.append(period)
        else:
            without.append(path)
    return periods, without


def _period(path: str, start: Months | None, end: Months | None, now: int) -> Period | None:
    if start is None or end is None or start[0] > now:
        return None
    earliest, latest = start[0], min(end[1], now)
    if latest < earliest:
        return None
    first, last = min(start[1], now), min(end[0], now)
    # Where a period may begin after it ends (both in 2019) it was one month at least, we don't know which.
    surely = (first, last) if first <= last else (max(earliest, last), max(earliest, last))
    return Period(path=path, surely=surely, perhaps=(earliest, latest))


def covered(spans: Iterable[Months]) -> list[Months]:
    """Return the months that are in any of the spans, as spans in order that do not touch."""
    joined: list[Months] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def holes(spans: Sequence[Months]) -> list[Months]:
    """Return the months between spans as `covered` gives them."""
    return [(one[1] + 1, other[0] - 1) for one, other in pairwise(spans)]
