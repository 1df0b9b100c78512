"""What follows from a résumé's posts, as lines of a summary."""

from __future__ import annotations

from collections.abc import Iterator

import click

from resumate_grpc._gen.resumate.v1.career_pb2 import Gap, Seniority
from resumate_grpc._gen.resumate.v1.parsed_resume_pb2 import ParsedResume
from resumate_grpc.cli.places import aside
from resumate_grpc.cli.terminal import safe

__all__ = ["career_lines"]

SHORTEST_GAP_SHOWN = 3
MOST_SKILLS_SHOWN = 8


def career_lines(parsed: ParsedResume) -> Iterator[str]:
    """Write time worked, seniority, gaps and the years of skills; nothing where no post was counted."""
    career = parsed.career
    if not career.posts:
        return
    yield ""
    yield click.style("Career", bold=True) + f"  as of {safe(career.as_of, one_line=True)}"
    left_out = f", {len(career.uncounted)} without usable dates" if career.uncounted else ""
    yield f"  worked     {_time(career.months_min, career.months_max)} in {_count(len(career.posts), 'post')}{left_out}"
    if career.seniority:
        word = Seniority.Name(career.seniority).removeprefix("SENIORITY_").lower()
        yield f"  seniority  {word}{aside(career.seniority_confidence)}"
    for gap in career.gaps:
        if gap.months_min >= SHORTEST_GAP_SHOWN:
            yield f"  gap        {_gap(gap)}"
    for overlap in career.overlaps:
        both = " and ".join(_post(parsed, path) for path in (overlap.first, overlap.second))
        yield safe(f"  at once    {both}, {_time(overlap.months_min, overlap.months_max)}", one_line=False)
    used = [f"{use.skill} {use.first_year}–{use.last_year}" for use in career.skills[:MOST_SKILLS_SHOWN]]
    if used:
        yield safe(f"  used       {', '.join(used)}")


def _gap(gap: Gap) -> str:
    return safe(f"{gap.start_month} to {gap.end_month}, {_time(gap.months_min, gap.months_max)}", one_line=True)


def _post(parsed: ParsedResume, path: str) -> str:
    index = int("".join(filter(str.isdigit, path)) or 0)
    if index >= len(parsed.work_experience):
        return path
    post = parsed.work_experience[index]
    return post.company or post.title or path


def _time(least: int, most: int) -> str:
    return _years(least) if least == most else f"{_years(least)} to {_years(most)}"


def _years(months: int) -> str:
    parts = [_count(months // 12, "year"), _count(months % 12, "month")]
    return " ".join(part for part in parts if not part.startswith("0 ")) or "under a month"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
