"""Redaction for blind screening: a result without whatever tells who it is about, or their age, gender or origin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from functools import cache, partial
from importlib.resources import files
from typing import Any

from resumate_grpc.export.gendered import neutral_text, neutral_title
from resumate_grpc.model.parsed import ParsedResume, PersonalInfo

__all__ = ["REMOVED", "personal_words", "redact"]

REMOVED = "[…]"
_KEPT_AS_THEY_ARE = frozenset({"start_date", "end_date", "date", "gpa", "confidence"})
_TITLES = frozenset({"title", "role"})
_PARTICLES = frozenset(
    {
        *("de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von", "der", "den", "zu"),
        *("zur", "ten", "ter", "el", "al", "bin", "ibn", "abu", "dr", "prof", "phd", "mba"),
    }
)
_LEAST_LETTERS = 2
_LEAST_HANDLE = 4
_CLAUSE = r"[^\n;|•·,.]*"
_AGE = re.compile(
    r"(?<!\w)\d{2}[\s-]*(?:(?:years?|yrs?)[\s-]old|jahre alt|jahre(?=\W*$)|ans(?=\W*$)|años(?=\W*$)|anos(?=\W*$)|"
    r"anni(?=\W*$)|jaar(?: oud)?(?=\W*$))",
    re.IGNORECASE,
)
_FAMILY = re.compile(
    r"(?<!\w)(?:one|two|three|four|\d|eine?|zwei|drei|deux|trois|dos|tres|dois|due|tre)\s+"
    r"(?:child(?:ren)?|kids?|kind(?:er)?|enfants?|hij[oa]s?|filh[oa]s?|figli[oae]?)(?!\w)",
    re.IGNORECASE,
)
_BIRTH_DATE = re.compile(r"(?<![\d.])(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d(?!\d)")
_ORIGIN = re.compile(r"(?<!\w)(?:[A-Z]\w+\s+)?(?:citizen|national|passport holder|native of)(?:s|ship)?(?!\w)")
_MAIL = re.compile(r"[\w.+%'-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)*")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@])(?:[\w-]+\.)+(?:com|org|net|io|dev|me|co|app|ai|info|eu|de|at|ch|fr|es|it|nl|be|"
    r"pt|br|uk|us|ca|in|ru|cn|jp|kr|pl|example|page|site|xyz|tech|blog)(?:/\S*)?(?![\w])|(?<![\w.])@[\w.]{2,}",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s()./\u2011-]{6,}\d(?!\w)")
_YEARS = re.compile(r"(?:(?:0?[1-9]|1[0-2])[./-])?(?:19|20)\d\d\s*[-–/]\s*(?:(?:0?[1-9]|1[0-2])[./-])?(?:19|20)\d\d")
_LEAST_DIGITS = 8
_BLANKS = re.compile(r"[ \t]{2,}")
_RUNS = re.compile(rf"(?:{re.escape(REMOVED)}[\s,;|·•/-]*){{2,}}")


def redact(parsed: ParsedResume) -> ParsedResume:
    """Return the result for readers who must not know whose it is.

    Personal data is emptied, but for the summary. Everywhere else the person's name and its parts, handles, addresses,
    numbers and links become `[…]`, as do clauses that tell age, birth, gender, nationality, marital status, religion or
    a photo; words that tell a gender become neutral ones. The years of studies are left out, since they tell the age.
    Text, evidence, career paths and file name are not part of it.
    """
    words = personal_words(parsed.personal_info)
    clean = partial(_cleaned, words=words)
    person = PersonalInfo(summary=clean(parsed.personal_info.summary))
    education = tuple(replace(study, start_date="", end_date="") for study in parsed.education)
    kept = ParsedResume(
        personal_info=person,
        work_experience=_walked(parsed.work_experience, words),
        education=_walked(education, words),
        skills=_walked(parsed.skills, words),
        projects=_walked(tuple(replace(project, url="") for project in parsed.projects), words),
        publications=_walked(tuple(replace(work, url="") for work in parsed.publications), words),
        awards=_walked(parsed.awards, words),
        volunteering=_walked(parsed.volunteering, words),
    )
    return replace(kept, skills=replace(kept.skills, **_without_removed(kept)))


def personal_words(person: PersonalInfo) -> tuple[str, ...]:
    """Return what names the person, folded, the longest first: name, parts, parts run together, and handles.

    Particles such as "van" and single letters are no names by themselves.
    """
    parts = [
        part
        for part in re.findall(r"[^\W\d_]+", _folded(unicodedata.normalize("NFC", person.full_name)))
        if len(part) >= _LEAST_LETTERS
    ]
    names = [part for part in parts if part not in _PARTICLES]
    glued = ["".join(pair) for pair in _pairs(names)]
    glued += [f"{first[0]}{last}" for first, last in _pairs(names) if len(last) >= _LEAST_HANDLE]
    handles = [
        handle
        for link in (person.linkedin_url, person.github_url, person.portfolio_url, person.email.partition("@")[0])
        for handle in re.findall(r"[^\s/:@?#]+", _folded(link).removeprefix("https:").removeprefix("http:"))[-1:]
        if len(handle) >= _LEAST_HANDLE
    ]
    return tuple(sorted({*names, *glued, *handles}, key=lambda word: (-len(word), word)))


def _pairs(names: list[str]) -> Iterable[tuple[str, str]]:
    return ((one, other) for one in names for other in names if one != other)


def _with_marks(word: str) -> str:
    """Return a pattern for a word whose accents may be characters of their own (NFD, or a lowered İ)."""
    return "".join(f"{re.escape(letter)}[\\u0300-\\u036f]*" for letter in word)


def _folded(text: str) -> str:
    """Return text in lower case without accents, letter for letter, so that places in it are places in `text`."""
    return "".join((unicodedata.normalize("NFKD", letter)[:1] or letter).lower()[:1] or letter for letter in text)


def _walked(value: Any, words: tuple[str, ...]) -> Any:
    if isinstance(value, tuple):
        return tuple(_walked(each, words) for each in value)
    if isinstance(value, str):
        return _cleaned(value, words=words)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{each.name: _field(each.name, getattr(value, each.name), words) for each in fields(value)}
        )
    return value


def _field(name: str, value: Any, words: tuple[str, ...]) -> Any:
    if name in _KEPT_AS_THEY_ARE:
        return value
    cleaned = _walked(value, words)
    return neutral_title(cleaned) if name in _TITLES else cleaned


def _without_removed(kept: ParsedResume) -> dict[str, Any]:
    """Return the lists of skills without items of which nothing is left."""
    lists = ((each.name, getattr(kept.skills, each.name)) for each in fields(kept.skills))
    return {
        name: tuple(item for item in items if item.replace(REMOVED, "").strip())
        for name, items in lists
        if isinstance(items, tuple)
    }


def _cleaned(text: str, *, words: tuple[str, ...]) -> str:
    if not text:
        return text
    text = _LINK.sub(REMOVED, _MAIL.sub(REMOVED, text))
    text = _PHONE.sub(_unless_years, text)
    text = _without_names(text, words)
    for pattern in (_AGE, *_clauses(), _FAMILY, _BIRTH_DATE, _ORIGIN):
        text = pattern.sub(REMOVED, text)
    text = neutral_text(text, REMOVED)
    text = _RUNS.sub(f"{REMOVED} ", text)
    return _BLANKS.sub(" ", text).strip()


@cache
def _clauses() -> tuple[re.Pattern[str], ...]:
    """Read what begins a clause about the person: such a clause goes up to the next comma, full stop or line end."""
    text = files("resumate_grpc.export").joinpath("personal.txt").read_text(encoding="utf-8")
    lists: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            lists[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            lists[[*lists][-1]].append(re.escape(line))
    told, announced = ("|".join(sorted(lists[name], key=len, reverse=True)) for name in ("told", "announced"))
    return (
        re.compile(rf"(?<!\w)(?:{told}|{announced})\.?\s*(?:[:=]|[-–]\s)\s*{_CLAUSE}", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{told})(?!\w){_CLAUSE}", re.IGNORECASE),
    )


def _unless_years(match: re.Match[str]) -> str:
    digits = sum(letter.isdigit() for letter in match[0])
    return match[0] if digits < _LEAST_DIGITS or _YEARS.fullmatch(match[0].strip()) else REMOVED


def _without_names(text: str, words: tuple[str, ...]) -> str:
    """Remove names wherever they stand as words, whatever their case and accents."""
    if not words:
        return text
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(_with_marks, words))})(?:['’]s)?(?![^\W_])")
    parts: list[str] = []
    at = 0
    for match in pattern.finditer(_folded(text)):
        parts += [text[at : match.start()], REMOVED]
        at = match.end()
    return "".join([*parts, text[at:]])
