"""Pictures of a document's pages, for people: for explanations, and to be looked at beside the values."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.page_image import PageImage, PageWord
from resumate_grpc.model.parsed import Box
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.document import Page
from resumate_grpc.parsing.explanation import PagePicture
from resumate_grpc.parsing.hidden_text import visible_words
from resumate_grpc.parsing.orientation import edge_lines, read_words
from resumate_grpc.parsing.pdf import opened_pdf
from resumate_grpc.parsing.pdfium import PdfError, PdfFile, PdfPage
from resumate_grpc.parsing.reading_order import reading_order
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["page_image", "pictures_of"]

_PIXELS_A_POINT = 2.0
_MOST_PIXELS_A_SIDE = 2400
_MOST_PAGES = 20
_MOST_BYTES = 8 << 20
_COLORS = 128
_SAME_WIDTH = 2.0


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


def page_image(
    content: bytes, *, media_type: MediaType, page: int, width_pixels: int, with_words: bool = False
) -> PageImage:
    """Draw one page, from 1, so many pixels wide but no side over 2,400; turned as it was read.

    With words, those that the file holds as text and that can be seen, wherever they stand on the page.

    Raises `ParsingError`: NO_PICTURE where the format has no pages, there are fewer, or it cannot be drawn; else as
    reading the file does.
    """
    if media_type is not MediaType.PDF:
        raise _no_picture("this format has no pages of its own; its text is in `parsed.text`")
    with opened_pdf(content) as file:
        if not 1 <= page <= file.page_count:
            raise _no_picture(f"the document has {file.page_count} page(s); there is no page {page}")
        try:
            with file.page(page - 1) as opened:
                words, edge = read_words(opened)
                longest = max(opened.width, opened.height)
                png = _png(opened, min(width_pixels / opened.width, _MOST_PIXELS_A_SIDE / longest)) if longest else b""
                return PageImage(
                    png=png,
                    width=opened.width,
                    height=opened.height,
                    page_count=file.page_count,
                    lines=_lines(opened, words, edge) if with_words else (),
                )
        except PdfError as error:
            raise _no_picture("the page cannot be drawn") from error


def _lines(page: PdfPage, words: list[PlacedWord], edge: list[PlacedWord]) -> tuple[tuple[PageWord, ...], ...]:
    seen = visible_words(words, page.drawings(), width=page.width, height=page.height)
    rows = [row for area in reading_order(seen) for row in area.rows]
    lines = [[word for segment in row for word in segment.words] for row in rows]
    return tuple(tuple(map(_page_word, line)) for line in (*lines, *edge_lines(edge)) if line)


def _page_word(word: PlacedWord) -> PageWord:
    return PageWord(text=word.text, box=Box(x0=word.x0, y0=word.y0, x1=word.x1, y1=word.y1))


def _no_picture(message: str) -> ParsingError:
    return ParsingError(ErrorReason.NO_PICTURE, message)


def _drawn(file: PdfFile, page: Page) -> bytes:
    longest = max(page.width, page.height)
    if longest <= 0:
        return b""
    try:
        with file.page(page.number - 1) as opened:
            read_words(opened)  # turns a page whose text lies on its side, as when it was read
            if abs(opened.width - page.width) > _SAME_WIDTH:
                return b""  # OCR turned it: its boxes would lie beside what they are of
            return _png(opened, min(_PIXELS_A_POINT, _MOST_PIXELS_A_SIDE / longest))
    except PdfError:
        return b""


def _png(page: PdfPage, scale: float) -> bytes:
    width, height, pixels = page.pixels(scale)
    # A palette: text on paper has few colours, and the file is a third as large.
    image = Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1).quantize(_COLORS)
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()
