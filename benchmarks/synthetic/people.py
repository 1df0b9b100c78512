"""Invented people: what a résumé states, drawn from the words of one language and split."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from random import Random

from resumate_grpc.model.parsed import (
    Award,
    Education,
    ParsedResume,
    PersonalInfo,
    Project,
    Skills,
    WorkExperience,
)
from synthetic.words import Words

__all__ = ["Person", "person"]

_PRESENT = "present"
_THIS_YEAR = 2026
_COUNTRY_CODES = {"en": "+1 555", "de": "+49 30", "fr": "+33 1", "es": "+34 91", "pt": "+351 21", "it": "+39 06",
                  "nl": "+31 20", "ru": "+7 495", "zh": "+86 138"}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """What is printed: `resume` is the truth; `levels` stand beside languages, `interests` are noise."""

    resume: ParsedResume
    levels: tuple[str, ...]
    interests: tuple[str, ...]


def person(words: Words, rng: Random) -> Person:
    """Invent somebody; some lack a telephone, a place, a grade, a summary or whole sections."""
    posts = _posts(words, rng)
    languages = words.some("languages", rng, 1, 3) if rng.random() < 0.6 else []
    skills = Skills(
        technical=tuple(words.some("skills", rng, 4, 14)) if rng.random() < 0.93 else (),
        languages=tuple(languages),
        certifications=tuple(words.some("certificates", rng, 1, 3)) if rng.random() < 0.3 else (),
    )
    resume = ParsedResume(
        personal_info=_personal(words, rng),
        work_experience=posts,
        education=_studies(words, rng),
        skills=skills,
        projects=tuple(
            Project(name=name, description=words.sentence("did", rng)) for name in words.some("projects", rng, 1, 2)
        )
        if rng.random() < 0.25
        else (),
        awards=tuple(Award(title=title) for title in words.some("awards", rng, 1, 2)) if rng.random() < 0.2 else (),
        language=words.language,
    )
    return Person(
        resume=resume,
        levels=tuple(words.one("levels", rng) for _ in languages),
        interests=tuple(words.some("interests", rng, 2, 4)) if rng.random() < 0.3 else (),
    )


def _personal(words: Words, rng: Random) -> PersonalInfo:
    first, last = words.one("first", rng), words.one("last", rng)
    name = f"{last}{first}" if words.language == "zh" else f"{first} {last}"
    handle = _ascii(f"{first}.{last}") or f"person{rng.randint(10, 99)}"
    slug = handle.replace(".", "-")
    info = PersonalInfo(
        full_name=name,
        email=f"{handle}@example.{rng.choice(('com', 'org', 'net'))}",
        phone=_phone(words.language, rng) if rng.random() < 0.9 else "",
        location=_place(words, rng) if rng.random() < 0.8 else "",
        linkedin_url=f"linkedin.com/in/{slug}" if rng.random() < 0.4 else "",
        github_url=f"github.com/{slug}" if rng.random() < 0.25 else "",
        portfolio_url=f"www.{slug}.example.com" if rng.random() < 0.15 else "",
    )
    return replace(info, summary=words.sentence("summaries", rng)) if rng.random() < 0.6 else info


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return "".join(char for char in plain if (char.isascii() and char.isalnum()) or char in ".-")


def _phone(language: str, rng: Random) -> str:
    if language == "en" and rng.random() < 0.4:
        return f"(503) 555-01{rng.randint(10, 99)}"
    return f"{_COUNTRY_CODES[language]} {rng.randint(200, 999)} {rng.randint(1000, 9999)}"


def _place(words: Words, rng: Random) -> str:
    return words.one("cities", rng).rstrip(", ")


def _city(words: Words, rng: Random) -> str:
    return words.one("cities", rng).partition(",")[0]


def _filled(pattern: str, words: Words, rng: Random) -> str:
    filled = pattern
    for slot in ("{last}", "{last}"):
        filled = filled.replace(slot, words.one("last", rng).split()[-1], 1)
    return filled.replace("{city}", _city(words, rng)).replace("{stem}", words.stem(rng))


def _company(words: Words, rng: Random) -> str:
    if words.language in {"ru", "zh"} or rng.random() < 0.3:
        return _filled(words.one("places_of_work", rng), words, rng)
    parts = [words.stem(rng)]
    if rng.random() < 0.55:
        parts.append(words.one("sectors", rng))
    parts.append(words.one("forms", rng))
    return " ".join(part for part in parts if part)


def _posts(words: Words, rng: Random) -> tuple[WorkExperience, ...]:
    posts: list[WorkExperience] = []
    end = _THIS_YEAR * 12 + rng.randint(0, 8)
    monthly = rng.random() < 0.8
    placed = rng.random() < 0.7
    for index in range(rng.randint(1, 5)):
        start = end - rng.randint(5, 60)
        current = index == 0 and rng.random() < 0.6
        posts.append(
            WorkExperience(
                company=_company(words, rng),
                title=words.one("titles", rng),
                location=_place(words, rng) if placed else "",
                start_date=_date(start, monthly=monthly),
                end_date=_PRESENT if current else _date(end, monthly=monthly),
                highlights=tuple(words.sentence("did", rng) for _ in range(rng.choice((0, 1, 2, 3, 3, 4)))),
            )
        )
        end = start - rng.randint(1, 20)
    return tuple(posts)


def _date(months: int, *, monthly: bool) -> str:
    year, month = divmod(months, 12)
    return f"{year}-{month + 1:02d}" if monthly else str(year)


def _studies(words: Words, rng: Random) -> tuple[Education, ...]:
    if rng.random() < 0.05:
        return ()
    studies: list[Education] = []
    year = rng.randint(2004, 2022)
    placed, graded, whole = rng.random() < 0.3, rng.random() < 0.3, rng.random() < 0.6
    short = rng.random() < 0.4
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        abbreviation, long = words.one("degrees", rng).split("=")
        start = year - rng.randint(2, 5)
        studies.append(
            Education(
                institution=_filled(words.one("schools", rng), words, rng),
                degree=abbreviation if short else long,
                field_of_study=words.one("fields", rng),
                location=_place(words, rng) if placed else "",
                start_date=str(start) if whole else "",
                end_date=str(year),
                gpa=f"{rng.randint(28, 39) / 10:.1f}" if graded else "",
            )
        )
        year = start - rng.randint(0, 2)
    return tuple(studies)
