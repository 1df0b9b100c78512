"""Pictures of a document's pages, for people; only explanations need them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.document import Page
from resumate_grpc.parsing.explanation import PagePicture
from resumate_grpc.parsing.orientation import read_words
from resumate_grpc.parsing.pdfium import PdfError, PdfFile

__all__ = ["pictures_of"]

_PIXELS_A_POINT = 2.0
_MOST_PIXELS_A_SIDE = 2400
_MOST_PAGES = 20
_MOST_BYTES = 8 << 20
_COLORS = 128


def pictures_of(content: bytes, pages: Sequence[Page], *, media_type: MediaType) -> tuple[PagePicture, ...]:
    """Draw the pages of a PDF, two pixels a point, turned as they were read; the first 20, and at most 8 MiB of PNG.

    Formats without pages have none. A page that cannot be drawn is left out.
    """
    if media_type is not MediaType.PDF:
        return ()
    pictures: list[PagePicture] = []
    room = _MOST_BYTES
    with PdfFile(content) as file:
        for page in pages[:_MOST_PAGES]:
            png = _drawn(file, page)
            room -= len(png)
            if room < 0:
                break
            if png:
                pictures.append(PagePicture(page=page.number, png=png))
    return tuple(pictures)


def _drawn(file: PdfFile, page: Page) -> bytes:
    longest = max(page.width, page.height)
    if longest <= 0:
        return b""
    try:
        with file.page(page.number - 1) as opened:
            read_words(opened)  # turns a page whose text lies on its side, as when it was read
            width, height, pixels = opened.pixels(min(_PIXELS_A_POINT, _MOST_PIXELS_A_SIDE / longest))
    except PdfError:
        return b""
    # A palette: text on paper has few colours, and the file is a third as large.
    image = Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1).quantize(_COLORS)
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()
