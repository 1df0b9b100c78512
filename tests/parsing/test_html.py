"""Web pages made for one trait each, and hostile ones."""

from __future__ import annotations

import random
import time

import pytest

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.document import BlockKind, Document
from resumate_grpc.parsing.html_page import read_html
from resumate_grpc.parsing.sniff import sniff
from tests.parsing.reading import blocks, lines, read
from tests.samples.make import FILES


def _read(body: str, head: str = "") -> Document:
    return read(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode(), "resume.html")


def test_elements_part_blocks_and_lines() -> None:
    """Paragraphs are blocks, boxes and breaks are lines, white space is one blank, what is inline parts no word."""
    document = _read(
        "<p>one\n  <b> two </b> <i> three</i></p><div>four<br>f<b>iv</b>e</div><div>six<br><br>seven</div>"
    )
    assert [[line.text for line in block.lines] for block in blocks(document)] == [
        ["one two three"],
        ["four", "five", "six"],
        ["seven"],
    ]


def test_headings_and_looks_are_told() -> None:
    """Headings by element; bold, italic and size by element, style attribute or style sheet."""
    css = ".b, p.x { font-weight: 700 }#big{font-size:20px}@media print{.b{font-weight:400}} em{font-style:normal}"
    body = (
        '<h2>Work</h2><p class="b">bold</p><p class="x"><span id="big">big</span></p>'
        '<p style="font-size: 10pt"><em>up</em><i style="font-size:2em"> it</i></p>'
    )
    document = _read(body, f"<style>{css}</style>")
    looks = [
        (word.text, word.style.bold, word.style.italic, word.style.size)
        for line in document.lines
        for word in line.words
    ]
    assert looks == [
        ("Work", True, False, 0.0),
        ("bold", True, False, 0.0),
        ("big", True, False, 15.0),
        ("up", False, False, 10.0),
        ("it", False, True, 20.0),
    ]
    assert [line.heading_level for line in document.lines] == [2, 0, 0, 0]


def test_list_items_are_bullets() -> None:
    """Each item is one, its second paragraph is not, inner lists are deeper, and what is above stays in the block."""
    document = _read(
        "<div>Post</div><ul><li>one</li><li><p>two</p><p>more</p><ol><li>inner</li></ol></li></ul><div>next</div>"
    )
    assert [(line.text, line.bullet, line.indent) for line in document.lines] == [
        ("Post", False, 0.0),
        ("one", True, 18.0),
        ("two", True, 18.0),
        ("more", False, 18.0),
        ("inner", True, 36.0),
        ("next", False, 0.0),
    ]
    assert len(blocks(document)) == 2


def test_links_bear_their_words_or_none() -> None:
    """A link gives its target and its words; one on an icon gives its target; a place in the page is no link."""
    document = _read(
        'See <a href="https://example.org">my page</a> <a href="https://example.net"><i class="icon"></i></a>'
        ' <a href="#top">up</a> <a href="javascript:x()">run</a>'
    )
    assert document.text == "See my page up run"
    assert [(link.uri, document.text[link.start : link.end]) for link in document.links] == [
        ("https://example.org", "my page"),
        ("https://example.net", ""),
    ]


def test_cells_have_their_place() -> None:
    """Cells come row by row, empty ones counted, a table within a cell has its own number."""
    inner = "<table><tr><td>in</td></tr></table>"
    body = f"before<table><tr><th>a</th><td></td><td>c</td></tr><tr><td>two{inner}</td><td>outer</td></tr></table>after"
    found = [(block.kind, block.table, block.row, block.cell, block.lines[0].text) for block in blocks(_read(body))]
    assert found == [
        (BlockKind.TEXT, -1, -1, -1, "before"),
        (BlockKind.TABLE_CELL, 0, 0, 0, "a"),
        (BlockKind.TABLE_CELL, 0, 0, 2, "c"),
        (BlockKind.TABLE_CELL, 0, 1, 0, "two"),
        (BlockKind.TABLE_CELL, 1, 0, 0, "in"),
        (BlockKind.TABLE_CELL, 0, 1, 1, "outer"),
        (BlockKind.TEXT, -1, -1, -1, "after"),
    ]


def test_wide_gaps_are_tabs() -> None:
    """No-break spaces in a row and what floats to the right are gaps; preformatted text keeps its lines."""
    body = 'a&nbsp;&nbsp;&nbsp;b<div>c<span style="float:right">d</span></div><pre>e    f\n  g</pre>'
    assert lines(_read(body)) == ["a\tb", "c\td", "e\tf", "g"]


