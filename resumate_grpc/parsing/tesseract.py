"""Tesseract, the library, by tesserocr: pixels → words with places and confidence.

One engine a language is kept for the life of the process: loading its data takes as long as reading some lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from resumate_grpc.parsing.picture import Grey, Picture

try:
    import tesserocr
except ImportError:  # no wheel for this platform: scans are then refused with what to do
    tesserocr = None

__all__ = ["Engine", "LineBox", "OcrWord", "available", "engine"]

_LEAST_SIDE = 8  # pixels; Tesseract takes nothing smaller
_LINE_MARGIN = 4  # pixels around a line that is read alone
_TEXT_BLOCKS = frozenset({1, 2, 3, 4, 6, 7, 8})  # PolyBlockType: text of some kind, not rules, pictures, noise
_EM = 0.93  # ascender to descender, of the font size: what Tesseract calls a row's height


@dataclass(frozen=True, kw_only=True, slots=True)
class LineBox:
    """Where a line of text stands, in pixels from the top left."""

    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OcrWord:
    """A word that was read: its ink's box, its baseline and its font size in pixels, confidence 0..1.

    `line` counts the lines of the page in the order in which Tesseract found them.
    """

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    baseline: float
    size: float
    confidence: float
    line: int


def available() -> bool:
    """Whether the library can be loaded on this platform."""
    return tesserocr is not None


@cache
def engine(place: Path, language: str) -> Engine:
    """Return the engine of one language, by Tesseract's name for it, with its data loaded.

    Raises `RuntimeError` where the data is missing or damaged.
    """
    return Engine(place, language)


class Engine:
    """Reads pictures in one language."""

    def __init__(self, place: Path, language: str) -> None:
        self.language = language
        self._api = tesserocr.PyTessBaseAPI(path=f"{place}/", lang=language, psm=tesserocr.PSM.AUTO)
        self._api.SetVariable("debug_file", "/dev/null")

    def lines(self, picture: Picture) -> list[LineBox]:
        """Find lines of text without reading them; a tenth of the time that reading takes."""
        if not _fits(picture.grey):
            return []
        with self._showing(picture) as api:
            layout = api.AnalyseLayout()
            if layout is None:
                return []
            items = tesserocr.iterate_level(layout, tesserocr.RIL.TEXTLINE)
            boxes = [item.BoundingBox(tesserocr.RIL.TEXTLINE) for item in items if item.BlockType() in _TEXT_BLOCKS]
            return [LineBox(x0=box[0], y0=box[1], x1=box[2], y1=box[3]) for box in boxes if box is not None]

    def read_line(self, picture: Picture, line: LineBox) -> list[tuple[str, float]]:
        """Read one line alone: its words, each with its confidence 0..1."""
        grey = picture.grey[
            max(0, line.y0 - _LINE_MARGIN) : line.y1 + _LINE_MARGIN,
            max(0, line.x0 - _LINE_MARGIN) : line.x1 + _LINE_MARGIN,
        ]
        if not _fits(grey):
            return []
        self._api.SetPageSegMode(tesserocr.PSM.SINGLE_LINE)
        try:
            with self._showing(Picture(grey=grey, dpi=picture.dpi)):
                return [(word.text, word.confidence) for word in self._words()]
        finally:
            self._api.SetPageSegMode(tesserocr.PSM.AUTO)

    def read(self, picture: Picture) -> list[OcrWord]:
        """Read a page whose lines are level; words come line by line in Tesseract's own order."""
        if not _fits(picture.grey):
            return []
        with self._showing(picture):
            return list(self._words())

    @contextmanager
    def _showing(self, picture: Picture) -> Iterator[tesserocr.PyTessBaseAPI]:
        height, width = picture.grey.shape
        pixels = picture.grey.tobytes()  # held until we are done: the library does not copy them
        self._api.SetImageBytes(pixels, width, height, 1, width)
        self._api.SetSourceResolution(round(picture.dpi))
        try:
            yield self._api
        finally:
            self._api.Clear()  # the pixels and what was read: a warm process keeps nothing of a document

    def _words(self) -> Iterator[OcrWord]:
        if not self._api.Recognize(0):
            return
        found = self._api.GetIterator()
        if found is None:
            return
        line = -1
        for item in tesserocr.iterate_level(found, tesserocr.RIL.WORD):
            if item.IsAtBeginningOf(tesserocr.RIL.TEXTLINE):
                line += 1
            text = _text(item)
            box = item.BoundingBox(tesserocr.RIL.WORD)
            if not text or box is None:
                continue
            yield OcrWord(
                text=text,
                x0=box[0],
                y0=box[1],
                x1=box[2],
                y1=box[3],
                baseline=_baseline(item, box),
                size=max(1.0, float(item.RowAttributes()["row_height"]) / _EM),
                confidence=min(1.0, max(0.0, float(item.Confidence(tesserocr.RIL.WORD)) / 100)),
                line=line,
            )


def _fits(grey: Grey) -> bool:
    return bool(min(grey.shape) >= _LEAST_SIDE)


def _text(item: tesserocr.PyResultIterator) -> str:
    try:
        return str(item.GetUTF8Text(tesserocr.RIL.WORD)).strip()
    except RuntimeError:  # no text was recognised in it
        return ""


def _baseline(item: tesserocr.PyResultIterator, box: tuple[int, int, int, int]) -> float:
    """Return the height of the line's baseline below the middle of the word; the word's foot where it is unknown."""
    ends = item.Baseline(tesserocr.RIL.TEXTLINE)
    if ends is None:
        return float(box[3])
    (x0, y0), (x1, y1) = ends
    if x1 <= x0:
        return float(box[3])
    middle = min(max((box[0] + box[2]) / 2, x0), x1)
    return float(y0 + (y1 - y0) * (middle - x0) / (x1 - x0))
