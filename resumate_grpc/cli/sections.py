"""The sections of a parsed résumé as a summary shows them: entries with a name, details, prose and bullet points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resumate_grpc._gen.resumate.v1.parsed_resume_pb2 import ParsedResume

__all__ = ["Entry", "sections"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of a section; whatever the résumé does not say is empty."""

    name: str
    details: str
    prose: str = ""
    highlights: Sequence[str] = ()


def sections(parsed: ParsedResume) -> list[tuple[str, str, list[Entry]]]:
    """List the sections, empty ones too: title, the field's name, and the entries in the order of the document."""
    return [
        ("Experience", "work_experience", _experience(parsed)),
        ("Education", "education", _education(parsed)),
        ("Projects", "projects", _projects(parsed)),
        ("Volunteering", "volunteering", _volunteering(parsed)),
        ("Publications", "publications", _publications(parsed)),
        ("Awards", "awards", _awards(parsed)),
    ]


def _experience(parsed: ParsedResume) -> list[Entry]:
    return [
        Entry(
            name=_joined(job.title, job.company),
            details=_joined(_span(job.start_date, job.end_date), job.location),
            prose=job.description,
            highlights=job.highlights,
        )
        for job in parsed.work_experience
    ]


def _education(parsed: ParsedResume) -> list[Entry]:
    return [
        Entry(
            name=_joined(", ".join(part for part in (study.degree, study.field_of_study) if part), study.institution),
            details=_joined(
                _span(study.start_date, study.end_date), study.location, study.gpa and f"grade {study.gpa}"
            ),
        )
        for study in parsed.education
    ]


def _projects(parsed: ParsedResume) -> list[Entry]:
    return [
        Entry(
            name=_joined(project.name, project.url),
            details=_span(project.start_date, project.end_date),
            prose=project.description,
            highlights=project.highlights,
        )
        for project in parsed.projects
    ]


def _volunteering(parsed: ParsedResume) -> list[Entry]:
    return [
        Entry(
            name=_joined(post.role, post.organization),
            details=_joined(_span(post.start_date, post.end_date), post.location),
            prose=post.description,
        )
        for post in parsed.volunteering
    ]


def _publications(parsed: ParsedResume) -> list[Entry]:
    return [
        Entry(name=paper.title, details=_joined(paper.date, paper.publisher, paper.url))
        for paper in parsed.publications
    ]


def _awards(parsed: ParsedResume) -> list[Entry]:
    return [Entry(name=award.title, details=_joined(award.date, award.issuer)) for award in parsed.awards]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _span(start: str, end: str) -> str:
    return f"{start} – {end}" if start and end else start or end
