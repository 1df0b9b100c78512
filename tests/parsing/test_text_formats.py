"""Plain text in any encoding, and Markdown."""

from __future__ import annotations

import pytest

from resumate_grpc.parsing.document import BlockKind
from tests.parsing.reading import blocks, line_with, lines, read

_RUSSIAN = "Иван Петров, инженер. Опыт работы: разработка программ, преподавание, управление."
_CZECH = "Žofie Dvořáková, překladatelka. Praxe: tlumočení, výuka jazyků, příprava učebnic a zkoušek."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Zoë Lund – engineer", "utf-8"),
        ("Zoë Lund – engineer", "utf-8-sig"),
        ("Zoë Lund – engineer", "utf-16"),
        ("Zoë Lund – engineer", "utf-16-le"),
        ("Zoë Lund – engineer", "utf-16-be"),
        ("Zoë Lund – engineer", "utf-32"),
        ("Zoë Lund – engineer in Malmö, Gränna und Köln, since the year 2009", "cp1252"),
        (_RUSSIAN, "cp1251"),
        (_CZECH, "cp1250"),
    ],
)
def test_text_is_read_in_any_encoding(text: str, encoding: str) -> None:
    """A byte order mark, the pattern of NULs, or the letters themselves tell the encoding."""
    assert read(text.encode(encoding), "resume.txt").text == text


def test_nul_characters_are_removed_with_a_warning() -> None:
    """Stray NULs do not spoil the text."""
    document = read(b"Ada Merri\x00weather\x00\nEngineer", "resume.txt")
    assert lines(document) == ["Ada Merriweather", "Engineer"]
    assert [warning.reason for warning in document.warnings] == ["NUL_REMOVED"]


def test_rulers_mark_headings_and_are_no_content() -> None:
    """A ruler under a line, around it or behind it makes it a heading; under a paragraph it does not."""
    text = (
        "Ada\n===\n\nSKILLS\n------\nPython\n\n=== Education ===\nSchool\n\nWORK ----------------------\nJob\n\n"
        "A paragraph that\ngoes on\n-------\nEnd"
    )
    document = read(text.encode(), "resume.txt")
    assert [(line.text, line.heading_level) for line in document.lines] == [
        ("Ada", 1),
        ("SKILLS", 2),
        ("Python", 0),
        ("Education", 2),
        ("School", 0),
        ("WORK", 2),
        ("Job", 0),
        ("A paragraph that", 0),
        ("goes on", 0),
        ("End", 0),
    ]


def test_plain_text_keeps_its_structure() -> None:
    """Blank lines and form feeds end blocks, list glyphs become marks, wide gaps tabs, indents are told."""
    text = "Acme Ltd        2019 - 2021\r\n  * built it\r\n  - ran it\x0cNext page\tright"
    document = read(text.encode(), "resume.txt")
    assert [(line.text, line.bullet, line.indent) for line in document.lines] == [
        ("Acme Ltd\t2019 - 2021", False, 0.0),
        ("built it", True, 12.0),
        ("ran it", True, 12.0),
        ("Next page\tright", False, 0.0),
    ]
    assert len(blocks(document)) == 2


def test_odd_characters_are_normalised() -> None:
    """No-break spaces are spaces, direction marks go, ligatures are letters, accents are composed."""
    text = "Zoe\u0308\u00a0Lund \u202e\ufb01nance\u200b"
    assert read(text.encode(), "resume.txt").text == "Zoë Lund finance"


def test_soft_hyphens_are_not_seen() -> None:
    """A soft hyphen within a line goes, one at its end joins the word to the next line."""
    text = "Soft\u00adware de\u00advelop\u00ad\nment and opera-\ntions"
    assert lines(read(text.encode(), "resume.txt")) == ["Software development", "and operations"]


def test_marks_in_plain_text_become_style() -> None:
    """Bold marks and links that people write in plain text are style and links, not characters."""
    document = read(b"I **lead** the [Example project](https://example.org/p).", "resume.txt")
    assert document.text == "I lead the Example project."
    assert [word.text for word in document.lines[0].words if word.style.bold] == ["lead"]
    assert [(link.uri, document.text[link.start : link.end]) for link in document.links] == [
        ("https://example.org/p", "Example project.")
    ]


_MARKDOWN = """---
name: Ada
---
# Ada Merriweather {#top .name}

Engineer
========

<!-- nobody reads this -->
**Acme** & *Sons*, see [the site](https://example.org) or <ada@example.org> ![photo](me.png)
next line

Work
----

* built `things`
  1. in order
* ran <b>others</b>

| Skill | Since |
|-------|-------|
| Python | 2010 |

```
plain   block
```

> quoted
: defined
<div><p>From HTML</p><script>ignored()</script></div>
"""


def test_markdown_is_read_without_its_marks() -> None:
    """Headings, style, lists, tables, code, quotes and HTML give their text; comments and pictures give none."""
    document = read(_MARKDOWN.encode(), "resume.md")
    assert [(line.text, line.heading_level, line.bullet) for line in document.lines] == [
        ("name: Ada", 0, False),
        ("Ada Merriweather", 1, False),
        ("Engineer", 1, False),
        ("Acme & Sons, see the site or ada@example.org", 0, False),
        ("next line", 0, False),
        ("Work", 2, False),
        ("built things", 0, True),
        ("in order", 0, True),
        ("ran others", 0, True),
        ("Skill", 0, False),
        ("Since", 0, False),
        ("Python", 0, False),
        ("2010", 0, False),
        ("plain\tblock", 0, False),
        ("quoted", 0, False),
        ("defined", 0, False),
        ("From HTML", 0, False),
    ]


def test_markdown_style_links_and_cells_are_told() -> None:
    """Bold and italic become style, links keep their words, cells their place."""
    document = read(_MARKDOWN.encode(), "resume.md")
    words = {word.text: word.style for line in document.lines for word in line.words}
    assert words["Acme"].bold
    assert words["Sons,"].italic
    assert [(link.uri, document.text[link.start : link.end]) for link in document.links] == [
        ("https://example.org", "the site"),
        ("mailto:ada@example.org", "ada@example.org"),
    ]
    cells = [block for block in blocks(document) if block.kind is BlockKind.TABLE_CELL]
    assert [(cell.row, cell.cell) for cell in cells] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert line_with(document, "Python") == "Python"
