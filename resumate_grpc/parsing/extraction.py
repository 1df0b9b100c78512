"""Text extraction: bytes → `Document`, whatever the format."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from importlib import import_module

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.model.resume import PICTURES, MediaType, OcrMode, ParseOptions
from resumate_grpc.parsing.assemble import assemble
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.draft import DraftPage, ReadStep
from resumate_grpc.parsing.length import refuse_too_long
from resumate_grpc.parsing.picture import Picture
from resumate_grpc.parsing.scans import InlineScans, Scans

__all__ = ["MAX_PAGES", "extract", "page_picture", "warm_up"]

_Read = tuple[list[DraftPage], list[ParseWarning]]
_FlowReader = Callable[[bytes], tuple[DraftPage, list[ParseWarning]]]
_FLOW_READERS = {
    MediaType.DOCX: ("docx", "read_docx"),
    MediaType.DOC: ("doc", "read_doc"),
    MediaType.WORD_XML: ("word_xml", "read_word_xml"),
    MediaType.RTF: ("rtf", "read_rtf"),
    MediaType.ODT: ("odt", "read_odt"),
    MediaType.HTML: ("html_page", "read_html"),
    MediaType.TXT: ("plain", "read_plain"),
    MediaType.MARKDOWN: ("markdown", "read_markdown"),
}
"""Module and function that read each format without pages."""

MAX_PAGES = 100
"""Longest PDF that is read; no résumé comes near it."""


def extract(
    content: bytes,
    *,
    media_type: MediaType,
    options: ParseOptions,
    max_pages: int = MAX_PAGES,
    scans: Scans | None = None,
) -> Generator[StageProgress, None, Document]:
    """Read the text of a file in reading order, yielding progress as pages are read.

    Pages that are pictures come from `scans`; None = they are read by OCR right here.

    Raises `ParsingError` (CORRUPT_FILE, PASSWORD_PROTECTED, NO_TEXT_FOUND, TOO_MANY_PAGES, RESOURCE_LIMIT).
    """
    yield _progress(0, "Opening the file")
    pages, warnings = yield from _read(
        content,
        media_type=media_type,
        max_pages=max_pages,
        ocr=options.ocr,
        scans=scans or InlineScans(language=options.language),
    )
    document = assemble(pages, media_type=media_type, warnings=[*warnings, *_ocr_warning(media_type, options)])
    refuse_too_long(len(document.text))
    if not document.text:
        raise ParsingError(ErrorReason.NO_TEXT_FOUND, _no_text(media_type, options.ocr, warnings))
    yield _progress(100, "Text extracted")
    return document


def page_picture(content: bytes, *, media_type: MediaType, page: int) -> Picture:
    """Return what one page shows, counted from 1.

    Raises `ParsingError` (CORRUPT_FILE, PASSWORD_PROTECTED, RESOURCE_LIMIT).
    """
    if media_type is MediaType.PDF:
        from resumate_grpc.parsing.pdf import pdf_picture  # noqa: PLC0415

        return pdf_picture(content, page=page)
    from resumate_grpc.parsing.picture_file import picture_of_file  # noqa: PLC0415

    return picture_of_file(content, page=page)


def warm_up() -> None:
    """Import the readers and their libraries, so that the first document does not wait for them.

    pdfplumber is left out: few documents have ruled tables, and it brings a second PDF library into memory.
    """
    import_module("resumate_grpc.parsing.pdf")
    for module, _ in _FLOW_READERS.values():
        import_module(f"resumate_grpc.parsing.{module}")


def _read(
    content: bytes, *, media_type: MediaType, max_pages: int, ocr: OcrMode, scans: Scans
) -> Generator[StageProgress, None, _Read]:
    # Readers are imported when needed: a worker that never sees a PDF does not pay for PDFium.
    if media_type is MediaType.PDF:
        from resumate_grpc.parsing.pdf import read_pdf  # noqa: PLC0415

        return (yield from _with_progress(read_pdf(content, max_pages=max_pages, ocr=ocr, scans=scans)))
    if media_type in PICTURES:
        from resumate_grpc.parsing.picture_file import read_pictures  # noqa: PLC0415

        return (yield from _with_progress(read_pictures(content, max_pages=max_pages, ocr=ocr, scans=scans)))
    page, warnings = _flow_reader(media_type)(content)
    yield _progress(95, "Read the document")
    return [page], warnings


def _flow_reader(media_type: MediaType) -> _FlowReader:
    """Return the reader of a format without pages."""
    module, function = _FLOW_READERS[media_type]
    reader: _FlowReader = getattr(import_module(f"resumate_grpc.parsing.{module}"), function)
    return reader


def _with_progress(reader: Generator[ReadStep, None, _Read]) -> Generator[StageProgress, None, _Read]:
    """Tell of the pages that a reader has read, and return what it returns."""
    while True:
        try:
            step = next(reader)
        except StopIteration as stop:
            result: _Read = stop.value
            return result
        yield _progress(95 * step.done // step.total, step.message)


def _progress(percent: int, message: str) -> StageProgress:
    return StageProgress(stage=Stage.TEXT_EXTRACTION, stage_percent=percent, message=message)


def _ocr_warning(media_type: MediaType, options: ParseOptions) -> list[ParseWarning]:
    if options.ocr is not OcrMode.ALWAYS or media_type is MediaType.PDF or media_type in PICTURES:
        return []
    return [ParseWarning(reason="OCR_UNAVAILABLE", message="OCR reads PDF and pictures; the file's own text was read.")]


def _no_text(media_type: MediaType, ocr: OcrMode, warnings: Sequence[ParseWarning]) -> str:
    """Say why there is no text, and what to do about it."""
    if media_type is not MediaType.PDF and media_type not in PICTURES:
        return "the file holds no text; upload the document that you meant"
    if ocr is OcrMode.NEVER:
        return "the file has pictures of text only, and OCR was not allowed; upload it again with OCR_MODE_AUTO"
    in_the_way = [warning.message for warning in warnings if warning.reason == "OCR_UNAVAILABLE"]
    if in_the_way:
        return in_the_way[0]
    return "OCR found no text in the file; scan it again at 200 dpi or more, or upload the original document"
