"""What the words of a heading say: which kind of section they are known to open, or name among others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from resumate_grpc.parsing.vocabulary import heading_key, headings, misspelt_heading, phrases

__all__ = ["SENTENCE_END", "SectionKind", "kind_loosely_named", "kind_named"]

_MOST_WORDS = 7
_SHORTEST_KEYWORD = 4
_SHORTEST_TAIL = 7
_TOTAL = re.compile(r"\s*(?:[-–—:(]\s*\d{1,2}\s*\w+(?:\s+\d{1,2}\s*\w+)?\.?\)?|\(\d{1,3}\))\s*$")
"""A length of time or a count behind a heading: "Опыт работы — 8 лет 2 месяца", "Projects (3)"."""
_CONJUNCTION = re.compile(r"\s*(?:&|/|\||,|\band\b|\bund\b|\bet\b|\by\b)\s*", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.;,!?]$")


class SectionKind(Enum):
    """What a section speaks of; HEAD is what stands under no heading, OTHER what we don't read."""

    HEAD = "head"
    SUMMARY = "summary"
    EXPERIENCE = "experience"
    EDUCATION = "education"
    SKILLS = "skills"
    SOFT_SKILLS = "soft_skills"
    LANGUAGES = "languages"
    CERTIFICATIONS = "certifications"
    COURSES = "courses"
    PROJECTS = "projects"
    PUBLICATIONS = "publications"
    AWARDS = "awards"
    VOLUNTEERING = "volunteering"
    INTERESTS = "interests"
    REFERENCES = "references"
    CONTACT = "contact"
    ACTIVITIES = "activities"
    OTHER = "other"


def kind_named(text: str, look: float) -> tuple[SectionKind, str, bool] | None:
    """Return kind, key and whether the words are exactly a known heading; None where they name no section.

    `look` counts the signs of a heading's looks (`headings.Heading`): below 1, only exact words count.
    """
    key = heading_key(_TOTAL.sub("", text))
    if not key or len(key.split()) > _MOST_WORDS or SENTENCE_END.search(text.strip()):
        return None
    if text.strip()[0].islower() and look < 1:
        return None
    known = headings()
    if kind := known.get(key) or known.get(key.replace(" ", "")):
        return SectionKind(kind), key, True
    parts = [heading_key(part) for part in _CONJUNCTION.split(text)]
    if joined := _joined(parts):
        return joined, key, True
    if look < 1:
        return None
    kind = misspelt_heading(key)
    return (SectionKind(kind), key, True) if kind else _composed(parts, key)


def _joined(parts: Sequence[str]) -> SectionKind | None:
    """Return the kind of the first of several known headings in one: "Skills & Tools"."""
    named = [part for part in parts if part]
    kinds = [kind for part in named if (kind := headings().get(part))]
    return SectionKind(kinds[0]) if len(parts) > 1 and kinds and len(kinds) == len(named) else None


def _composed(parts: Sequence[str], key: str) -> tuple[SectionKind, str, bool] | None:
    """Return the heading that the words hold: one and a word more, or one with words that headings have."""
    known = headings()
    if len(parts) == 2 and (kind := known.get(parts[0])) and len(parts[1].split()) == 1:  # noqa: PLR2004 - and one more
        return SectionKind(kind), key, False
    words = key.split()
    ordinary = phrases("heading_words")
    for size in range(len(words) - 1, 0, -1):
        for first in range(len(words) - size, -1, -1):
            kind = known.get(" ".join(words[first : first + size]))
            outside = words[:first] + words[first + size :]
            if kind and (all(word in ordinary for word in outside) or first + size == len(words) == size + 1):
                return SectionKind(kind), key, False
    return None


def kind_loosely_named(text: str) -> tuple[SectionKind, str]:
    """Name a heading by the longest known one in it, the first such: "Experiencia en la industria".

    Failing that, by the known one that a compound ends in: "Auslandserfahrungen", "Studentenervaring".
    """
    key = heading_key(text)
    words = key.split()
    for size in range(len(words), 0, -1):
        for first in range(len(words) - size + 1):
            phrase = " ".join(words[first : first + size])
            if len(phrase) > _SHORTEST_KEYWORD and (kind := headings().get(phrase)):
                return SectionKind(kind), key
    for word in words:
        for first in range(_SHORTEST_KEYWORD, len(word) - _SHORTEST_TAIL + 1):
            if kind := headings().get(word[first:]):
                return SectionKind(kind), key
    return SectionKind.OTHER, key
