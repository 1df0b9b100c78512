"""RTF, what its tables say: fonts with their code pages, and which styles are headings."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

__all__ = ["RtfTables", "codec_of"]

_CHARSETS = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
"""Code pages of the charsets that fonts name; others mean the document's."""
_SYMBOL = 2
_HEADING_NAME = re.compile(r"heading (\d)", re.IGNORECASE)
_BODY_LEVEL = 9
_LONGEST_NAME = 256


def codec_of(code_page: int) -> str:
    """Name the codec of a code page; Windows' Latin one where it is unknown."""
    name = {10000: "mac-roman", 65001: "utf-8"}.get(code_page, f"cp{code_page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


@dataclass(slots=True)
class _Font:
    name: str = ""
    codec: str = ""


@dataclass(slots=True)
class RtfTables:
    """Fonts and heading levels by their numbers, filled while the tables are read."""

    fonts: dict[int, _Font] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    _font: _Font = field(default_factory=_Font)
    _style: int = 0
    _name: str = ""

    def font_word(self, word: bytes, number: int) -> None:
        """Follow a control word of the font table."""
        if word == b"f":
            self._font = self.fonts.setdefault(number, _Font())
        elif word == b"fcharset":
            # Letters of symbol fonts are pictures: their codes are kept apart from letters.
            self._font.codec = "symbol" if number == _SYMBOL else _CHARSETS.get(number, "")
        elif word == b"cpg":
            self._font.codec = codec_of(number)

    def font_text(self, text: bytes) -> None:
        """Append to the name of a font; a semicolon ends it."""
        if len(self._font.name) < _LONGEST_NAME:
            self._font.name += text.decode("latin-1").rstrip(";")

    def style_word(self, word: bytes, number: int) -> None:
        """Follow a control word of the style sheet."""
        if word == b"s":
            self._style, self._name = number, ""
        elif word in {b"cs", b"ds", b"ts"}:
            self._style = -1
        elif word == b"outlinelevel" and self._style >= 0:
            self.levels[self._style] = level_of(number)

    def style_text(self, text: bytes) -> None:
        """Append to the name of a style; a heading's English name tells its level."""
        if self._style >= 0 and len(self._name) < _LONGEST_NAME:
            self._name += text.decode("latin-1")
            if match := _HEADING_NAME.match(self._name.strip()):
                self.levels[self._style] = int(match[1])
            elif self._name.strip().lower().rstrip(";") == "title":
                self.levels[self._style] = 1


def level_of(outline: int) -> int:
    """Return the heading level of an outline level, 0 for body text."""
    return outline + 1 if 0 <= outline < _BODY_LEVEL else 0
