"""ODT → draft: headers, then the body, then footers, in one walk of the XML in document order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from lxml import etree

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.block_writer import BlockWriter
from resumate_grpc.parsing.characters import normalise_uri
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.draft import DraftPage
from resumate_grpc.parsing.hidden_text import HIDDEN_TEXT
from resumate_grpc.parsing.odt_package import open_odt
from resumate_grpc.parsing.odt_styles import STYLE, TEXT, OdtStyles
from resumate_grpc.parsing.run_style import ParagraphStyle, RunStyle

__all__ = ["read_odt"]

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_SILENT = frozenset(
    {
        f"{_OFFICE}annotation",
        f"{TEXT}tracked-changes",
        f"{TEXT}note",
        f"{TEXT}page-number",
        f"{TEXT}page-count",
        f"{TEXT}ruby-text",
        f"{TEXT}table-of-content",
        f"{TEXT}alphabetical-index",
        f"{_OFFICE}forms",
    }
)
"""Elements whose content is not part of the text: notes, deleted text, page numbers, tables of contents."""
_CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
_LISTS = frozenset({f"{TEXT}list", f"{TEXT}numbered-paragraph"})
_WHITE_SPACE = re.compile(r"[ \t\n\r]+")
_MOST_SPACES = 200
_POINTS_PER_LIST_LEVEL = 18.0


def read_odt(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read an OpenDocument text.

    Raises `ParsingError` as `open_odt` does. Hidden text is left out, with a warning.
    """
    package = open_odt(content)
    body = package.content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise ParsingError(ErrorReason.CORRUPT_FILE, "the document has no text part; save it as .docx and upload that")
    walk = _Walk()
    margins: list[etree._Element] = []
    if package.styles is not None:
        walk.styles.add(package.styles)
        margins = [margin for page in package.styles.iter(f"{STYLE}master-page") for margin in page]
    walk.styles.add(package.content)
    walk.margins(margins, "header", BlockKind.HEADER)
    walk.part(body, BlockKind.TEXT)
    walk.margins(margins, "footer", BlockKind.FOOTER)
    return DraftPage(blocks=tuple(walk.writer.blocks)), [HIDDEN_TEXT] if walk.hidden else []


@dataclass(slots=True)
class _Walk:
    styles: OdtStyles = field(default_factory=OdtStyles)
    writer: BlockWriter = field(default_factory=BlockWriter)
    hidden: bool = False
    _boxes: list[etree._Element] = field(default_factory=list)
    _spaced: bool = True

    def margins(self, margins: list[etree._Element], name: str, kind: BlockKind) -> None:
        """Read headers or footers; one that repeats another (first page, left pages) counts once."""
        seen = set()
        for margin in margins:
            text = "".join(margin.itertext()).strip()
            if str(margin.tag).startswith(f"{STYLE}{name}") and text and text not in seen:
                seen.add(text)
                self.part(margin, kind)

    def part(self, root: etree._Element, kind: BlockKind) -> None:
        self.writer.kind = kind
        self.children(root, lists=0)
        self.writer.end_block()

    # Block level

    def children(self, parent: etree._Element, *, lists: int, first: bool = False) -> None:
        """Read blocks; `first` tells that the first paragraph is a list's item."""
        for child in parent:
            tag = child.tag
            if tag in {f"{TEXT}p", f"{TEXT}h"}:
                self.paragraph(child, lists=lists, item=first)
                first = False
            elif tag == f"{_TABLE}table":
                self.table(child)
            elif tag == f"{_DRAW}frame":
                self.frame(child)
            elif tag in _LISTS:
                self.children(child, lists=lists + 1, first=tag != f"{TEXT}list")
            elif tag not in _SILENT:
                self.children(child, lists=lists, first=tag == f"{TEXT}list-item")

    def table(self, table: etree._Element) -> None:
        depth = self.writer.depth
        self.writer.go_to_depth(depth + 1)
        self.rows(table)
        self.writer.go_to_depth(depth)

    def rows(self, parent: etree._Element) -> None:
        for child in parent:
            if child.tag == f"{_TABLE}table-row":
                for cell in child:
                    if cell.tag in _CELLS:
                        self.children(cell, lists=0)
                        self.writer.end_cell()
                self.writer.end_row()
            else:
                self.rows(child)

    def paragraph(self, paragraph: etree._Element, *, lists: int, item: bool) -> None:
        look = self.styles.paragraph(paragraph.get(f"{TEXT}style-name", ""))
        level = paragraph.get(f"{TEXT}outline-level", "1" if paragraph.tag == f"{TEXT}h" else "")
        look = replace(
            look,
            heading_level=int(level) if re.fullmatch("[1-9]", level) else look.heading_level,
            numbered=item,
            indent=max(look.indent, lists * _POINTS_PER_LIST_LEVEL),
        )
        self._spaced = True
        self.inline(paragraph, look, look.run, uri="")
        self.writer.end_paragraph(look)
        self.boxes()

    def frame(self, frame: etree._Element) -> None:
        self._boxes.extend(_outer_boxes(frame))
        self.boxes()

    def boxes(self) -> None:
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            with self.writer.box():
                self.children(box, lists=0)

    # Within a paragraph

    def inline(self, parent: etree._Element, look: ParagraphStyle, style: RunStyle, *, uri: str) -> None:
        self.text(parent.text or "", style, uri=uri)
        for child in parent:
            self.inline_child(child, look, style, uri=uri)
            self.text(child.tail or "", style, uri=uri)

    def inline_child(self, child: etree._Element, look: ParagraphStyle, style: RunStyle, *, uri: str) -> None:
        tag = child.tag
        if tag == f"{TEXT}tab":
            self.write("\t", style, uri=uri)
        elif tag == f"{TEXT}line-break":
            self.writer.end_line(look)
            self._spaced = True
        elif tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c", "1")
            self.write(" " * min(int(count) if re.fullmatch(r"\d{1,4}", count) else 1, _MOST_SPACES), style, uri=uri)
        elif str(tag).startswith(_DRAW):
            boxes = _outer_boxes(child)
            self._boxes.extend(boxes)
            if not boxes:
                self.text(" ", style, uri=uri)
        elif tag == f"{TEXT}hidden-text":
            self.hidden = True
        elif tag not in _SILENT:
            if tag == f"{TEXT}span":
                style = self.styles.run(child.get(f"{TEXT}style-name", ""), style)
            target = normalise_uri(child.get(_HREF, "")) if tag == f"{TEXT}a" else ""
            self.inline(child, look, style, uri=target or uri)

    def text(self, text: str, style: RunStyle, *, uri: str) -> None:
        """Write characters; white space among them counts as one blank, also across elements."""
        collapsed = _WHITE_SPACE.sub(" ", text)
        if self._spaced:
            collapsed = collapsed.removeprefix(" ")
        if collapsed:
            self.write(collapsed, style, uri=uri)
            self._spaced = collapsed.endswith(" ")

    def write(self, text: str, style: RunStyle, *, uri: str) -> None:
        self._spaced = False
        if style.unseen:
            self.hidden = self.hidden or bool(text.strip())
        else:
            self.writer.add(text, style=style.style, uri=uri)


def _outer_boxes(drawing: etree._Element) -> list[etree._Element]:
    """Find the text boxes of a drawing; a box within a box is found when the outer one is walked."""
    if drawing.tag == f"{_DRAW}text-box":
        return [drawing]
    return [box for child in drawing for box in _outer_boxes(child)]
