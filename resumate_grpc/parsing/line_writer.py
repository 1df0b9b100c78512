"""Text in pieces of different style → the words of a line.

Formats that know no glyphs (DOCX, Markdown, text) hand over runs that may begin and end within a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from msgspec.structs import replace

from resumate_grpc.parsing.characters import BULLETS, is_bullet
from resumate_grpc.parsing.document import Style
from resumate_grpc.parsing.draft import PLAIN_STYLE, DraftWord

__all__ = ["LineWriter", "strip_bullet", "words_of"]

_PIECE = re.compile(r"(\s*)(\S*)")
_WIDE_GAP = re.compile(r"\t|\s{3}")
_SOFT_HYPHEN = re.compile("\u00ad(?=.)")  # one at a line's end joins it to the next line


@dataclass(slots=True)
class LineWriter:
    """Collects the words of one line; a tab or three spaces in a row between two words are a wide gap (a tab)."""

    words: list[DraftWord] = field(default_factory=list)
    _space: str = ""

    def add(self, text: str, *, style: Style = PLAIN_STYLE, uri: str = "") -> None:
        """Append normalised text without newlines; what follows a word without a space is part of that word.

        A word bears the style of its first piece and the first hyperlink found in it.
        """
        for space, raw in _PIECE.findall(text):
            self._space += space
            piece = _SOFT_HYPHEN.sub("", raw)
            if not piece:
                continue
            if self.words and not self._space:
                last = self.words[-1]
                self.words[-1] = replace(last, text=last.text + piece, uri=last.uri or uri)
            else:
                gap = "\t" if _WIDE_GAP.search(self._space) else " "
                self.words.append(DraftWord(text=piece, gap=gap, style=style, uri=uri))
            self._space = ""

    def take(self) -> tuple[DraftWord, ...]:
        """Hand over the words and begin a new line."""
        words = tuple(self.words)
        self.words, self._space = [], ""
        return words


def words_of(text: str) -> tuple[DraftWord, ...]:
    """Split normalised text of one style into words."""
    writer = LineWriter()
    writer.add(text)
    return writer.take()


def strip_bullet(words: tuple[DraftWord, ...]) -> tuple[tuple[DraftWord, ...], bool]:
    """Take a list item's glyph off a line, also where no space follows it; tells whether there was one."""
    if not words:
        return words, False
    first = words[0]
    if is_bullet(first.text):
        return words[1:], len(words) > 1
    rest = first.text.lstrip("".join(BULLETS))
    if rest != first.text:
        return (replace(first, text=rest), *words[1:]), True
    return words, False