@pytest.mark.parametrize(
    "hiding",
    [
        '<p style="display:none">secret</p>',
        "<p hidden>secret</p>",
        '<p class="gone"><b>secret</b></p>',
        '<span style="font-size: 1px">secret</span>',
        '<span style="visibility: hidden !important">secret</span>',
    ],
)
def test_hidden_text_is_left_out_with_a_warning(hiding: str) -> None:
    """What the page's style hides is no content, and is told."""
    document = _read(f"seen {hiding}", "<style>/* x */ .gone { display: none }</style>")
    assert document.text == "seen"
    assert [warning.reason for warning in document.warnings] == ["HIDDEN_TEXT"]


def test_what_is_no_text_is_silent() -> None:
    """Scripts, styles, comments, titles, templates and pictures are no text, and no warning either."""
    document = _read(
        "<script>a</script><!-- b --><svg><text>c</text></svg>seen<noscript>d</noscript>", "<title>e</title>"
    )
    assert (document.text, document.warnings) == ("seen", ())


@pytest.mark.parametrize(
    ("encoding", "meta"),
    [
        ("utf-8", ""),
        ("utf-8-sig", '<meta charset="latin-1">'),
        ("utf-16", '<meta charset="utf-8">'),
        ("cp1252", '<meta charset="ISO-8859-1">'),
        ("cp1250", "<meta http-equiv='Content-Type' content='text/html; charset=windows-1250'>"),
        ("utf-8", '<meta charset="utf-16">'),
        ("utf-8", '<meta charset="klingon">'),
    ],
)
def test_any_encoding_is_read(encoding: str, meta: str) -> None:
    """A byte order mark, then what the page says of itself where that can be, then its letters tell the encoding."""
    page = f"<html><head>{meta}</head><body>Zoë &amp; Jürgen &ndash; Öl</body></html>"
    assert read(page.encode(encoding), "resume.html").text == "Zoë & Jürgen – Öl"


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"\n<!-- saved --><!DOCTYPE HTML><p>x", "resume.doc", MediaType.HTML),
        (b'<?xml version="1.0"?><html xmlns="x"><body>x</body></html>', "resume.txt", MediaType.HTML),
        ("<html>x</html>".encode("utf-16"), "", MediaType.HTML),
        (b"<div>x</div>", "resume.html", MediaType.HTML),
        (b"<div>x</div>", "resume.md", MediaType.MARKDOWN),
        (b"x < y > z", "resume.htm", MediaType.TXT),
    ],
)
def test_content_decides(content: bytes, name: str, expected: MediaType) -> None:
    """A page is told by its first element whatever its name; a piece of one needs the name too."""
    assert sniff(content, name) is expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html></html>", ErrorReason.NO_TEXT_FOUND),
        (b"<html><!-- nothing", ErrorReason.NO_TEXT_FOUND),
        (b"<html>" + b"<div>" * 5000 + b"x", ErrorReason.RESOURCE_LIMIT),
        (b"<html>" + b"words " * 200_000, ErrorReason.RESOURCE_LIMIT),
        (b"<html>" + b"<p>x" * 100_001, ErrorReason.RESOURCE_LIMIT),
    ],
    ids=["empty", "a comment", "deep", "long", "crowded"],
)
def test_unreadable_pages_say_why(content: bytes, reason: ErrorReason) -> None:
    """A page that cannot be read ends in the error that names its case."""
    with pytest.raises(ParsingError) as caught:
        read(content)
    assert caught.value.parse_reason is reason


def test_entities_of_the_pages_own_are_not_expanded() -> None:
    """Neither a file nor an explosion comes out of a document type."""
    entities = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/hostname">'
    document = read(f"<!DOCTYPE html [{entities}]><html><body>seen &b; &x;</body></html>".encode())
    assert "haha" not in document.text
    assert len(document.text) < 200


def test_a_long_style_sheet_costs_little() -> None:
    """A megabyte of style, well formed or not, is read in no time."""
    for rule in (".a{font-weight:bold}", "@{", "@{a{}", "@", "/*", "a,", ".a{"):
        started = time.process_time()
        assert _read('<p class="a">x</p>', f"<style>{rule * (1_000_000 // len(rule))}</style>").text == "x"
        assert time.process_time() - started < 2.0, rule


@pytest.mark.slow
def test_damaged_pages_are_errors_or_text() -> None:
    """Truncated or with bits flipped, a page is read or refused, never anything else."""
    reasons = set()
    content = (FILES / "page_en.html").read_bytes()
    chance = random.Random(7)  # noqa: S311 - the same damage in every run
    for _ in range(600):
        damaged = bytearray(content[: chance.randrange(len(content))] if chance.random() < 0.3 else content)
        for _ in range(chance.choice((1, 5, 40))):
            if damaged:
                damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            read_html(bytes(damaged))
        except ParsingError as error:
            reasons.add(error.parse_reason)
    assert reasons <= {ErrorReason.NO_TEXT_FOUND, ErrorReason.RESOURCE_LIMIT}
