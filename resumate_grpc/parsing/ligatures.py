"""Ligatures whose meaning a PDF lost: glyphs inside a word that map to no character.

Subset fonts of some browsers and of TeX name no character for fi, fl, ff and their kin; the words would lose letters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["restore_cork", "restore_ligatures"]

_FIRST_PRINTABLE = 32
_SPACE, _TAB, _NEWLINE, _RETURN = 32, 9, 10, 13
_DASH = 0x2013
_FF, _FI, _FL, _FFI = 0xFB00, 0xFB01, 0xFB02, 0xFB03
_CORK = {0x15: _DASH, 0x16: 0x2014, 0x1B: _FF, 0x1C: _FI, 0x1D: _FL, 0x1E: _FFI, 0x1F: 0xFB04}
"""What TeX's T1 encoding, Cork's, has where ASCII has controls."""
_WIDE = 1.27  # of the mean letter: three letters in one glyph rather than two
_AFTER_FL = ("o", "u", "ag", "am", "an", "as", "at", "av", "aw", "ec", "ed", "ee", "es", "ew", "ex", "ip", "ie", "y")
_AFTER_FI = ("ed", "er", "es")
_AFTER_FI_BEFORE = ("i", "o")  # "certi·ed", "modi·es", "pro·es": more often fi there


def restore_cork(codes: npt.NDArray[np.uint32], unmapped: Callable[[int], bool]) -> None:
    """Replace, in place, TeX's own codes of dashes and ligatures.

    TeX's bitmap fonts name no characters at all: their codes are shown as they are, and are ASCII's but for these.
    `unmapped` tells of a glyph whether its font names no character for it; the letters beside must be such, too.
    """
    for index in np.flatnonzero((codes >= min(_CORK)) & (codes <= max(_CORK))).tolist():
        near = (_nearest(codes, index, -1), _nearest(codes, index, 1))
        beside = [at for at in near if at is not None]
        if codes[index] in _CORK and beside and unmapped(index) and all(unmapped(at) for at in beside):
            codes[index] = _CORK[int(codes[index])]


def _nearest(codes: npt.NDArray[np.uint32], index: int, step: int) -> int | None:
    """Return where the nearest letter or figure stands, spaces between; None where another glyph comes first."""
    at = index + step
    while 0 <= at < codes.size and codes[at] == _SPACE:
        at += step
    return at if 0 <= at < codes.size and chr(int(codes[at])).isalnum() else None


def restore_ligatures(codes: npt.NDArray[np.uint32], boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.uint32]:
    """Return the code points with each unmapped glyph that touches a letter replaced by a ligature.

    Which one follows from its width and from the letters after it ("·ow" flow, "·nance" finance). Unmapped glyphs
    elsewhere (icons, bullets) are left as they are, to be dropped. One in a range of figures is its dash.
    """
    lost = np.flatnonzero((codes < _FIRST_PRINTABLE) & (codes != _TAB) & (codes != _NEWLINE) & (codes != _RETURN))
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
