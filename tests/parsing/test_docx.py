"""Word documents made for one trait each."""

from __future__ import annotations

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor
from lxml import etree

from tests.parsing.reading import blocks, line_with, lines, read
from tests.samples.docx_layouts import add_text_box, saved
from tests.samples.hostile import docx_of, docx_with

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _body(xml: str) -> bytes:
    """A document whose body is the given XML, without any styles to go by."""
    return docx_with("word/document.xml", _document(xml))


def _document(xml: str) -> bytes:
    return f"<w:document {_W}><w:body>{xml}</w:body></w:document>".encode()


def _p(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def _r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def _append(document: Document, xml: str) -> None:
    paragraph: etree._Element = document.add_paragraph()._p  # noqa: SLF001 - XML that python-docx has no words for
    paragraph.append(parse_xml(xml))


def test_runs_that_split_words_are_joined() -> None:
    """A word in several runs is one word, with the style of its first."""
    document = read(_body(_p(_r("Soft", "<w:b/>") + _r("ware engineer"))))
    assert document.text == "Software engineer"
    assert [word.style.bold for word in document.lines[0].words] == [True, False]


def test_hidden_and_deleted_text_is_left_out() -> None:
    """Hidden runs, deleted text and moved-away text are not content; inserted text is."""
    document = read(
        _body(
            _p(
                _r("seen ")
                + _r("secret ", "<w:vanish/>")
                + f"<w:del><w:r><w:delText>gone</w:delText></w:r>{_r('gone')}</w:del>"
                + f"<w:ins>{_r('inserted')}</w:ins>"
            )
        )
    )
    assert document.text == "seen inserted"
    assert [warning.reason for warning in document.warnings] == ["HIDDEN_TEXT"]


def test_hyperlink_fields_are_links() -> None:
    """A link written as a field code gives its target; page numbers are no text."""
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://example.org" </w:instrText>'
        '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + _r("my page")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    number = f'<w:fldSimple w:instr=" PAGE ">{_r("17")}</w:fldSimple>'
    document = read(_body(_p(_r("See ") + field + _r(" and ") + number)))
    assert document.text == "See my page and"
    assert [(link.uri, document.text[link.start : link.end]) for link in document.links] == [
        ("https://example.org", "my page")
    ]


def test_breaks_begin_lines_and_tabs_part_words() -> None:
    """A line break begins a new line of the same block; a tab is a wide gap."""
    document = read(_body(_p(_r("Acme") + "<w:r><w:tab/></w:r>" + _r("2019") + "<w:r><w:br/></w:r>" + _r("Berlin"))))
    assert lines(document) == ["Acme\t2019", "Berlin"]
    assert len(blocks(document)) == 1


def test_headings_are_told_whatever_the_language() -> None:
    """A style's built-in name, its outline level or the paragraph's own tell a heading, whatever its id."""
    styles = f"""<w:styles {_W}>
      <w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
      <w:style w:type="paragraph" w:styleId="Eigen"><w:name w:val="Eigenes"/>
        <w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
      <w:style w:type="paragraph" w:styleId="Kind"><w:name w:val="Kind"/><w:basedOn w:val="Eigen"/>
        <w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>
      <w:style w:type="paragraph" w:styleId="Ring"><w:name w:val="Ring"/><w:basedOn w:val="Ring"/></w:style>
    </w:styles>"""
    body = "".join(
        _p(_r(style), f'<w:pStyle w:val="{style}"/>') for style in ("berschrift2", "Eigen", "Kind", "Ring", "Unbekannt")
    ) + _p(_r("direct"), '<w:outlineLvl w:val="2"/>')
    main = f"<w:document {_W}><w:body>{body}</w:body></w:document>"
    document = read(docx_of({"word/styles.xml": styles.encode(), "word/document.xml": main.encode()}))
    assert [line.heading_level for line in document.lines] == [2, 1, 1, 0, 0, 3]
    kind = next(line for line in document.lines if line.text == "Kind")
    assert (kind.bold, kind.size) == (True, 14.0)


def test_styles_come_from_runs_and_paragraphs() -> None:
    """Size, colour and weight of a run are told, direct or by its paragraph's style."""
    document = docx.Document()
    run = document.add_paragraph().add_run("Colourful")
    run.font.size, run.font.color.rgb, run.font.italic = Pt(17), RGBColor(0x12, 0x34, 0x56), True
    style = read(saved(document)).lines[0].words[0].style
    assert (style.size, style.color, style.italic, style.bold) == (17.0, 0x123456, True, False)


def test_list_paragraphs_and_typed_bullets_are_items() -> None:
    """A numbered paragraph and a typed glyph both make a list item, and the glyph is no word."""
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    off = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    symbol = '<w:r><w:sym w:font="Symbol" w:char="F0B7"/></w:r>'
    document = read(
        _body(
            _p(_r("by list"), numbered)
            + _p(_r("• by hand"))
            + _p(symbol + _r(" by symbol"))
            + _p(_r("§ ", '<w:rFonts w:ascii="Wingdings"/>') + _r("by font"))
            + _p(_r("no item"), off)
        )
    )
    assert [(line.text, line.bullet) for line in document.lines] == [
        ("by list", True),
        ("by hand", True),
        ("by symbol", True),
        ("by font", True),
        ("no item", False),
    ]


def test_merged_and_nested_cells_count_once() -> None:
    """Cells merged across rows are read once, a table within a cell has its own number, in document order."""
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "merged"
    table.cell(0, 1).text = "top"
    inner = table.cell(1, 1).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "in left", "in right"
    found = [(block.table, block.row, block.cell, block.lines[0].text) for block in blocks(read(saved(document)))]
    assert found == [(0, 0, 0, "merged"), (0, 0, 1, "top"), (1, 0, 0, "in left"), (1, 0, 1, "in right")]


def test_text_boxes_count_once() -> None:
    """A box that is stored for new and for old programs is read once; a box within a table cell too."""
    document = docx.Document()
    add_text_box(document.add_paragraph("before"), ["boxed line", "second"])
    table = document.add_table(rows=1, cols=1)
    add_text_box(table.cell(0, 0).paragraphs[0], ["celled"])
    document.add_paragraph("after")
    assert lines(read(saved(document))) == ["before", "boxed line", "second", "celled", "after"]


def test_content_controls_are_read() -> None:
    """Text in content controls (forms, templates) counts as if they were not there."""
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:r><w:t>from a template</w:t></w:r></w:sdtContent></w:sdt>"
    document = docx.Document()
    _append(document, control)
    assert line_with(read(saved(document)), "template") == "from a template"


def test_headers_that_repeat_count_once() -> None:
    """The same header on first and on later pages is read once."""
    document = docx.Document()
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = "Name of a person"
    section.first_page_header.paragraphs[0].text = "Name of a person"
    document.add_paragraph("body")
    assert lines(read(saved(document))) == ["Name of a person", "body"]


def test_lines_drawn_with_characters_are_no_content() -> None:
    """A paragraph of dashes parts blocks and is no text."""
    document = read(_body(_p(_r("one")) + _p(_r("─" * 40)) + _p(_r("two"))))
    assert [block.lines[0].text for block in blocks(document)] == ["one", "two"]


def test_a_broken_theme_does_no_harm() -> None:
    """Parts that say nothing of the text are not looked at."""
    document = docx_of({"word/theme/theme1.xml": b"<!DOCTYPE x><broken", "word/document.xml": _document(_p(_r("Ada")))})
    assert read(document).text == "Ada"
