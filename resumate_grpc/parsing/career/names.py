"""Usual names for skills and job titles, beside the words as they stand."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from resumate_grpc.model.career import NormalizedName
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.parsing.folding import fold, squeeze

__all__ = ["normalized_names"]

TAXONOMY = "microsoft/SkillsExtractorCognitiveSearch"
_ASIDE = re.compile(
    r"\s*\((?:[^()]*)\)\s*$|\s*,?\s*\(?(?:m/w/d|w/m/d|m/f/d|f/m/x|h/f|f/h|m/v|all genders)\)?\s*$", re.IGNORECASE
)
_TITLE_WORD = re.compile(r"[\w.+#&/'-]+")


@cache
def _skills() -> dict[str, tuple[str, str]]:
    """Read display name and id by each spelling, folded; our own abbreviations lead to names of the taxonomy."""
    known: dict[str, tuple[str, str]] = {}
    for line in _lines("skill_names.tsv"):
        name, entry, *spellings = line.split("\t")
        for spelling in (name, *spellings):
            known.setdefault(_key(spelling), (name, entry))
    for line in _lines("skill_aliases.tsv"):
        name, *spellings = line.split("\t")
        for spelling in spellings:
            known.setdefault(_key(spelling), known.get(_key(name), (name, "")))
    return known


@cache
def _title_words() -> dict[str, str]:
    return {fold(short): long for short, long in (line.split("\t") for line in _lines("title_words.tsv"))}


def _lines(name: str) -> list[str]:
    text = files("resumate_grpc.parsing.data").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


def _key(spelling: str) -> str:
    """Return what spellings of one name share: no case, no accents, and no hyphens and blanks that come and go."""
    return re.sub(r"[\s_-]+", "", fold(spelling))


def normalized_names(parsed: ParsedResume) -> tuple[NormalizedName, ...]:
    """Return a usual name for each skill that is listed and for each title that is abbreviated, in the fields' order.

    Values without one are left out: nothing is guessed.
    """
    return (
        *(
            name
            for index, post in enumerate(parsed.work_experience)
            if (name := _title(f"work_experience[{index}].title", post.title))
        ),
        *(
            name
            for index, skill in enumerate(parsed.skills.technical)
            if (name := _skill(f"skills.technical[{index}]", skill))
        ),
    )


def _skill(path: str, skill: str) -> NormalizedName | None:
    found = _skills().get(_key(skill))
    if found is None:
        return None
    name, entry = found
    return NormalizedName(field_path=path, source=skill, name=name, taxonomy=TAXONOMY if entry else "", id=entry)


def _title(path: str, title: str) -> NormalizedName | None:
    """Spell a title's abbreviations out, and drop a remark in brackets at its end."""
    bare = squeeze(_ASIDE.sub("", title))
    spelt = _TITLE_WORD.sub(lambda word: _title_words().get(fold(word[0]).rstrip("."), word[0]), bare)
    return NormalizedName(field_path=path, source=title, name=spelt) if spelt and spelt != title else None
