"""Which pages of a PDF have to be read by OCR: those that show text as a picture, or as shapes."""

from __future__ import annotations

from collections.abc import Sequence

from resumate_grpc.parsing.drawings import Drawing, DrawingKind
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["shows_unread_text"]

_FEW_LETTERS = 60
"""A page with fewer is no page of a résumé's text; a scanner's stamp or page number has fewer."""
_PICTURE_SHARE, _ONLY_PICTURE_SHARE = 0.25, 0.05
"""Of the page; a photograph is a tenth or so, beside text. Where there is no text, a strip may be all there is."""
_OUTLINED_LETTERS = 150
"""Paths: text that was turned into shapes has one for each letter, ornaments are fewer."""


def shows_unread_text(words: Sequence[PlacedWord], drawings: Sequence[Drawing], *, width: float, height: float) -> bool:
    """Tell whether a page shows pictures or shapes that may be text, and has too little text of its own."""
    letters = sum(len(word.text) for word in words)
    if letters >= _FEW_LETTERS:
        return False
    pictured = sum(
        _area_on_page(drawing, width=width, height=height)
        for drawing in drawings
        if drawing.kind is not DrawingKind.PATH  # a form may hold the scanner's picture
    )
    paths = sum(drawing.kind is DrawingKind.PATH for drawing in drawings)
    share = _PICTURE_SHARE if letters else _ONLY_PICTURE_SHARE
    return pictured >= share * width * height or paths >= _OUTLINED_LETTERS


def _area_on_page(drawing: Drawing, *, width: float, height: float) -> float:
    across = min(drawing.box.x1, width) - max(drawing.box.x0, 0.0)
    down = min(drawing.box.y1, height) - max(drawing.box.y0, 0.0)
    return max(0.0, across) * max(0.0, down)
