"""Text layouts of the samples: plain text with rulers, and Markdown."""

from __future__ import annotations

from resumate_grpc.model.parsed import ParsedResume
from tests.samples.people import Wording

__all__ = ["markdown", "plain"]


def plain(resume: ParsedResume, wording: Wording) -> str:
    """Plain text: underlined headings, dates after a run of blanks, dashes as bullets."""
    person = resume.personal_info
    lines = [person.full_name, "=" * len(person.full_name), person.location, f"{person.phone}   {person.email}", ""]
    lines += [*_heading(wording.summary), person.summary, ""]
    lines += _heading(wording.experience)
    for post in resume.work_experience:
        lines += [
            f"{post.title:<50}{wording.dates(post.start_date, post.end_date)}",
            f"{post.company}, {post.location}",
        ]
        lines += [f"- {item}" for item in post.highlights]
        lines += [""]
    lines += _heading(wording.education)
    for course in resume.education:
        lines += [f"{course.institution}\t{wording.dates(course.start_date, course.end_date)}"]
        lines += [f"{course.degree}, {course.field_of_study}", ""]
    lines += [*_heading(wording.skills), ", ".join(resume.skills.technical), ""]
    lines += [*_heading(wording.languages), ", ".join(resume.skills.languages), ""]
    return "\n".join(lines)


def _heading(text: str) -> list[str]:
    return [text.upper(), "-" * len(text)]


def markdown(resume: ParsedResume, wording: Wording) -> str:
    """Markdown: headings of two kinds, bold and italic, links, lists, a table, and a comment that nobody sees."""
    person = resume.personal_info
    lines = [person.full_name, "===", "", f"{person.location} · {person.phone} · <{person.email}>", ""]
    lines += [f"[Portfolio]({person.portfolio_url})", "", "<!-- printed from a draft -->", ""]
    lines += [f"## {wording.summary}", "", person.summary, "", f"## {wording.experience}", ""]
    for post in resume.work_experience:
        lines += [f"### {post.title}", f"**{post.company}**, {post.location}  "]
        lines += [f"*{wording.dates(post.start_date, post.end_date)}*", ""]
        lines += [f"* {item}" for item in post.highlights]
        lines += [""]
    lines += [f"## {wording.education}", "", "| | |", "|---|---|"]
    for course in resume.education:
        lines += [f"| {course.institution} | {wording.dates(course.start_date, course.end_date)} |"]
        lines += [f"| {course.degree} | {course.field_of_study} |"]
    lines += ["", f"## {wording.skills}", "", ", ".join(resume.skills.technical)]
    lines += ["", f"## {wording.languages}", "", ", ".join(resume.skills.languages), ""]
    return "\n".join(lines)
