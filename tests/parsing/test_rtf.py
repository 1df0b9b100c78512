"""Rich Text files made for one trait each, and damaged ones."""

from __future__ import annotations

import random
import time

import pytest

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing import length, rtf_tokens
from resumate_grpc.parsing.document import BlockKind, Document
from resumate_grpc.parsing.rtf import read_rtf
from resumate_grpc.parsing.sniff import sniff
from tests.parsing.reading import blocks, lines, read
from tests.samples.make import FILES

_FONTS = (
    r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Arial;}"
    r"{\f2\fcharset2 Wingdings;}{\f3\fcharset128 Mincho;}}"
)
_STYLES = r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s2\outlinelevel1 Eigenes;}{\*\cs3 heading 3;}}"


def _file(body: str) -> bytes:
    return rf"{{\rtf1\ansi\ansicpg1252\deff0{_FONTS}{_STYLES}{body}}}".encode("latin-1")


def _read(body: str) -> Document:
    return read(_file(body), "resume.rtf")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"Zo\'eb r\u233 esum\u233?", "Zoë résumé"),
        (r"\uc2 \u233 xxr\uc0\u233 s\u-10179\u-8704", "érés😀"),
        (r"{\f1 \'cf\'f0\'e8} {\f3 \'83\'65}", "При テ"),
        (r"x\rquote\~\ldblquote y\rdblquote  a\emdash b c\_d e\-f", "x’ “y” a—b c-d ef"),
        (r"\{x\}\\y", r"{x}\y"),
        ("wor\r\nd", "word"),
        (r"a {\pict\bin5 }}}}}\par} b {\*\unknown{\b x}y} c {\info{\title z}}d", "a b c d"),
    ],
)
def test_characters_are_read_however_they_are_written(body: str, expected: str) -> None:
    """Codes in the font's code page, Unicode with its fallback, symbols by name; what is no text is skipped."""
    assert _read(body).text == expected


def test_lines_paragraphs_and_styles() -> None:
    """Paragraphs share a block until one is empty; bold, size, italics and font are told, groups end them."""
    document = _read(r"one\line two\tab 2019\par three {\b\i\fs30\f0 bold} plain\par\par {\b a}{\b b}\b0 c")
    assert [[line.text for line in block.lines] for block in blocks(document)] == [
        ["one", "two\t2019", "three bold plain"],
        ["abc"],
    ]
    look = [(word.text, word.style.bold, word.style.italic, word.style.size) for word in document.lines[2].words]
    assert look == [("three", False, False, 12.0), ("bold", True, True, 15.0), ("plain", False, False, 12.0)]
    assert document.lines[2].words[1].style.font == "Arial"


def test_headings_are_told_by_style_or_level() -> None:
    """A style's name or outline level makes a heading, and so does the paragraph's own; `pard` ends it."""
    body = r"\pard\s1 one\par\pard\s2 two\par\pard\outlinelevel2 three\par\pard body\par\pard\cs3 no\par"
    levels = [(line.text, line.heading_level) for line in _read(body).lines]
    assert levels == [("one", 1), ("two", 2), ("three", 3), ("body", 0), ("no", 0)]


def test_links_are_fields() -> None:
    """A hyperlink's instruction is no text and its result bears the target; page numbers are no text."""
    link = r'{\field{\*\fldinst{HYPERLINK "https://example.org"}}{\fldrslt{\ul my page}}}'
    document = _read(rf"See {link} on page {{\field{{\*\fldinst PAGE}}{{\fldrslt 17}}}}.")
    assert document.text == "See my page on page ."
    assert [(each.uri, document.text[each.start : each.end]) for each in document.links] == [
        ("https://example.org", "my page")
    ]


def test_list_items_lose_their_printed_mark() -> None:
    """A list's paragraph is an item, and what old programs show before it is no text; a typed glyph makes one too."""
    body = (
        r"{\listtext\f2\'a7\tab}\pard\ls1 by list\par goes on\par\pard{\pntext 1.\tab}by number\par"
        r"\pard\bullet\tab by hand\par{\f2\'a7} by font\par no item"
    )
    assert [(line.text, line.bullet) for line in _read(body).lines] == [
        ("by list", True),
        ("goes on", True),
        ("by number", True),
        ("by hand", True),
        ("by font", True),
        ("no item", False),
    ]


