"""The result: findings written into `ParsedResume`, each noted in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from resumate_grpc.model.parsed import (
    Award,
    ConfidenceScores,
    Education,
    Evidence,
    PersonalInfo,
    Project,
    Publication,
    Skills,
    Volunteering,
    WorkExperience,
)
from resumate_grpc.parsing.contact import Contact
from resumate_grpc.parsing.education import Study
from resumate_grpc.parsing.evidence import Ledger
from resumate_grpc.parsing.experience import Post
from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.links import WebLink
from resumate_grpc.parsing.projects import Listed, Work
from resumate_grpc.parsing.skills import SkillFindings

__all__ = [
    "awards",
    "confidence_scores",
    "education",
    "overall",
    "personal_info",
    "projects",
    "publications",
    "skills",
    "volunteering",
    "work_experience",
]


def personal_info(contact: Contact, summary: Finding | None, ledger: Ledger) -> PersonalInfo:
    """Write the contact data and the summary."""
    return PersonalInfo(
        full_name=ledger.note("personal_info.full_name", contact.name),
        email=ledger.note("personal_info.email", contact.email),
        phone=ledger.note("personal_info.phone", contact.phone),
        location=ledger.note("personal_info.location", contact.location),
        linkedin_url=ledger.note("personal_info.linkedin_url", contact.linkedin),
        github_url=ledger.note("personal_info.github_url", contact.github),
        portfolio_url=ledger.note("personal_info.portfolio_url", contact.portfolio),
        summary=ledger.note("personal_info.summary", summary),
    )


def work_experience(posts: Sequence[Post], ledger: Ledger) -> tuple[WorkExperience, ...]:
    """Write the posts."""
    return tuple(_post(f"work_experience[{index}]", post, ledger) for index, post in enumerate(posts))


def _post(path: str, post: Post, ledger: Ledger) -> WorkExperience:
    return WorkExperience(
        company=ledger.note(f"{path}.company", post.company),
        title=ledger.note(f"{path}.title", post.title),
        location=ledger.note(f"{path}.location", post.location),
        start_date=ledger.note(f"{path}.start_date", post.start_date),
        end_date=ledger.note(f"{path}.end_date", post.end_date),
        description=ledger.note(f"{path}.description", post.description),
        highlights=ledger.note_all(f"{path}.highlights", post.highlights),
        confidence=ledger.mean(path, "company", "title", "location", "start_date", "end_date"),
    )


def education(studies: Sequence[Study], ledger: Ledger) -> tuple[Education, ...]:
    """Write the courses of study."""
    return tuple(_study(f"education[{index}]", study, ledger) for index, study in enumerate(studies))


def _study(path: str, study: Study, ledger: Ledger) -> Education:
    return Education(
        institution=ledger.note(f"{path}.institution", study.institution),
        degree=ledger.note(f"{path}.degree", study.degree),
        field_of_study=ledger.note(f"{path}.field_of_study", study.field),
        location=ledger.note(f"{path}.location", study.location),
        start_date=ledger.note(f"{path}.start_date", study.start_date),
        end_date=ledger.note(f"{path}.end_date", study.end_date),
        gpa=ledger.note(f"{path}.gpa", study.gpa),
        confidence=ledger.mean(path, "institution", "degree", "field_of_study", "start_date", "end_date"),
    )


def skills(findings: SkillFindings, ledger: Ledger) -> Skills:
    """Write skills, languages and certifications."""
    return Skills(
        technical=ledger.note_all("skills.technical", findings.technical),
        soft_skills=ledger.note_all("skills.soft_skills", findings.soft_skills),
        languages=ledger.note_all("skills.languages", findings.languages),
        certifications=ledger.note_all("skills.certifications", findings.certifications),
        confidence=ledger.mean("skills"),
    )


def projects(works: Sequence[Work], links: Sequence[WebLink], ledger: Ledger) -> tuple[Project, ...]:
    """Write the projects, each with the first of the links that stand in it."""
    return tuple(
        Project(
            name=ledger.note(f"projects[{index}].name", work.name),
            description=ledger.note(f"projects[{index}].description", work.description),
            url=ledger.note(f"projects[{index}].url", _link_in(work, links)),
            start_date=ledger.note(f"projects[{index}].start_date", work.start_date),
            end_date=ledger.note(f"projects[{index}].end_date", work.end_date),
            highlights=ledger.note_all(f"projects[{index}].highlights", work.highlights),
            confidence=ledger.mean(f"projects[{index}]", "name", "start_date", "end_date"),
        )
        for index, work in enumerate(works)
    )


def _link_in(work: Work, links: Sequence[WebLink]) -> Finding | None:
    first, last = work.span
    return next((link.finding for link in links if first <= link.finding.start <= link.finding.end <= last), None)


def publications(listed: Sequence[Listed], ledger: Ledger) -> tuple[Publication, ...]:
    """Write the publications."""
    return tuple(
        Publication(
            title=ledger.note(f"publications[{index}].title", item.title),
            publisher=ledger.note(f"publications[{index}].publisher", item.beside),
            date=ledger.note(f"publications[{index}].date", item.date),
            confidence=ledger.mean(f"publications[{index}]", "title", "date"),
        )
        for index, item in enumerate(listed)
    )


def awards(listed: Sequence[Listed], ledger: Ledger) -> tuple[Award, ...]:
    """Write the awards."""
    return tuple(
        Award(
            title=ledger.note(f"awards[{index}].title", item.title),
            issuer=ledger.note(f"awards[{index}].issuer", item.beside),
            date=ledger.note(f"awards[{index}].date", item.date),
            confidence=ledger.mean(f"awards[{index}]", "title", "date"),
        )
        for index, item in enumerate(listed)
    )


def volunteering(posts: Sequence[Post], ledger: Ledger) -> tuple[Volunteering, ...]:
    """Write the unpaid posts."""
    return tuple(
        Volunteering(
            organization=ledger.note(f"volunteering[{index}].organization", post.company),
            role=ledger.note(f"volunteering[{index}].role", post.title),
            location=ledger.note(f"volunteering[{index}].location", post.location),
            start_date=ledger.note(f"volunteering[{index}].start_date", post.start_date),
            end_date=ledger.note(f"volunteering[{index}].end_date", post.end_date),
            description=ledger.note(f"volunteering[{index}].description", post.description),
            confidence=ledger.mean(f"volunteering[{index}]", "organization", "role", "start_date", "end_date"),
        )
        for index, post in enumerate(posts)
    )


def confidence_scores(evidence: Sequence[Evidence]) -> ConfidenceScores:
    """Return the mean confidence of each part's values, 0 where the part is absent."""
    return ConfidenceScores(
        personal_info=_of(evidence, "personal_info"),
        work_experience=_of(evidence, "work_experience"),
        education=_of(evidence, "education"),
        skills=_of(evidence, "skills"),
    )


def _of(evidence: Sequence[Evidence], part: str) -> float:
    known = [item.confidence for item in evidence if item.field_path.startswith(part)]
    return round(fmean(known), 3) if known else 0.0


def overall(evidence: Sequence[Evidence]) -> float:
    """Return one figure for the résumé: the mean confidence of all its values, 0 where it has none."""
    return round(fmean(item.confidence for item in evidence), 3) if evidence else 0.0
