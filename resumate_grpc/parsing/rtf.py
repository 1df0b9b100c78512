"""RTF → draft: one walk over its tokens with a stack of groups."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.block_writer import BlockWriter
from resumate_grpc.parsing.characters import whole
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.draft import DraftBlock, DraftPage
from resumate_grpc.parsing.fields import Fields
from resumate_grpc.parsing.hidden_text import HIDDEN_TEXT
from resumate_grpc.parsing.length import refuse_too_long
from resumate_grpc.parsing.rtf_tables import RtfTables, codec_of, level_of
from resumate_grpc.parsing.rtf_tokens import Kind, Token, tokens_of
from resumate_grpc.parsing.run_style import ParagraphStyle, RunStyle

__all__ = ["read_rtf"]

_DEEPEST = 1000
_HEADERS = frozenset({b"header", b"headerl", b"headerr", b"headerf"})
_FOOTERS = frozenset({b"footer", b"footerl", b"footerr", b"footerf"})
_SILENT = frozenset(
    b"info pict themedata colorschememapping latentstyles datastore listtable listoverridetable rsidtbl colortbl "
    b"generator xmlnstbl mmathPr objdata objclass objname footnote annotation atnid atnauthor atndate filetbl revtbl "
    b"bkmkstart bkmkend shprslt sp nonesttables tc xe fontemb fontfile falt panose template background "
    b"pgptbl userprops docvar ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn do".split()
)
"""Destinations whose text is no content."""
_KNOWN_STARRED = frozenset({b"fldinst", b"shpinst", b"shptxt", b"nesttableprops", b"hlinkbase"})
_CHARACTERS = {
    b"tab": "\t", b"emdash": "—", b"endash": "–", b"emspace": " ", b"enspace": " ", b"qmspace": " ", b"bullet": "•",
    b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"-": "\u00ad", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\t": "\t"}
_PRIVATE_USE = 0xF000  # where Word has the letters of symbol fonts
_TWIPS_PER_POINT, _HALF_POINTS = 20, 2
_PLAIN = RunStyle(size=12.0)


def read_rtf(content: bytes) -> tuple[DraftPage, list[ParseWarning]]:
    """Read a Rich Text file: headers, then the body with its text boxes, then footers.

    Raises `ParsingError`: CORRUPT_FILE (cut off, or nested deeper than 1,000 groups), RESOURCE_LIMIT (more text or
    formatting than we read). Hidden text is left out, with a warning.
    """
    walk = _Walk()
    for token in tokens_of(content):
        walk.token(token)
        if not walk.groups:
            break
    if walk.groups:
        raise ParsingError(
            ErrorReason.CORRUPT_FILE,
            "the document is cut off; open it in Word, save it as .docx, try again",
        )
    blocks = (*walk.headers, *walk.writer.blocks, *walk.footers)
    return DraftPage(blocks=blocks), [HIDDEN_TEXT] if walk.hidden else []


@dataclass(slots=True)
class _Group:
    """What holds between two braces, and what is to be done at the closing one."""

    style: RunStyle = _PLAIN
    codec: str = "cp1252"
    fallback: int = 1
    table: str = ""
    silent: bool = False
    deleted: bool = False
    in_instruction: bool = False
    ends_field: bool = False
    outer: BlockWriter | None = None
    margin: bool = False


@dataclass(slots=True)
class _Paragraph:
    style: int = 0
    level: int | None = None
    listed: bool = False
    depth: int = 0
    indent: int = 0


@dataclass(slots=True)
class _Walk:
    writer: BlockWriter = field(default_factory=BlockWriter)
    headers: list[DraftBlock] = field(default_factory=list)
    footers: list[DraftBlock] = field(default_factory=list)
    groups: list[_Group] = field(default_factory=lambda: [_Group()])
    hidden: bool = False
    _tables: RtfTables = field(default_factory=RtfTables)
    _fields: Fields = field(default_factory=Fields)
    _paragraph: _Paragraph = field(default_factory=_Paragraph)
    _boxes: list[DraftBlock] = field(default_factory=list)
    _item: bool = False
    _row_open: bool = False
    _starred: bool = False
    _skip: int = 0
    _codec: str = "cp1252"
    _bytes: bytearray = field(default_factory=bytearray)
    _text: list[str] = field(default_factory=list)
    _length: int = 0
    _opened: bool = False

    @property
    def group(self) -> _Group:
        return self.groups[-1]

    def token(self, token: Token) -> None:
        if token.kind is Kind.OPEN:
            self.open()
        elif token.kind is Kind.CLOSE:
            self.close()
        elif self._skip and token.kind is not Kind.BYTES:
            self._skip -= 1
        elif token.kind is Kind.BYTES:
            self.letters(token)
        elif token.kind is Kind.SYMBOL:
            self.symbol(token.data)
        else:
            self.word(token.data, token.number)

    # Groups

    def open(self) -> None:
        self.flush()
        self._skip = 0
        if not self._opened:  # the file's own group is there from the start
            self._opened = True
            return
        if len(self.groups) >= _DEEPEST:
            raise ParsingError(
                ErrorReason.CORRUPT_FILE, "the document is nested too deeply; save it as .docx and upload that"
            )
        self.groups.append(replace(self.group, ends_field=False, outer=None, margin=False))

    def close(self) -> None:
        self.flush()
        self._skip = 0
        group = self.groups[-1]
        if group.ends_field:
            self._fields.end()
        if group.outer is not None:
            self.leave(group.outer, margin=group.margin)
        if len(self.groups) == 1:
            self.end_paragraph()
            self.writer.end_block()
        self.groups.pop()

    def enter(self, kind: BlockKind, *, margin: bool) -> None:
        """Write to another place until the group ends: a header, a footer, a text box."""
        self.group.outer, self.group.margin = self.writer, margin
        self.writer = BlockWriter(kind=kind, table_numbers=self.writer.table_numbers)
        self._paragraph = _Paragraph()

    def leave(self, outer: BlockWriter, *, margin: bool) -> None:
        self.end_paragraph()
        self.writer.end_block()
        blocks = self.writer.blocks
        if not margin:
            self._boxes.extend(blocks)
        else:
            place = self.headers if self.writer.kind is BlockKind.HEADER else self.footers
            known = {tuple(line.text for line in block.lines) for block in place}
            place.extend(block for block in blocks if tuple(line.text for line in block.lines) not in known)
        self.writer = outer
        self._paragraph = _Paragraph()

    # Text

    def letters(self, token: Token) -> None:
        data = token.data
        if self._skip:
            dropped = min(self._skip, len(data))
            self._skip -= dropped
            data = data[dropped:]
        group = self.group
        if group.table == "fonts":
            self._tables.font_text(data)
        elif group.table == "styles":
            self._tables.style_text(data)
        elif not group.silent and data:
            self._bytes += data

    def write(self, text: str) -> None:
        if not self.group.silent and not self.group.table:
            self.decode()
            self._text.append(text)

    def decode(self) -> None:
        """Bytes that follow each other are decoded together: a character may take two."""
        if self._bytes:
            if self.group.codec == "symbol":
                self._text.append("".join(chr(_PRIVATE_USE + byte) if byte > 32 else " " for byte in self._bytes))  # noqa: PLR2004 - blank
            else:
                self._text.append(self._bytes.decode(self.group.codec, errors="replace"))
            self._bytes.clear()

    def flush(self) -> None:
        """Hand what was collected to where it belongs, before anything about it changes."""
        self.decode()
        text = whole("".join(self._text))
        self._text.clear()
        if not text:
            return
        self._length += len(text)
        refuse_too_long(self._length)
        group = self.group
        if group.in_instruction:
            self._fields.instruct(text)
        elif self._fields.silent or group.deleted:
            return
        elif group.style.unseen:
            self.hidden = self.hidden or bool(text.strip())
        else:
            self.writer.go_to_depth(self.depth)
            self.writer.add(text, style=group.style.style, uri=self._fields.uri)

    def symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in b"\r\n":
            self.word(b"par", None)
        elif symbol in _SYMBOLS:
            self.write(_SYMBOLS[symbol])

    # Control words

    def word(self, word: bytes, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if word in _CHARACTERS:
            self.write(_CHARACTERS[word])
        elif word == b"u":
            self.write(chr((number or 0) & 0xFFFF))
            self._skip = self.group.fallback
        elif word == b"uc":
            self.group.fallback = min(max(0, number or 0), 16)
        else:
            self.flush()
            self.other_word(word, number, starred=starred)

    def other_word(self, word: bytes, number: int | None, *, starred: bool) -> None:
        group = self.group
        if word in _SILENT or (starred and word not in _KNOWN_STARRED):
            group.silent = True
        elif word in {b"fonttbl", b"stylesheet"}:
            group.table = "fonts" if word == b"fonttbl" else "styles"
        elif group.table == "fonts":
            self._tables.font_word(word, number or 0)
        elif group.table == "styles":
            self._tables.style_word(word, number or 0)
        elif not group.silent and not (
            self.place_word(word) or self.end_word(word) or self.paragraph_word(word, number)
        ):
            self.character_word(word, number)

    def place_word(self, word: bytes) -> bool:
        """Follow what begins a place of its own; tells whether the word is one of these."""
        if word in _HEADERS or word in _FOOTERS:
            self.enter(BlockKind.HEADER if word in _HEADERS else BlockKind.FOOTER, margin=True)
        elif word == b"shptxt":
            self.enter(BlockKind.TEXT_BOX, margin=False)
        elif word == b"field":
            self._fields.begin()
            self.group.ends_field = True
        elif word == b"fldinst":
            self.group.in_instruction = True
        elif word == b"fldrslt":
            self._fields.separate()
        elif word in {b"listtext", b"pntext"}:
            self._item = self.group.silent = True
        else:
            return False
        return True

    def end_word(self, word: bytes) -> bool:
        """Follow what ends a line, a paragraph, a cell or a row; tells whether the word is one of these."""
        if word == b"line":
            self.writer.end_line(self.look)
        elif word == b"par":
            self.end_paragraph()
        elif word in {b"page", b"sect"}:
            self.end_paragraph()
            self.writer.end_block()
        elif word in {b"cell", b"nestcell"}:
            self.end_paragraph(depth=1 if word == b"cell" else max(2, self.depth))
            self.writer.end_cell()
        elif word in {b"row", b"nestrow"}:
            self.writer.go_to_depth(1 if word == b"row" else max(2, self.depth))
            self.writer.end_row()
            self._row_open = self._row_open and word != b"row"
        else:
            return False
        return True

    def paragraph_word(self, word: bytes, number: int | None) -> bool:
        """Follow a property of the paragraph; tells whether the word is one."""
        paragraph = self._paragraph
        if word == b"pard":
            self._paragraph = _Paragraph()
        elif word == b"s":
            paragraph.style = number or 0
        elif word == b"outlinelevel":
            paragraph.level = level_of(number or 0)
        elif word == b"ls":
            paragraph.listed = number != 0
        elif word == b"intbl":
            paragraph.depth = max(1, paragraph.depth)
        elif word == b"itap":
            paragraph.depth = max(0, number or 0)
        elif word == b"li":
            paragraph.indent = number or 0
        elif word == b"trowd":
            self._row_open = True
        else:
            return False
        return True

    def character_word(self, word: bytes, number: int | None) -> None:
        group, on = self.group, number != 0
        if word == b"plain":
            group.style, group.codec, group.deleted = _PLAIN, self._codec, False
        elif word == b"b":
            group.style = replace(group.style, bold=on)
        elif word == b"i":
            group.style = replace(group.style, italic=on)
        elif word == b"v":
            group.style = replace(group.style, hidden=on)
        elif word == b"deleted":
            group.deleted = on
        elif word == b"fs":
            group.style = replace(group.style, size=(number or 24) / _HALF_POINTS)
        elif word == b"f":
            font = self._tables.fonts.get(number or 0)
            group.style = replace(group.style, font=font.name.strip() if font else None)
            group.codec = (font.codec if font else "") or self._codec
        elif word in {b"ansicpg", b"mac", b"pc", b"pca"}:
            code_page = {b"mac": 10000, b"pc": 437, b"pca": 850}.get(word, number or 0)
            self._codec = group.codec = codec_of(code_page)

    # Paragraphs

    @property
    def depth(self) -> int:
        """In how many tables the paragraph is; some programs tell of the row alone."""
        return max(self._paragraph.depth, int(self._row_open))

    @property
    def look(self) -> ParagraphStyle:
        paragraph = self._paragraph
        level = self._tables.levels.get(paragraph.style, 0) if paragraph.level is None else paragraph.level
        indent = paragraph.indent / _TWIPS_PER_POINT
        return ParagraphStyle(heading_level=level, numbered=self._item or paragraph.listed, indent=indent)

    def end_paragraph(self, *, depth: int | None = None) -> None:
        self.writer.go_to_depth(self.depth if depth is None else depth)
        self.writer.end_paragraph(self.look)
        self._item = False
        if self._boxes and not any(group.outer is not None and not group.margin for group in self.groups):
            boxes, self._boxes = self._boxes, []
            self.writer.insert(boxes)
