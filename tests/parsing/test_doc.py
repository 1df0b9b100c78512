"""Binary DOC files made for one trait each, and damaged ones."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

import pytest

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing import length
from resumate_grpc.parsing.doc import read_doc
from resumate_grpc.parsing.document import BlockKind, Document
from resumate_grpc.parsing.sniff import sniff
from tests.parsing.reading import blocks, lines, read
from tests.samples.doc_writer import BOLD, CELL, LIST_ITEM, ROW_END, Doc, Paragraph, Run, link, sprm
from tests.samples.make import FILES
from tests.samples.ole_writer import ole_file

_INNER_CELL = CELL + sprm(0x6649, 2) + sprm(0x244B, 1)
_INNER_ROW = CELL + sprm(0x6649, 2) + sprm(0x244C, 1)


def _read(*paragraphs: Paragraph | str) -> Document:
    body = [Paragraph([each]) if isinstance(each, str) else each for each in paragraphs]
    return read(Doc(body=body).packed())


def _p(*runs: Run | str) -> Paragraph:
    return Paragraph(list(runs))


def test_text_comes_from_pieces_of_either_width() -> None:
    """Pieces in the code page and in UTF-16 make one text, also where characters take two units."""
    body = [_p("Zoë’s résumé – "), _p("Иван 😀 履歴書")]
    assert lines(read(Doc(body=body, wide_from=14).packed())) == ["Zoë’s résumé –", "Иван 😀 履歴書"]


def test_words_are_whole_whatever_runs_they_are_in() -> None:
    """A word in several runs is one word, with the style of its first."""
    document = _read(_p(Run("Soft", BOLD), "ware"), _p(Run("all", BOLD + sprm(0x0836, 1)), Run(" bold", BOLD)))
    assert lines(document) == ["Software", "all bold"]
    assert [word.style.bold for word in document.lines[0].words] == [True]
    assert [line.bold for line in document.lines] == [True, True]
    assert document.lines[1].words[0].style.italic


def test_headings_are_told_whatever_the_language() -> None:
    """A style's number among Word's own, inherited, or the paragraph's outline level tells a heading."""
    outline = Paragraph(["direct"], look=sprm(0x2640, 2))
    document = _read(Paragraph(["one"], style=1), Paragraph(["two"], style=2), outline, "body")
    assert [line.heading_level for line in document.lines] == [1, 1, 3, 0]
    assert [(line.size, line.bold) for line in document.lines[:2]] == [(16.0, True), (16.0, True)]
    assert document.lines[1].words[0].style.italic


def test_a_toggle_may_undo_its_style() -> None:
    """Bold set to "opposite of the style" within a bold heading is not bold."""
    document = _read(Paragraph([Run("Heading ", sprm(0x0835, 0x81)), Run("bold", sprm(0x0835, 0x80))], style=1))
    assert [word.style.bold for word in document.lines[0].words] == [False, True]


def test_links_are_fields() -> None:
    """A hyperlink's instruction is no text and its result bears the target; page numbers are no text."""
    document = _read(_p("See ", *link("https://example.org", "my page"), " on page \x13 PAGE \x1417\x15."))
    assert document.text == "See my page on page ."
    assert [(each.uri, document.text[each.start : each.end]) for each in document.links] == [
        ("https://example.org", "my page")
    ]


def test_breaks_tabs_and_special_characters() -> None:
    """Line breaks begin lines, tabs part words, a picture too, odd hyphens are hyphens or go, notes are nothing."""
    document = _read("Acme\t2019\x0bBerlin\x01Mitte\x02 full\x1estack de\x1fvelop\x05er\xa0here")
    assert lines(document) == ["Acme\t2019", "Berlin Mitte full-stack developer here"]
    assert len(blocks(document)) == 1


def test_page_breaks_and_empty_paragraphs_end_blocks() -> None:
    """What stands on another page or behind a blank line is another block."""
    document = _read("one", "two", Paragraph(["three"], mark="\x0c"), "four", "", "five")
    assert [[line.text for line in block.lines] for block in blocks(document)] == [
        ["one", "two", "three"],
        ["four"],
        ["five"],
    ]


def test_cells_have_their_place() -> None:
    """Cells come row by row, empty ones counted, a table within a cell has its own number."""

    def cell(text: str, look: bytes = CELL, mark: str = "\x07") -> Paragraph:
        return Paragraph([text], mark=mark, look=look)

    row_end = cell("", ROW_END)
    rows = [cell("a"), cell(""), cell("c"), row_end, cell("two\rlines"), cell("in", _INNER_CELL, "\r")]
    rows += [cell("ner", _INNER_CELL, "\r"), cell("", _INNER_ROW, "\r"), cell("outer"), row_end]
    document = _read("before", *rows, "after")
    assert [(block.table, block.row, block.cell, block.lines[0].text) for block in blocks(document)] == [
        (-1, -1, -1, "before"),
        (0, 0, 0, "a"),
        (0, 0, 2, "c"),
        (0, 1, 0, "two"),
        (1, 0, 0, "in"),
        (1, 0, 1, "ner"),
        (0, 1, 1, "outer"),
        (-1, -1, -1, "after"),
    ]


def test_hidden_and_deleted_text_is_left_out() -> None:
    """Hidden text goes with a warning, deleted text without one."""
    document = _read(_p("seen ", Run("secret ", sprm(0x083C, 1)), Run("gone ", sprm(0x0800, 1)), "too"))
    assert document.text == "seen too"
    assert [warning.reason for warning in document.warnings] == ["HIDDEN_TEXT"]


