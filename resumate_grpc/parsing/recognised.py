"""What OCR read on a page: plain values, so that they can pass from the process that read to the one that goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["RecognisedPage", "RecognisedWord", "ScansFoundError"]


class ScansFoundError(Exception):
    """A document has pages that must be read by OCR, which is not done here; `pages` are their numbers, from 1."""

    def __init__(self, pages: Sequence[int]) -> None:
        super().__init__(f"{len(pages)} pages are scans")
        self.pages = tuple(pages)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecognisedWord:
    """A word; box, baseline and font size in points from the top left of the upright, level page.

    `confidence` is Tesseract's own, 0..1; `bold` tells strokes clearly thicker than the page's usual ones.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    baseline: float
    size: float
    confidence: float
    bold: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecognisedPage:
    """A page that was read by OCR; `number` counts from 1, sizes are in points, as it stands upright.

    `quarters` is how often it was turned clockwise by 90° to stand upright, `skew` by how many degrees its lines then
    rose to be level again (counter-clockwise). `language` is Tesseract's name of the language that it was read in,
    `wanted` that of the language that it seems to be in where this machine lacks it. `problem` says why the page could
    not be read, and what to do about it; `damaged` that its picture is broken.
    """

    number: int
    width: float
    height: float
    words: tuple[RecognisedWord, ...]
    quarters: int = 0
    skew: float = 0.0
    language: str = ""
    wanted: str = ""
    problem: str = ""
    damaged: bool = False
