"""What a template prints, and so what may be labelled in a résumé that it printed.

A value is a label where the template printed the same value of the probe (`people.PROBE`) and where the value stands in
the file's own text or links; a date is labelled by year where months are not printed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from templates.people import PROBE, JsonResume

__all__ = ["Page", "Prints", "labels_of", "prints_of"]

_LONGEST_CODE = 3
_MONTHS = (
    "jan|janv|ene|gen|січ", "feb|fév|fev", "mar|mär|mrz", "apr|avr|abr", "may|mai|mei|mag|maj", "jun|juin|giu",
    "jul|juil|lug", "aug|août|aout|ago", "sep|set", "oct|okt|ott|out", "nov", "dec|dez|déc|dic",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A printed file: its whole text in whatever order, and the targets of its links."""

    text: str
    links: tuple[str, ...]

    def has(self, value: str) -> bool:
        """Whether the value is printed, whatever its case, spaces and accents.

        A value of several words may be wrapped around what stands beside it: then each of its words is printed.
        """
        if not value or _bare(value) in _bare(self.text):
            return bool(value)
        words = [_bare(word) for word in value.split()]
        printed = {_bare(word).strip("./") for word in self.text.split()}
        return len(words) > 1 and all(word.strip("./") in printed for word in words)

    def has_link(self, url: str) -> bool:
        """Whether the address is printed or linked to."""
        bare = re.sub(r"^https?://(?:www\.)?", "", url)
        return bool(bare) and (self.has(bare) or any(bare in link for link in self.links))

    def has_date(self, value: str) -> str:
        """Return the part of `YYYY-MM` or `YYYY` that is printed; empty for none."""
        year, _, month = value.partition("-")
        if not year or year not in self.text:
            return ""
        if not month:
            return year
        number = rf"(?<!\d)0?{int(month)}"
        name = rf"(?<![^\W\d_])(?:{_MONTHS[int(month) - 1]})[^\W\d_]*\.?"
        before = rf"(?:{number}\s?[./-]\s?|{name},?\s*(?:\d\d?,\s*)?){year}"
        together = rf"{before}|{year}\s?[./-]\s?0?{int(month)}(?!\d)|{year},?\s*{name}"
        return value if re.search(together, self.text, re.IGNORECASE) else year


@dataclass(frozen=True, kw_only=True, slots=True)
class Prints:
    """Paths of JSON Resume that a template prints, as "work.location"; dates with the length that is printed."""

    paths: frozenset[str]
    dates: Mapping[str, int]


def _bare(text: str) -> str:
    """Return letters, digits and the signs that tell names apart; hyphens come and go, quotes are curled."""
    text = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in text if char.isalnum() or char in "+#@./")


def prints_of(page: Page) -> Prints:
    """Tell from the printed probe what its template prints."""
    paths: set[str] = set()
    dates: dict[str, int] = {}
    for part in ("work", "volunteer", "education", "certificates"):
        for key, value in PROBE[part][0].items():
            if key.endswith(("Date", "date")):
                dates[f"{part}.{key}"] = len(page.has_date(value))
            elif isinstance(value, str) and page.has(value):
                paths.add(f"{part}.{key}")
    for path, value in (
        ("languages.language", PROBE["languages"][0]["language"]),
        ("skills.name", PROBE["skills"][0]["name"]),
        ("skills.keywords", PROBE["skills"][0]["keywords"][0]),
        *((f"location.{key}", text) for key, text in PROBE["basics"]["location"].items()),
    ):
        if page.has(value):
            paths.add(path)
    return Prints(paths=frozenset(paths), dates=dates)


def labels_of(resume: JsonResume, page: Page, prints: Prints) -> dict[str, Any]:
    """Return what the printed file states, with the fields of `ParsedResume`."""
    basics = resume["basics"]
    urls = {profile["network"]: profile["url"] for profile in basics["profiles"]}
    return {
        "personal_info": {
            "full_name": basics["name"] if page.has(basics["name"]) else "",
            "email": basics["email"] if page.has_link(basics["email"]) else "",
            "phone": basics["phone"] if page.has(basics["phone"]) else "",
            "location": _location(basics["location"], page, prints),
            "linkedin_url": _shown(urls.get("LinkedIn", ""), page),
            "github_url": _shown(urls.get("GitHub", ""), page),
            "portfolio_url": _shown(basics.get("url", ""), page),
        },
        "work_experience": [
            *(_post(post, "work", page, prints) for post in resume["work"]),
            *(_post(post, "volunteer", page, prints) for post in resume["volunteer"] if _speaks(prints, "volunteer")),
        ],
        "education": [_study(study, page, prints) for study in resume["education"]],
        "skills": _skills(resume, page, prints),
    }


