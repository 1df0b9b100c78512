"""What follows from a résumé's values: time worked, gaps, seniority, when skills were used, normalised names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Career", "Gap", "NormalizedName", "Overlap", "Seniority", "SkillUse"]


class Seniority(Enum):
    """How senior the latest post is, least first."""

    UNSPECIFIED = "SENIORITY_UNSPECIFIED"
    INTERN = "SENIORITY_INTERN"
    JUNIOR = "SENIORITY_JUNIOR"
    MID = "SENIORITY_MID"
    SENIOR = "SENIORITY_SENIOR"
    LEAD = "SENIORITY_LEAD"
    MANAGER = "SENIORITY_MANAGER"
    DIRECTOR = "SENIORITY_DIRECTOR"
    EXECUTIVE = "SENIORITY_EXECUTIVE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Months between two posts in which no post was held.

    `start_month` and `end_month` (`YYYY-MM`, both without a post) bound it as far as the dates are sure; it lasted from
    `months_min` to `months_max` months. `after` and `before` are the paths of the posts about it.
    """

    start_month: str
    end_month: str
    months_min: int
    months_max: int
    after: str
    before: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """Two posts held at once for `months_min` to `months_max` months, by their paths, in the order of the document."""

    first: str
    second: str
    months_min: int
    months_max: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillUse:
    """Years of the posts that mention a skill: `field_path` is the skill's, `posts` are the posts' paths."""

    field_path: str
    skill: str
    first_year: int
    last_year: int
    posts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Career:
    """Figures from the posts.

    `as_of` (`YYYY-MM`) is the month that `present` was taken for; empty = nothing was derived. Months are whole ones,
    each counted once however many posts were held; `posts` counts towards them, `uncounted` has no usable period.
    `seniority_sources` are the paths that the seniority was told from.
    """

    as_of: str = ""
    months_min: int = 0
    months_max: int = 0
    posts: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    seniority: Seniority = Seniority.UNSPECIFIED
    seniority_confidence: float = 0.0
    seniority_sources: tuple[str, ...] = ()
    skills: tuple[SkillUse, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NormalizedName:
    """A usual name for a value: `source` is the value as it stands at `field_path`.

    `taxonomy` and `id` say which entry of which list; both are empty for names by our own table of abbreviations.
    """

    field_path: str
    source: str
    name: str
    taxonomy: str = ""
    id: str = ""
