"""Accents that a PDF draws as glyphs of their own (older TeX fonts do) → put upon the letters beneath them."""

from __future__ import annotations

import unicodedata

import numpy as np
import numpy.typing as npt

__all__ = ["compose"]

_GRAVE, _DIAERESIS = 0x60, 0xA8
_COMBINING = {
    _GRAVE: 0x300,
    0xB4: 0x301,
    0x2C6: 0x302,
    0x2DC: 0x303,
    0xAF: 0x304,
    0x2D8: 0x306,
    0x2D9: 0x307,
    _DIAERESIS: 0x308,
    0x2DA: 0x30A,
    0x2DD: 0x30B,
    0x2C7: 0x30C,
    0xB8: 0x327,
    0x2DB: 0x328,
}
_REACH = 14  # glyphs: where files put an accent, before or after its letter
_OFF_CENTRE = 0.3  # of the letter's width
_DOTLESS = {0x131: ord("i"), 0x237: ord("j")}


def compose(
    codes: npt.NDArray[np.uint32], boxes: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
    """Return the code points with accents put upon their letters, and which glyphs are to be dropped.

    An accent belongs to the letter whose middle it stands over; one that stands over none is left as it is. The
    spaces that PDFium generates around such an accent are dropped too where the letters beside them touch.
    """
    dropped = np.zeros(codes.size, dtype=np.bool_)
    near = np.flatnonzero((codes == _GRAVE) | ((codes >= _DIAERESIS) & (codes <= max(_COMBINING))))
    accents = [at for at in near.tolist() if int(codes[at]) in _COMBINING]
    if not accents:
        return codes, dropped
    composed = codes.copy()
    for accent in accents:
        letter = _letter_beneath(accent, composed, boxes)
        if letter is None:
            continue
        base = _DOTLESS.get(int(composed[letter]), int(composed[letter]))
        whole = unicodedata.normalize("NFC", chr(base) + chr(_COMBINING[int(codes[accent])]))
        if len(whole) == 1:
            composed[letter] = ord(whole)
            dropped[accent] = True
            _drop_spaces_around(accent, composed, boxes, dropped)
    return composed, dropped


def _letter_beneath(accent: int, codes: npt.NDArray[np.uint32], boxes: npt.NDArray[np.float32]) -> int | None:
    middle = float(boxes[accent, 0] + boxes[accent, 2]) / 2
    best, best_distance = None, _OFF_CENTRE
    for index in range(max(0, accent - _REACH), min(codes.size, accent + _REACH + 1)):
        x0, y0, x1, y1 = boxes[index].tolist()
        overlaps = min(y1, float(boxes[accent, 3])) > max(y0, float(boxes[accent, 1]))
        if index != accent and overlaps and x1 > x0 and chr(int(codes[index])).isalpha():
            distance = abs((x0 + x1) / 2 - middle) / (x1 - x0)
            if distance < best_distance:
                best, best_distance = index, distance
    return best


def _drop_spaces_around(
    accent: int, codes: npt.NDArray[np.uint32], boxes: npt.NDArray[np.float32], dropped: npt.NDArray[np.bool_]
) -> None:
    for step in (-1, 1):
        space = accent + step
        while 0 <= space < codes.size and int(codes[space]) == ord(" "):
            before = _next_letter(space, -1, codes, dropped)
            after = _next_letter(space, 1, codes, dropped)
            if before is None or after is None:
                break
            height = float(boxes[after, 3] - boxes[after, 1])
            if float(boxes[after, 0] - boxes[before, 2]) > 0.15 * height:
                break
            dropped[space] = True
            space += step


def _next_letter(index: int, step: int, codes: npt.NDArray[np.uint32], dropped: npt.NDArray[np.bool_]) -> int | None:
    at = index + step
    while 0 <= at < codes.size:
        if not dropped[at] and int(codes[at]) != ord(" ") and int(codes[at]) not in _COMBINING:
            return at
        at += step
    return None
