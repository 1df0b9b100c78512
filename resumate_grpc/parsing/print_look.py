"""What the print tells of words that OCR read: which are one word, bullets, bold, of one size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from resumate_grpc.parsing.picture import Ink
from resumate_grpc.parsing.rows import WIDE_GAP
from resumate_grpc.parsing.tesseract import OcrWord

__all__ = ["bold_words", "is_dirt", "of_even_size", "with_bullets", "with_whole_addresses"]

_BULLET = "•"
_DOT_SIZES = (0.1, 0.46)  # of the font size
_DOT_ROUND = 1.6  # a dot is at most so much longer than wide
_DOT_FILLED = 0.45
_DOT_RISE = 0.62  # of the font size: how far at most a dot's middle stands above the baseline
_DOT_FOOT = 0.05  # of the font size: how far at least its foot does; letters stand on the line
_DOT_REACH = (0.25, 2.6)  # of the font size: how far before the line a dot stands
_BOLD = 1.24  # of the page's usual stroke
_LEAST_LETTERS = 2
_DARK_GROUND = 0.6
_ONE_SIZE = 0.14
_NOISE = 0.3
_EDGE_REACH = 0.6  # of the font size
_SPACE = 0.28  # of the font size: the letters of a word stand closer, words farther apart


def is_dirt(word: OcrWord) -> bool:
    """Tell whether what was read is no text: signs that Tesseract itself doubts, or marks too small or large."""
    if any(char.isalnum() for char in word.text):
        return word.confidence < _NOISE / 2 and len(word.text) < 3  # noqa: PLR2004 - one or two letters
    return word.confidence < _NOISE or word.y1 - word.y0 > 2 * word.size


def with_whole_addresses(words: Sequence[OcrWord], ink: Ink) -> list[OcrWord]:
    """Join what Tesseract parted before or after an @ where no gap is printed: it takes that sign for a word's edge."""
    joined: list[OcrWord] = []
    for word in words:
        above = joined[-1] if joined else None
        if (
            above
            and above.line == word.line
            and "@" in (above.text[-1], word.text[0])
            and not _is_gap(ink, above, word)
        ):
            joined[-1] = replace(
                above,
                text=above.text + word.text,
                x1=max(above.x1, word.x1),
                y0=min(above.y0, word.y0),
                y1=max(above.y1, word.y1),
                confidence=min(above.confidence, word.confidence),
            )
        else:
            joined.append(word)
    return joined


def _is_gap(ink: Ink, before: OcrWord, after: OcrWord) -> bool:
    """Tell whether columns without ink, as many as of a space, stand about the edge between two words.

    Their boxes tell little about that: beside a sign that Tesseract reads badly they are off by half a letter.
    """
    reach = round(_EDGE_REACH * after.size)
    left, right = min(before.x1, after.x0) - reach, max(before.x1, after.x0) + reach
    strip = ink[min(before.y0, after.y0) : max(before.y1, after.y1), max(0, left) : right]
    printed = np.flatnonzero(strip.any(axis=0))
    return printed.size < 2 or bool(np.diff(printed).max() > _SPACE * after.size)  # noqa: PLR2004 - the edges of a gap


def with_bullets(words: Sequence[OcrWord], ink: Ink) -> list[OcrWord]:
    """Return the words with a bullet wherever a dot is printed before a line, however Tesseract read it, if at all.

    A dot between words, which parts what stands on a line, is one as well, if it was read as some sign.
    """
    marked: list[OcrWord] = []
    for _, line in groupby(words, key=lambda word: word.line):
        marked += _line_with_bullets(list(line), ink)
    return marked


