"""Text layouts of the samples: plain text with rulers, and Markdown."""

from __future__ import annotations

from resumate_grpc.model.parsed import ParsedResume
from tests.samples.people import Wording

__all__ = ["markdown", "plain", "rich"]


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


def rich(resume: ParsedResume, wording: Wording) -> bytes:
    """RTF: headings by style, bold titles, tabs, list items with their old-style text, a table, a hyperlink field."""
    person = resume.personal_info
    link = f'{{\\field{{\\*\\fldinst{{HYPERLINK "mailto:{person.email}"}}}}{{\\fldrslt {_rtf(person.email)}}}}}'
    parts = [f"{{\\header\\pard {_rtf(person.full_name)}\\par}}"]
    parts += [f"\\pard {_rtf(f'{person.location} | {person.phone}')} | {link}\\par"]
    parts += [_rtf_heading(wording.summary), f"{_rtf(person.summary)}\\par", _rtf_heading(wording.experience)]
    for post in resume.work_experience:
        dates = wording.dates(post.start_date, post.end_date)
        parts += [f"{{\\b {_rtf(post.title)}}}\\tab {_rtf(dates)}\\par {_rtf(f'{post.company}, {post.location}')}\\par"]
        parts += [f"{{\\listtext\\'b7\\tab}}{_rtf(item)}\\par" for item in post.highlights]
    parts += [_rtf_heading(wording.education)]
    for course in resume.education:
        cells = (course.institution, wording.dates(course.start_date, course.end_date), course.degree)
        for cell in (*cells, course.field_of_study):
            parts += [f"\\trowd\\cellx9000\\pard\\intbl {_rtf(cell)}\\cell\\row"]
    parts += [_rtf_heading(wording.skills), f"{_rtf(', '.join(resume.skills.technical))}\\par"]
    parts += [_rtf_heading(wording.languages), f"{_rtf(', '.join(resume.skills.languages))}\\par"]
    return "\n".join((_RTF_HEAD, *parts, "}")).encode("ascii")


_RTF_HEAD = (
    "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss\\fcharset0 Arial;}}"
    "{\\stylesheet{\\s0 Normal;}{\\s1\\b\\fs32 heading 1;}}{\\info{\\author Nobody}}"
)


def _rtf_heading(text: str) -> str:
    return f"\\pard\\plain\\s1\\b\\fs32 {_rtf(text)}\\par\\pard\\plain\\fs22"


def _rtf(text: str) -> str:
    return "".join(char if char.isascii() else f"\\u{ord(char)}?" for char in text)