def test_cells_have_their_place() -> None:
    """Cells come row by row, with or without marks on their paragraphs, nested tables have their own number."""
    inner = r"\pard\intbl\itap2 in\nestcell ner\nestcell{\*\nesttableprops\trowd\nestrow}"
    body = (
        rf"before\par\trowd\cellx1\cellx2 a\cell\cell\row\trowd\pard\intbl two\par lines\cell{inner}"
        r"\pard\intbl outer\cell\row\pard after\par"
    )
    assert [(block.table, block.row, block.cell, block.lines[0].text) for block in blocks(_read(body))] == [
        (-1, -1, -1, "before"),
        (0, 0, 0, "a"),
        (0, 1, 0, "two"),
        (1, 0, 0, "in"),
        (1, 0, 1, "ner"),
        (0, 1, 1, "outer"),
        (-1, -1, -1, "after"),
    ]


def test_headers_boxes_and_footers_are_in_their_places() -> None:
    """A header comes first and once, a box behind the paragraph that anchors it, its copy for old programs never."""
    box = r"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt\pard boxed\par}}{\shprslt{boxed}}}"
    body = rf"{{\footer Foot\par}}{{\header Name\par}}{{\headerf Name\par}}{box}first\par second\par"
    assert [(block.kind, block.lines[0].text) for block in blocks(_read(body))] == [
        (BlockKind.HEADER, "Name"),
        (BlockKind.TEXT, "first"),
        (BlockKind.TEXT_BOX, "boxed"),
        (BlockKind.TEXT, "second"),
        (BlockKind.FOOTER, "Foot"),
    ]


def test_hidden_and_deleted_text_is_left_out() -> None:
    """Hidden text goes with a warning, deleted text without one."""
    document = _read(r"seen {\v secret }{\deleted gone }too")
    assert document.text == "seen too"
    assert [warning.reason for warning in document.warnings] == ["HIDDEN_TEXT"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_file("cut off")[:-1], ErrorReason.CORRUPT_FILE),
        (b"{\\rtf1 " + b"{" * 5000 + b"}" * 5001, ErrorReason.CORRUPT_FILE),
        (_file(r"\bin99999 text"), ErrorReason.CORRUPT_FILE),
        (_file(r"{\pict 00}"), ErrorReason.NO_TEXT_FOUND),
        (_file("letters " * 130_000), ErrorReason.RESOURCE_LIMIT),
    ],
    ids=["cut off", "deep", "bin beyond the end", "no text", "long"],
)
def test_unreadable_files_say_why(content: bytes, reason: ErrorReason) -> None:
    """An RTF file that cannot be read ends in the error that names its case."""
    with pytest.raises(ParsingError) as caught:
        read(content)
    assert caught.value.parse_reason is reason


def test_there_is_a_limit_on_formatting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of nothing but control words ends in an error, not in minutes of work."""
    monkeypatch.setattr(rtf_tokens, "_MOST_TOKENS", 1000)
    with pytest.raises(ParsingError) as caught:
        read_rtf(_file(r"\b\b0" * 600))
    assert caught.value.parse_reason is ErrorReason.RESOURCE_LIMIT


def test_a_picture_costs_little() -> None:
    """Five megabytes of a picture in digits are skipped in no time."""
    content = _file(r"text {\pict " + ("0123456789abcdef" * 8 + "\n") * 40_000 + "}")
    started = time.process_time()
    assert read(content).text == "text"
    assert time.process_time() - started < 2.0


@pytest.mark.slow
def test_damaged_files_are_errors_or_text() -> None:
    """Truncated or with bits flipped, an RTF file is read or refused, never anything else."""
    content = (FILES / "rich_fr.rtf").read_bytes()
    chance = random.Random(7)  # noqa: S311 - the same damage in every run
    assert len(content) < length.MAX_CHARACTERS
    reasons = set()
    for _ in range(600):
        damaged = bytearray(content[: chance.randrange(len(content))] if chance.random() < 0.3 else content)
        for _ in range(chance.choice((1, 5, 40))):
            if damaged:
                damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            read_rtf(bytes(damaged))
            reasons.add("read")
        except ParsingError as error:
            reasons.add(error.parse_reason.value)
    assert reasons == {"read", "CORRUPT_FILE"}


@pytest.mark.parametrize("name", ["resume.rtf", "resume.doc", "resume.txt"])
def test_content_decides(name: str) -> None:
    """RTF is told by its beginning, whatever its name."""
    assert sniff(_file("x"), name) is MediaType.RTF
    assert lines(read(_file("x"), name)) == ["x"]