def _line_with_bullets(line: Sequence[OcrWord], ink: Ink) -> Iterator[OcrWord]:
    left = 0
    for index, word in enumerate(line):
        begins = index == 0 or word.x0 - line[index - 1].x1 > WIDE_GAP * word.size
        may_be_dot = len(word.text) == 1 and index + 1 < len(line) and (begins or not word.text.isalnum())
        if may_be_dot and _is_dot(ink, word, word.x0, word.x1):
            yield replace(word, text=_BULLET)
        else:
            if begins and (dot := _dot_before(ink, word, left)):
                yield dot
            yield word
        left = word.x1


def _dot_before(ink: Ink, word: OcrWord, left: int) -> OcrWord | None:
    """Find a dot that stands alone before a word and after `left`."""
    near, far = (round(reach * word.size) for reach in _DOT_REACH)
    x0, x1 = max(left + 1, word.x0 - far), word.x0 - near
    if x1 <= x0 or not _is_dot(ink, word, x0, x1):
        return None
    return replace(word, text=_BULLET, x0=x0, x1=x1, confidence=1.0)


def _is_dot(ink: Ink, word: OcrWord, x0: int, x1: int) -> bool:
    """Tell whether all that is printed beside or as a word is one dot at half the height of its letters."""
    top = max(0, round(word.baseline - word.size))
    area = ink[top : round(word.baseline + 0.25 * word.size), max(0, x0) : x1]
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    if not rows.size:
        return False
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    low, high = (share * word.size for share in _DOT_SIZES)
    rise = (word.baseline - (top + (rows[0] + rows[-1]) / 2)) / word.size
    foot = (word.baseline - (top + rows[-1])) / word.size
    return bool(
        low <= height <= high
        and low <= width <= high
        and 1 / _DOT_ROUND <= height / width <= _DOT_ROUND
        and rise <= _DOT_RISE
        and foot >= _DOT_FOOT
        and area.sum() >= _DOT_FILLED * height * width
    )


def bold_words(words: Sequence[OcrWord], ink: Ink) -> list[bool]:
    """Tell for each word whether its strokes are clearly thicker, for its size, than the page's usual ones."""
    strokes = np.array([_stroke(word, ink) for word in words])
    weights = np.array([len(word.text) for word in words])
    if not strokes.any():
        return [False] * len(words)
    order = np.argsort(strokes)
    usual = strokes[order][np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)]
    letters = [sum(char.isalpha() for char in word.text) >= _LEAST_LETTERS for word in words]
    bold = [bool(enough and stroke > _BOLD * usual) for enough, stroke in zip(letters, strokes.tolist(), strict=True)]
    return _like_neighbours(words, bold, letters)


def _like_neighbours(words: Sequence[OcrWord], bold: list[bool], sure: list[bool]) -> list[bool]:
    """Let signs and single letters, whose strokes tell nothing, look like the word before them on the line."""
    for index in range(1, len(words)):
        if not sure[index] and words[index].line == words[index - 1].line:
            bold[index] = bold[index - 1]
    return bold


def _stroke(word: OcrWord, ink: Ink) -> float:
    """Measure the mean length of a word's horizontal runs of print, by its font size: how thick its stems are."""
    area = ink[max(0, word.y0) : word.y1, max(0, word.x0) : word.x1]
    if not area.size:
        return 0.0
    if area.mean() > _DARK_GROUND:
        area = ~area
    starts = np.count_nonzero(area[:, 1:] & ~area[:, :-1]) + np.count_nonzero(area[:, 0])
    return float(area.sum()) / starts / word.size if starts else 0.0


def of_even_size(words: Sequence[OcrWord]) -> list[OcrWord]:
    """Give lines that differ by less than measuring does one font size: the page's usual one, then the next."""
    left = sorted({word.line: word.size for word in words}.values())
    letters = {size: sum(len(word.text) for word in words if word.size == size) for size in left}
    usual: dict[float, float] = {}
    while left:
        most = max(left, key=lambda size: letters[size])
        for size in [size for size in left if abs(size - most) <= _ONE_SIZE * most]:
            usual[size] = most
            left = [other for other in left if other != size]
    return [replace(word, size=usual.get(word.size, word.size)) for word in words]
