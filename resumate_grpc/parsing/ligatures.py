"""Ligatures whose meaning a PDF lost: glyphs inside a word that map to no character.

Subset fonts of some browsers and of TeX name no character for fi, fl, ff and their kin; the words would lose letters.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["restore_ligatures"]

_LAYOUT_CONTROLS = (9, 10, 13)
_FIRST_PRINTABLE = 32
_DASH = 0x2013
_FF, _FI, _FL, _FFI = 0xFB00, 0xFB01, 0xFB02, 0xFB03
_WIDE = 1.27  # of the mean letter: three letters in one glyph rather than two
_AFTER_FL = ("o", "u", "ag", "am", "an", "as", "at", "av", "aw", "ec", "ed", "ee", "es", "ew", "ex", "ip", "ie", "y")
_AFTER_FI = ("ed", "er", "es")
_AFTER_FI_BEFORE = ("i", "o")  # "certi·ed", "modi·es", "pro·es": more often fi there


def restore_ligatures(codes: npt.NDArray[np.uint32], boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.uint32]:
    """Return the code points with each unmapped glyph that touches a letter replaced by a ligature.

    Which one follows from its width and from the letters after it ("·ow" flow, "·nance" finance). Unmapped glyphs
    elsewhere (icons, bullets) are left as they are, to be dropped. One in a range of figures is its dash.
    """
    lost = np.flatnonzero((codes < _FIRST_PRINTABLE) & ~np.isin(codes, _LAYOUT_CONTROLS))
    if not lost.size:
        return codes
    restored = codes.copy()
    for index in lost.tolist():
        if _follows_figure(codes, boxes, index):
            restored[index] = _DASH
            continue
        before, after = _letters(codes, index, -1), _letters(codes, index, 1)
        if after and _touch(boxes, index, index + 1) and (not before or _touch(boxes, index - 1, index)):
            restored[index] = _guess(before, after, wide=_is_wide(boxes, index, len(after)))
    return restored


def _follows_figure(codes: npt.NDArray[np.uint32], boxes: npt.NDArray[np.float32], index: int) -> bool:
    """Tell whether a glyph stands right behind a figure and before a word or a figure, as a range's dash does."""
    if not 0 < index < codes.size - 1 or not chr(int(codes[index - 1])).isdigit():
        return False
    return chr(int(codes[index + 1])).isalnum() and _touch(boxes, index - 1, index) and _touch(boxes, index, index + 1)


def _letters(codes: npt.NDArray[np.uint32], index: int, step: int) -> str:
    """Return up to three letters beside a glyph, in reading order."""
    found = ""
    at = index + step
    while 0 <= at < codes.size and len(found) < 3 and (char := chr(int(codes[at]))).isalpha():  # noqa: PLR2004
        found = found + char if step > 0 else char + found
        at += step
    return found.lower()


def _touch(boxes: npt.NDArray[np.float32], left: int, right: int) -> bool:
    height = float(boxes[left, 3] - boxes[left, 1])
    return abs(float(boxes[right, 0] - boxes[left, 2])) < 0.12 * height


def _is_wide(boxes: npt.NDArray[np.float32], index: int, after: int) -> bool:
    near = boxes[index + 1 : index + 1 + after]
    return float(boxes[index, 2] - boxes[index, 0]) > _WIDE * float(np.mean(near[:, 2] - near[:, 0]))


def _guess(before: str, after: str, *, wide: bool) -> int:
    if wide and after.startswith(("c", "n")):
        return _FFI  # office, efficient
    if after.startswith(_AFTER_FI) and before.endswith(_AFTER_FI_BEFORE):
        return _FI
    if after.startswith(_AFTER_FL):
        return _FL
    return _FF if after.startswith("i") and not before else _FI
