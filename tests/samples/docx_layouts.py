"""DOCX layouts of the samples, written with python-docx and some XML that it has no words for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm
from docx.text.paragraph import Paragraph
from lxml import etree

from resumate_grpc.model.parsed import ParsedResume
from tests.samples.people import Wording

__all__ = ["boxes", "paragraphs", "saved", "table_layout"]

_EPOCH = (2025, 1, 1, 0, 0, 0)
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_V = "urn:schemas-microsoft-com:vml"


def paragraphs(resume: ParsedResume, wording: Wording) -> bytes:
    """Heading styles, tab-aligned dates, list paragraphs, a hyperlink by relation."""
    document = docx.Document()
    person = resume.personal_info
    document.add_paragraph(person.full_name, style="Title")
    contact = document.add_paragraph(f"{person.location} | {person.phone} | {person.email} | ")
    add_link(contact, person.github_url, "GitHub")
    document.add_heading(wording.summary, level=1)
    document.add_paragraph(person.summary)
    document.add_heading(wording.experience, level=1)
    for post in resume.work_experience:
        line = document.add_paragraph()
        line.paragraph_format.tab_stops.add_tab_stop(Cm(15))
        line.add_run(post.title).bold = True
        line.add_run(f"\t{wording.dates(post.start_date, post.end_date)}")
        document.add_paragraph(f"{post.company}, {post.location}")
        for item in post.highlights:
            document.add_paragraph(item, style="List Bullet")
    document.add_heading(wording.education, level=1)
    for course in resume.education:
        document.add_paragraph(f"{course.institution}\t{wording.dates(course.start_date, course.end_date)}")
        document.add_paragraph(f"{course.degree} in {course.field_of_study}, GPA {course.gpa}")
    document.add_heading(wording.skills, level=1)
    document.add_paragraph(", ".join(resume.skills.technical))
    document.add_heading(wording.languages, level=1)
    document.add_paragraph(", ".join(resume.skills.languages))
    return saved(document)


def table_layout(resume: ParsedResume, wording: Wording) -> bytes:
    """A table holds the page: labels on the left, content on the right, a table within a cell for the posts."""
    document = docx.Document()
    person = resume.personal_info
    document.add_paragraph(person.full_name)
    table = document.add_table(rows=0, cols=2)
    _row(table.add_row().cells, wording.contact, [person.location, person.phone, person.email])
    _row(table.add_row().cells, wording.summary, [person.summary])
    cells = table.add_row().cells
    cells[0].text = wording.experience
    inner = cells[1].add_table(rows=0, cols=2)
    for post in resume.work_experience:
        lines = [post.title, f"{post.company}, {post.location}", *post.highlights]
        _row(inner.add_row().cells, wording.dates(post.start_date, post.end_date), lines)
    for course in resume.education:
        lines = [f"{course.degree}, {course.field_of_study}", course.institution]
        _row(table.add_row().cells, wording.education, [*lines, wording.dates(course.start_date, course.end_date)])
    _row(table.add_row().cells, wording.skills, [", ".join(resume.skills.technical)])
    _row(table.add_row().cells, wording.languages, [", ".join(resume.skills.languages)])
    return saved(document)


def boxes(resume: ParsedResume, wording: Wording) -> bytes:
    """The name stands in the page's header, skills in a text box that is stored twice, as Word stores them."""
    document = docx.Document()
    person = resume.personal_info
    header = document.sections[0].header
    header.paragraphs[0].text = person.full_name
    header.add_paragraph(f"{person.location} | {person.phone} | {person.email}")
    document.sections[0].footer.paragraphs[0].text = "References on request"
    anchor = document.add_paragraph(person.summary)
    add_text_box(anchor, [wording.skills, *resume.skills.technical, wording.languages, *resume.skills.languages])
    document.add_heading(wording.experience, level=2)
    for post in resume.work_experience:
        line = document.add_paragraph(f"{post.title}, {post.company}, {post.location}")
        line.add_run().add_break()
        line.add_run(wording.dates(post.start_date, post.end_date)).italic = True
        for item in post.highlights:
            document.add_paragraph(item, style="List Bullet")
    document.add_heading(wording.education, level=2)
    for course in resume.education:
        document.add_paragraph(f"{course.degree} in {course.field_of_study}")
        document.add_paragraph(f"{course.institution}, {wording.dates(course.start_date, course.end_date)}")
    return saved(document)


def _row(cells: Sequence[docx.table._Cell], label: str, lines: Sequence[str]) -> None:
    cells[0].text = label
    cells[1].text = lines[0]
    for line in lines[1:]:
        cells[1].add_paragraph(line)


def add_link(paragraph: Paragraph, uri: str, text: str) -> None:
    """Append a hyperlink to a paragraph."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(uri, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = OxmlElement("w:r")
    run.text = text
    link.append(run)
    element: etree._Element = paragraph._p  # noqa: SLF001 - python-docx has no public way to add a hyperlink
    element.append(link)


def add_text_box(paragraph: Paragraph, lines: Sequence[str]) -> None:
    """Anchor a text box in a paragraph: once for today's Word, once more as fallback for old versions."""
    content = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    box = f"<w:txbxContent>{content}</w:txbxContent>"
    run: etree._Element = paragraph.add_run()._r  # noqa: SLF001 - as above
    run.append(
        parse_xml(
            f'<mc:AlternateContent xmlns:mc="{_MC}" xmlns:wps="{_WPS}" xmlns:v="{_V}" {nsdecls("w")}>'
            f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
        )
    )


def saved(document: Document) -> bytes:
    """Return the file's bytes, the same in each run: zip entries bear a fixed date."""
    written, repacked = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(repacked, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename, _EPOCH), source.read(entry), zipfile.ZIP_DEFLATED)
    return repacked.getvalue()
