"""PDF layouts of the samples, drawn with fpdf2 in the fonts that every PDF reader has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from resumate_grpc.model.parsed import ParsedResume, WorkExperience
from tests.samples.people import Wording

__all__ = ["left_rail", "one_column", "ruled_table", "sidebar"]

_FONT = "Helvetica"
_LINE = 5.0  # millimetres


class _Sheet(FPDF):
    """An A4 document without anything that changes from run to run."""

    def __init__(self, *, footer: str = "") -> None:
        super().__init__(format="A4")
        self._footer = footer
        self.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC))
        self.set_auto_page_break(auto=True, margin=20)
        self.set_margins(20, 18, 20)
        self.add_page()

    def footer(self) -> None:
        """Print the name and the page's number."""
        if self._footer:
            self.set_y(-14)
            self.write_line(f"{self._footer} - page {self.page_no()}", size=8)

    def write_line(
        self, text: str, *, size: float = 10, style: str = "", x: float | None = None, link: str = ""
    ) -> None:
        """Print one line, its left edge at `x` (the margin where None)."""
        self.set_font(_FONT, style, size)
        self.set_x(self.l_margin if x is None else x)
        self.cell(0, _LINE * size / 10, text, link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def write_pair(self, left: str, right: str, *, style: str = "") -> None:
        """Print a line with something at the right margin."""
        self.set_font(_FONT, style, 10)
        self.cell(self.epw / 2, _LINE, left)
        self.set_font(_FONT, "", 10)
        self.cell(self.epw / 2, _LINE, right, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def write_text(self, text: str, *, x: float | None = None, width: float = 0) -> None:
        """Print a paragraph."""
        self.set_font(_FONT, "", 10)
        self.set_x(self.l_margin if x is None else x)
        self.multi_cell(width, _LINE, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def write_bullets(self, items: Sequence[str], *, x: float, width: float = 0) -> None:
        """Print list items; the bullet is a glyph of its own font, the text hangs beside it."""
        for item in items:
            self.set_x(x)
            self.set_font("ZapfDingbats", "", 5)
            self.cell(4, _LINE, "l")
            self.write_text(item, x=x + 4, width=width and width - 4)

    def write_heading(self, text: str, *, x: float | None = None) -> None:
        """Print a section's heading."""
        self.ln(3)
        self.write_line(text, size=13, style="B", x=x)
        self.ln(1)


def one_column(resume: ParsedResume, wording: Wording) -> bytes:
    """One column over two pages: dates flush right, letter-spaced headings, links, a footer on each page."""
    sheet = _Sheet(footer=resume.personal_info.full_name)
    person = resume.personal_info
    sheet.write_line(person.full_name, size=22, style="B")
    sheet.write_line(f"{person.location} | {person.phone} | {person.email}")
    sheet.write_line("LinkedIn", link=person.linkedin_url)
    sheet.write_line(person.github_url.removeprefix("https://"), link=person.github_url)
    sheet.write_heading(wording.summary)
    sheet.write_text(person.summary)
    sheet.write_heading(" ".join(wording.experience.upper().replace(" ", "  ")))
    for post in resume.work_experience:
        sheet.write_pair(post.title, wording.dates(post.start_date, post.end_date), style="B")
        sheet.write_pair(post.company, post.location)
        sheet.write_bullets(post.highlights, x=sheet.l_margin + 2)
        sheet.ln(2)
    sheet.add_page()
    sheet.write_heading(" ".join(wording.education.upper()))
    for course in resume.education:
        sheet.write_pair(course.institution, wording.dates(course.start_date, course.end_date), style="B")
        sheet.write_line(f"{course.degree} in {course.field_of_study}")
    sheet.write_heading(" ".join(wording.skills.upper()))
    sheet.write_text(", ".join(resume.skills.technical))
    sheet.write_heading(wording.languages)
    sheet.write_text(", ".join(resume.skills.languages))
    return bytes(sheet.output())


def sidebar(resume: ParsedResume, wording: Wording) -> bytes:
    """A coloured sidebar with white text on the left, the main column on the right, drawn one after the other."""
    sheet = _Sheet()
    person = resume.personal_info
    sheet.set_fill_color(40, 60, 90)
    sheet.rect(0, 0, 66, sheet.h, style="F")
    sheet.set_text_color(255, 255, 255)
    sheet.set_left_margin(8)
    sheet.set_y(20)
    sheet.write_heading(wording.contact)
    for line in (person.location, person.phone, person.email):
        sheet.write_line(line)
    sheet.write_line("Portfolio", link=person.portfolio_url)
    sheet.write_heading(wording.skills)
    for skill in resume.skills.technical:
        sheet.write_line(skill)
    sheet.write_heading(wording.languages)
    for language in resume.skills.languages:
        sheet.write_line(language)
    sheet.set_text_color(0, 0, 0)
    sheet.set_left_margin(74)
    sheet.set_y(20)
    sheet.write_line(person.full_name, size=20, style="B")
    sheet.write_text(person.summary)
    sheet.write_heading(wording.experience)
    for post in resume.work_experience:
        sheet.write_pair(post.title, wording.dates(post.start_date, post.end_date), style="B")
        sheet.write_line(f"{post.company}, {post.location}", style="I")
        sheet.write_bullets(post.highlights, x=74)
        sheet.ln(2)
    sheet.write_heading(wording.education)
    for course in resume.education:
        sheet.write_pair(course.institution, wording.dates(course.start_date, course.end_date), style="B")
        sheet.write_line(f"{course.degree}, {course.field_of_study}")
    return bytes(sheet.output())


def left_rail(resume: ParsedResume, wording: Wording) -> bytes:
    """Dates in a rail on the left of their entries, row by row."""
    sheet = _Sheet()
    person = resume.personal_info
    sheet.write_line(person.full_name, size=20, style="B")
    sheet.write_line(person.location)
    sheet.write_line(f"{person.phone}  -  {person.email}")
    sheet.write_heading(wording.summary)
    sheet.write_text(person.summary)
    sheet.write_heading(wording.experience)
    for post in resume.work_experience:
        _rail_entry(sheet, post, wording)
    sheet.write_heading(wording.education)
    for course in resume.education:
        dates = wording.dates(course.start_date, course.end_date)
        _rail_entry(
            sheet,
            WorkExperience(title=f"{course.degree}, {course.field_of_study}", company=course.institution),
            wording,
            dates=dates,
        )
    sheet.write_heading(wording.skills)
    sheet.write_text(", ".join(resume.skills.technical))
    sheet.write_heading(wording.languages)
    sheet.write_text(", ".join(resume.skills.languages))
    return bytes(sheet.output())


def _rail_entry(sheet: _Sheet, post: WorkExperience, wording: Wording, *, dates: str = "") -> None:
    sheet.set_font(_FONT, "", 10)
    sheet.cell(40, _LINE, dates or wording.dates(post.start_date, post.end_date))
    sheet.write_line(post.title, style="B", x=60)
    sheet.write_line(", ".join(filter(None, (post.company, post.location))), x=60)
    sheet.write_bullets(post.highlights, x=60)
    sheet.ln(2)


def ruled_table(resume: ParsedResume, wording: Wording) -> bytes:
    """Everything but the head in tables with ruled cells."""
    sheet = _Sheet()
    person = resume.personal_info
    sheet.write_line(person.full_name, size=20, style="B")
    sheet.write_line(f"{person.location} - {person.phone} - {person.email}")
    sheet.write_text(person.summary)
    sheet.write_heading(wording.experience)
    sheet.set_font(_FONT, "", 10)
    with sheet.table(col_widths=(30, 45, 85), text_align="LEFT", first_row_as_headings=False) as table:
        for post in resume.work_experience:
            row = table.row()
            row.cell(wording.dates(post.start_date, post.end_date))
            row.cell(f"{post.title}\n{post.company}, {post.location}")
            row.cell("\n".join(post.highlights))
    sheet.write_heading(wording.education)
    sheet.set_font(_FONT, "", 10)
    with sheet.table(col_widths=(40, 60, 60), text_align="LEFT", first_row_as_headings=False) as table:
        for course in resume.education:
            for left, middle, right in (
                (wording.dates(course.start_date, course.end_date), course.degree, course.institution),
                ("", course.field_of_study, course.location),
            ):
                row = table.row()
                row.cell(left)
                row.cell(middle)
                row.cell(right)
    sheet.write_heading(wording.skills)
    sheet.write_text(", ".join(resume.skills.technical))
    sheet.write_heading(wording.languages)
    sheet.write_text(", ".join(resume.skills.languages))
    return bytes(sheet.output())
