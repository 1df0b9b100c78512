"""PDF → draft pages: glyphs to words, words to reading order, links to the words that they cover."""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import Box, ParseWarning
from resumate_grpc.parsing.characters import normalise_uri
from resumate_grpc.parsing.draft import DraftLink, DraftPage
from resumate_grpc.parsing.page_lines import blocks_of
from resumate_grpc.parsing.pdfium import PdfError, PdfFile, PdfPage, PdfPasswordError
from resumate_grpc.parsing.reading_order import reading_order
from resumate_grpc.parsing.words import PlacedWord, group_words

__all__ = ["read_pdf"]

_log = logging.getLogger(__name__)


def read_pdf(
    content: bytes, *, max_pages: int
) -> Generator[tuple[int, int], None, tuple[list[DraftPage], list[ParseWarning]]]:
    """Read a PDF, yielding (pages read, pages) after each page.

    Raises `ParsingError`: PASSWORD_PROTECTED, CORRUPT_FILE, TOO_MANY_PAGES (before any page is read).
    """
    try:
        with PdfFile(content) as file:
            return (yield from _read_pages(file, max_pages=max_pages))
    except PdfPasswordError as error:
        raise ParsingError(
            ErrorReason.PASSWORD_PROTECTED, "the PDF needs a password; save it without one and upload it again"
        ) from error
    except PdfError as error:
        raise _corrupt(str(error)) from error


def _read_pages(
    file: PdfFile, *, max_pages: int
) -> Generator[tuple[int, int], None, tuple[list[DraftPage], list[ParseWarning]]]:
    total = file.page_count
    if total < 1:
        raise PdfError("it has no pages")
    if total > max_pages:
        raise ParsingError(
            ErrorReason.TOO_MANY_PAGES, f"the PDF has {total} pages, we read up to {max_pages}; upload the résumé alone"
        )
    drafts: list[DraftPage] = []
    warnings: list[ParseWarning] = []
    for index in range(total):
        try:
            with file.page(index) as page:
                drafts.append(_read_page(page, number=index + 1))
        except PdfError as error:
            _log.info("pdf page unreadable", extra={"page": index + 1, "error": str(error)})
            warnings.append(ParseWarning(reason="PAGE_UNREADABLE", message=f"Page {index + 1} could not be read."))
        yield index + 1, total
    if not drafts:
        raise PdfError("none of its pages can be read")
    return drafts, warnings


def _read_page(page: PdfPage, *, number: int) -> DraftPage:
    codes, boxes = page.glyphs()
    words = group_words(codes, boxes, look=page.look, baseline=page.baseline)
    uris, loose = _place_links(page.links(), words)
    return DraftPage(
        number=number,
        width=page.width,
        height=page.height,
        blocks=tuple(blocks_of(reading_order(words), uris=uris)),
        loose_links=tuple(loose),
    )


def _place_links(
    links: Sequence[tuple[str, list[Box]]], words: Sequence[PlacedWord]
) -> tuple[dict[int, str], list[DraftLink]]:
    """Give each link to the words whose middle it covers; the others lie on pictures or icons."""
    uris: dict[int, str] = {}
    loose: list[DraftLink] = []
    for raw, boxes in links:
        uri = normalise_uri(raw)
        covered = [word.order for word in words if any(_covers(box, word) for box in boxes)] if uri else []
        uris.update(dict.fromkeys(covered, uri))
        if uri and not covered:
            loose.append(DraftLink(uri=uri, box=boxes[0] if boxes else None))
    return uris, loose


def _covers(box: Box, word: PlacedWord) -> bool:
    return box.x0 <= (word.x0 + word.x1) / 2 <= box.x1 and box.y0 <= (word.y0 + word.y1) / 2 <= box.y1


def _corrupt(what: str) -> ParsingError:
    return ParsingError(
        ErrorReason.CORRUPT_FILE, f"the PDF cannot be read ({what}); open it, print it as PDF again and upload that"
    )
