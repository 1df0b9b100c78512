"""Words that tell somebody's gender, and what says the same without it."""

from __future__ import annotations

import re

__all__ = ["neutral_text", "neutral_title"]

_NEUTRAL = {
    "he": "they", "she": "they", "him": "them", "his": "their", "her": "their", "hers": "theirs",
    "himself": "themself", "herself": "themself", "he/him": "", "she/her": "", "he/him/his": "", "she/her/hers": "",
    "mr": "", "mrs": "", "ms": "", "miss": "", "sir": "", "madam": "", "herr": "", "frau": "", "mme": "", "mlle": "",
    "monsieur": "", "madame": "", "senor": "", "senora": "", "señor": "", "señora": "", "sr": "", "sra": "",
    "signor": "", "signora": "", "sig": "", "dhr": "", "mevr": "",
    "chairman": "chairperson", "chairwoman": "chairperson", "salesman": "salesperson", "saleswoman": "salesperson",
    "businessman": "businessperson", "businesswoman": "businessperson", "spokesman": "spokesperson",
    "spokeswoman": "spokesperson", "foreman": "supervisor", "forewoman": "supervisor", "waitress": "waiter",
    "stewardess": "flight attendant", "steward": "flight attendant", "actress": "actor", "hostess": "host",
    "craftsman": "craftsperson", "craftswoman": "craftsperson", "policeman": "police officer",
    "policewoman": "police officer", "fireman": "firefighter", "serviceman": "service member",
    "servicewoman": "service member", "handyman": "handyperson", "cameraman": "camera operator",
    "alumna": "graduate", "alumnus": "graduate",
}  # fmt: skip
_TELLING = (
    "woman women female females man men male males girl girls boy boys lady ladies gentleman gentlemen mother father "
    "wife husband mum mom dad daughter son maternity paternity fraternity sorority brotherhood sisterhood transgender "
    "nonbinary non-binary cisgender weiblich mannlich männlich divers mutter vater ehefrau ehemann mutterschutz "
    "femme femmes homme hommes mujer mujeres hombre hombres donna donne uomo uomini mulher mulheres homem homens"
)
_TITLES = frozenset({"sr", "sra", "sig", "ms", "sir"})
"""Forms of address that are other words too: "Sr Engineer", "MS Office". They count where a name would follow."""
_WORD = re.compile(r"(?<![\w/])[^\W\d_]+(?:/[^\W\d_]+){0,2}(?:-[^\W\d_]+)?(?![\w/])")
_TELLING_WORDS = frozenset(_TELLING.split())
_ENDINGS = (
    (re.compile(r"(?<=[a-zäöü]{3})(?<=er|or|nt|st|at|ur|ge|ik|ür|tz|ht|ll|nn|lt)innen\b"), ""),
    (re.compile(r"(?<=[a-zäöü]{3})(?<=er|or|nt|st|at|ur|ge|ik|ür)in\b"), ""),
    (re.compile(r"(?<=\w{3})trice\b"), "teur"),
    (re.compile(r"(?<=\w{3})euse\b"), "eur"),
    (re.compile(r"(?<=\w{2})ière\b"), "ier"),
    (re.compile(r"(?<=\w{2})(?<!i)ienne\b"), "ien"),
    (re.compile(r"(?<=\w{2})dora\b"), "dor"),
    (re.compile(r"(?<=\w{2})(ct|s)ora\b"), r"\1or"),
    (re.compile(r"(?<=\w{3})niera\b"), "niero"),
    (re.compile(r"(?<=\w{3})mera\b"), "mero"),
    (re.compile(r"(?<=\w{2})kauffrau\b|\bKauffrau\b"), "Kaufmann"),
    (re.compile(r"\bfachfrau\b|(?<=\w)fachfrau\b"), "fachmann"),
)
"""Endings of titles, to the form that a list of posts would use for anybody."""


def neutral_text(text: str, removed: str) -> str:
    """Return prose without words that tell a gender: neutral ones where there are, else `removed`."""

    def said(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in _TITLES:
            follows = text[match.end() :].lstrip(". ")
            return match[0] if not follows.startswith(removed) else ""
        if word in _TELLING_WORDS:
            return removed
        neutral = _NEUTRAL.get(word)
        if neutral is None:
            return match[0]
        return neutral.capitalize() if match[0][0].isupper() else neutral

    return _WORD.sub(said, text)


def neutral_title(title: str) -> str:
    """Return a job title in the form that is used for anybody: `Abteilungsleiterin` → `Abteilungsleiter`."""
    for ending, instead in _ENDINGS:
        title = ending.sub(instead, title)
    return title
