"""Markdown → draft, by markdown-it: headings, list items, tables, links; marks are stripped into style."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.characters import normalise, normalise_uri
from resumate_grpc.parsing.document import BlockKind, Style
from resumate_grpc.parsing.draft import PLAIN_STYLE, DraftBlock, DraftLine, DraftPage, DraftWord
from resumate_grpc.parsing.line_writer import LineWriter
from resumate_grpc.parsing.plain import text_of

__all__ = ["read_markdown"]

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_ATTRIBUTES = re.compile(r"\s*\{[#.:][^}]*\}\s*$")
_HTML_BREAK = re.compile(r"<\s*(br|/p|/div|/li|/tr|/h[1-6])\b", re.IGNORECASE)
_POINTS_PER_LIST_LEVEL = 18.0


def read_markdown(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a Markdown file; HTML comments and tags are dropped, the text between tags is kept.

    Raises `ParsingError` as `text_of` does.
    """
    text, warnings = text_of(content)
    text = text.replace("\f", "\n\n")
    walk = _Walk()
    front = _FRONT_MATTER.match(text)
    if front:
        for line in front[1].split("\n"):
            walk.writer.add(normalise(line))
            walk.end_line()
        walk.end_block()
        text = text[front.end() :]
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        walk.token(token)
    walk.end_block()
    return DraftPage(blocks=tuple(walk.blocks)), warnings


@dataclass(slots=True)
class _Walk:
    """Where in the document the walk over markdown-it's tokens is."""

    blocks: list[DraftBlock] = field(default_factory=list)
    lines: list[DraftLine] = field(default_factory=list)
    writer: LineWriter = field(default_factory=LineWriter)
    heading: int = 0
    list_depth: int = 0
    fresh_item: bool = False
    table: int = -1
    row: int = -1
    cell: int = -1
    in_table: bool = False

    def token(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self.inline(token.children or [])
            self.end_line()
        elif kind == "heading_open":
            self.end_block()
            self.heading = int(token.tag[1:])
        elif kind in {"bullet_list_open", "ordered_list_open"}:
            self.list_depth += 1
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self.list_depth -= 1
            if not self.list_depth:
                self.end_block()
        elif kind == "list_item_open":
            self.fresh_item = True
        elif kind in {"fence", "code_block"}:
            self.plain_lines(token.content)
        elif kind == "html_block":
            self.plain_lines(_text_of_html(token.content))
        elif kind in {"heading_close", "paragraph_close", "hr", "blockquote_close"}:
            self.end_paragraph(kind)
        else:
            self.table_token(kind)

    def table_token(self, kind: str) -> None:
        if kind == "table_open":
            self.end_block()
            self.in_table, self.table, self.row = True, self.table + 1, -1
        elif kind == "table_close":
            self.in_table = False
        elif kind == "tr_open":
            self.row, self.cell = self.row + 1, -1
        elif kind in {"th_open", "td_open"}:
            self.cell += 1
        elif kind in {"th_close", "td_close"}:
            self.end_block()

    def end_paragraph(self, kind: str) -> None:
        if kind == "paragraph_close" and self.list_depth:
            return
        self.end_block()
        self.heading = 0

    def inline(self, children: list[Token]) -> None:
        bold = italic = 0
        uri = ""
        for child in children:
            if child.type == "strong_open":
                bold += 1
            elif child.type == "strong_close":
                bold -= 1
            elif child.type == "em_open":
                italic += 1
            elif child.type == "em_close":
                italic -= 1
            elif child.type == "link_open":
                uri = normalise_uri(str(child.attrs.get("href", "")))
            elif child.type == "link_close":
                uri = ""
            elif child.type in {"softbreak", "hardbreak"} or (
                child.type == "html_inline" and _HTML_BREAK.match(child.content)
            ):
                self.end_line()
            elif child.type in {"text", "code_inline"}:
                style = Style(bold=bold > 0, italic=italic > 0) if bold or italic else PLAIN_STYLE
                self.writer.add(normalise(child.content), style=style, uri=uri)

    def plain_lines(self, text: str) -> None:
        for line in text.split("\n"):
            self.writer.add(normalise(line))
            self.end_line()
        if not self.list_depth:
            self.end_block()

    def end_line(self) -> None:
        words = self.writer.take()
        if words and words[0].text == ":":  # a definition, in the dialects that have them
            words = words[1:]
        if words:
            self.lines.append(
                DraftLine(
                    words=_without_attributes(words) if self.heading else words,
                    heading_level=self.heading,
                    bullet=self.fresh_item,
                    indent=self.list_depth * _POINTS_PER_LIST_LEVEL,
                )
            )
            self.fresh_item = False

    def end_block(self) -> None:
        self.end_line()
        if self.lines:
            kind = BlockKind.TABLE_CELL if self.in_table else BlockKind.TEXT
            place = (self.table, self.row, self.cell) if self.in_table else (-1, -1, -1)
            self.blocks.append(
                DraftBlock(lines=tuple(self.lines), kind=kind, table=place[0], row=place[1], cell=place[2])
            )
        self.lines = []


def _without_attributes(words: tuple[DraftWord, ...]) -> tuple[DraftWord, ...]:
    """Drop a heading's trailing {#anchor .class}, which several dialects allow."""
    line = " ".join(word.text for word in words)
    cut = _ATTRIBUTES.search(line)
    if cut is None:
        return words
    return words[: len(line[: cut.start()].split())]


class _HtmlText(HTMLParser):
    """Collect the text between tags, without comments, scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.closed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a new line at block elements, part spans that only a style sheet parts; no scripts and styles."""
        del attrs
        if tag == "span" and self.closed:
            self.parts.append("\t")
        self.closed = False
        if tag in {"script", "style"}:
            self.silent += 1
        elif tag not in {"a", "b", "i", "em", "strong", "span", "code", "u", "small", "sup", "sub"}:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what `handle_starttag` began."""
        self.closed = tag in {"span", "strong", "b", "em", "i"}
        if tag in {"script", "style"}:
            self.silent = max(0, self.silent - 1)
        elif tag in {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.closed = False
        if not self.silent:
            self.parts.append(data)


def _text_of_html(html: str) -> str:
    parser = _HtmlText()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts)
