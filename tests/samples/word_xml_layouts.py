"""The layout of the Word 2003 XML sample, and the frame of such documents."""

from __future__ import annotations

from xml.sax.saxutils import escape

from resumate_grpc.model.parsed import ParsedResume
from tests.samples.people import Wording

__all__ = ["paragraph", "run", "word_2003", "word_xml"]

_HEADING = '<w:pStyle w:val="berschrift1"/>'
_ITEM = '<w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="1"/></w:listPr>'
_STYLES = """<w:style w:type="paragraph" w:default="on" w:styleId="Standard"><w:name w:val="Normal"/>
<w:rPr><w:sz w:val="22"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:basedOn w:val="Standard"/>
<w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>"""


def word_xml(body: str, styles: str = "") -> bytes:
    """A document with this body."""
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<?mso-application progid="Word.Document"?>
<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint" xmlns:aml="http://schemas.microsoft.com/aml/2001/core"
 xml:space="preserve"><w:styles>{styles}</w:styles><w:body>{body}</w:body></w:wordDocument>""".encode()


def paragraph(runs: str, look: str = "") -> str:
    """A paragraph of runs."""
    return f"<w:p><w:pPr>{look}</w:pPr>{runs}</w:p>"


def run(text: str, look: str = "") -> str:
    """A run of text; a tab in it is an element."""
    inner = "<w:tab/>".join(f"<w:t>{escape(part)}</w:t>" for part in text.split("\t"))
    return f"<w:r><w:rPr>{look}</w:rPr>{inner}</w:r>"


def word_2003(resume: ParsedResume, wording: Wording) -> bytes:
    """Headings by style, bold titles, tab-aligned dates, list paragraphs, contact details in a table."""
    person = resume.personal_info
    cells = "".join(f"<w:tc>{paragraph(run(text))}</w:tc>" for text in (person.location, person.phone, person.email))
    parts = [paragraph(run(person.full_name, '<w:b/><w:sz w:val="40"/>')), f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"]
    parts += [_heading(wording.summary), paragraph(run(person.summary)), _heading(wording.experience)]
    for post in resume.work_experience:
        dates = wording.dates(post.start_date, post.end_date)
        parts += [paragraph(run(post.title, "<w:b/>") + run(f"\t{dates}"))]
        parts += [paragraph(run(f"{post.company}, {post.location}"))]
        parts += [paragraph(run(item), _ITEM) for item in post.highlights]
    parts += [_heading(wording.education)]
    for course in resume.education:
        parts += [paragraph(run(f"{course.institution}\t{wording.dates(course.start_date, course.end_date)}"))]
        parts += [paragraph(run(f"{course.degree}, {course.field_of_study}"))]
    parts += [_heading(wording.skills), paragraph(run(", ".join(resume.skills.technical)))]
    parts += [_heading(wording.languages), paragraph(run(", ".join(resume.skills.languages)))]
    return word_xml(f"<wx:sect>{''.join(parts)}</wx:sect>", _STYLES)


def _heading(text: str) -> str:
    return paragraph(run(text), _HEADING)
