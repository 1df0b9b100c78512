"""DOCX → draft: one walk of the XML in document order, so that every table, box, header and link counts once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.characters import is_ruler, normalise, normalise_uri
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.docx_package import DocxPart, open_docx
from resumate_grpc.parsing.docx_styles import DocxStyles, ParagraphStyle, RunStyle, W
from resumate_grpc.parsing.draft import DraftBlock, DraftLine, DraftPage
from resumate_grpc.parsing.line_writer import LineWriter, strip_bullet

__all__ = ["read_docx"]

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TRANSPARENT = frozenset(
    f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "dir", "bdo", "body")
)
"""Elements whose content counts as if they were not there."""
_SILENT = frozenset({f"{W}del", f"{W}moveFrom", f"{W}rt", f"{_MC}Fallback"})
"""Elements whose content does not count: deleted text, and what only older programs are to show."""
_HYPERLINK = re.compile(r'HYPERLINK\s+(?:\\[a-zA-Z]\s+)*"([^"]+)"', re.IGNORECASE)
_COUNTER = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)
_PICTURE_FONTS = ("wingdings", "webdings", "fontawesome", "font awesome")
_SMALLEST_VISIBLE = 1.5  # points


def read_docx(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a DOCX: headers, then the body, then footers.

    Raises `ParsingError` as `open_docx` does. Hidden text is left out, with a warning.
    """
    package = open_docx(content)
    styles = DocxStyles(package.styles)
    walk = _Walk(styles=styles)
    walk.parts(package.headers, BlockKind.HEADER)
    walk.part(package.document, BlockKind.TEXT)
    walk.parts(package.footers, BlockKind.FOOTER)
    warnings = []
    if walk.hidden:
        warnings.append(ParseWarning(reason="HIDDEN_TEXT", message="Text that the document hides was left out."))
    return DraftPage(blocks=tuple(walk.blocks)), warnings


@dataclass(slots=True)
class _Field:
    """A field code that is being read: its instruction, then its result."""

    instruction: str = ""
    in_result: bool = False

    @property
    def uri(self) -> str:
        match = _HYPERLINK.search(self.instruction)
        return normalise_uri(match[1]) if match else ""


@dataclass(slots=True)
class _Place:
    """Where blocks go: their kind, and the cell where they stand in a table."""

    kind: BlockKind
    table: int = -1
    row: int = -1
    cell: int = -1


