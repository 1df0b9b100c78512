"""Binary DOC, styles: how characters and paragraphs look, through the style sheet ([MS-DOC] 2.6 and 2.9.271)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from resumate_grpc.parsing.doc_file import DocFile
from resumate_grpc.parsing.doc_records import Properties, Record, properties_of
from resumate_grpc.parsing.run_style import ParagraphStyle, RunStyle

__all__ = ["DocStyles", "fonts_of", "number_in", "styles_of"]

_STYLE_SHEET, _FONTS = 1, 15
_PARAGRAPH, _CHARACTER = 1, 2
_NO_STYLE = 0xFFF
_LONGEST_CHAIN = 32  # a chain of styles may bite its tail
_FIRST_HEADING, _LAST_HEADING, _TITLE = 1, 9, 62
_FONT_NAME_AT = 39
_TWIPS_PER_POINT, _HALF_POINTS = 20, 2
_AS_STYLE, _OPPOSITE = 0x80, 0x81

_BOLD, _ITALIC, _HIDDEN, _SIZE, _FONT, _COLOR = 0x0835, 0x0836, 0x083C, 0x4A43, 0x4A4F, 0x6870
_CHARACTER_STYLE = 0x4A30
_LIST, _OUTLINE, _INDENT_97, _INDENT = 0x460B, 0x2640, 0x840F, 0x845E
_NO_LIST = (0, 0xF801)
_BODY_LEVEL = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class _Definition:
    """A style as it is stored; `built_in` is its number among Word's own (1..9 headings, 62 title)."""

    kind: int
    built_in: int
    base: int
    paragraph: Properties
    run: Properties


class DocStyles:
    """The style sheet of one document."""

    def __init__(self, definitions: dict[int, _Definition], fonts: list[str]) -> None:
        self._definitions = definitions
        self._paragraphs: dict[int, ParagraphStyle] = {}
        self.fonts = fonts

    def paragraph(self, style: int, properties: Properties) -> ParagraphStyle:
        """Resolve a paragraph's direct properties through its style."""
        below = self._paragraphs.get(style)
        if below is None:
            below = ParagraphStyle()
            for each in reversed(self._chain(style)):
                below = self._defined(each, below)
            self._paragraphs[style] = below
        return _paragraph_over(properties, below)

    def run(self, properties: Properties, paragraph: ParagraphStyle) -> RunStyle:
        """Resolve a run's direct properties through its own and its paragraph's style."""
        below = paragraph.run
        if _CHARACTER_STYLE in properties:
            for each in reversed(self._chain(number_in(properties, _CHARACTER_STYLE))):
                if each.kind == _CHARACTER:
                    below = self._run_over(each.run, below)
        return self._run_over(properties, below)

    def _chain(self, style: int) -> list[_Definition]:
        """List the style and what it is based on, nearest first."""
        chain: list[_Definition] = []
        while (known := self._definitions.get(style)) is not None and len(chain) < _LONGEST_CHAIN:
            chain.append(known)
            style = known.base
        return chain

    def _defined(self, style: _Definition, below: ParagraphStyle) -> ParagraphStyle:
        known = replace(below, run=self._run_over(style.run, below.run))
        if _FIRST_HEADING <= style.built_in <= _LAST_HEADING:
            known = replace(known, heading_level=style.built_in)
        elif style.built_in == _TITLE:
            known = replace(known, heading_level=1)
        return _paragraph_over(style.paragraph, known)

    def _run_over(self, properties: Properties, below: RunStyle) -> RunStyle:
        if not properties:
            return below
        font = number_in(properties, _FONT)
        return RunStyle(
            bold=_toggle(properties, _BOLD, below.bold),
            italic=_toggle(properties, _ITALIC, below.italic),
            hidden=_toggle(properties, _HIDDEN, below.hidden),
            size=number_in(properties, _SIZE) / _HALF_POINTS if _SIZE in properties else None,
            color=_color(properties[_COLOR]) if _COLOR in properties else None,
            font=self.fonts[font] if _FONT in properties and font < len(self.fonts) else None,
        ).over(below)


def styles_of(file: DocFile) -> dict[int, _Definition]:
    """Read the style sheet, styles by their index. Raises `ParsingError` (CORRUPT_FILE) where it is damaged."""
    sheet = file.blob(_STYLE_SHEET)
    if not sheet.data:
        return {}
    at = 2 + sheet.u16(0)
    count, base_bytes = sheet.u16(2), sheet.u16(4)
    definitions = {}
    for index in range(count):
        size = sheet.u16(at)
        if size:
            definitions[index] = _definition(Record(sheet.take(at + 2, size)), base_bytes)
        at += 2 + size
    return definitions


def fonts_of(file: DocFile) -> list[str]:
    """Read the names of the fonts. Raises `ParsingError` (CORRUPT_FILE) where their table is damaged."""
    table = file.blob(_FONTS)
    if not table.data:
        return []
    at, names = 4, []
    for _ in range(table.u16(0)):
        size = table.u8(at)
        name = table.take(at + 1, size)[_FONT_NAME_AT:].decode("utf-16-le", errors="replace")
        names.append(name.partition("\0")[0])
        at += 1 + size
    return names


def number_in(properties: Properties, opcode: int) -> int:
    """Return a property's operand as a number, 0 where it is not set."""
    return int.from_bytes(properties.get(opcode, b""), "little")


def _definition(style: Record, base_bytes: int) -> _Definition:
    kind_and_base, parts = style.u16(2), style.u16(4) & 0xF
    at = base_bytes + 2 * style.u16(base_bytes) + 4
    kind = kind_and_base & 0xF
    paragraph: Properties = {}
    run: Properties = {}
    for part in range(parts):
        size = style.u16(at)
        data = style.take(at + 2, size)
        if kind == _PARAGRAPH and part == 0:
            paragraph = properties_of(data[2:])
        elif (kind == _PARAGRAPH and part == 1) or (kind == _CHARACTER and part == 0):
            run = properties_of(data)
        at += 2 + size + size % 2
    base = kind_and_base >> 4
    return _Definition(
        kind=kind,
        built_in=style.u16(0) & 0xFFF,
        base=-1 if base == _NO_STYLE else base,
        paragraph=paragraph,
        run=run,
    )


def _toggle(properties: Properties, opcode: int, below: bool | None) -> bool | None:  # noqa: FBT001 - as it is stored
    if opcode not in properties:
        return None
    value = number_in(properties, opcode)
    if value in {_AS_STYLE, _OPPOSITE}:
        return bool(below) is (value == _AS_STYLE)
    return value != 0


def _color(operand: bytes) -> int | None:
    if len(operand) < 4 or operand[3]:  # noqa: PLR2004 - red, green, blue, and whether the colour is automatic
        return 0
    return int.from_bytes(operand[:3], "big")


def _paragraph_over(properties: Properties, below: ParagraphStyle) -> ParagraphStyle:
    if not properties:
        return below
    level = number_in(properties, _OUTLINE)
    indent = properties.get(_INDENT, properties.get(_INDENT_97))
    return replace(
        below,
        heading_level=(level + 1 if level < _BODY_LEVEL else 0) if _OUTLINE in properties else below.heading_level,
        numbered=number_in(properties, _LIST) not in _NO_LIST if _LIST in properties else below.numbered,
        indent=below.indent if indent is None else int.from_bytes(indent, "little", signed=True) / _TWIPS_PER_POINT,
    )
