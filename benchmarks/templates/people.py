"""Invented people as JSON Resume (jsonresume.org, schema 1.0), read from the tables beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["HALVES", "PROBE", "JsonResume", "people_of"]

JsonResume = Mapping[str, Any]

HALVES = ("look", "opened", "fresh")
_FOLDER = Path(__file__).parent


def people_of(half: str) -> list[JsonResume]:
    """Return the people of a half; `language` of each (a key of our own) is a code of two letters."""
    table = tomllib.loads((_FOLDER / f"people_{half}.toml").read_text(encoding="utf-8"))
    return [_resume(person) for person in table["person"]]


def _cells(row: str, count: int) -> list[str]:
    cells = [cell.strip() for cell in row.split("|")]
    return [*cells, *[""] * (count - len(cells))]


def _resume(person: Mapping[str, Any]) -> JsonResume:
    return {
        "language": person.get("language", "en"),
        "basics": _basics(person),
        "work": [_post(row, "name") for row in person.get("work", ())],
        "volunteer": [_post(row, "organization") for row in person.get("volunteer", ())],
        "education": [_study(row) for row in person.get("education", ())],
        "skills": [_skill(row) for row in person.get("skills", ())],
        "languages": [_pair(row, ":", "language", "fluency") for row in person.get("languages", ())],
        "certificates": [_certificate(row) for row in person.get("certificates", ())],
        "projects": [
            {"roles": [], "highlights": [], "keywords": [], **_pair(row, "|", "name", "description")}
            for row in person.get("projects", ())
        ],
        "awards": [_pair(row, "|", "title", "date") for row in person.get("awards", ())],
        "publications": [_publication(row) for row in person.get("publications", ())],
        "interests": [{"name": name, "keywords": []} for name in person.get("interests", ())],
        "references": [_pair(row, "|", "name", "reference") for row in person.get("references", ())],
    }


def _basics(person: Mapping[str, Any]) -> JsonResume:
    links = (("LinkedIn", person.get("linkedin", "")), ("GitHub", person.get("github", "")))
    basics = {
        "name": person["name"],
        "label": person.get("label", ""),
        "email": person.get("email", ""),
        "phone": person.get("phone", ""),
        "summary": person.get("summary", ""),
        "location": {
            "address": person.get("address", ""),
            "postalCode": person.get("postal", ""),
            "city": person.get("city", ""),
            "countryCode": person.get("country", ""),
            "countryName": person.get("country_name", ""),
            "region": person.get("region", ""),
        },
        "profiles": [{"network": name, "username": url.rpartition("/")[2], "url": url} for name, url in links if url],
    }
    # Themes of both schemas are used: 0.x says "website", 1.0 "url".
    site = person.get("site", "")
    return basics | ({"url": site, "website": site} if site else {})


def _post(row: str, organisation: str) -> JsonResume:
    position, name, place, start, end, highlights, summary = _cells(row, 7)
    name, _, site = name.rstrip(">").partition("<")
    post: dict[str, Any] = {
        "position": position,
        organisation: name.strip(),
        "company": name.strip(),
        "startDate": start,
        "summary": summary,
        "highlights": _items(highlights),
    }
    optional = {"location": place, "endDate": end, "url": site}
    return post | {key: value for key, value in optional.items() if value}


def _study(row: str) -> JsonResume:
    degree, field, school, start, end, grade, courses = _cells(row, 7)
    optional = {"startDate": start, "endDate": end, "score": grade, "gpa": grade, "area": field}
    study: dict[str, Any] = {"institution": school, "studyType": degree, "courses": _items(courses)}
    return study | {key: value for key, value in optional.items() if value}


def _skill(row: str) -> JsonResume:
    group, _, items = row.partition(":")
    name, _, level = (part.strip() for part in group.partition("@"))
    return {"name": name, "keywords": _items(items)} | ({"level": level} if level else {})


def _certificate(row: str) -> JsonResume:
    name, issuer, date = _cells(row, 3)
    return {"name": name, "issuer": issuer} | ({"date": date} if date else {})


def _publication(row: str) -> JsonResume:
    name, publisher, date = _cells(row, 3)
    return {"name": name, "publisher": publisher} | ({"releaseDate": date} if date else {})


def _pair(row: str, sign: str, first: str, second: str) -> JsonResume:
    left, _, right = row.partition(sign)
    return {first: left.strip()} | ({second: right.strip()} if right.strip() else {})


def _items(cell: str) -> Sequence[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


PROBE: JsonResume = _resume(
    {
        "name": "Zebulon Quackenbush",
        "label": "Xylographer",
        "email": "zq@probe.example",
        "phone": "+1 212 555 0166",
        "address": "77 Umbrella Row",
        "postal": "99123",
        "city": "Wobblington",
        "region": "Fenmarch",
        "country": "FJ",
        "country_name": "Fiji",
        "site": "https://quackenbush.example",
        "linkedin": "https://www.linkedin.com/in/zquackenbush",
        "github": "https://github.com/zquackenbush",
        "summary": "Summarising sentence.",
        "work": [
            "Ombudsmanager | Thingumbob Works | Mossville | 1987-03 | 1993-11 | Whittled things",
            "Yodelmaster | Gizmo Yard | Fernville | 1984-05 | 1986-09 | Yodelled",
        ],
        "volunteer": ["Ferrykeeper | Riverfolk | Dockville | 1996-04 | 1998-08 | Rowed"],
        "education": ["Baccalaureate | Quillology | Plumage College | 1979-02 | 1983-06 | 3.33"],
        "skills": ["Gadgetry @ Nimble: Sprocketing; Flangework"],
        "languages": ["Volapük: Glib"],
        "certificates": ["Certified Doodler | Doodle Board | 1999-07"],
    }
)
"""Somebody whose every value is found nowhere else in his résumé: what of him is printed is what a template prints."""