@dataclass(slots=True)
class _Walk:
    styles: DocxStyles
    blocks: list[DraftBlock] = field(default_factory=list)
    hidden: bool = False
    _lines: list[DraftLine] = field(default_factory=list)
    _place: _Place = field(default_factory=lambda: _Place(BlockKind.TEXT))
    _links: dict[str, str] = field(default_factory=dict)
    _fields: list[_Field] = field(default_factory=list)
    _boxes: list[etree._Element] = field(default_factory=list)
    _writer: LineWriter = field(default_factory=LineWriter)
    _tables: int = 0

    def parts(self, parts: dict[str, DocxPart], kind: BlockKind) -> None:
        """Read headers or footers; one that repeats another (first page, even pages) counts once."""
        seen: set[str] = set()
        for part in parts.values():
            text = "".join(part.root.itertext(f"{W}t"))
            if text.strip() and text not in seen:
                seen.add(text)
                self.part(part, kind)

    def part(self, part: DocxPart, kind: BlockKind) -> None:
        self._links = part.links
        self._fields = []
        self._place = _Place(kind)
        self.children(part.root)
        self.end_block()

    # Block level

    def children(self, parent: etree._Element) -> None:
        for child in parent:
            if child.tag == f"{W}p":
                self.paragraph(child)
            elif child.tag == f"{W}tbl":
                self.table(child)
            elif child.tag == f"{_MC}AlternateContent":
                self.children(_chosen(child))
            elif child.tag in _TRANSPARENT:
                self.children(child)

    def table(self, table: etree._Element) -> None:
        self.end_block()
        outer = self._place
        number, self._tables = self._tables, self._tables + 1
        kind = outer.kind if outer.kind in {BlockKind.HEADER, BlockKind.FOOTER} else BlockKind.TABLE_CELL
        for row_index, row in enumerate(_parts_of(table, f"{W}tr")):
            for cell_index, cell in enumerate(_parts_of(row, f"{W}tc")):
                self._place = _Place(kind, table=number, row=row_index, cell=cell_index)
                self.children(cell)
                self.end_block()
        self._place = outer

    def paragraph(self, paragraph: etree._Element) -> None:
        look = self.styles.paragraph(paragraph.find(f"{W}pPr"))
        if look.heading_level:
            self.end_block()
        before = len(self._lines)
        self.inline(paragraph, look, uri="")
        self.end_line(look, first=len(self._lines) == before)
        if (len(self._lines) == before and not self._boxes) or look.heading_level:
            self.end_block()
        self.text_boxes()

    def text_boxes(self) -> None:
        boxes, self._boxes = self._boxes, []
        if not boxes:
            return
        self.end_block()
        outer = self._place
        for box in boxes:
            kind = outer.kind if outer.kind in {BlockKind.HEADER, BlockKind.FOOTER} else BlockKind.TEXT_BOX
            self._place = _Place(kind)
            self.children(box)
            self.end_block()
        self._place = outer

    def end_line(self, look: ParagraphStyle, *, first: bool) -> None:
        words, bullet = strip_bullet(self._writer.take())
        if words and is_ruler(" ".join(word.text for word in words)):
            self.end_block()
        elif words:
            self._lines.append(
                DraftLine(
                    words=words,
                    heading_level=look.heading_level,
                    bullet=bullet or (look.numbered and first and not look.heading_level),
                    indent=look.indent,
                )
            )

    def end_block(self) -> None:
        if self._lines:
            place = self._place
            self.blocks.append(
                DraftBlock(lines=tuple(self._lines), kind=place.kind, table=place.table, row=place.row, cell=place.cell)
            )
        self._lines = []

    # Within a paragraph

    def inline(self, parent: etree._Element, look: ParagraphStyle, *, uri: str) -> None:
        for child in parent:
            tag = child.tag
            if tag == f"{W}r":
                self.run(child, look, uri=uri)
            elif tag == f"{W}hyperlink":
                target = normalise_uri(self._links.get(child.get(f"{_R}id", ""), ""))
                self.inline(child, look, uri=target or uri)
            elif tag == f"{W}fldSimple":
                instruction = child.get(f"{W}instr", "")
                if not _COUNTER.match(instruction):
                    self.inline(child, look, uri=_Field(instruction=instruction).uri or uri)
            elif tag == f"{_MC}AlternateContent":
                self.inline(_chosen(child), look, uri=uri)
            elif tag in _TRANSPARENT:
                self.inline(child, look, uri=uri)

    def run(self, run: etree._Element, look: ParagraphStyle, *, uri: str) -> None:
        style = self.styles.run(run.find(f"{W}rPr"), look)
        for child in run:
            self.run_child(child, style, look, uri=uri)

    def run_child(self, child: etree._Element, style: RunStyle, look: ParagraphStyle, *, uri: str) -> None:
        tag = child.tag
        if tag == f"{W}t":
            self.text(child.text or "", style, uri=uri)
        elif tag in {f"{W}tab", f"{W}ptab"}:
            self.text("\t", style, uri=uri)
        elif tag in {f"{W}br", f"{W}cr"}:
            self.end_line(look, first=not self._lines)
        elif tag == f"{W}noBreakHyphen":
            self.text("-", style, uri=uri)
        elif tag == f"{W}sym":
            code = child.get(f"{W}char", "")
            self.text(chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{4}", code) else "", style, uri=uri)
        elif tag in {f"{W}fldChar", f"{W}instrText"}:
            self.field(child)
        else:
            self._boxes.extend(_text_boxes(child))

    def field(self, element: etree._Element) -> None:
        if element.tag == f"{W}instrText":
            if self._fields:
                self._fields[-1].instruction += element.text or ""
            return
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def text(self, text: str, style: RunStyle, *, uri: str) -> None:
        if any(not each.in_result or _COUNTER.match(each.instruction) for each in self._fields):
            return
        if style.hidden or (style.size is not None and style.size < _SMALLEST_VISIBLE):
            self.hidden = self.hidden or bool(text.strip())
            return
        for each in self._fields:
            uri = uri or each.uri
        if text.strip() and (style.font or "").lower().startswith(_PICTURE_FONTS):
            # A letter of a picture font is a bullet where it begins the line, else an icon.
            text = "" if self._writer.words else "• "
        self._writer.add(normalise(text.replace("\n", " ")), style=style.style, uri=uri)


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
