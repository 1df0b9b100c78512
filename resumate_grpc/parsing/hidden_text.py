"""Text that a file bears but does not show: invisible, too small, off the page, or white on white."""

from __future__ import annotations

from collections.abc import Sequence

from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.drawings import Drawing, DrawingKind, covers
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["HIDDEN_TEXT", "visible_words"]

HIDDEN_TEXT = ParseWarning(reason="HIDDEN_TEXT", message="Text that the document hides was left out.")

_SMALLEST = 1.5  # points
_OFF_PAGE = 2.0  # points beyond the edge
_WHITE = 0xF5  # each channel at least
_SAME = 8  # by how much each channel may differ
_SCAN_SHARE = 0.5  # of the page: a picture that large is a scan, a white path that large the paper


def visible_words(
    words: Sequence[PlacedWord], drawings: Sequence[Drawing], *, width: float, height: float
) -> list[PlacedWord]:
    """Return the words that a reader of the page can see.

    Invisible text over a picture of the whole page is kept: it is what somebody's OCR read in it.
    """
    scanned = any(
        drawing.kind is DrawingKind.IMAGE
        and (drawing.box.x1 - drawing.box.x0) * (drawing.box.y1 - drawing.box.y0) >= _SCAN_SHARE * width * height
        for drawing in drawings
    )
    blocks = [drawing for drawing in drawings if drawing.block]
    if all(_is_white(drawing.fill or 0) for drawing in blocks):
        blocks = []
    return [
        word
        for word in words
        if _is_visible(word, drawings, scanned=scanned, width=width, height=height)
        and not _is_on_its_colour(word, blocks)
    ]


def _is_on_its_colour(word: PlacedWord, blocks: Sequence[Drawing]) -> bool:
    """Tell whether a word that is not white lies on a filled rectangle of just its colour."""
    color = word.look.style.color
    if not blocks or _is_white(color):
        return False
    under = [
        block
        for block in blocks
        if block.box.x0 <= word.x0 and word.x1 <= block.box.x1 and block.box.y0 <= word.y0 and word.y1 <= block.box.y1
    ]
    # What is drawn last is seen; a rule or bullet is no ground.
    return bool(under) and under[-1].fill is not None and _is_alike(under[-1].fill, color)


def _is_alike(one: int, other: int) -> bool:
    return all(abs((one >> shift & 0xFF) - (other >> shift & 0xFF)) <= _SAME for shift in (0, 8, 16))


def _is_visible(word: PlacedWord, drawings: Sequence[Drawing], *, scanned: bool, width: float, height: float) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    if not (-_OFF_PAGE <= x <= width + _OFF_PAGE and -_OFF_PAGE <= y <= height + _OFF_PAGE):
        return False
    if not word.look.visible:
        return scanned
    if 0 < word.look.style.size < _SMALLEST and word.y1 - word.y0 < 2 * _SMALLEST:
        return False
    if not _is_white(word.look.style.color):
        return True
    return any(covers(drawing, x, y) and _is_ground(drawing, page_area=width * height) for drawing in drawings)


def _is_ground(drawing: Drawing, *, page_area: float) -> bool:
    """Tell whether white text can be read on it; what is not known to be white counts.

    PDFium calls patterns and gradients white; they are bars and boxes, whereas the white ground is the page's.
    """
    if drawing.kind is not DrawingKind.PATH:
        return True
    if drawing.fill is None:
        return False
    area = (drawing.box.x1 - drawing.box.x0) * (drawing.box.y1 - drawing.box.y0)
    return not _is_white(drawing.fill) or area < _SCAN_SHARE * page_area


def _is_white(color: int) -> bool:
    return min(color >> 16, color >> 8 & 0xFF, color & 0xFF) >= _WHITE