def _speaks(prints: Prints, part: str) -> bool:
    return any(path.startswith(f"{part}.") for path in prints.paths)


def _shown(url: str, page: Page) -> str:
    """Return the address where it is printed or linked to; of a profile also the link that the template made."""
    if page.has_link(url):
        return url
    site, name = re.sub(r"^https?://(?:\w+\.)?(?=linkedin)", "", url).partition("/")[0], url.rpartition("/")[2]
    made = (link for link in page.links if name and site in link and link.rstrip("/").endswith(f"/{name}"))
    return next(made, "")


def _location(location: Mapping[str, str], page: Page, prints: Prints) -> str:
    """Return the address as printed: from its first printed part to its last, where nothing but signs stand between."""
    parts = [re.escape(value) for key, value in location.items() if value and f"location.{key}" in prints.paths]
    if not parts:
        return ""
    spaced = (re.sub(r"(?:\\ )+", r"\\s+", part) for part in sorted(parts, key=len, reverse=True))
    # Themes print names in capitals too; a code of two letters in small ones is a word or the end of an address.
    alternatives = "|".join(f"(?i:{part})" if len(part) > _LONGEST_CODE else part for part in spaced)
    runs = re.finditer(rf"(?<!\w)(?:{alternatives})(?!\w)(?:[\s,()/|·•–—-]*(?:{alternatives})(?!\w))*", page.text)
    longest = max((run[0] for run in runs), key=lambda run: len(re.findall(alternatives, run)), default="")
    return " ".join(longest.split())


def _post(post: JsonResume, part: str, page: Page, prints: Prints) -> dict[str, str]:
    name = "name" if part == "work" else "organization"

    def printed(key: str) -> str:
        value = str(post.get(key, ""))
        return value if f"{part}.{key}" in prints.paths and page.has(value) else ""

    return {
        "company": printed(name),
        "title": printed("position"),
        "start_date": _date(post, part, "startDate", page, prints),
        "end_date": _date(post, part, "endDate", page, prints)
        if "endDate" in post
        else ("present" if prints.dates.get(f"{part}.startDate") else ""),
        "location": printed("location"),
    }


def _date(entry: JsonResume, part: str, key: str, page: Page, prints: Prints) -> str:
    length = prints.dates.get(f"{part}.{key}", 0)
    return page.has_date(str(entry.get(key, "")))[:length]


def _study(study: JsonResume, page: Page, prints: Prints) -> dict[str, str]:
    def printed(key: str) -> str:
        value = str(study.get(key, ""))
        return value if f"education.{key}" in prints.paths and page.has(value) else ""

    grade = printed("score") or printed("gpa")
    return {
        "institution": printed("institution"),
        "degree": printed("studyType"),
        "field_of_study": printed("area"),
        "start_date": _date(study, "education", "startDate", page, prints),
        "end_date": _date(study, "education", "endDate", page, prints),
        "gpa": grade if re.match(r"\d+[.,]\d", grade) else "",
    }


def _skills(resume: JsonResume, page: Page, prints: Prints) -> dict[str, Sequence[str]]:
    words = [word for skill in resume["skills"] for word in skill["keywords"]]
    if "skills.keywords" not in prints.paths:
        words = [skill["name"] for skill in resume["skills"]] if "skills.name" in prints.paths else []
    spoken = [entry["language"] for entry in resume["languages"]] if "languages.language" in prints.paths else []
    names = [entry["name"] for entry in resume["certificates"]] if "certificates.name" in prints.paths else []
    return {
        "technical": [item for word in words if page.has(word) for item in _unbracketed(word)],
        "languages": [word for word in spoken if page.has(word)],
        "certifications": [name for name in names if page.has(name)],
    }


def _unbracketed(word: str) -> Sequence[str]:
    """Return a list in brackets as skills of their own: "AWS (EC2, S3)"."""
    listed = re.fullmatch(r"(.*?)\s*\((.*,.*)\)", word)
    return [listed[1], *re.split(r",\s*", listed[2])] if listed else [word]
