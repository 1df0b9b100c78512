"""Which table holds which period's events: names, bounds and widths; pure.

Events that are no ends lie by their résumé's id, which begins with the milliseconds of its upload (UUIDv7). A period
is a half-open span of ids. `events_first` is what there was before; `events_rest` is for ids of no period: of clocks
that were far off, of times for which none was made, and of what outlived its period.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

__all__ = ["REST", "Period", "id_at", "millis_of", "next_period", "parsed_period", "period_s", "slack"]

REST = "events_rest"
_LONGEST = timedelta(days=28)
_SHORTEST = timedelta(hours=1)
_PERIODS_IN_RETENTION = 8
_MOST_SLACK = 4
"""What is kept may be kept longer by a quarter of its time, never more: then it is deleted row by row."""
AHEAD = 2
"""How many widths of time from now on have their tables already."""
_NOTICE_MS = 60_000
_BOUND = re.compile(r"FROM \((?:MINVALUE|'(?P<lower>[^']*)')\) TO \('(?P<upper>[^']*)'\)")
_MILLIS_DIGITS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A table, and the ids that it holds: from `lower` (empty: the first that there is) to before `upper`."""

    table: str
    lower: str
    upper: str


def id_at(millis: int) -> str:
    """Return what ids begin with that were made at a time, in milliseconds since 1970 UTC."""
    digits = f"{millis:0{_MILLIS_DIGITS}x}"
    return f"{digits[:8]}-{digits[8:]}"


def millis_of(resume_id: str) -> int | None:
    """Return when an id, or the beginning of one, was made; None for what is no UUIDv7."""
    try:
        return int(resume_id[:13].replace("-", ""), 16) if resume_id[8] == "-" else None
    except (ValueError, IndexError):
        return None


def parsed_period(table: str, bound: str) -> Period | None:
    """Read a partition's bound as PostgreSQL writes it; None for the one of what is left."""
    found = _BOUND.search(bound)
    return None if found is None else Period(table=table, lower=found["lower"] or "", upper=found["upper"])


def period_s(kept: timedelta | None) -> float:
    """Return how wide new periods are, in seconds, where events are kept so long (None: for ever)."""
    width = _LONGEST if kept is None else kept / _PERIODS_IN_RETENTION
    return min(max(width, _SHORTEST), _LONGEST).total_seconds()


def slack(kept: timedelta) -> timedelta:
    """Return by how much longer events stay, so that they go with their period's table and not one by one."""
    width = timedelta(seconds=period_s(kept))
    return width if width * _MOST_SLACK <= kept else timedelta()


def next_period(last_upper: str, *, now_ms: int, width_s: float) -> Period | None:
    """Return the next period that is wanted after one that ends there, None if there are enough."""
    width_ms = round(width_s * 1000)
    begin_ms = millis_of(last_upper)
    if begin_ms is None or begin_ms >= now_ms + AHEAD * width_ms:
        return None
    # Where it is late, what has come since the last one is in the rest, and what comes at this moment goes there too.
    begin_ms = max(begin_ms, now_ms + _NOTICE_MS)
    lower = id_at(begin_ms)
    return Period(table=f"events_{lower}", lower=lower, upper=id_at(begin_ms + width_ms))
