"""PDF → draft pages: what PDFium gives of a page, put into words, tables, reading order and lines."""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import Box, ParseWarning
from resumate_grpc.model.resume import OcrMode
from resumate_grpc.parsing.characters import normalise_uri
from resumate_grpc.parsing.draft import DraftBlock, DraftLine, DraftLink, DraftPage, ReadStep
from resumate_grpc.parsing.drawings import Drawing, bullet_marks, rules
from resumate_grpc.parsing.garbled import is_garbled
from resumate_grpc.parsing.hidden_text import visible_words
from resumate_grpc.parsing.orientation import edge_lines, read_words
from resumate_grpc.parsing.page_lines import PageMarks, blocks_of
from resumate_grpc.parsing.pdf_tables import PlacedTable, set_tables_aside
from resumate_grpc.parsing.pdfium import PdfError, PdfFile, PdfPage, PdfPasswordError
from resumate_grpc.parsing.picture import Picture
from resumate_grpc.parsing.plumber import ruled_tables
from resumate_grpc.parsing.reading_order import Area, reading_order
from resumate_grpc.parsing.recognised import RecognisedPage, RecognisedWord
from resumate_grpc.parsing.rows import segment_of
from resumate_grpc.parsing.running_lines import mark_running_lines
from resumate_grpc.parsing.scan import draft_of_scan, warning_of_scan, words_of_scan
from resumate_grpc.parsing.scan_pages import shows_unread_text
from resumate_grpc.parsing.scans import Scans
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["opened_pdf", "pdf_picture", "read_pdf"]

_log = logging.getLogger(__name__)

_ENDING = re.compile(rb"startxref\s+\d+\s*$")
_ENDING_WITHIN = 64
_OCR_DPI = 200.0
_Read = tuple[list[DraftPage], list[ParseWarning]]


def read_pdf(content: bytes, *, max_pages: int, ocr: OcrMode, scans: Scans) -> Generator[ReadStep, None, _Read]:
    """Read a PDF, yielding after each page, and before one that is read by OCR here.

    With AUTO, `scans` is asked for pages that show text without having it; with ALWAYS for every page.

    Raises `ParsingError`: PASSWORD_PROTECTED, CORRUPT_FILE, TOO_MANY_PAGES (before any page is read).
    """
    if _is_cut_off(content):
        raise _corrupt("it was cut off")
    with opened_pdf(content) as file:
        return (yield from _read_pages(file, _PageReader(ocr=ocr, scans=scans), max_pages=max_pages))


@contextmanager
def opened_pdf(content: bytes) -> Iterator[PdfFile]:
    """Open a PDF; what is wrong with it is told as `ParsingError`: CORRUPT_FILE or PASSWORD_PROTECTED."""
    try:
        with PdfFile(content) as file:
            yield file
    except PdfPasswordError as error:
        raise ParsingError(
            ErrorReason.PASSWORD_PROTECTED, "the PDF needs a password; save it without one and upload it again"
        ) from error
    except PdfError as error:
        raise _corrupt(str(error)) from error


def pdf_picture(content: bytes, *, page: int) -> Picture:
    """Draw one page, counted from 1. Raises `ParsingError`: PASSWORD_PROTECTED, CORRUPT_FILE."""
    with opened_pdf(content) as file, file.page(page - 1) as opened:
        return opened.picture(_OCR_DPI)


def _is_cut_off(content: bytes) -> bool:
    """Tell whether the end of the file is missing.

    PDFium would mend such a file and read what is left of it: a résumé without its second half, and nobody told.
    """
    end = content.rfind(b"%%EOF")
    return b" obj" in content[end + 1 :] and _ENDING.search(content[-_ENDING_WITHIN:]) is None


def _corrupt(what: str) -> ParsingError:
    return ParsingError(
        ErrorReason.CORRUPT_FILE, f"the PDF cannot be read ({what}); open it, print it as PDF again and upload that"
    )


def _read_pages(file: PdfFile, reader: _PageReader, *, max_pages: int) -> Generator[ReadStep, None, _Read]:
    total = file.page_count
    if total < 1:
        raise PdfError("it has no pages")
    if total > max_pages:
        raise ParsingError(
            ErrorReason.TOO_MANY_PAGES, f"the PDF has {total} pages, we read up to {max_pages}; upload the résumé alone"
        )
    for index in range(total):
        try:
            with file.page(index) as page:
                yield from reader.read(page, number=index + 1, total=total)
        except PdfError as error:
            _log.info("pdf page unreadable", extra={"page": index + 1, "error": str(error)})
            reader.warn("PAGE_UNREADABLE", f"Page {index + 1} could not be read.")
        if not reader.pending:
            yield ReadStep(done=index + 1, total=total, message=f"Read page {index + 1} of {total}")
    if not reader.pages:
        raise PdfError("none of its pages can be read")
    return mark_running_lines(reader.pages), reader.warnings