def test_list_paragraphs_and_symbols_are_items() -> None:
    """A paragraph of a list, a typed glyph and an inserted symbol make items; the glyph is no word."""
    symbol = Run("(", sprm(0x6A09, 0xF0B7_0000))
    document = _read(
        Paragraph(["by list\x0bgoes on"], look=LIST_ITEM), "• by hand", _p(symbol, " by symbol"), "no item"
    )
    assert [(line.text, line.bullet) for line in document.lines] == [
        ("by list", True),
        ("goes on", False),
        ("by hand", True),
        ("by symbol", True),
        ("no item", False),
    ]


def test_headers_boxes_and_footers_are_in_their_places() -> None:
    """A header comes before the body, a box behind the paragraph that anchors it, a footer at the end."""
    body = [_p("first"), _p("second")]
    document = read(Doc(body=body, header="Name", footer="Page", boxes=[(0, "boxed"), (900, "far")]).packed())
    assert [(block.kind, block.lines[0].text) for block in blocks(document)] == [
        (BlockKind.HEADER, "Name"),
        (BlockKind.TEXT, "first"),
        (BlockKind.TEXT_BOX, "boxed"),
        (BlockKind.TEXT, "second"),
        (BlockKind.TEXT_BOX, "far"),
        (BlockKind.FOOTER, "Page"),
    ]


def test_damaged_formatting_costs_the_look_alone() -> None:
    """Where the pages of formatting are damaged, the text is read all the same, cells included, with a warning."""
    rows = [Paragraph([text], mark="\x07", look=CELL) for text in ("a", "b", "")]
    content = bytearray(Doc(body=[_p("text"), *rows, _p("end")]).packed())
    # The bin table of paragraphs lies in the first stream, behind three sectors; its last number is that of a page.
    header = content.index(b"\xec\xa5\xc1\x00")
    at, size = struct.unpack_from("<II", content, header + 154 + 8 * 13)
    struct.pack_into("<I", content, 3 * 512 + at + size - 4, 9999)
    document = read(bytes(content))
    assert lines(document) == ["text", "a", "b", "end"]
    assert [block.cell for block in blocks(document)] == [-1, 0, 1, -1]
    assert [warning.reason for warning in document.warnings] == ["FORMATTING_UNREADABLE"]


_BAD: list[tuple[str, ErrorReason, bytes]] = [
    ("encrypted", ErrorReason.PASSWORD_PROTECTED, Doc(body=[_p("x")], flags=0x0100).packed()),
    ("Word 95", ErrorReason.CORRUPT_FILE, Doc(body=[_p("x")], version=104).packed()),
    ("without its text", ErrorReason.CORRUPT_FILE, ole_file({"1Table": b"", "WordDocument": b""})),
    ("no document", ErrorReason.CORRUPT_FILE, ole_file({"Contents": b"WordDocument".decode().encode("utf-16-le")})),
    ("nothing in it", ErrorReason.NO_TEXT_FOUND, Doc(body=[_p(" ")]).packed()),
]


@pytest.mark.parametrize(("reason", "content"), [pytest.param(*case[1:], id=case[0]) for case in _BAD])
def test_unreadable_documents_say_why(reason: ErrorReason, content: bytes) -> None:
    """A DOC that cannot be read ends in the error that names its case."""
    with pytest.raises(ParsingError) as caught:
        read(content, "resume.doc")
    assert caught.value.parse_reason is reason


def test_the_limit_on_text_holds_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that says to have more text than is allowed is refused."""
    monkeypatch.setattr(length, "MAX_CHARACTERS", 14)
    with pytest.raises(ParsingError) as caught:
        read_doc(Doc(body=[_p("more than fourteen")]).packed())
    assert caught.value.parse_reason is ErrorReason.RESOURCE_LIMIT


@pytest.mark.parametrize("name", ["resume.doc", "resume.pdf", ""])
def test_a_word_document_is_told_by_its_content(name: str) -> None:
    """A DOC is one whatever its name."""
    assert sniff(Doc(body=[_p("x")]).packed(), name) is MediaType.DOC


def _outcomes(variants: Sequence[bytes]) -> set[str]:
    """What reading comes to; anything but text and a parsing error fails the test."""
    reasons = set()
    for variant in variants:
        try:
            read_doc(variant)
            reasons.add("read")
        except ParsingError as error:
            reasons.add(error.parse_reason.value)
    return reasons


def test_truncated_documents_are_errors() -> None:
    """Cut off anywhere, a DOC is read or called corrupt, never anything else."""
    content = (FILES / "binary_en.doc").read_bytes()
    assert _outcomes([content[:size] for size in range(0, len(content), 97)]) <= {"read", "CORRUPT_FILE"}


@pytest.mark.slow
def test_flipped_bits_are_errors_or_text() -> None:
    """With bits flipped at random a DOC is read or refused, never anything else."""
    content = (FILES / "binary_en.doc").read_bytes()
    chance = random.Random(7)  # noqa: S311 - the same damage in every run
    variants = []
    for _ in range(600):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 3, 20))):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        variants.append(bytes(damaged))
    known = {"read", "CORRUPT_FILE", "PASSWORD_PROTECTED", "RESOURCE_LIMIT"}
    assert {"read", "CORRUPT_FILE"} <= _outcomes(variants) <= known
