"""JSON Resume 1.0.0."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc.export.json_resume import to_json_resume
from resumate_grpc.model.parsed import (
    Education,
    ParsedResume,
    PersonalInfo,
    Project,
    Publication,
    Skills,
    WorkExperience,
)
from tests.rpc.samples import PARSED, RESUME

SCHEMA = json.loads((Path(__file__).parent / "schema" / "json-resume-1.0.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
DATES = WORDS | st.sampled_from(["present", "2020", "2020-02", "0099", "2020-1", "Spring 2020", "٢٠٢٠"])


def exported(parsed: ParsedResume) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json_resume(RESUME, parsed))
    VALIDATOR.validate(document)
    return document


def test_everything_that_was_parsed_is_there() -> None:
    """Each value is in the place that JSON Resume has for it, and the document is valid."""
    document = exported(PARSED)
    assert document["basics"] == {
        "name": "Ada Example",
        "email": "ada@example.org",
        "phone": "+44 20 7946 0000",
        "url": "https://www.example.org/ada%20lovelace",
        "summary": "Engineer who likes engines.",
        "location": {"address": "London, United Kingdom"},
        "profiles": [
            {"network": "LinkedIn", "username": "ada-example", "url": "https://linkedin.com/in/ada-example"},
            {"network": "GitHub", "username": "ada-example", "url": "https://github.com/ada-example"},
        ],
    }
    assert document["work"] == [
        {
            "name": "Example Works",
            "position": "Engineer",
            "location": "London",
            "startDate": "2020-01",
            "summary": "Builds engines.",
            "highlights": ["Halved the coal", "=SUM(A1:A9) of all costs"],
        }
    ]
    assert document["education"][0]["area"] == "Mathematics"
    assert document["education"][0]["studyType"] == "Bachelor of Science"
    assert document["education"][0]["endDate"] == "2018-06"
    assert document["education"][0]["score"] == "3.9/4.0"
    assert document["skills"] == [
        {"name": "Technical", "keywords": ["Python", "C++"]},
        {"name": "Soft skills", "keywords": ["Patience"]},
    ]
    assert document["languages"] == [{"language": "English"}, {"language": "French"}]
    assert document["certificates"] == [{"name": "Certified Example"}]
    assert document["projects"][0]["url"] == "https://example.org/notes"
    assert document["publications"][0]["releaseDate"] == "2021-03"
    assert document["awards"] == [{"title": "Medal", "date": "2022", "awarder": "Example Society"}]
    assert document["volunteer"][0]["position"] == "Teacher"
    assert document["meta"] == {"version": "v1.0.0", "lastModified": "2026-01-02T03:04:06"}


def test_what_was_not_parsed_is_not_there() -> None:
    """An empty résumé is a valid, nearly empty document."""
    assert set(exported(ParsedResume())) == {"$schema", "meta"}


@pytest.mark.parametrize(
    ("date", "shown"),
    [("2020", "2020"), ("2020-02", "2020-02"), ("present", None), ("Spring 2020", None), ("2020-2", None), ("", None)],
)
def test_dates(date: str, shown: str | None) -> None:
    """A date that the schema knows is kept; `present` and others are no end date."""
    document = exported(ParsedResume(work_experience=(WorkExperience(company="x", end_date=date),)))
    assert document["work"][0].get("endDate") == shown


@pytest.mark.parametrize(
    ("printed", "uri"),
    [
        ("example.org", "https://example.org"),
        ("http://example.org/a b", "http://example.org/a%20b"),
        ("HTTPS://EXAMPLE.ORG", "HTTPS://EXAMPLE.ORG"),
        ("bücher.example/ü", "https://b%C3%BCcher.example/%C3%BC"),
        ("https://[unclosed", "https://[unclosed"),
    ],
)
def test_links(printed: str, uri: str) -> None:
    """A link gets a scheme and only characters that a URI may have."""
    document = exported(ParsedResume(personal_info=PersonalInfo(portfolio_url=printed, github_url=printed)))
    assert document["basics"]["url"] == uri


def test_an_address_that_is_none() -> None:
    """What is no e-mail address is left out: the schema would refuse it."""
    info = replace(PARSED.personal_info, email="ada at example.org")
    assert "email" not in exported(ParsedResume(personal_info=info))["basics"]


@given(
    st.builds(
        ParsedResume,
        personal_info=st.builds(PersonalInfo, full_name=WORDS, email=WORDS, linkedin_url=WORDS, portfolio_url=WORDS),
        work_experience=st.builds(WorkExperience, company=WORDS, start_date=DATES, end_date=DATES).map(lambda w: (w,)),
        education=st.builds(Education, institution=WORDS, start_date=DATES, end_date=DATES).map(lambda e: (e,)),
        skills=st.builds(Skills, technical=st.lists(WORDS, max_size=2).map(tuple)),
        projects=st.builds(Project, name=WORDS, url=WORDS, start_date=DATES).map(lambda p: (p,)),
        publications=st.builds(Publication, title=WORDS, date=DATES, url=WORDS).map(lambda p: (p,)),
    )
)
def test_valid_whatever_was_parsed(parsed: ParsedResume) -> None:
    """The export is valid whatever the parser made of the document."""
    exported(parsed)
