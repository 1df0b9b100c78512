"""HTML → draft: one walk over the elements; what a browser does not show is left out."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace

import lxml.html
from lxml import etree

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.block_writer import BlockWriter
from resumate_grpc.parsing.characters import normalise_uri
from resumate_grpc.parsing.draft import DraftLink, DraftPage
from resumate_grpc.parsing.encoding import BOMS, decode
from resumate_grpc.parsing.hidden_text import HIDDEN_TEXT
from resumate_grpc.parsing.html_css import Declarations, StyleSheet, declarations_of
from resumate_grpc.parsing.run_style import ParagraphStyle, RunStyle

__all__ = ["read_html"]

_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_CHARSET_WITHIN = 4096
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
_WHITE_SPACE = re.compile(r"[ \t\n\r\f]+")  # not the no-break space
_SILENT = frozenset(
    "head script style template noscript svg math object iframe canvas audio video select datalist textarea title".split()  # noqa: SIM905, E501 - reads better
)
_PARTING = frozenset(
    "p h1 h2 h3 h4 h5 h6 table blockquote section article header footer nav aside main dl pre address form fieldset "  # noqa: SIM905 - reads better
    "figure hr center".split()
)
"""Elements that stand apart from what is before and behind them, save in lists."""
_LINES = frozenset({"div", "li", "tr", "dt", "dd", "ul", "ol", "menu", "caption", "legend", "figcaption", "summary"})
"""Elements that begin and end a line."""
_LISTS = frozenset({"ul", "ol", "menu"})
_BOLD = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_ITALIC = frozenset({"i", "em", "cite", "var"})
_HEADING = re.compile("h([1-6])")
_POINTS_PER_LIST_LEVEL = 18.0
_UNITS = {"pt": 1.0, "px": 0.75, "pc": 12.0, "in": 72.0, "cm": 28.35, "mm": 2.835}
_SIZE = re.compile(r"(\d{1,4}(?:\.\d{1,4})?|\.\d{1,4})(pt|px|pc|in|cm|mm|em|rem|%)?")
_BODY_POINTS = 12.0
_BOLD_WEIGHT = 600
_MOST_ELEMENTS = 100_000  # ten times those of the longest CVs
_SHOWN_LATER = frozenset({"transition", "animation"})
"""What brings in text that a page does not show at once: it fades in when somebody comes to it."""
_UNSTYLED = RunStyle()


def read_html(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a web page. What its style hides is left out, with a warning.

    Raises `ParsingError`: RESOURCE_LIMIT (more than 100,000 elements, or nested deeper than 255), NO_TEXT_FOUND (an
    empty page).
    """
    root = _root(_decoded(content))
    walk = _walked(root)
    if walk.fading > walk.shown:
        walk = _walked(root, with_fading=True)
    links = tuple(DraftLink(uri=uri) for uri in walk.loose_links)
    return DraftPage(blocks=tuple(walk.writer.blocks), loose_links=links), [HIDDEN_TEXT] if walk.hidden else []


def _walked(root: etree._Element, *, with_fading: bool = False) -> _Walk:
    walk = _Walk(with_fading=with_fading)
    for style in root.iter("style"):
        walk.sheet.add(style.text or "")
    walk.page(root)
    return walk


