"""Glyphs → words, with numpy: where a word begins and ends, before anything is known of lines or columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resumate_grpc.parsing.characters import normalise
from resumate_grpc.parsing.document import Style

__all__ = ["GlyphLook", "PlacedWord", "group_words"]

_SPACES = np.array([9, 10, 13, 32, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], dtype=np.uint32)
_DROPPED = np.array([0, 0xFFFE, 0xFEFF, 0xFFFF, 0x200B], dtype=np.uint32)
_LINE_END_HYPHEN = 2  # what PDFium writes for a hyphen at which it believes a word was broken
_WIDEST_GAP_IN_WORD = 0.6  # of the glyph's height; PDFium writes a space itself for gaps that are words' own
_DEEPEST_STEP_BACK = 0.6
_LEAST_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class GlyphLook:
    """How the glyphs of one text object look; `angle` in degrees, 0 = upright; `visible` is its render mode's word."""

    style: Style
    visible: bool = True
    angle: int = 0


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word on a page: its box and baseline in points from the top left; `order` is its place in the file."""

    text: str
    look: GlyphLook
    x0: float
    y0: float
    x1: float
    y1: float
    baseline: float
    order: int

    @property
    def size(self) -> float:
        """Font size in points, never 0."""
        return self.look.style.size or max(1.0, self.y1 - self.y0)


def group_words(
    codes: npt.NDArray[np.uint32],
    boxes: npt.NDArray[np.float32],
    *,
    look: Callable[[int], GlyphLook],
    baseline: Callable[[int], float],
) -> list[PlacedWord]:
    """Group glyphs, shape (n,) and (n, 4) as `PdfPage.glyphs` gives them, into words in content order.

    A word ends at a space (also one that PDFium generated), at a gap wider than letter-spacing, and where the next
    glyph stands on another line. `look` and `baseline` are asked once a word, of its first glyph. Words of which
    nothing can be seen (icons) are left out.
    """
    kept = np.flatnonzero(~np.isin(codes, _SPACES) & ~np.isin(codes, _DROPPED))
    if not kept.size:
        return []
    spaces_before = np.cumsum(np.isin(codes, _SPACES))[kept]
    starts = np.flatnonzero(_breaks(spaces_before, boxes[kept]))
    ends = np.append(starts[1:], kept.size)
    shown = codes[kept]
    shown[shown == _LINE_END_HYPHEN] = ord("-")
    text = shown.astype("<u4").tobytes().decode("utf-32-le", errors="replace")
    own = boxes[kept]
    low = np.minimum.reduceat(own[:, :2], starts, axis=0)
    high = np.maximum.reduceat(own[:, 2:], starts, axis=0)
    words: list[PlacedWord] = []
    for order, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        word = normalise(text[start:end]).strip()
        if word:
            first = int(kept[start])
            (x0, y0), (x1, y1) = low[order].tolist(), high[order].tolist()
            words.append(PlacedWord(word, look(first), x0, y0, x1, y1, baseline(first), order))
    return words


def _breaks(spaces_before: npt.NDArray[np.int_], boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Tell for each glyph whether it begins a word; `spaces_before` counts the spaces between the first and it."""
    before, after = boxes[:-1], boxes[1:]
    height = np.maximum(np.minimum(before[:, 3] - before[:, 1], after[:, 3] - after[:, 1]), 0.1)
    gap = after[:, 0] - before[:, 2]
    overlap = np.minimum(before[:, 3], after[:, 3]) - np.maximum(before[:, 1], after[:, 1])
    breaks = np.ones(len(boxes), dtype=np.bool_)
    breaks[1:] = (
        (np.diff(spaces_before) > 0)
        | (gap > _WIDEST_GAP_IN_WORD * height)
        | (after[:, 2] < before[:, 0] - _DEEPEST_STEP_BACK * height)
        | (overlap < _LEAST_OVERLAP * height)
    )
    return breaks
