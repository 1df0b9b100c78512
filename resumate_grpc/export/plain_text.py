"""The parsed values as text for people to read, paste or print."""

from __future__ import annotations

from collections.abc import Iterator

from resumate_grpc.model.parsed import (
    Education,
    ParsedResume,
    PersonalInfo,
    Project,
    Skills,
    Volunteering,
    WorkExperience,
)
from resumate_grpc.model.resume import Resume

__all__ = ["to_plain_text"]


def to_plain_text(_: Resume, parsed: ParsedResume) -> bytes:
    """Return the text, UTF-8, lines ended by newlines, a headed section for each part that the résumé has."""
    sections = (
        ("", _contact(parsed.personal_info)),
        ("Summary", [parsed.personal_info.summary]),
        ("Experience", [_post(post) for post in parsed.work_experience]),
        ("Education", [_study(study) for study in parsed.education]),
        ("Skills", _skills(parsed.skills)),
        ("Projects", [_project(project) for project in parsed.projects]),
        (
            "Publications",
            [_joined(", ", work.title, work.publisher, work.date, work.url) for work in parsed.publications],
        ),
        ("Awards", [_joined(", ", award.title, award.issuer, award.date) for award in parsed.awards]),
        ("Volunteering", [_unpaid(post) for post in parsed.volunteering]),
    )
    return ("\n\n".join(_rendered(sections)) + "\n").encode()


def _rendered(sections: tuple[tuple[str, list[str]], ...]) -> Iterator[str]:
    for heading, blocks in sections:
        filled = [block for block in blocks if block]
        if filled:
            between = "\n\n" if any("\n" in block for block in filled) else "\n"
            body = between.join(filled)
            yield f"{heading.upper()}\n{body}" if heading else body


def _contact(info: PersonalInfo) -> list[str]:
    links = (info.linkedin_url, info.github_url, info.portfolio_url)
    return [info.full_name, _joined(" · ", info.email, info.phone, info.location), _joined(" · ", *links)]


def _post(post: WorkExperience) -> str:
    head = _joined(", ", post.title, post.company, post.location)
    return _joined("\n", _dated(head, post.start_date, post.end_date), post.description, _bullets(post.highlights))


def _study(study: Education) -> str:
    head = _joined(", ", _joined(" in ", study.degree, study.field_of_study), study.institution, study.location)
    return _joined("\n", _dated(head, study.start_date, study.end_date), study.gpa and f"Grade: {study.gpa}")


def _project(project: Project) -> str:
    head = _dated(project.name, project.start_date, project.end_date)
    return _joined("\n", head, project.url, project.description, _bullets(project.highlights))


def _unpaid(post: Volunteering) -> str:
    head = _joined(", ", post.role, post.organization, post.location)
    return _joined("\n", _dated(head, post.start_date, post.end_date), post.description)


def _skills(skills: Skills) -> list[str]:
    groups = (
        ("Technical", skills.technical),
        ("Soft skills", skills.soft_skills),
        ("Languages", skills.languages),
        ("Certifications", skills.certifications),
    )
    return [f"{name}: {', '.join(values)}" for name, values in groups if values]


def _dated(head: str, start: str, end: str) -> str:
    dates = _joined(" – ", start, end)
    return _joined(" ", head, dates and f"({dates})")


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)
