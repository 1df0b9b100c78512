"""Recognition: a picture of a page → the words on it, whichever way it lies and whatever language it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.parsing import tesseract
from resumate_grpc.parsing.language import language_of
from resumate_grpc.parsing.picture import Picture
from resumate_grpc.parsing.pillow import scaled_to
from resumate_grpc.parsing.print_look import bold_words, is_dirt, of_even_size, with_bullets, with_whole_addresses
from resumate_grpc.parsing.recognised import RecognisedPage, RecognisedWord
from resumate_grpc.parsing.straighten import evened, lies_on_its_side, on_paper, straightened
from resumate_grpc.parsing.tessdata import code_of, how_to_install, installed
from resumate_grpc.parsing.tesseract import OcrWord

__all__ = ["recognise"]

_DPI = 200.0
_FINE_AS_IT_IS = (150.0, 260.0)
_BAND_INCHES = 1.3
_READS_WELL = 0.8
_READS_SOMEHOW = 0.6
_BETTER = 0.02
_FIRST = "eng"
_SCRIPTS = ("rus", "ukr", "chi_sim", "chi_tra", "jpn", "kor", "ell", "ara", "heb", "hin")
"""Languages whose letters English cannot even read wrongly: they are tried where it reads nothing."""


def recognise(picture: Picture, *, number: int, language: str = "") -> RecognisedPage:
    """Read a page. `language` is BCP-47, empty = detect.

    Raises `ParsingError` (NO_TEXT_FOUND) where Tesseract or the language asked for is not installed; the message says
    what to install. A page without text gives no words.
    """
    place, languages = _installed(language)
    fit = _at_reading_size(picture)
    quarters = int(lies_on_its_side(fit))
    straight = straightened(fit.turned(quarters))
    # Before the paper is evened: that takes the light letters on a bar for paper.
    level = Picture(grey=evened(on_paper(straight.picture.grey)), dpi=fit.dpi)
    sample = _Sampler(place, languages, asked=code_of(language) if language else "").choose(level)
    upright = level.turned(2 * sample.upside_down)
    words = tesseract.engine(place, sample.language).read(upright)
    return RecognisedPage(
        number=number,
        width=upright.width,
        height=upright.height,
        words=tuple(_placed(words, upright)),
        quarters=(quarters + 2 * sample.upside_down) % 4,
        skew=straight.degrees,
        language=sample.language,
        wanted=sample.wanted,
    )


def _installed(language: str) -> tuple[Path, frozenset[str]]:
    found = installed()
    code = code_of(language) if language else _FIRST
    if not tesseract.available() or found is None:
        raise ParsingError(
            ErrorReason.NO_TEXT_FOUND, f"this is a scan, and Tesseract is not installed here; {how_to_install(code)}"
        )
    place, languages = found
    if language and code not in languages:
        raise ParsingError(
            ErrorReason.NO_TEXT_FOUND,
            f"this is a scan, and Tesseract here cannot read {language!r}; {how_to_install(code)}",
        )
    return place, languages


def _at_reading_size(picture: Picture) -> Picture:
    low, high = _FINE_AS_IT_IS
    return picture if low <= picture.dpi <= high else scaled_to(picture, _DPI)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sample:
    """How a page is to be read, judged by a band of it."""

    language: str
    confidence: float
    upside_down: bool = False
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class _Sampler:
    """Reads a band of a page, a tenth of it, to learn which way up it lies and in which language it is."""

    place: Path
    languages: frozenset[str]
    asked: str

    def choose(self, level: Picture) -> _Sample:
        first = self.asked or (_FIRST if _FIRST in self.languages else min(self.languages))
        band = _band(level)
        text, confidence = self._read(band, first)
        best = _Sample(language=first, confidence=confidence)
        if confidence < _READS_WELL:
            turned_text, turned = self._read(band.turned(2), first)
            if turned > confidence + _BETTER:
                band, text = band.turned(2), turned_text
                best = _Sample(language=first, confidence=turned, upside_down=True)
        return best if self.asked else self._in_its_language(best, band, text)

    def _in_its_language(self, best: _Sample, band: Picture, text: str) -> _Sample:
        seems = code_of(language_of(text)) if text else ""
        wanted = seems if seems and seems not in self.languages else ""
        candidates = [seems] if seems in self.languages - {best.language} else []
        if best.confidence < _READS_SOMEHOW:
            candidates += [code for code in _SCRIPTS if code in self.languages]
        for code in candidates:
            for upside_down in {best.upside_down, True} if best.confidence < _READS_SOMEHOW else {best.upside_down}:
                shown = band.turned(2 * (upside_down != best.upside_down))
                _, confidence = self._read(shown, code)
                if confidence > best.confidence:
                    best = _Sample(language=code, confidence=confidence, upside_down=upside_down)
        return _Sample(language=best.language, confidence=best.confidence, upside_down=best.upside_down, wanted=wanted)

    def _read(self, band: Picture, language: str) -> tuple[str, float]:
        words = tesseract.engine(self.place, language).read(band)
        letters = sum(len(word.text) for word in words)
        confidence = sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
        return " ".join(word.text for word in words), confidence


def _band(level: Picture) -> Picture:
    """Cut out the rows with the most print, from one gap between lines to another."""
    height = level.grey.shape[0]
    tall = min(height, round(_BAND_INCHES * level.dpi))
    rows = level.ink().mean(axis=1)
    sums = np.concatenate([[0.0], np.cumsum(np.minimum(rows, 0.3))])  # a picture or a bar counts no more than text
    top = int(np.argmax(sums[tall:] - sums[:-tall])) if height > tall else 0
    line = round(0.2 * level.dpi)
    top = _gap(rows, max(0, top - line), top + line)
    bottom = _gap(rows, min(height - 1, top + tall - line), min(height, top + tall + line))
    return Picture(grey=np.ascontiguousarray(level.grey[top : max(bottom, top + line)]), dpi=level.dpi)


def _gap(rows: np.ndarray, low: int, high: int) -> int:
    """Return the row with the least print among some."""
    return low + int(np.argmin(rows[low : max(high, low + 1)]))


def _placed(words: Sequence[OcrWord], picture: Picture) -> list[RecognisedWord]:
    """Bring words to points, without dirt, with what their print says: bullets, bold, one size for like lines."""
    ink = picture.ink()
    whole = with_whole_addresses([word for word in words if not is_dirt(word)], ink)
    shown = with_bullets(of_even_size(whole), ink)
    scale = picture.points_per_pixel
    return [
        RecognisedWord(
            text=word.text,
            x0=round(word.x0 * scale, 2),
            y0=round(word.y0 * scale, 2),
            x1=round(word.x1 * scale, 2),
            y1=round(word.y1 * scale, 2),
            baseline=round(word.baseline * scale, 2),
            size=round(word.size * scale, 1),
            confidence=round(word.confidence, 3),
            bold=bold,
        )
        for word, bold in zip(shown, bold_words(shown, ink), strict=True)
    ]
