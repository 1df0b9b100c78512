"""Redacted exports: nothing that tells who it is, or their age, gender or origin."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resumate_grpc.export.formats import ExportFormat, export
from resumate_grpc.export.gendered import neutral_title
from resumate_grpc.export.redaction import REMOVED, redact
from resumate_grpc.model.parsed import (
    Award,
    Education,
    ParsedResume,
    PersonalInfo,
    Project,
    Publication,
    Skills,
    Volunteering,
    WorkExperience,
)
from tests.explain.explained import SAMPLES, sample
from tests.export.test_json_resume import SCHEMA
from tests.rpc.samples import PARSED, RESUME

BLIND = [ExportFormat.REDACTED_JSON, ExportFormat.REDACTED_TEXT]
PERSON = PersonalInfo(
    full_name="Zoë van Lovelace",
    email="zoe.lovelace84@mail.example",
    phone="+44 20 7946 0123",
    location="12 Engine Row, London",
    linkedin_url="linkedin.com/in/zlovelace",
    github_url="https://github.com/zoecodes",
    portfolio_url="www.zoe-lovelace.example",
)
TOKENS = ["zoe", "lovelace", "zlovelace", "zoecodes", "mail.example", "7946", "zoe-lovelace", "engine row"]


def saying(text: str, person: PersonalInfo = PERSON) -> str:
    """Return a text as a description says it once it is redacted."""
    parsed = ParsedResume(personal_info=person, work_experience=(WorkExperience(description=text),))
    return redact(parsed).work_experience[0].description


def everywhere(text: str) -> ParsedResume:
    """Return a résumé that says a text in every field that can hold one."""
    return ParsedResume(
        personal_info=replace(PERSON, summary=text),
        work_experience=(
            WorkExperience(company=text, title=text, location=text, description=text, highlights=(text,)),
        ),
        education=(Education(institution=text, degree=text, field_of_study=text, location=text),),
        skills=Skills(technical=(text,), soft_skills=(text,), languages=(text,), certifications=(text,)),
        projects=(Project(name=text, description=text, url=text, highlights=(text,)),),
        publications=(Publication(title=text, publisher=text, url=text),),
        awards=(Award(title=text, issuer=text),),
        volunteering=(Volunteering(organization=text, role=text, location=text, description=text),),
        text=text,
    )


def plain(text: str) -> str:
    """Return text in lower case without accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    ).lower()


@pytest.mark.parametrize("chosen", BLIND)
@pytest.mark.parametrize(
    "text",
    [
        "Zoë Lovelace built it",
        "ZOE LOVELACE; zoë's own",
        "by Lovelace, Z. (2020)",
        "mail zoe.lovelace84@mail.example or zoe.lovelace84 (at) mail.example",
        "call +44 20 7946 0123, 020 7946 0123 or (020) 7946-0123",
        "see https://github.com/zoecodes/engine and www.zoe-lovelace.example/cv",
        "@zoecodes, zlovelace, zoelovelace and lovelacezoe on other sites",
        "Zoë_Lovelace_CV.pdf",
    ],
)
def test_no_personal_token_is_left_in_any_field(text: str, chosen: ExportFormat) -> None:
    """Name, handles, addresses and numbers are gone from every field, from the file and from its name."""
    resume = replace(RESUME, filename="Zoe_Lovelace.pdf")
    exported = export(resume, everywhere(text), chosen)
    said = plain(exported.content.decode() + exported.filename)
    assert [token for token in TOKENS if token in said] == []
    assert exported.filename.startswith(f"candidate-{RESUME.id}.redacted.")
    assert f"candidate {RESUME.id}" in said


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("chosen", BLIND)
def test_no_personal_token_of_a_sample_is_left(name: str, chosen: ExportFormat) -> None:
    """What was read as personal from a whole file appears nowhere in its redacted export."""
    parsed = sample(name).parsed
    person = parsed.personal_info
    said = plain(export(replace(RESUME, filename=name), parsed, chosen).content.decode())
    tokens = [*re.findall(r"\w{3,}", plain(person.full_name)), plain(person.email), plain(person.phone)]
    links = (person.linkedin_url, person.github_url, person.portfolio_url)
    tokens += [plain(link).rpartition("/")[2] for link in links]
    assert [token for token in tokens if token and re.search(rf"(?<!\w){re.escape(token)}(?!\w)", said)] == []
    assert parsed.work_experience[0].company in export(RESUME, parsed, chosen).content.decode()


