"""DOCX: one walk of the XML in document order, so that every table, box, header and link counts once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.block_writer import BlockWriter
from resumate_grpc.parsing.characters import normalise_uri
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.docx_styles import DocxStyles, W
from resumate_grpc.parsing.fields import Fields, is_counter, target_of
from resumate_grpc.parsing.hidden_text import HIDDEN_TEXT
from resumate_grpc.parsing.run_style import ParagraphStyle, RunStyle

__all__ = ["DocxWalk", "R"]

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TRANSPARENT = frozenset(
    f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "dir", "bdo", "body")
)
"""Elements whose content counts as if they were not there."""
_SILENT = frozenset({f"{W}del", f"{W}moveFrom", f"{W}rt", f"{_MC}Fallback"})
"""Elements whose content does not count: deleted text, and what only older programs are to show."""
_DRAWINGS = frozenset({f"{W}drawing", f"{W}pict", f"{W}object"})
_ANCHOR = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}anchor"


@dataclass(slots=True)
class DocxWalk:
    """The walk over the parts of one document; `writer.blocks` is what it has read."""

    styles: DocxStyles
    writer: BlockWriter = field(default_factory=BlockWriter)
    _hidden: bool = False
    _links: Mapping[str, str] = field(default_factory=dict)
    _fields: Fields = field(default_factory=Fields)
    _boxes: list[etree._Element] = field(default_factory=list)
    _margins: set[tuple[BlockKind, str]] = field(default_factory=set)

    @property
    def warnings(self) -> list[ParseWarning]:
        """What the reader of the result should know."""
        return [HIDDEN_TEXT] if self._hidden else []

    def part(self, root: etree._Element, kind: BlockKind, *, links: Mapping[str, str]) -> None:
        """Read one part; `links` are the targets of its hyperlinks by relationship id."""
        self._links = links
        self._fields = Fields()
        self.writer.kind = kind
        self._children(root)
        self.writer.end_block()

    def margins(self, roots: Iterable[etree._Element], kind: BlockKind, *, links: Mapping[str, str]) -> None:
        """Read headers or footers; one that repeats another (first page, even pages) counts once."""
        for root in roots:
            text = "".join(root.itertext(f"{W}t"))
            if text.strip() and (kind, text) not in self._margins:
                self._margins.add((kind, text))
                self.part(root, kind, links=links)

    # Block level

    def _children(self, parent: etree._Element) -> None:
        for child in parent:
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child)
            elif child.tag == f"{_MC}AlternateContent":
                self._children(_chosen(child))
            elif child.tag in _TRANSPARENT:
                self._children(child)

    def _table(self, table: etree._Element) -> None:
        depth = self.writer.depth
        self.writer.go_to_depth(depth + 1)
        for row in _parts_of(table, f"{W}tr"):
            for cell in _parts_of(row, f"{W}tc"):
                self._children(cell)
                self.writer.end_cell()
            self.writer.end_row()
        self.writer.go_to_depth(depth)

    def _paragraph(self, paragraph: etree._Element) -> None:
        look = self.styles.paragraph(paragraph.find(f"{W}pPr"))
        self._inline(paragraph, look, uri="")
        self.writer.end_paragraph(look)
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            with self.writer.box():
                self._children(box)

    # Within a paragraph

    def _inline(self, parent: etree._Element, look: ParagraphStyle, *, uri: str) -> None:
        for child in parent:
            tag = child.tag
            if tag == f"{W}r":
                self._run(child, look, uri=uri)
            elif tag == f"{W}hyperlink":
                target = normalise_uri(self._links.get(child.get(f"{R}id", ""), ""))
                self._inline(child, look, uri=target or uri)
            elif tag == f"{W}fldSimple":
                instruction = child.get(f"{W}instr", "")
                if not is_counter(instruction):
                    self._inline(child, look, uri=target_of(instruction) or uri)
            elif tag == f"{_MC}AlternateContent":
                self._inline(_chosen(child), look, uri=uri)
            elif tag in _TRANSPARENT:
                self._inline(child, look, uri=uri)

    def _run(self, run: etree._Element, look: ParagraphStyle, *, uri: str) -> None:
        style = self.styles.run(run.find(f"{W}rPr"), look)
        for child in run:
            self._run_child(child, style, look, uri=uri)

    def _run_child(self, child: etree._Element, style: RunStyle, look: ParagraphStyle, *, uri: str) -> None:
        tag = child.tag
        if tag == f"{W}t":
            self._text(child.text or "", style, uri=uri)
            for inner in child:  # a break within the text, as some programs write it
                self._run_child(inner, style, look, uri=uri)
                self._text(inner.tail or "", style, uri=uri)
        elif tag in {f"{W}tab", f"{W}ptab"}:
            self._text("\t", style, uri=uri)
        elif tag in {f"{W}br", f"{W}cr"}:
            self.writer.end_line(look)
        elif tag == f"{W}noBreakHyphen":
            self._text("-", style, uri=uri)
        elif tag == f"{W}sym":
            code = child.get(f"{W}char", "")
            self._text(chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{4}", code) else "", style, uri=uri)
        elif tag == f"{W}instrText":
            self._fields.instruct(child.text or "")
        elif tag == f"{W}fldChar":
            self._field(child.get(f"{W}fldCharType", ""))
        else:
            self._drawing(child, style, uri=uri)

    def _drawing(self, drawing: etree._Element, style: RunStyle, *, uri: str) -> None:
        """Put text boxes aside until the paragraph ends; a picture within the line (an icon) parts the words."""
        boxes = list(_text_boxes(drawing))
        self._boxes.extend(boxes)
        if drawing.tag in _DRAWINGS and not boxes and not _floats(drawing):
            self._text(" ", style, uri=uri)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.begin()
        elif kind == "separate":
            self._fields.separate()
        elif kind == "end":
            self._fields.end()

    def _text(self, text: str, style: RunStyle, *, uri: str) -> None:
        if self._fields.silent:
            return
        if style.unseen:
            self._hidden = self._hidden or bool(text.strip())
            return
        self.writer.add(text, style=style.style, uri=uri or self._fields.uri)


def _floats(drawing: etree._Element) -> bool:
    """Tell whether a picture stands beside the text, not within the line."""
    first = drawing[0] if len(drawing) else drawing
    return first.tag == _ANCHOR or any("position:absolute" in each.get("style", "") for each in drawing)


def _chosen(alternate: etree._Element) -> etree._Element:
    """Pick one rendering of several: the choice for newer programs, the fallback only where there is no other."""
    choice = alternate.find(f"{_MC}Choice")
    return alternate[0] if choice is None and len(alternate) else alternate if choice is None else choice


def _parts_of(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Find the rows of a table or the cells of a row, also inside content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _TRANSPARENT:
            yield from _parts_of(child, tag)


def _text_boxes(drawing: etree._Element) -> Iterator[etree._Element]:
    """Find the text boxes of a drawing; a box within a box is found when the outer one is walked."""
    if not isinstance(drawing.tag, str) or drawing.tag in _SILENT:
        return
    if drawing.tag == f"{W}txbxContent":
        yield drawing
        return
    for child in _chosen(drawing) if drawing.tag == f"{_MC}AlternateContent" else drawing:
        yield from _text_boxes(child)
