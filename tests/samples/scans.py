"""Scans made of the sample résumés: rendered, laid askew, with grain and shadow, compressed as scanners do."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pypdfium2
from fpdf import FPDF
from PIL import Image, ImageFilter

__all__ = ["Scanner", "as_pdf", "as_tiff", "with_damaged_page"]

_POINTS_PER_INCH = 72
_STRIP_OFFSETS, _STRIP_SIZES = 273, 279  # tags of TIFF


@dataclass(frozen=True, kw_only=True, slots=True)
class Scanner:
    """How a page comes off the glass: `askew` in degrees counter-clockwise, `grain` and `shadow` in grey levels."""

    dpi: int = 200
    askew: float = 0.0
    quarters: int = 0
    grain: float = 6.0
    shadow: float = 0.0
    quality: int = 60

    def pictures(self, pdf: bytes) -> list[Image.Image]:
        """Scan every page."""
        random = np.random.default_rng(7)
        with pypdfium2.PdfDocument(pdf) as document:
            return [self._scanned(page, random) for page in document]

    def jpegs(self, pdf: bytes) -> list[bytes]:
        """Scan every page to a JPEG."""
        return [self._jpeg(picture) for picture in self.pictures(pdf)]

    def _scanned(self, page: pypdfium2.PdfPage, random: np.random.Generator) -> Image.Image:
        drawn = page.render(scale=self.dpi / _POINTS_PER_INCH).to_pil().convert("L")
        turned = drawn.rotate(self.askew, resample=Image.Resampling.BICUBIC, fillcolor=255)
        blurred = turned.filter(ImageFilter.GaussianBlur(0.5 * self.dpi / 200))
        levels = 25 + np.asarray(blurred, dtype=np.float32) * (220 / 255)
        levels += random.normal(0, self.grain, levels.shape)
        levels -= self.shadow * np.linspace(0, 1, levels.shape[1], dtype=np.float32)
        levels = np.rot90(levels, -self.quarters)
        return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))

    def _jpeg(self, picture: Image.Image) -> bytes:
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=self.quality, dpi=(self.dpi, self.dpi))
        return written.getvalue()


def as_pdf(*jpegs: bytes, dpi: int = 200) -> bytes:
    """Bind scanned pages into a PDF without a text layer."""
    book = FPDF(unit="pt")
    book.set_auto_page_break(auto=False)
    for jpeg in jpegs:
        with Image.open(io.BytesIO(jpeg)) as picture:
            width, height = (side * _POINTS_PER_INCH / dpi for side in picture.size)
        book.add_page(format=(width, height))
        book.image(io.BytesIO(jpeg), x=0, y=0, w=width, h=height)
    return bytes(book.output())


def with_damaged_page(tiff: bytes, number: int) -> bytes:
    """Spoil the pixels of one page of a TIFF, counted from 1; all else stays whole."""
    with Image.open(io.BytesIO(tiff)) as file:
        file.seek(number - 1)
        tags = file.tag_v2  # type: ignore[attr-defined]
        start = int(tags[_STRIP_OFFSETS][0])
        end = start + int(sum(tags[_STRIP_SIZES]))
    return tiff[:start] + b"\xff" * (end - start) + tiff[end:]


def as_tiff(pictures: list[Image.Image], *, dpi: int = 200) -> bytes:
    """Bind pictures into one TIFF."""
    written = io.BytesIO()
    first, *rest = pictures
    first.save(written, "TIFF", save_all=True, append_images=rest, dpi=(dpi, dpi), compression="tiff_lzw")
    return written.getvalue()