NAMES = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=3, max_size=9)
FILLER = st.sampled_from(["and", "built an engine", "2019 - 2021", "with", ",", "\n", "(", "–", "C++", "100 %"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NAMES, min_size=1, max_size=3), st.lists(FILLER, max_size=6), st.data())
def test_no_part_of_any_name_is_left(names: list[str], words: list[str], data: st.DataObject) -> None:
    """Whatever the name, none of its parts stands as a word in any field, in any case, alone or run together."""
    forms = [*names, *(name.upper() for name in names), *(name.lower() for name in names), f"{names[0]}'s"]
    pieces = [data.draw(st.sampled_from([*words, *forms])) for _ in range(8)]
    parsed = replace(everywhere(" ".join(pieces)), personal_info=PersonalInfo(full_name=" ".join(names)))
    for chosen in BLIND:
        said = export(RESUME, parsed, chosen).content.decode().lower()
        body = said.replace(f"candidate {RESUME.id}", "")
        fixed = export(RESUME, ParsedResume(), chosen).content.decode().lower() + SECTION_WORDS
        for name in names:
            if name.lower() not in fixed:
                assert not re.search(rf"(?<![^\W_]){re.escape(name.lower())}(?![^\W_])", body)


def test_accents_may_be_characters_of_their_own() -> None:
    """A name is found where its accents are written apart, as lowering a dotted capital I leaves them."""
    parsed = replace(
        everywhere("by a\u0131\u0307a, ai\u0307a and Zoe\u0308"), personal_info=PersonalInfo(full_name="Zoë A\u0130A")
    )
    for chosen in BLIND:
        said = export(RESUME, parsed, chosen).content.decode()
        assert "ai\u0307a" not in said
        assert "Zoe" not in said


SECTION_WORDS = """name position summary highlights work education institution area studytype skills keywords technical
soft languages language certificates projects description publications publisher awards title awarder volunteer
organization location basics meta version lastmodified experience grade url in and built an engine with"""
"""What the formats themselves say, and the filler."""


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Date of birth: 12/03/1984", REMOVED),
        ("Born 12 March 1984, fond of engines", f"{REMOVED}, fond of engines"),
        ("Geburtsdatum: 12.03.1984\nBaute Maschinen", f"{REMOVED}\nBaute Maschinen"),
        ("Age: 41 | Engineer", f"{REMOVED}| Engineer"),
        ("41 years old, engineer", f"{REMOVED}, engineer"),
        ("Nationality: British; Engineer", f"{REMOVED}; Engineer"),
        ("British citizen since ever", f"{REMOVED} since ever"),
        ("Married, two children", REMOVED),
        ("Familienstand: ledig", REMOVED),
        ("État civil : célibataire", REMOVED),
        ("Gender: female. Engineer", f"{REMOVED}. Engineer"),
        ("Photo: attached", REMOVED),
        ("She led her team herself", "They led their team themself"),
        ("Mrs. Lovelace was chairwoman", f". {REMOVED} was chairperson"),
        ("Women in Engineering award", f"{REMOVED} in Engineering award"),
    ],
)
def test_what_tells_age_gender_or_origin_is_left_out(said: str, left: str) -> None:
    """Clauses that announce it go, and words that tell a gender become neutral."""
    assert saying(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "Taught 30 children to read and photograph birds, 2015 - 2018",
        "Led 12 engineers in 06/2019 - 08/2021; 99.99 % uptime, 1,000,000 users",
        "Wrote the payments race detector for a single page application",
        "MS Office, Sr Engineer, page load under 200 ms",
        "30 years of experience with steam",
    ],
)
def test_what_tells_nothing_of_the_person_stays(said: str) -> None:
    """Dates, figures and words that only look personal are left as they are."""
    assert saying(said) == said


@pytest.mark.parametrize(
    ("title", "neutral"),
    [
        ("Abteilungsleiterin", "Abteilungsleiter"),
        ("Ingenieurin", "Ingenieur"),
        ("Entwicklerinnen", "Entwickler"),
        ("Directrice commerciale", "Directeur commerciale"),
        ("Directora", "Director"),
        ("Programadora", "Programador"),
        ("Enfermera", "Enfermero"),
        ("Engineer", "Engineer"),
        ("Designer in Berlin", "Designer in Berlin"),
        ("Captain", "Captain"),
        ("Admin", "Admin"),
    ],
)
def test_titles_are_those_of_anybody(title: str, neutral: str) -> None:
    """Endings that tell a gender give way to the usual form; other titles stay."""
    assert neutral_title(title) == neutral


def test_the_years_of_studies_are_left_out_and_posts_keep_theirs() -> None:
    """Studies tell the age; posts are what a screening is about."""
    redacted = redact(PARSED)
    assert {study.start_date + study.end_date for study in redacted.education} == {""}
    assert [post.start_date for post in redacted.work_experience] == [
        post.start_date for post in PARSED.work_experience
    ]
    assert redacted.personal_info == PersonalInfo(summary=PARSED.personal_info.summary)
    assert (redacted.text, redacted.evidence) == ("", ())


def test_redacted_json_is_json_resume() -> None:
    """It is valid against the published schema, and the candidate is called by the id."""
    document = json.loads(export(RESUME, PARSED, ExportFormat.REDACTED_JSON).content)
    jsonschema.validate(document, SCHEMA)
    assert document["basics"]["name"] == f"Candidate {RESUME.id}"
    assert "email" not in document["basics"]
