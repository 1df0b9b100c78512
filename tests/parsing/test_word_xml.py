"""Word 2003 XML documents made for one trait each, and damaged ones."""

from __future__ import annotations

import pytest

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.document import BlockKind, Document
from resumate_grpc.parsing.sniff import sniff
from tests.parsing.reading import blocks, lines, read
from tests.samples.make import FILES
from tests.samples.word_xml_layouts import paragraph, run, word_xml


def _read(body: str, styles: str = "") -> Document:
    return read(word_xml(body, styles), "resume.doc")


def test_styles_tell_headings_and_looks() -> None:
    """A heading's style, whatever its id, and a run's own properties are told."""
    styles = '<w:style w:type="paragraph" w:styleId="U1"><w:name w:val="heading 1"/><w:rPr><w:b/></w:rPr></w:style>'
    document = _read(
        paragraph(run("Work"), '<w:pStyle w:val="U1"/>') + paragraph(run("x", '<w:sz w:val="30"/>')), styles
    )
    assert [(line.text, line.heading_level, line.bold, line.size) for line in document.lines] == [
        ("Work", 1, True, 0.0),
        ("x", 0, False, 15.0),
    ]


def test_links_breaks_and_lists() -> None:
    """A hyperlink bears its target, a break begins a line wherever it stands, a list's paragraph is an item."""
    anchor = f'<w:hlink w:dest="https://example.org">{run("my page")}</w:hlink>'
    broken = "<w:r><w:t>one<w:br/>two</w:t></w:r>"
    numbered = '<w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="1"/></w:listPr>'
    document = _read(paragraph(run("See ") + anchor) + paragraph(broken) + paragraph(run("item"), numbered))
    assert [(line.text, line.bullet) for line in document.lines] == [
        ("See my page", False),
        ("one", False),
        ("two", False),
        ("item", True),
    ]
    assert [(link.uri, document.text[link.start : link.end]) for link in document.links] == [
        ("https://example.org", "my page")
    ]


def test_sections_tables_boxes_and_margins() -> None:
    """Sections are seen through; cells, text boxes, headers and footers have their kinds and their order."""
    table = f"<w:tbl><w:tr><w:tc>{paragraph(run('a'))}</w:tc><w:tc>{paragraph(run('b'))}</w:tc></w:tr></w:tbl>"
    box = f"<w:r><w:pict><v:textbox><w:txbxContent>{paragraph(run('boxed'))}</w:txbxContent></v:textbox></w:pict></w:r>"
    margins = (
        f'<w:hdr w:type="odd">{paragraph(run("Name"))}</w:hdr><w:ftr w:type="odd">{paragraph(run("Foot"))}</w:ftr>'
    )
    body = f"<wx:sect><wx:sub-section>{table}{paragraph(box)}</wx:sub-section><w:sectPr>{margins}</w:sectPr></wx:sect>"
    assert [(block.kind, block.cell, block.lines[0].text) for block in blocks(_read(body))] == [
        (BlockKind.HEADER, -1, "Name"),
        (BlockKind.TABLE_CELL, 0, "a"),
        (BlockKind.TABLE_CELL, 1, "b"),
        (BlockKind.TEXT_BOX, -1, "boxed"),
        (BlockKind.FOOTER, -1, "Foot"),
    ]


def test_deleted_and_hidden_text_is_left_out() -> None:
    """What was inserted counts, what was deleted, hidden or remarked upon does not."""
    marks = "".join(
        f'<aml:annotation w:type="Word.{kind}"><aml:content>{run(kind)}</aml:content></aml:annotation>'
        for kind in ("Insertion", "Deletion", "Comment")
    )
    document = _read(paragraph(run("seen ") + run("secret", "<w:vanish/>") + marks))
    assert document.text == "seen Insertion"
    assert [warning.reason for warning in document.warnings] == ["HIDDEN_TEXT"]


_ENTITY = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
_SAMPLE = (FILES / "word_2003_de.doc").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_SAMPLE[: len(_SAMPLE) // 2], id="cut off"),
        pytest.param(_SAMPLE.replace(b"?>", b"?>" + _ENTITY, 1), id="entity"),
        pytest.param(_SAMPLE.replace(b"w:body", b"w:bodies"), id="without a body"),
        pytest.param(word_xml("<w:p>" * 5000 + "</w:p>" * 5000), id="deep"),
        pytest.param(_SAMPLE.replace(b"<w:t>", b"<w:t>&nowhere;", 1), id="unknown entity"),
    ],
)
def test_damaged_documents_are_corrupt(content: bytes) -> None:
    """Broken XML, entities, no body, nesting without end: each is called corrupt."""
    with pytest.raises(ParsingError) as caught:
        read(content, "resume.doc")
    assert caught.value.parse_reason is ErrorReason.CORRUPT_FILE


def test_truncated_documents_are_never_read_in_part() -> None:
    """Wherever it is cut off, the document is corrupt (or, its first line gone, some other XML)."""
    for size in range(400, len(_SAMPLE) - 2, 61):
        with pytest.raises(ParsingError):
            read(_SAMPLE[:size], "resume.doc")


@pytest.mark.parametrize("name", ["resume.doc", "resume.xml", "resume.txt"])
def test_content_decides(name: str) -> None:
    """Word 2003 XML is told by its namespace whatever its name, with a byte order mark or without."""
    assert sniff(_SAMPLE, name) is MediaType.WORD_XML
    assert sniff(b"\xef\xbb\xbf" + _SAMPLE, name) is MediaType.WORD_XML
    assert lines(read(b"\xef\xbb\xbf" + _SAMPLE, name)) == lines(read(_SAMPLE, name))
