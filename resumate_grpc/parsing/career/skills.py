"""When a skill was used: the years of the posts that mention it."""

from __future__ import annotations

from collections.abc import Sequence

from resumate_grpc.model.career import SkillUse
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.parsing.career.periods import Period

__all__ = ["skill_uses"]

_LONGEST_CASED = 3
"""Names as short as "R", "Go" or "SAS" are words otherwise: they are told by their case."""


def skill_uses(parsed: ParsedResume, periods: Sequence[Period]) -> tuple[SkillUse, ...]:
    """Return the first and last year of each technical skill that a dated post mentions, in the order of the skills.

    A year counts where the post may have been held in it.
    """
    told = [(period, said := _said(parsed, period), said.lower()) for period in periods]
    uses: list[SkillUse] = []
    for index, skill in enumerate(parsed.skills.technical):
        is_cased = len(skill) <= _LONGEST_CASED
        name = skill if is_cased else skill.lower()
        held = [period for period, said, lowered in told if _mentions(said if is_cased else lowered, name)]
        if held:
            uses.append(
                SkillUse(
                    field_path=f"skills.technical[{index}]",
                    skill=skill,
                    first_year=min(period.perhaps[0] for period in held) // 12,
                    last_year=max(period.perhaps[1] for period in held) // 12,
                    posts=tuple(period.path for period in held),
                )
            )
    return tuple(uses)


def _mentions(said: str, name: str) -> bool:
    """Whether the name stands in what was said as words of its own."""
    at = said.find(name) if name else -1
    while at >= 0:
        before, after = said[at - 1 : at], said[at + len(name) : at + len(name) + 1]
        if not (_goes_on(before) or _goes_on(after)):
            return True
        at = said.find(name, at + 1)
    return False


def _goes_on(char: str) -> bool:
    return char.isalnum() or char in {"_", "+", "#"}


def _said(parsed: ParsedResume, period: Period) -> str:
    post = parsed.work_experience[int(period.path[len("work_experience[") : -1])]
    return "\n".join((post.title, post.description, *post.highlights))
