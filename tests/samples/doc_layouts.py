"""The layout of the binary DOC sample."""

from __future__ import annotations

from resumate_grpc.model.parsed import ParsedResume
from tests.samples.doc_writer import BOLD, CELL, LIST_ITEM, ROW_END, Doc, Paragraph, Run, link
from tests.samples.people import Wording

__all__ = ["binary"]


def binary(resume: ParsedResume, wording: Wording) -> bytes:
    """The name in the page's header, headings by style, tab-aligned dates, a hyperlink field, a table, a text box."""
    person = resume.personal_info
    contact: list[Run | str] = [f"{person.location} | {person.phone} | {person.email} | "]
    body = [Paragraph([*contact, *link(person.github_url, "GitHub")])]
    body += [_heading(wording.summary), Paragraph([person.summary]), _heading(wording.experience)]
    for post in resume.work_experience:
        dates = wording.dates(post.start_date, post.end_date)
        body += [Paragraph([Run(post.title, BOLD), f"\t{dates}"]), Paragraph([f"{post.company}, {post.location}"])]
        body += [Paragraph([item], look=LIST_ITEM) for item in post.highlights]
        body += [Paragraph([""])]
    body += [_heading(wording.education)]
    for course in resume.education:
        body += [_cell(course.institution), _cell(wording.dates(course.start_date, course.end_date)), _row_end()]
        body += [_cell(f"{course.degree} in {course.field_of_study}"), _cell(f"GPA {course.gpa}"), _row_end()]
    body += [_heading(wording.skills), Paragraph([", ".join(resume.skills.technical)])]
    at = sum(len(run if isinstance(run, str) else run.text) for each in body for run in (*each.runs, each.mark))
    body += [Paragraph([""])]
    languages = f"{wording.languages}\r" + ", ".join(resume.skills.languages)
    return Doc(body=body, header=person.full_name, boxes=[(at, languages)]).packed()


def _heading(text: str) -> Paragraph:
    return Paragraph([text], style=1)


def _cell(text: str) -> Paragraph:
    return Paragraph([text], mark="\x07", look=CELL)


def _row_end() -> Paragraph:
    return Paragraph([], mark="\x07", look=ROW_END)