@dataclass(slots=True)
class _PageReader:
    """Reads page after page; tables are numbered through the document.

    `pending` tells that a page has been met that OCR has yet to read, elsewhere.
    """

    ocr: OcrMode
    scans: Scans
    pages: list[DraftPage] = field(default_factory=list)
    warnings: list[ParseWarning] = field(default_factory=list)
    pending: bool = False
    _tables: int = 0

    def warn(self, reason: str, message: str) -> None:
        """Add a warning, once."""
        warning = ParseWarning(reason=reason, message=message)
        if warning not in self.warnings:
            self.warnings.append(warning)

    def read(self, page: PdfPage, *, number: int, total: int) -> Generator[ReadStep]:
        """Read one page, its own text or what OCR makes of its picture, whichever says more."""
        found, edge = read_words(page)
        drawings = page.drawings()
        words = visible_words(found, drawings, width=page.width, height=page.height)
        garbled = is_garbled(page.codes(), words)
        if garbled:
            self.warn("GARBLED_TEXT", f"The file's own text of page {number} does not say what the page shows.")
        if self._is_for_ocr(page, words, drawings, garbled=garbled):
            if self.scans.here:
                yield ReadStep(done=number - 1, total=total, message=f"Reading page {number} of {total} by OCR")
            scan = self.scans.page(number, lambda: page.picture(_OCR_DPI))
            self.pending |= scan is None
            if scan is not None and self._take_scan(scan, page, own=[] if garbled else words):
                return
        self._take_text(page, found, words, drawings, edge, number=number)

    def _is_for_ocr(
        self, page: PdfPage, words: Sequence[PlacedWord], drawings: Sequence[Drawing], *, garbled: bool
    ) -> bool:
        if self.ocr is OcrMode.AUTO:
            return garbled or shows_unread_text(words, drawings, width=page.width, height=page.height)
        return self.ocr is OcrMode.ALWAYS

    def _take_scan(self, scan: RecognisedPage, page: PdfPage, *, own: Sequence[PlacedWord]) -> bool:
        """Add a page that OCR has read; False where the page's own text says more."""
        if warning := warning_of_scan(scan):
            self.warn(warning.reason, warning.message)
        if not scan.words or (self.ocr is OcrMode.AUTO and _letters(scan.words) <= _letters(own)):
            return False
        upright = scan.quarters == 0  # else the links' rectangles are those of the page as it was scanned
        uris, loose = _place_links(page.links() if upright else [], words_of_scan(scan))
        self.pages.append(draft_of_scan(scan, uris=uris, loose_links=loose))
        return True

    def _take_text(
        self,
        page: PdfPage,
        found: Sequence[PlacedWord],
        words: Sequence[PlacedWord],
        drawings: Sequence[Drawing],
        edge: Sequence[PlacedWord],
        *,
        number: int,
    ) -> None:
        if len(words) < len(found):
            self.warn("HIDDEN_TEXT", "Text that cannot be seen on the page was left out.")
        uris, loose = _place_links(page.links(), words)
        marks = PageMarks(uris=uris, bullets=bullet_marks(drawings))
        horizontal, vertical = rules(drawings)
        flow, tables = set_tables_aside(words, ruled_tables(horizontal, vertical))
        areas = reading_order(flow, opens=number == 1, rules=horizontal)
        blocks = blocks_of([*areas, *_edge_areas(edge)], marks=marks)
        self.pages.append(
            DraftPage(
                number=number,
                width=page.width,
                height=page.height,
                blocks=tuple(self._with_tables(blocks, tables, marks)),
                loose_links=tuple(loose),
            )
        )

    def _with_tables(
        self, blocks: Sequence[DraftBlock], tables: Sequence[PlacedTable], marks: PageMarks
    ) -> list[DraftBlock]:
        """Put each table where its stand-in came to stand."""
        if not tables:
            return list(blocks)
        written: list[DraftBlock] = []
        for block in blocks:
            before: list[DraftLine] = []
            for line in block.lines:
                table = _table_of(line, tables)
                if table is None:
                    before.append(line)
                else:
                    written.append(replace(block, lines=tuple(before)))
                    written += table.blocks(self._tables, lines_of=lambda words: _lines_of(words, marks))
                    self._tables += 1
                    before = []
            written.append(replace(block, lines=tuple(before)))
        return written


def _letters(words: Sequence[PlacedWord] | Sequence[RecognisedWord]) -> int:
    return sum(len(word.text) for word in words)


def _edge_areas(words: Sequence[PlacedWord]) -> list[Area]:
    """Words along the edges of a page, each strip a line, after all that reads from left to right."""
    return [Area(((segment_of(line),),), 0) for line in edge_lines(words)]


def _table_of(line: DraftLine, tables: Sequence[PlacedTable]) -> PlacedTable | None:
    for word in line.words:
        for table in tables:
            if word.text == table.stand_in.text and word.box is not None and word.box.y0 == table.stand_in.y0:
                return table
    return None


def _lines_of(words: Sequence[PlacedWord], marks: PageMarks) -> tuple[DraftLine, ...]:
    return tuple(line for block in blocks_of(reading_order(words), marks=marks) for line in block.lines)


def _place_links(
    links: Sequence[tuple[str, list[Box]]], words: Sequence[PlacedWord]
) -> tuple[dict[int, str], list[DraftLink]]:
    """Give each link to the words whose middle it covers; the others lie on pictures or icons."""
    uris: dict[int, str] = {}
    loose: list[DraftLink] = []
    middles = [(word.order, (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2) for word in words] if links else []
    for raw, boxes in links:
        uri = normalise_uri(raw)
        covered = [order for box in boxes for order, x, y in middles if _covers(box, x, y)] if uri else []
        uris.update(dict.fromkeys(covered, uri))
        if uri and not covered:
            loose.append(DraftLink(uri=uri, box=boxes[0] if boxes else None))
    return uris, loose


def _covers(box: Box, x: float, y: float) -> bool:
    return box.y0 <= y <= box.y1 and box.x0 <= x <= box.x1
