"""Text layers that do not say what the page shows: fonts without maps, codes for glyphs, shifted alphabets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resumate_grpc.parsing.words import PlacedWord

__all__ = ["is_garbled"]

_ENOUGH_GLYPHS = 40
_UNREADABLE = 0.2
"""Share of glyphs without a character; icons and bullets of symbol fonts stay far below it."""
_SIGNS = 0.4
"""Share of signs among what is printed; a page of addresses and dates has a fifth."""
_TONGUE_TWISTERS = 0.5
"""Share of longer Latin words without a vowel; of a page full of abbreviations a fifth."""
_ENOUGH_WORDS = 15
_GLYPH_CODES = re.compile(r"\(cid:\d+\)|/?[gG]\d{2,5}(?![\w])|\\u[0-9a-f]{4}")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿĀ-ž]{4,}")
_VOWEL = re.compile(r"[aeiouyAEIOUYÀ-ÆÈ-ÏÒ-ÖØ-ÝàáâãäåæèéêëìíîïòóôõöøùúûüýÿĀ-ąĒ-ěĨ-ıŌ-œŨ-ųŶ-Ÿ]")
_SIGN = re.compile(r"[^\w\s.,:;\-–—/()@'’&+•|\"“”#*·]|_")
"""What is neither letter nor figure, nor one of the usual signs."""


def is_garbled(codes: npt.NDArray[np.uint32], words: Sequence[PlacedWord]) -> bool:
    """Tell whether a page's characters, shape (n,), and the words made of them are no text that anybody can read.

    What is shorter than forty glyphs is left alone.
    """
    shown = codes[codes > ord(" ")] if codes.size else codes
    unmapped = np.count_nonzero((codes < ord("\t")) | ((codes > ord("\r")) & (codes < ord(" "))))
    total = shown.size + unmapped
    if total < _ENOUGH_GLYPHS:
        return False
    unmapped += np.count_nonzero(_is_no_character(shown))
    if unmapped >= _UNREADABLE * total:
        return True
    text = " ".join(word.text for word in words)
    coded = sum(len(match) for match in _GLYPH_CODES.findall(text))
    signs = len(_SIGN.findall(text))
    return bool(coded + signs >= _SIGNS * total) or _cannot_be_said(text)


def _is_no_character(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    return (
        ((codes >= 0x7F) & (codes <= 0x9F))  # noqa: PLR2004 - C1 controls
        | ((codes >= 0xE000) & (codes <= 0xF8FF))  # noqa: PLR2004 - private use
        | (codes >= 0xFFF0) & (codes <= 0xFFFF)  # noqa: PLR2004 - specials
        | (codes >= 0xF0000)  # noqa: PLR2004 - private use
    )


def _cannot_be_said(text: str) -> bool:
    found = _LATIN_WORD.findall(text)
    without = sum(_VOWEL.search(word) is None for word in found)
    return len(found) >= _ENOUGH_WORDS and without >= _TONGUE_TWISTERS * len(found)
