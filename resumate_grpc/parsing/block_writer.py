"""Paragraphs, cells and headings in reading order → blocks, for formats that flow (Word's and their kin, HTML)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from resumate_grpc.parsing.characters import is_ruler, normalise
from resumate_grpc.parsing.document import BlockKind, Style
from resumate_grpc.parsing.draft import PLAIN_STYLE, DraftBlock, DraftLine
from resumate_grpc.parsing.line_writer import LineWriter, strip_bullet
from resumate_grpc.parsing.run_style import ParagraphStyle

__all__ = ["BlockWriter"]

_PICTURE_FONTS = ("wingdings", "webdings", "fontawesome", "font awesome")
_MARGINS = frozenset({BlockKind.HEADER, BlockKind.FOOTER})
_DEEPEST_TABLE = 16
_BODY = ParagraphStyle()


@dataclass(slots=True)
class _Cell:
    table: int
    row: int = 0
    cell: int = 0


@dataclass(slots=True)
class BlockWriter:
    """Collects lines into blocks.

    Paragraphs that follow each other share a block; an empty one, a heading, a ruler, or a cell's end parts them.
    `kind` is that of the blocks to come; within a table they are TABLE_CELL, save in headers and footers.
    """

    blocks: list[DraftBlock] = field(default_factory=list)
    kind: BlockKind = BlockKind.TEXT
    table_numbers: Iterator[int] = field(default_factory=count)
    """Numbers of the tables to come; writers of one document share them."""
    _lines: list[DraftLine] = field(default_factory=list)
    _writer: LineWriter = field(default_factory=LineWriter)
    _cells: list[_Cell] = field(default_factory=list)
    _paragraph_lines: int = 0

    def add(self, text: str, *, style: Style = PLAIN_STYLE, uri: str = "") -> None:
        """Append text to the line; newlines in it are spaces, letters of a picture font bullets or nothing."""
        if text.strip() and style.font.lower().startswith(_PICTURE_FONTS):
            # A letter of a picture font is a bullet where it begins the line, else an icon.
            text = "" if self._writer.words else "• "
        self._writer.add(normalise(text.replace("\n", " ")), style=style, uri=uri)

    @property
    def at_line_start(self) -> bool:
        """Whether the line has no word yet."""
        return not self._writer.words

    def end_line(self, look: ParagraphStyle = _BODY) -> None:
        """End a line within a paragraph; only the first line of a list's paragraph is an item."""
        words, bullet = strip_bullet(self._writer.take())
        if words and is_ruler(" ".join(word.text for word in words)):
            self.end_block()
        elif words:
            first = self._paragraph_lines == 0
            if look.heading_level and first:
                self.end_block()
            self._lines.append(
                DraftLine(
                    words=words,
                    heading_level=look.heading_level,
                    bullet=bullet or (look.numbered and first and not look.heading_level),
                    indent=look.indent,
                )
            )
            self._paragraph_lines += 1

    def end_paragraph(self, look: ParagraphStyle = _BODY) -> None:
        """End a paragraph; an empty one ends the block, as a heading does."""
        self.end_line(look)
        if look.heading_level or not self._paragraph_lines:
            self.end_block()
        self._paragraph_lines = 0

    def end_block(self) -> None:
        """End the block; what follows is another paragraph."""
        self.end_line()
        if self._lines:
            place = self._cells[-1] if self._cells else _Cell(table=-1, row=-1, cell=-1)
            in_flow = self.kind in _MARGINS or not self._cells
            self.blocks.append(
                DraftBlock(
                    lines=tuple(self._lines),
                    kind=self.kind if in_flow else BlockKind.TABLE_CELL,
                    table=place.table,
                    row=place.row,
                    cell=place.cell,
                )
            )
        self._lines = []
        self._paragraph_lines = 0

    def insert(self, blocks: Iterable[DraftBlock]) -> None:
        """End the block and put others behind it."""
        self.end_block()
        self.blocks.extend(blocks)

    @contextmanager
    def box(self) -> Iterator[None]:
        """Write a text box: blocks of their own outside of any table, then go on where it stands."""
        self.end_block()
        kind, cells = self.kind, self._cells
        self.kind = kind if kind in _MARGINS else BlockKind.TEXT_BOX
        self._cells = []
        yield
        self.end_block()
        self.kind, self._cells = kind, cells

    # Tables

    @property
    def depth(self) -> int:
        """In how many tables, one within the other, the place is."""
        return len(self._cells)

    def go_to_depth(self, depth: int) -> None:
        """Enter new tables, or leave the innermost ones, until so many are open (at most 16)."""
        depth = min(depth, _DEEPEST_TABLE)
        if depth == len(self._cells):
            return
        self.end_block()
        del self._cells[depth:]
        while len(self._cells) < depth:
            self._cells.append(_Cell(table=next(self.table_numbers)))

    def end_cell(self) -> None:
        """End a cell of the innermost table."""
        self.end_block()
        if self._cells:
            self._cells[-1].cell += 1

    def end_row(self) -> None:
        """End a row of the innermost table."""
        self.end_block()
        if self._cells:
            self._cells[-1].row += 1
            self._cells[-1].cell = 0
