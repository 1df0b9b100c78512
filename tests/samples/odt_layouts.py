"""The layout of the ODT sample, and the frame of such documents."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from resumate_grpc.model.parsed import ParsedResume
from tests.samples.people import Wording

__all__ = ["odt_of", "open_text", "p"]

_EPOCH = (2025, 1, 1, 0, 0, 0)
_TYPE = "application/vnd.oasis.opendocument.text"
_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{uri}:1.0"'
    for name, uri in (
        ("office", "office"), ("style", "style"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("fo", "xsl-fo-compatible"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip
_BOLD = (
    '<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="T2" style:family="text"><style:text-properties text:display="none"/></style:style>'
)
_HEADING = (
    '<style:default-style style:family="paragraph"><style:text-properties fo:font-size="11pt"/></style:default-style>'
    '<style:style style:name="Kopf" style:family="paragraph" style:default-outline-level="2">'
    '<style:text-properties fo:font-weight="bold" fo:font-size="14pt"/></style:style>'
    '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Kopf"/>'
)


def odt_of(body: str, *, header: str = "", footer: str = "", manifest: str = "", mimetype: str = _TYPE) -> bytes:
    """A document with this body, T1 a bold and T2 a hidden span style, P1 a heading of level 2 on its style Kopf."""
    content = (
        f"<office:document-content {_NAMES}><office:automatic-styles>{_BOLD}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    page = f"<style:master-page><style:header>{header}</style:header><style:footer>{footer}</style:footer>"
    styles = (
        f"<office:document-styles {_NAMES}><office:styles>{_HEADING}</office:styles>"
        f"<office:master-styles>{page}</style:master-page></office:master-styles></office:document-styles>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr(zipfile.ZipInfo("mimetype", _EPOCH), mimetype)
        parts = {
            "content.xml": content,
            "styles.xml": styles,
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
        }
        for name, part in parts.items():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def p(inner: str, style: str = "") -> str:
    """A paragraph."""
    return f'<text:p text:style-name="{style}">{inner}</text:p>'


def open_text(resume: ParsedResume, wording: Wording) -> bytes:
    """The name in the header, headings by element, bold titles, tabs, lists, a table, a link, a text box."""
    person = resume.personal_info
    link = f'<text:a xlink:href="{person.portfolio_url}">Portfolio</text:a>'
    parts = [p(f"{escape(person.location)} | {escape(person.phone)} | {escape(person.email)} | {link}")]
    parts += [_h(wording.summary), p(escape(person.summary)), _h(wording.experience)]
    for post in resume.work_experience:
        title = f'<text:span text:style-name="T1">{escape(post.title)}</text:span>'
        parts += [p(f"{title}<text:tab/>{wording.dates(post.start_date, post.end_date)}")]
        parts += [p(f"{escape(post.company)}, {escape(post.location)}")]
        items = "".join(f"<text:list-item>{p(escape(item))}</text:list-item>" for item in post.highlights)
        parts += [f"<text:list>{items}</text:list>"]
    parts += [_h(wording.education), "<table:table>"]
    for course in resume.education:
        dates = wording.dates(course.start_date, course.end_date)
        for left, right in ((course.institution, dates), (course.degree, course.field_of_study)):
            cells = "".join(f"<table:table-cell>{p(escape(text))}</table:table-cell>" for text in (left, right))
            parts += [f"<table:table-row>{cells}</table:table-row>"]
    parts += ["</table:table>", _h(wording.skills), p(escape(", ".join(resume.skills.technical)))]
    box = p(wording.languages) + p(escape(", ".join(resume.skills.languages)))
    parts += [p(f"<draw:frame><draw:text-box>{box}</draw:text-box></draw:frame>")]
    return odt_of("".join(parts), header=p(escape(person.full_name)))


def _h(text: str) -> str:
    return f'<text:h text:outline-level="1" text:style-name="Kopf">{escape(text)}</text:h>'
