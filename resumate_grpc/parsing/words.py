"""Glyphs → words, with numpy: where a word begins and ends, before anything is known of lines or columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

from resumate_grpc.parsing.characters import BULLETS, normalise
from resumate_grpc.parsing.diacritics import compose
from resumate_grpc.parsing.document import Style
from resumate_grpc.parsing.ligatures import restore_ligatures

__all__ = ["GlyphLook", "PlacedWord", "group_words"]

_SPACES = (9, 10, 13, 32, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_DROPPED = (0, 0xFFFE, 0xFEFF, 0xFFFF, 0x200B)
_BEYOND = 0x10000
_SPACE, _NOTHING = 1, 2
_KINDS = np.zeros(_BEYOND + 1, dtype=np.uint8)
"""Which code points are spaces, and which are no glyphs; what lies beyond shares the last place."""
_KINDS[list(_SPACES)] = _SPACE
_KINDS[list(_DROPPED)] = _NOTHING
_SOFT_HYPHEN = 0xAD  # a glyph that is drawn is a hyphen, whatever some TeX fonts call it
_ICON_FONT = re.compile(
    r"awesome|\bfa[56-]|icon|glyphicons|academicon|fontello|marvosym|dingbat|wingding|webding", re.IGNORECASE
)
_ODD_GAP = 0.12  # of the glyph's height, beyond what is usual in the word: a space that PDFium did not see
_SAME_HEIGHT, _OTHER_SIZE = 0.005, 0.14  # of the glyph's height
_GLYPHS_A_WORD = 12  # on a page with more, spaces are hidden
_IDEOGRAPHS = (0x3040, 0x9FFF)
_LONGEST_ICON = 2
_ENOUGH_GAPS = 5
_WIDEST_GAP_IN_WORD = 0.6  # of the glyph's height; PDFium writes a space itself for gaps that are words' own
_DEEPEST_STEP_BACK = 0.6
_LEAST_OVERLAP = 0.3


class GlyphLook(msgspec.Struct, frozen=True):
    """How the glyphs of one text object look; `angle` in degrees, 0 = upright; `visible` is its render mode's word."""

    style: Style
    visible: bool = True
    angle: int = 0


class PlacedWord(msgspec.Struct, frozen=True):
    """A word on a page: its box and baseline in points from the top left; `order` is its place in the file.

    `confidence`, 0..1, is how sure OCR is that this is what is printed; 1 for text that the file holds as text. `size`
    is the font size in points, never 0.
    """

    text: str
    look: GlyphLook
    x0: float
    y0: float
    x1: float
    y1: float
    baseline: float
    order: int
    confidence: float = 1.0
    size: float = 0.0

    def __post_init__(self) -> None:
        """Work the size out, which is asked for many times."""
        msgspec.structs.force_setattr(self, "size", self.look.style.size or max(1.0, self.y1 - self.y0))


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
    codes, dropped = compose(codes, boxes)
    codes = restore_ligatures(codes, boxes)
    kinds = _KINDS[np.minimum(codes, _BEYOND)]
    spaces = kinds == _SPACE
    kept = np.flatnonzero((kinds == 0) & ~dropped)
    if not kept.size:
        return []
    shown, own = codes[kept], boxes[kept]
    shown[shown == _SOFT_HYPHEN] = ord("-")
    text = shown.astype("<u4").tobytes().decode("utf-32-le", errors="replace")
    breaks = _breaks(np.cumsum(spaces & ~dropped, dtype=np.intp)[kept], own)
    _break_at_odd_gaps(breaks, own, shown)
    starts = np.flatnonzero(breaks)
    ends = np.append(starts[1:], kept.size)
    low = np.minimum.reduceat(own[:, :2], starts, axis=0)
    high = np.maximum.reduceat(own[:, 2:], starts, axis=0)
    boxes_of_words = np.hstack([low, high]).tolist()
    glyphs = kept.tolist()
    words: list[PlacedWord] = []
    for order, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        first, glyph_look = start, look(glyphs[start])
        if _is_icon_font(glyph_look.style.font) and text[start] not in BULLETS:
            # An icon may touch its label. What is longer than an icon is a description that the file gives for it,
            # but for the fonts that spell their icons out.
            following = look(glyphs[start + 1]) if end - start > 1 else glyph_look
            if following is not glyph_look:
                first, glyph_look = start + 1, following
            elif end - start <= _LONGEST_ICON or "material" in glyph_look.style.font.lower():
                continue
        word = normalise(text[first:end]).strip()
        if word:
            x0, y0, x1, y1 = boxes_of_words[order]
            if first > start:
                x0 = float(own[first, 0])
            words.append(PlacedWord(word, glyph_look, x0, y0, x1, y1, baseline(glyphs[first]), order))
    return words


@lru_cache(maxsize=256)
def _is_icon_font(name: str) -> bool:
    return bool(name) and _ICON_FONT.search(name) is not None


def _breaks(spaces_before: npt.NDArray[np.intp], boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
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


def _break_at_odd_gaps(
    breaks: npt.NDArray[np.bool_], boxes: npt.NDArray[np.float32], codes: npt.NDArray[np.uint32]
) -> None:
    """Break words at gaps that stick out from the others in the word: fonts with wrong widths hide spaces so.

    Where the page shows its spaces, letters that merely touch are one word, however much the others overlap. Han
    characters and kana stand in boxes of their own without spaces.
    """
    height = np.maximum(boxes[1:, 3] - boxes[1:, 1], 0.1)
    gaps = (boxes[1:, 0] - boxes[:-1, 2]) / height
    inner = gaps[~breaks[1:]]
    if not inner.size or float(inner.max()) <= _ODD_GAP / 2:
        return
    usual_on_page = float(np.median(inner))
    if np.count_nonzero(breaks) * _GLYPHS_A_WORD > breaks.size:
        gaps = np.where(gaps <= _ODD_GAP, np.minimum(gaps, usual_on_page), gaps)
        # A font drawn glyph by glyph has boxes as tight as its ink, which differ in height: their gaps tell nothing.
        other = np.abs(np.diff(boxes[:, 3] - boxes[:, 1])) / height
        tight = (other > _SAME_HEIGHT) & (other < _OTHER_SIZE) & ~breaks[1:]
        if tight.any():
            tall = np.round(boxes[:, 3] - boxes[:, 1], 2)
            inked = np.isin(tall, tall[1:][tight]) | np.isin(tall, tall[:-1][tight])
            gaps = np.where(inked[1:] | inked[:-1], np.minimum(gaps, usual_on_page), gaps)
    ideographs = (codes >= _IDEOGRAPHS[0]) & (codes <= _IDEOGRAPHS[1])
    gaps = np.where(ideographs[1:] & ideographs[:-1], np.minimum(gaps, usual_on_page), gaps)
    starts = np.flatnonzero(breaks)
    for start, end in zip(starts.tolist(), np.append(starts[1:], breaks.size).tolist(), strict=True):
        own = gaps[start : end - 1]
        if own.size and float(own.max()) - min(0.0, usual_on_page) > _ODD_GAP:
            usual = float(np.median(own)) if own.size >= _ENOUGH_GAPS else min(float(np.median(own)), usual_on_page)
            breaks[start + 1 : end] |= own - usual > _ODD_GAP
