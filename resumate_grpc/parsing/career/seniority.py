"""Seniority: told by the latest post's title, else by the years worked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from resumate_grpc.model.career import Seniority
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.parsing.career.periods import Period
from resumate_grpc.parsing.folding import words_of

__all__ = ["seniority_of"]

_BY_TITLE = 0.8
_BY_YEARS = 0.4
_YEARS = ((24, Seniority.JUNIOR), (72, Seniority.MID), (10_000, Seniority.SENIOR))
"""Months worked below which one is so; nobody becomes a lead by waiting."""


@cache
def _words() -> dict[tuple[str, ...], Seniority]:
    """Read which words in a title tell which seniority; `none` marks titles whose words only look so."""
    lines = files("resumate_grpc.parsing.data").joinpath("seniority.txt").read_text(encoding="utf-8").splitlines()
    level = Seniority.UNSPECIFIED
    words: dict[tuple[str, ...], Seniority] = {}
    for line in lines:
        if line.startswith("["):
            name = line.strip("[]").upper()
            level = Seniority.UNSPECIFIED if name == "NONE" else Seniority[name]
        elif line and not line.startswith("#"):
            words[tuple(words_of(line))] = level
    return words


def seniority_of(
    parsed: ParsedResume, periods: Sequence[Period], *, months: int
) -> tuple[Seniority, float, tuple[str, ...]]:
    """Return the seniority, how sure that is (0..1), and the paths of the values that it was told from.

    The latest post is the one that surely lasted longest into the present; without periods, the first of the document.
    A title that says nothing leaves it to the months worked, which say little; without those it is UNSPECIFIED.
    """
    path = max(periods, key=lambda period: period.surely[1]).path if periods else "work_experience[0]"
    index = int(path[len("work_experience[") : -1])
    if index < len(parsed.work_experience):
        told = _told_by(parsed.work_experience[index].title)
        if told is not Seniority.UNSPECIFIED:
            sure = {item.field_path: item.confidence for item in parsed.evidence}.get(f"{path}.title", 1.0)
            return told, round(_BY_TITLE * sure, 3), (f"{path}.title",)
    if not periods:
        return Seniority.UNSPECIFIED, 0.0, ()
    level = next(level for limit, level in _YEARS if months < limit or limit == _YEARS[-1][0])
    return level, _BY_YEARS, tuple(period.path for period in periods)


def _told_by(title: str) -> Seniority:
    """Return the seniority of a title; of several words the most senior counts, the longest phrase first."""
    words = words_of(title)
    known = _words()
    found: list[Seniority] = []
    at = 0
    while at < len(words):
        length = next(
            (size for size in (3, 2, 1) if tuple(words[at : at + size]) in known and at + size <= len(words)), 0
        )
        if length:
            found.append(known[tuple(words[at : at + length])])
        at += length or 1
    order = list(Seniority)
    return max(found, key=order.index, default=Seniority.UNSPECIFIED)
