"""The pipeline: bytes → Document → ParsedResume, yielding how far it is."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from resumate_grpc.errors import ParsingError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing import extraction
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.extraction import extract, page_picture
from resumate_grpc.parsing.recognised import RecognisedPage, ScansFoundError
from resumate_grpc.parsing.scans import GivenScans, recognised_page
from resumate_grpc.parsing.understanding import load, understand

__all__ = ["explain", "parse", "recognise", "warm_up"]


def parse(
    content: bytes,
    *,
    media_type: MediaType,
    options: ParseOptions,
    recognised: Sequence[RecognisedPage] | None = None,
) -> Generator[StageProgress, None, ParsedResume]:
    """Parse one résumé; yields `StageProgress` of TEXT_EXTRACTION, then of NLP_PARSING, and returns the result.

    Scanned pages are taken from `recognised`; None = they are read by OCR here. Raises `ParsingError` for a file that
    cannot be read, and `ScansFoundError` where scanned pages are lacking in `recognised`. Never touches the network,
    and no file but Tesseract's languages.
    """
    document = yield from _read(content, media_type=media_type, options=options, recognised=recognised)
    return (yield from understand(document, options=options))


def _read(
    content: bytes, *, media_type: MediaType, options: ParseOptions, recognised: Sequence[RecognisedPage] | None
) -> Generator[StageProgress, None, Document]:
    given = None if recognised is None else GivenScans.of(recognised)
    try:
        document = yield from extract(content, media_type=media_type, options=options, scans=given)
    except ParsingError:
        if given is not None and given.missing:  # there is no text because the scans were not read yet
            raise ScansFoundError(given.missing) from None
        raise
    if given is not None and given.missing:
        raise ScansFoundError(given.missing)
    return document


def recognise(content: bytes, *, media_type: MediaType, options: ParseOptions, page: int) -> RecognisedPage:
    """Read one page by OCR, counted from 1.

    Raises `ParsingError` where the file cannot be read; what keeps OCR from the page is the page's `problem`.
    """
    return recognised_page(page, page_picture(content, media_type=media_type, page=page), language=options.language)


def explain(
    content: bytes,
    *,
    media_type: MediaType,
    options: ParseOptions,
    pictures: bool = True,
    recognised: Sequence[RecognisedPage] | None = None,
) -> Generator[StageProgress, None, Explanation]:
    """Parse one résumé likewise, and return what the parser saw on its way to the result; pages drawn or not."""
    from resumate_grpc.parsing import explaining  # noqa: PLC0415 - it brings a library for pictures along

    document = yield from _read(content, media_type=media_type, options=options, recognised=recognised)
    return (yield from explaining.explain(document, content, options=options, pictures=pictures))


def warm_up() -> None:
    """Load models and lists, so that the first document does not wait for them."""
    extraction.warm_up()
    load()
