"""OpenDocument texts made for one trait each, and hostile ones."""

from __future__ import annotations

import random

import pytest

from resumate_grpc.errors import ErrorReason, ParsingError, UnsupportedFormatError
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.document import BlockKind, Document
from resumate_grpc.parsing.odt import read_odt
from resumate_grpc.parsing.sniff import sniff
from tests.parsing.reading import blocks, lines, read
from tests.samples.make import FILES
from tests.samples.odt_layouts import odt_of, p


def _read(body: str, *, header: str = "", footer: str = "") -> Document:
    return read(odt_of(body, header=header, footer=footer), "resume.odt")


def test_white_space_breaks_and_tabs() -> None:
    """White space counts as one blank across spans, spaces of their own count each, tabs part words, breaks lines."""
    body = p(
        'one \n <text:span text:style-name="T1"> two</text:span>three<text:tab/>2019<text:line-break/>four<text:s/>five'
        '<text:s text:c="4"/>six'
    )
    document = _read(body + p("seven") + p("") + p("eight"))
    assert [[line.text for line in block.lines] for block in blocks(document)] == [
        ["one twothree\t2019", "four five\tsix", "seven"],
        ["eight"],
    ]
    assert [word.style.bold for word in document.lines[0].words] == [False, True, False]


def test_headings_are_told_by_element_or_style() -> None:
    """A heading element tells its level, a paragraph's style its own or that of what it is based on."""
    body = '<text:h text:outline-level="3">three</text:h><text:h>one</text:h>' + p("two", "P1") + p("body", "Unknown")
    document = _read(body)
    assert [(line.text, line.heading_level) for line in document.lines] == [
        ("three", 3),
        ("one", 1),
        ("two", 2),
        ("body", 0),
    ]
    assert [(line.size, line.bold) for line in document.lines[2:]] == [(14.0, True), (11.0, False)]


def test_list_items_are_bullets() -> None:
    """Each item is one, its second paragraph is not, and inner lists are deeper."""
    inner = f"<text:list><text:list-item>{p('inner')}</text:list-item></text:list>"
    body = f"<text:list><text:list-item>{p('one')}{p('more')}{inner}</text:list-item></text:list>{p('next')}"
    assert [(line.text, line.bullet, line.indent) for line in _read(body).lines] == [
        ("one", True, 18.0),
        ("more", False, 18.0),
        ("inner", True, 36.0),
        ("next", False, 0.0),
    ]


def test_links_bear_their_words() -> None:
    """A link gives its target and its words; page numbers, notes and remarks are no text."""
    document = _read(
        p(
            'See <text:a xlink:href="https://example.org">my <text:span>page</text:span></text:a>'
            "<text:note><text:note-body><text:p>note</text:p></text:note-body></text:note>"
            "<office:annotation><text:p>remark</text:p></office:annotation><text:page-number>17</text:page-number>."
        )
    )
    assert document.text == "See my page."
    (link,) = document.links
    assert link.uri == "https://example.org"


def test_cells_have_their_place() -> None:
    """Cells come row by row, also those of header rows and covered ones, nested tables have their own number."""

    def cell(inner: str) -> str:
        return f"<table:table-cell>{inner}</table:table-cell>"

    inner = f"<table:table><table:table-row>{cell(p('in'))}</table:table-row></table:table>"
    rows = (
        f"<table:table-header-rows><table:table-row>{cell(p('a'))}<table:covered-table-cell/>{cell(p('c'))}"
        f"</table:table-row></table:table-header-rows><table:table-row>{cell(p('two') + inner)}{cell(p('outer'))}"
        "</table:table-row>"
    )
    document = _read(f"{p('before')}<table:table>{rows}</table:table>{p('after')}")
    assert [(block.table, block.row, block.cell, block.lines[0].text) for block in blocks(document)] == [
        (-1, -1, -1, "before"),
        (0, 0, 0, "a"),
        (0, 0, 2, "c"),
        (0, 1, 0, "two"),
        (1, 0, 0, "in"),
        (0, 1, 1, "outer"),
        (-1, -1, -1, "after"),
    ]


