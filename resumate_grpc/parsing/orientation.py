"""Text that does not run from left to right on its page: pages that lie on their side, and words along an edge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from resumate_grpc.parsing.words import GlyphLook, PlacedWord, group_words

__all__ = ["Turnable", "edge_lines", "read_words"]

_BLANK = 32
_SAME_STRIP = 0.8  # of the font size


class Turnable(Protocol):
    """A page whose coordinates can be turned by quarters, clockwise; see `PdfPage`."""

    width: float
    height: float

    def glyphs(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
        """Return code points and boxes."""

    def look(self, index: int) -> GlyphLook:
        """Tell how a glyph looks."""

    def baseline(self, index: int) -> float:
        """Return the height of a glyph's baseline."""

    def turn(self, quarters: int) -> None:
        """Turn all coordinates from now on."""


def read_words(page: Turnable) -> tuple[list[PlacedWord], list[PlacedWord]]:
    """Return the words of a page that run from left to right, and those along its edges, each in content order.

    A page most of whose text lies on its side is turned, so that its boxes are those of the upright page. Words along
    an edge have their boxes on the page; their `order` follows that of all others.
    """
    codes, boxes = page.glyphs()
    words = group_words(codes, boxes, look=page.look, baseline=page.baseline)
    if all(_quarter(word.look.angle) == 0 for word in words):
        return words, []
    quarters = np.array([_quarter(page.look(index).angle) for index in range(codes.size)])
    usual = int(np.bincount(quarters[codes > _BLANK], minlength=4).argmax())
    page.turn(usual)
    quarters = (quarters - usual) % 4
    words = _words_of_quarter(page, quarters == 0, look=page.look, baseline=page.baseline)
    edge: list[PlacedWord] = []
    for quarter in (1, 2, 3):
        if np.any(quarters == quarter):
            edge += _edge_words(page, quarters == quarter, quarter, first=len(words) + len(edge))
    return words, edge


def _quarter(angle: int) -> int:
    return round(angle / 90) % 4


def _words_of_quarter(
    page: Turnable, mask: npt.NDArray[np.bool_], *, look: Callable[[int], GlyphLook], baseline: Callable[[int], float]
) -> list[PlacedWord]:
    codes, boxes = page.glyphs()
    return group_words(np.where(mask, codes, np.uint32(_BLANK)), boxes, look=look, baseline=baseline)


def _edge_words(page: Turnable, mask: npt.NDArray[np.bool_], quarter: int, *, first: int) -> list[PlacedWord]:
    """Read the words of one direction upright, then lay their boxes back on the page."""
    width, height = page.width, page.height
    page.turn(quarter)
    words = _words_of_quarter(page, mask, look=page.look, baseline=page.baseline)
    page.turn(-quarter)
    return [
        _laid_back(replace(word, order=first + index), quarter, width=width, height=height)
        for index, word in enumerate(words)
    ]


def _laid_back(word: PlacedWord, quarter: int, *, width: float, height: float) -> PlacedWord:
    x0, y0, x1, y1 = {
        1: (word.y0, height - word.x1, word.y1, height - word.x0),
        2: (width - word.x1, height - word.y1, width - word.x0, height - word.y0),
        3: (width - word.y1, word.x0, width - word.y0, word.x1),
    }[quarter]
    return replace(word, x0=x0, y0=y0, x1=x1, y1=y1, baseline=y1)


def edge_lines(words: Sequence[PlacedWord]) -> list[list[PlacedWord]]:
    """Group words along an edge into lines: what follows in content order on the same strip."""
    lines: list[list[PlacedWord]] = []
    for word in words:
        if lines and _same_strip(lines[-1][-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _same_strip(one: PlacedWord, other: PlacedWord) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return one.look.angle == other.look.angle and max(across, down) >= _SAME_STRIP * other.size