def _decoded(content: bytes) -> str:
    """Decode by byte order mark, else by what the page says of itself if that holds, else as any text."""
    named = _CHARSET.search(content[:_CHARSET_WITHIN])
    if named is None or content.startswith(BOMS):
        return decode(content)
    try:
        codec = codecs.lookup(named[1].decode("ascii")).name
        # A page that says so in single bytes is not UTF-16, and browsers take Latin-1 for Windows' Latin.
        codec = {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-16": "utf-8", "utf-16-le": "utf-8"}.get(codec, codec)
        return content.decode(codec)
    except (LookupError, ValueError):
        return decode(content)


def _root(text: str) -> etree._Element:
    text = _XML_DECLARATION.sub("", text.replace("\0", ""), count=1)
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root: etree._Element = lxml.html.document_fromstring(text.encode("utf-8", errors="replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise ParsingError(
            ErrorReason.NO_TEXT_FOUND, "the page is empty; upload the document that you meant"
        ) from error
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise _too_large("is nested too deeply")
    return root


def _too_large(what: str) -> ParsingError:
    return ParsingError(ErrorReason.RESOURCE_LIMIT, f"the page {what}; print it as PDF and upload that")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Element:
    """What holds within an element."""

    style: RunStyle = _UNSTYLED
    uri: str = ""
    heading: int = 0
    lists: int = 0
    tables: int = 0
    literal: bool = False
    fading: bool = False
    words_before: int = 0


@dataclass(slots=True)
class _Walk:
    """One reading of a page; `shown` and `fading` count the letters that are seen and those that fade in.

    What fades in is taken for hidden unless `with_fading`: so words can be hidden, too.
    """

    with_fading: bool = False
    writer: BlockWriter = field(default_factory=BlockWriter)
    sheet: StyleSheet = field(default_factory=StyleSheet)
    loose_links: list[str] = field(default_factory=list)
    hidden: bool = False
    shown: int = 0
    fading: int = 0
    _open: list[_Element] = field(default_factory=lambda: [_Element()])
    _fresh_item: bool = False
    _spaced: bool = False
    _left: int = _MOST_ELEMENTS
    _words: int = 0

    def page(self, root: etree._Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = str(element.tag)
            if event == "start":
                self._left -= 1
                if not self._left:
                    raise _too_large("has more elements than we read")
                if tag in _SILENT:
                    walk.skip_subtree()
                    self._open.append(self._open[-1])
                else:
                    self.start(element, tag)
                    self.text(element.text or "")
            else:
                within = self._open.pop()
                if tag not in _SILENT:
                    self.end(tag, within)
                if element is not root:
                    self.text(element.tail or "")
        self.writer.end_block()

    def start(self, element: etree._Element, tag: str) -> None:
        outer = self._open[-1]
        css = self.sheet.of(tag, element.get("class", ""), element.get("id", ""))
        css |= declarations_of(element.get("style", ""))
        within = self.within(element, tag, outer, css)
        self.part(tag, outer)
        if tag == "li":
            self._fresh_item = True
            self.writer.next_paragraph()
        elif tag == "table":
            self.writer.go_to_depth(within.tables)
        elif tag == "br":
            self.line_break()
        elif tag == "img" or css.get("float") == "right":
            self.writer.add(" " if tag == "img" else "\t")
        self._open.append(within)

    def within(self, element: etree._Element, tag: str, outer: _Element, css: Declarations) -> _Element:
        heading = _HEADING.fullmatch(tag)
        target = normalise_uri(element.get("href", "")) if tag == "a" else ""
        fades = css.get("opacity") == "0" and not css.keys().isdisjoint(_SHOWN_LATER)
        hidden = "hidden" in element.attrib or (css.get("opacity") == "0" and not (fades and self.with_fading))
        return replace(
            outer,
            style=_style(tag, outer.style, css, hidden=hidden),
            uri=target or outer.uri,
            heading=int(heading[1]) if heading else outer.heading,
            lists=outer.lists + (tag in _LISTS),
            tables=outer.tables + (tag == "table"),
            literal=outer.literal or tag == "pre",
            fading=outer.fading or fades,
            words_before=self._words,
        )

    def end(self, tag: str, within: _Element) -> None:
        outer = self._open[-1]
        if tag == "a" and within.uri != outer.uri and within.words_before == self._words and not within.style.unseen:
            self.loose_links.append(within.uri)
        if tag in _PARTING or tag in _LINES or tag in {"td", "th"}:
            self.end_line(within)
        self.part(tag, outer)
        if tag in {"td", "th"}:
            self.writer.end_cell()
        elif tag == "tr":
            self.writer.end_row()
        elif tag == "table":
            self.writer.go_to_depth(outer.tables)
        elif tag in _LISTS and not outer.lists:
            self.writer.end_block()

    def part(self, tag: str, outer: _Element) -> None:
        """End the line or the block where an element begins or ends."""
        if tag in _PARTING and not outer.lists:
            self.end_line(outer)
            self.writer.end_block()
        elif tag in _PARTING or tag in _LINES:
            self.end_line(outer)

    def line_break(self) -> None:
        if self.writer.at_line_start:
            self.writer.end_block()
        else:
            self.end_line(self._open[-1])

    def end_line(self, within: _Element) -> None:
        if self.writer.at_line_start:
            return
        self.writer.end_line(
            ParagraphStyle(
                heading_level=within.heading,
                numbered=self._fresh_item,
                indent=within.lists * _POINTS_PER_LIST_LEVEL,
            )
        )
        self._fresh_item = False

    def text(self, text: str) -> None:
        within = self._open[-1]
        if not text:
            return
        if within.style.unseen:
            self.hidden = self.hidden or bool(text.strip())
            self.fading += len(text.strip()) if within.fading else 0
        elif within.literal:
            first, *others = text.split("\n")
            self.write(first, within)
            for line in others:
                self.line_break()
                self.write(line, within)
        else:
            collapsed = _WHITE_SPACE.sub(" ", text)
            self.write(collapsed.removeprefix(" ") if self._spaced else collapsed, within)
            self._spaced = collapsed.endswith(" ")

    def write(self, text: str, within: _Element) -> None:
        self._words += bool(text.strip())
        self.shown += len(text.strip())
        self.writer.add(text, style=within.style.style, uri=within.uri)


def _style(tag: str, outer: RunStyle, css: Declarations, *, hidden: bool) -> RunStyle:
    weight = css.get("font-weight", "")
    bold = weight in {"bold", "bolder"} or (weight.isdecimal() and int(weight[:4]) >= _BOLD_WEIGHT)
    hidden = hidden or css.get("display") == "none" or css.get("visibility") == "hidden"
    family = css.get("font-family", "").partition(",")[0].strip(" \"'")
    return RunStyle(
        bold=bold if weight not in {"", "inherit"} else True if tag in _BOLD else None,
        italic=css["font-style"] in {"italic", "oblique"} if "font-style" in css else True if tag in _ITALIC else None,
        hidden=hidden or None,
        size=_points(css.get("font-size", ""), outer.size or _BODY_POINTS),
        font=family or None,
    ).over(outer)


def _points(size: str, outer: float) -> float | None:
    match = _SIZE.fullmatch(size)
    if match is None:
        return None
    number, unit = float(match[1]), match[2] or "px"
    if unit in {"em", "%", "rem"}:
        return number * {"em": outer, "%": outer / 100, "rem": _BODY_POINTS}[unit]
    return number * _UNITS[unit]
