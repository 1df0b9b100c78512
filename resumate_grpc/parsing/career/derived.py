"""Everything that is derived, in one place, so that it follows every change of the values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resumate_grpc.model.career import Career, Gap, Overlap
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.parsing.career.names import normalized_names
from resumate_grpc.parsing.career.periods import Period, covered, holes, month_text, periods_of
from resumate_grpc.parsing.career.seniority import seniority_of
from resumate_grpc.parsing.career.skills import skill_uses

__all__ = ["career_of", "with_derived"]

_SHORTEST_OVERLAP = 2
"""Posts that change hands within a month share that month on paper."""


def with_derived(parsed: ParsedResume, *, as_of: str) -> ParsedResume:
    """Return the result with career and normalised names derived from its values anew; `as_of` is `YYYY-MM`."""
    return replace(parsed, career=career_of(parsed, as_of=as_of), normalized=normalized_names(parsed))


def career_of(parsed: ParsedResume, *, as_of: str) -> Career:
    """Derive the figures of the posts, `present` being the month `as_of`. Unpaid posts do not count."""
    periods, without = periods_of(parsed, as_of=as_of)
    least = sum(last - first + 1 for first, last in covered(period.surely for period in periods))
    most = sum(last - first + 1 for first, last in covered(period.perhaps for period in periods))
    level, sure, sources = seniority_of(parsed, periods, months=least)
    return Career(
        as_of=as_of,
        months_min=least,
        months_max=most,
        posts=tuple(period.path for period in periods),
        uncounted=tuple(without),
        gaps=tuple(_gaps(periods)),
        overlaps=tuple(_overlaps(periods)),
        seniority=level,
        seniority_confidence=sure,
        seniority_sources=sources,
        skills=skill_uses(parsed, periods),
    )


def _gaps(periods: Sequence[Period]) -> list[Gap]:
    """Return the months that are without a post however the dates are read."""
    wide = covered(period.surely for period in periods)
    gaps = []
    for first, last in holes(covered(period.perhaps for period in periods)):
        ended = max((period for period in periods if period.perhaps[1] < first), key=lambda each: each.perhaps[1])
        begun = min((period for period in periods if period.perhaps[0] > last), key=lambda each: each.perhaps[0])
        most = next((end - start + 1 for start, end in holes(wide) if start <= first and end >= last), last - first + 1)
        gaps.append(
            Gap(
                start_month=month_text(first),
                end_month=month_text(last),
                months_min=last - first + 1,
                months_max=most,
                after=ended.path,
                before=begun.path,
            )
        )
    return gaps


def _overlaps(periods: Sequence[Period]) -> list[Overlap]:
    overlaps = []
    for index, one in enumerate(periods):
        for other in periods[index + 1 :]:
            least = min(one.surely[1], other.surely[1]) - max(one.surely[0], other.surely[0]) + 1
            most = min(one.perhaps[1], other.perhaps[1]) - max(one.perhaps[0], other.perhaps[0]) + 1
            if least >= _SHORTEST_OVERLAP:
                overlaps.append(Overlap(first=one.path, second=other.path, months_min=least, months_max=most))
    return overlaps
