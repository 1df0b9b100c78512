"""Text extraction: bytes → `Document`, whatever the format."""

from __future__ import annotations

from collections.abc import Callable, Generator
from importlib import import_module

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.model.resume import MediaType, OcrMode, ParseOptions
from resumate_grpc.parsing.assemble import assemble
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.draft import DraftPage
from resumate_grpc.parsing.length import refuse_too_long

__all__ = ["MAX_PAGES", "extract", "warm_up"]

_Read = tuple[list[DraftPage], list[ParseWarning]]
_FlowReader = Callable[[bytes], tuple[DraftPage, list[ParseWarning]]]
_FLOW_READERS = {
    MediaType.DOCX: ("docx", "read_docx"),
    MediaType.DOC: ("doc", "read_doc"),
    MediaType.WORD_XML: ("word_xml", "read_word_xml"),
    MediaType.RTF: ("rtf", "read_rtf"),
    MediaType.TXT: ("plain", "read_plain"),
    MediaType.MARKDOWN: ("markdown", "read_markdown"),
}
"""Module and function that read each format without pages."""

MAX_PAGES = 100
"""Longest PDF that is read; no résumé comes near it."""


def extract(
    content: bytes, *, media_type: MediaType, options: ParseOptions, max_pages: int = MAX_PAGES
) -> Generator[StageProgress, None, Document]:
    """Read the text of a file in reading order, yielding progress as pages are read.

    Raises `ParsingError` (CORRUPT_FILE, PASSWORD_PROTECTED, NO_TEXT_FOUND, TOO_MANY_PAGES, RESOURCE_LIMIT).
    """
    yield _progress(0, "Opening the file")
    pages, warnings = yield from _read(content, media_type=media_type, max_pages=max_pages)
    document = assemble(pages, media_type=media_type, warnings=[*warnings, *_ocr_warning(options)])
    refuse_too_long(len(document.text))
    if not document.text:
        raise ParsingError(ErrorReason.NO_TEXT_FOUND, _no_text(media_type))
    yield _progress(100, "Text extracted")
    return document


def warm_up() -> None:
    """Import the readers and their libraries, so that the first document does not wait for them.

    pdfplumber is left out: few documents have ruled tables, and it brings a second PDF library into memory.
    """
    import_module("resumate_grpc.parsing.pdf")
    for module, _ in _FLOW_READERS.values():
        import_module(f"resumate_grpc.parsing.{module}")


def _read(content: bytes, *, media_type: MediaType, max_pages: int) -> Generator[StageProgress, None, _Read]:
    # Readers are imported when needed: a worker that never sees a PDF does not pay for PDFium.
    if media_type is MediaType.PDF:
        from resumate_grpc.parsing.pdf import read_pdf  # noqa: PLC0415

        return (yield from _with_progress(read_pdf(content, max_pages=max_pages)))
    page, warnings = _flow_reader(media_type)(content)
    yield _progress(95, "Read the document")
    return [page], warnings


def _flow_reader(media_type: MediaType) -> _FlowReader:
    """Return the reader of a format without pages."""
    module, function = _FLOW_READERS[media_type]
    reader: _FlowReader = getattr(import_module(f"resumate_grpc.parsing.{module}"), function)
    return reader


def _with_progress(reader: Generator[tuple[int, int], None, _Read]) -> Generator[StageProgress, None, _Read]:
    """Tell of the pages that a reader has read, and return what it returns."""
    while True:
        try:
            done, total = next(reader)
        except StopIteration as stop:
            result: _Read = stop.value
            return result
        yield _progress(95 * done // total, f"Read page {done} of {total}")


def _progress(percent: int, message: str) -> StageProgress:
    return StageProgress(stage=Stage.TEXT_EXTRACTION, stage_percent=percent, message=message)


def _ocr_warning(options: ParseOptions) -> list[ParseWarning]:
    if options.ocr is not OcrMode.ALWAYS:
        return []
    return [
        ParseWarning(reason="OCR_UNAVAILABLE", message="OCR is not part of this version; the file's own text was read.")
    ]


def _no_text(media_type: MediaType) -> str:
    if media_type is MediaType.PDF:
        return (
            "no page of the PDF has text: it looks like a scan, and OCR is not part of this version; "
            "upload the original document, or a PDF with a text layer"
        )
    return "the file holds no text; upload the document that you meant"
