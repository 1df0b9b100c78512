"""Binary DOC → draft: headers, the body with its text boxes, footers, paragraph by paragraph."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from resumate_grpc.errors import ParsingError
from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.block_writer import BlockWriter
from resumate_grpc.parsing.characters import whole
from resumate_grpc.parsing.doc_file import DocFile, Formatting, Story, open_doc
from resumate_grpc.parsing.doc_records import Properties, properties_of
from resumate_grpc.parsing.doc_styles import DocStyles, fonts_of, number_in, styles_of
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.draft import DraftPage
from resumate_grpc.parsing.fields import Fields
from resumate_grpc.parsing.hidden_text import HIDDEN_TEXT
from resumate_grpc.parsing.run_style import ParagraphStyle

__all__ = ["read_doc"]

_log = logging.getLogger(__name__)

_HEADER_STORIES, _CHARACTER_PAGES, _PARAGRAPH_PAGES = 11, 12, 13
_ANCHORS, _ANCHOR_BYTES = 40, 26
_BOXES, _BOX_BYTES, _BOX_SHAPE_AT = 56, 22, 14
_SEPARATORS = 6  # the first header stories part footnotes from the text
_STORIES_A_SECTION = 6
_HEADERS_OF_SECTION = frozenset({0, 1, 4})  # even, odd, first page; the others are footers
_PARAGRAPH_END = re.compile("[\r\x07\x0c]")
_CONTROL = re.compile("([\x01-\x08\x0b-\x1f])")
_CELL_END, _PAGE_END = "\x07", "\x0c"
_LINE_BREAKS = "\x0b\x0e"
_LETTERS = {"\x01": " ", "\x1e": "-", "\x1f": "\u00ad"}
_IN_TABLE, _ROW_END, _DEPTH, _INNER_CELL_END, _INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_DELETED, _SYMBOL = 0x0800, 0x6A09
_SYMBOL_BYTES = 4


def read_doc(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a Word 97 to 2003 document.

    Raises `ParsingError` as `open_doc` does. Hidden text is left out, with a warning; damaged formatting costs the
    look of the text alone, with a warning.
    """
    file = open_doc(content)
    looks, warnings = _looks(file)
    walk = _Walk(file=file, looks=looks, boxes=_text_boxes(file))
    margins = _margins(file)
    walk.margins([story for story in margins if story[0] is BlockKind.HEADER])
    walk.story(file.main, BlockKind.TEXT)
    walk.left_over_boxes()
    walk.margins([story for story in margins if story[0] is BlockKind.FOOTER])
    if walk.hidden:
        warnings.append(HIDDEN_TEXT)
    return DraftPage(blocks=tuple(walk.writer.blocks)), warnings


@dataclass(frozen=True, kw_only=True, slots=True)
class _Looks:
    """What is known of the look of the text."""

    characters: Formatting
    paragraphs: Formatting
    styles: DocStyles


@dataclass(frozen=True, kw_only=True, slots=True)
class _Box:
    """A text box: its text, and the character of the body where it is anchored (-1 where that is not known)."""

    anchor: int
    story: Story


def _looks(file: DocFile) -> tuple[_Looks, list[ParseWarning]]:
    try:
        return _Looks(
            characters=file.formatting(_CHARACTER_PAGES, paragraphs=False),
            paragraphs=file.formatting(_PARAGRAPH_PAGES, paragraphs=True),
            styles=DocStyles(styles_of(file), fonts_of(file)),
        ), []
    except ParsingError:
        _log.info("doc formatting unreadable")
    nothing = Formatting([], [], [])
    warning = ParseWarning(
        reason="FORMATTING_UNREADABLE", message="The document's formatting is damaged; its text alone was read."
    )
    return _Looks(characters=nothing, paragraphs=nothing, styles=DocStyles({}, [])), [warning]


