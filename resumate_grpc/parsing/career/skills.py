"""When a skill was used: the years of the posts that mention it."""

from __future__ import annotations

import re
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
    told = [(period, _said(parsed, period)) for period in periods]
    uses: list[SkillUse] = []
    for index, skill in enumerate(parsed.skills.technical):
        mention = re.compile(
            rf"(?<![\w+#]){re.escape(skill)}(?![\w+#])", re.NOFLAG if len(skill) <= _LONGEST_CASED else re.IGNORECASE
        )
        held = [period for period, said in told if mention.search(said)]
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


def _said(parsed: ParsedResume, period: Period) -> str:
    post = parsed.work_experience[int(period.path[len("work_experience[") : -1])]
    return "\n".join((post.title, post.description, *post.highlights))