def test_headers_boxes_and_footers_are_in_their_places() -> None:
    """A header comes first, a box behind the paragraph that anchors it, a section is seen through."""
    box = f"<draw:frame><draw:text-box>{p('boxed')}</draw:text-box></draw:frame>"
    body = f"<text:section>{p(f'fir{box}st')}{p('second')}</text:section>{box}"
    document = _read(body, header=p("Name"), footer=p("Foot"))
    assert [(block.kind, block.lines[0].text) for block in blocks(document)] == [
        (BlockKind.HEADER, "Name"),
        (BlockKind.TEXT, "first"),
        (BlockKind.TEXT_BOX, "boxed"),
        (BlockKind.TEXT, "second"),
        (BlockKind.TEXT_BOX, "boxed"),
        (BlockKind.FOOTER, "Foot"),
    ]


def test_hidden_and_deleted_text_is_left_out() -> None:
    """Hidden text goes with a warning; what was deleted is not there."""
    deleted = f"<text:tracked-changes><text:deletion>{p('gone')}</text:deletion></text:tracked-changes>"
    document = _read(deleted + p('seen <text:span text:style-name="T2">secret</text:span>'))
    assert document.text == "seen"
    assert [warning.reason for warning in document.warnings] == ["HIDDEN_TEXT"]


_SAMPLE = (FILES / "open_text_en.odt").read_bytes()
_DEEP = "<text:section>" * 5000 + "</text:section>" * 5000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_SAMPLE[: len(_SAMPLE) // 2], ErrorReason.CORRUPT_FILE),
        (odt_of("<text:p>"), ErrorReason.CORRUPT_FILE),
        (odt_of("&x;"), ErrorReason.CORRUPT_FILE),
        (odt_of(_DEEP), ErrorReason.CORRUPT_FILE),
        (odt_of(p("x"), manifest="<encryption-data/>"), ErrorReason.PASSWORD_PROTECTED),
        (odt_of(p(" ")), ErrorReason.NO_TEXT_FOUND),
        (odt_of(p(" " * (65 << 20))), ErrorReason.RESOURCE_LIMIT),
    ],
    ids=["cut off", "broken XML", "entity", "deep", "encrypted", "no text", "bomb"],
)
def test_unreadable_documents_say_why(content: bytes, reason: ErrorReason) -> None:
    """An ODT that cannot be read ends in the error that names its case."""
    with pytest.raises(ParsingError) as caught:
        read(content, "resume.odt")
    assert caught.value.parse_reason is reason


def test_nesting_up_to_the_limit_of_xml_is_read() -> None:
    """Two hundred sections, or spans, one within the other are no trouble."""
    sections = f"{'<text:section>' * 200}{p('deep')}{'</text:section>' * 200}"
    spans = p(f"{'<text:span>' * 200}deeper{'</text:span>' * 200}")
    assert lines(_read(sections + spans)) == ["deep", "deeper"]


def test_damaged_documents_are_errors_or_text() -> None:
    """Truncated or with bits flipped, an ODT is read or refused, never anything else."""
    chance = random.Random(7)  # noqa: S311 - the same damage in every run
    reasons = set()
    for _ in range(600):
        damaged = bytearray(_SAMPLE[: chance.randrange(len(_SAMPLE))] if chance.random() < 0.3 else _SAMPLE)
        for _ in range(chance.choice((1, 5, 40))):
            if damaged:
                damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            read_odt(bytes(damaged))
            reasons.add("read")
        except ParsingError as error:
            reasons.add(error.parse_reason.value)
    assert {"read", "CORRUPT_FILE"} <= reasons <= {"read", "CORRUPT_FILE", "PASSWORD_PROTECTED", "RESOURCE_LIMIT"}


@pytest.mark.parametrize("name", ["resume.odt", "resume.docx", ""])
def test_content_decides(name: str) -> None:
    """An ODT is told by the type that it bears, whatever its name, also where it is cut off."""
    assert sniff(_SAMPLE, name) is MediaType.ODT
    assert sniff(_SAMPLE[:300], name) is MediaType.ODT


def test_other_open_documents_are_refused() -> None:
    """A spreadsheet is no text."""
    with pytest.raises(UnsupportedFormatError, match="no text document"):
        sniff(odt_of("", mimetype="application/vnd.oasis.opendocument.spreadsheet"), "resume.odt")