def _margins(file: DocFile) -> list[tuple[BlockKind, Story]]:
    """List the headers and footers of all sections in order."""
    try:
        positions = file.blob(_HEADER_STORIES)
        starts = positions.u32s(0, len(positions.data) // 4)
    except ParsingError:
        _log.info("doc headers unreadable")
        return []
    stories = []
    for index in range(_SEPARATORS, len(starts) - 2):
        kind = BlockKind.HEADER if index % _STORIES_A_SECTION in _HEADERS_OF_SECTION else BlockKind.FOOTER
        start, end = (min(file.headers.start + at, file.headers.end) for at in starts[index : index + 2])
        if start < end:
            stories.append((kind, Story(start=start, end=end)))
    return stories


def _text_boxes(file: DocFile) -> list[_Box]:
    """List the text boxes of the body in the order of their anchors, those without one last."""
    whole = file.text_boxes
    if whole.start == whole.end:
        return []
    try:
        starts, items = file.blob(_BOXES).plc(_BOX_BYTES)
        anchors, shapes = file.blob(_ANCHORS).plc(_ANCHOR_BYTES)
    except ParsingError:
        _log.info("doc text boxes unplaced")
        return [_Box(anchor=-1, story=whole)]
    places = {shape[:4]: at for at, shape in zip(anchors, shapes, strict=False)}
    boxes = []
    for index, item in enumerate(items):
        start, end = (min(whole.start + at, whole.end) for at in starts[index : index + 2])
        if start < end:
            anchor = places.get(item[_BOX_SHAPE_AT : _BOX_SHAPE_AT + 4], -1)
            boxes.append(_Box(anchor=anchor, story=Story(start=start, end=end)))
    return sorted(boxes, key=lambda box: (box.anchor < 0, box.anchor))


@dataclass(slots=True)
class _Walk:
    file: DocFile
    looks: _Looks
    boxes: list[_Box]
    writer: BlockWriter = field(default_factory=BlockWriter)
    hidden: bool = False
    _fields: Fields = field(default_factory=Fields)
    _row_ended: bool = True

    def margins(self, stories: list[tuple[BlockKind, Story]]) -> None:
        """Read headers or footers; one that repeats another (first page, even pages, next section) counts once."""
        seen = set()
        for kind, story in stories:
            text = self.file.text[story.start : story.end].strip()
            if text and text not in seen:
                seen.add(text)
                self.story(story, kind)

    def left_over_boxes(self) -> None:
        """Read the text boxes whose place in the body is not known."""
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.story(box.story, BlockKind.TEXT_BOX)

    def story(self, story: Story, kind: BlockKind) -> None:
        self.writer.kind = kind
        self._fields = Fields()
        at = story.start
        while at < story.end:
            mark = _PARAGRAPH_END.search(self.file.text, at, story.end)
            end = mark.start() if mark else story.end
            self.paragraph(at, end, mark[0] if mark else "")
            if kind is BlockKind.TEXT:
                self.boxes_before(end + 1)
            at = end + 1
        self.writer.go_to_depth(0)
        self.writer.end_block()

    def boxes_before(self, end: int) -> None:
        """Read the text boxes anchored in the paragraph that ends here, between it and the next."""
        fields = self._fields
        while self.boxes and 0 <= self.boxes[0].anchor < end:
            box = self.boxes.pop(0)
            with self.writer.box():
                self.story(box.story, BlockKind.TEXT_BOX)
        self._fields = fields

    def paragraph(self, start: int, end: int, mark: str) -> None:
        properties, look = self.paragraph_look(min(end, len(self.file.text) - 1))
        depth = number_in(properties, _DEPTH) or int(_IN_TABLE in properties or mark == _CELL_END)
        self.writer.go_to_depth(depth)
        for text, grpprl in self.runs(start, end):
            self.run(text, _cached_properties(grpprl), look)
        self.writer.end_paragraph(look)
        row_ends = _ROW_END in properties or _INNER_ROW_END in properties
        if not self.looks.paragraphs.starts:  # an empty cell behind another is, mostly, the row's end
            row_ends = mark == _CELL_END and start == end and not self._row_ended
        if row_ends:
            self.writer.end_row()
        elif mark == _CELL_END or _INNER_CELL_END in properties:
            self.writer.end_cell()
        elif mark == _PAGE_END:
            self.writer.end_block()
        self._row_ended = row_ends

    def paragraph_look(self, cp: int) -> tuple[Properties, ParagraphStyle]:
        """Look up the properties of the paragraph whose mark is here, and what they come to."""
        payload = self.looks.paragraphs.at(self.file.byte_of(cp))[0]
        properties = _cached_properties(payload[2:])
        return properties, self.looks.styles.paragraph(int.from_bytes(payload[:2], "little"), properties)

    def runs(self, start: int, end: int) -> Iterator[tuple[str, bytes]]:
        """Cut a span of text where its look changes."""
        at = start
        while at < end:
            piece = self.file.piece_at(at)
            fc = piece.offset + (at - piece.start) * piece.width
            payload, until = self.looks.characters.at(fc)
            stop = min(end, piece.end, at + max(1, (until - fc) // piece.width))
            yield self.file.text[at:stop], payload
            at = stop

    def run(self, text: str, properties: Properties, look: ParagraphStyle) -> None:
        if number_in(properties, _DELETED):
            return
        style = self.looks.styles.run(properties, look)
        symbol = properties.get(_SYMBOL, b"")
        if len(symbol) == _SYMBOL_BYTES:
            text = chr(int.from_bytes(symbol[2:], "little"))
        shown = style.style
        for part in _CONTROL.split(text):
            if part in _LINE_BREAKS and part:
                self.writer.end_line(look)
            elif not self.control(part):
                letters = _LETTERS.get(part, part)
                if self._fields.silent:
                    self._fields.instruct(letters)
                elif style.unseen:
                    self.hidden = self.hidden or bool(letters.strip())
                elif not _CONTROL.fullmatch(letters):
                    self.writer.add(whole(letters), style=shown, uri=self._fields.uri)

    def control(self, mark: str) -> bool:
        """Follow the marks of fields; tells whether it was one."""
        if mark == "\x13":
            self._fields.begin()
        elif mark == "\x14":
            self._fields.separate()
        elif mark == "\x15":
            self._fields.end()
        else:
            return False
        return True


@lru_cache(maxsize=4096)
def _cached_properties(grpprl: bytes) -> Properties:
    return properties_of(grpprl)
