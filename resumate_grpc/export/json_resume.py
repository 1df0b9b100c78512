"""JSON Resume 1.0.0 (https://jsonresume.org/schema): valid against its published schema, whatever was parsed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from urllib.parse import quote, urlsplit

from resumate_grpc.model.parsed import ParsedResume, PersonalInfo, Skills
from resumate_grpc.model.resume import Resume

__all__ = ["to_json_resume"]

SCHEMA_URL = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
DATE = re.compile(r"[12]\d{3}(-[01]\d(-[0-3]\d)?)?", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

Json = str | Sequence["Json"] | Mapping[str, "Json"]


def to_json_resume(resume: Resume, parsed: ParsedResume) -> bytes:
    """Return the JSON, UTF-8, without what was not parsed; the end date `present` is no `endDate`, as in the schema."""
    document: dict[str, Json] = {
        "$schema": SCHEMA_URL,
        "basics": _basics(parsed.personal_info),
        "work": _work(parsed),
        "volunteer": _volunteer(parsed),
        "education": _education(parsed),
        "awards": [_filled(title=award.title, date=_date(award.date), awarder=award.issuer) for award in parsed.awards],
        "certificates": [{"name": name} for name in parsed.skills.certifications],
        "publications": _publications(parsed),
        "skills": _skills(parsed.skills),
        "languages": [{"language": language} for language in parsed.skills.languages],
        "projects": _projects(parsed),
        "meta": {
            "version": "v1.0.0",
            "lastModified": resume.update_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        },
    }
    filled = {name: value for name, value in document.items() if value}
    return (json.dumps(filled, ensure_ascii=False, indent=2) + "\n").encode()


def _basics(info: PersonalInfo) -> Json:
    email = info.email.strip()
    return _filled(
        name=info.full_name,
        email=email if EMAIL.fullmatch(email) else "",
        phone=info.phone,
        url=_uri(info.portfolio_url),
        summary=info.summary,
        location=_filled(address=info.location),
        profiles=[
            _filled(network=network, username=_username(url), url=_uri(url))
            for network, url in (("LinkedIn", info.linkedin_url), ("GitHub", info.github_url))
            if url
        ],
    )


def _work(parsed: ParsedResume) -> Json:
    return [
        _filled(
            name=post.company,
            position=post.title,
            location=post.location,
            startDate=_date(post.start_date),
            endDate=_date(post.end_date),
            summary=post.description,
            highlights=post.highlights,
        )
        for post in parsed.work_experience
    ]


def _volunteer(parsed: ParsedResume) -> Json:
    return [
        _filled(
            organization=post.organization,
            position=post.role,
            location=post.location,
            startDate=_date(post.start_date),
            endDate=_date(post.end_date),
            summary=post.description,
        )
        for post in parsed.volunteering
    ]


def _education(parsed: ParsedResume) -> Json:
    return [
        _filled(
            institution=study.institution,
            area=study.field_of_study,
            studyType=study.degree,
            location=study.location,
            startDate=_date(study.start_date),
            endDate=_date(study.end_date),
            score=study.gpa,
        )
        for study in parsed.education
    ]


def _publications(parsed: ParsedResume) -> Json:
    return [
        _filled(name=work.title, publisher=work.publisher, releaseDate=_date(work.date), url=_uri(work.url))
        for work in parsed.publications
    ]


def _projects(parsed: ParsedResume) -> Json:
    return [
        _filled(
            name=project.name,
            description=project.description,
            highlights=project.highlights,
            startDate=_date(project.start_date),
            endDate=_date(project.end_date),
            url=_uri(project.url),
        )
        for project in parsed.projects
    ]


def _skills(skills: Skills) -> Json:
    groups = (("Technical", skills.technical), ("Soft skills", skills.soft_skills))
    return [{"name": name, "keywords": keywords} for name, keywords in groups if keywords]


def _filled(**members: Json) -> dict[str, Json]:
    return {name: value for name, value in members.items() if value}


def _date(value: str) -> str:
    """Return a date that the schema allows, else empty: `present` and anything that is no date."""
    return value if DATE.fullmatch(value) else ""


def _uri(value: str) -> str:
    """Return an absolute URI, as the schema wants it; links are mostly printed without their scheme."""
    link = value.strip()
    if not link:
        return ""
    absolute = link if SCHEME.match(link) else f"https://{link}"
    return quote(absolute, safe=":/?#[]@!$&'()*+,;=%~-._")


def _username(url: str) -> str:
    try:
        path = urlsplit(_uri(url)).path
    except ValueError:  # such as an unclosed `[` in the host
        return ""
    return path.rstrip("/").rpartition("/")[2]
