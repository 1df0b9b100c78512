"""Pictures of pages (JPEG, PNG, TIFF with any number of them) → draft pages, by OCR."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.model.resume import OcrMode
from resumate_grpc.parsing.draft import DraftPage, ReadStep
from resumate_grpc.parsing.picture import Picture
from resumate_grpc.parsing.pillow import MAX_PIXELS, PictureError, PictureFile, PictureTooLargeError
from resumate_grpc.parsing.running_lines import mark_running_lines
from resumate_grpc.parsing.scan import draft_of_scan, warning_of_scan
from resumate_grpc.parsing.scans import Scans

__all__ = ["picture_of_file", "read_pictures"]

_log = logging.getLogger(__name__)

_Read = tuple[list[DraftPage], list[ParseWarning]]


def read_pictures(content: bytes, *, max_pages: int, ocr: OcrMode, scans: Scans) -> Generator[ReadStep, None, _Read]:
    """Read a file of pictures, each a page, yielding before and after each; with NEVER there are no pages.

    Raises `ParsingError`: CORRUPT_FILE, TOO_MANY_PAGES, RESOURCE_LIMIT (a picture with too many pixels).
    """
    with _told(), PictureFile(content) as file:
        total = file.count(limit=max_pages)
        if total > max_pages:
            raise ParsingError(
                ErrorReason.TOO_MANY_PAGES,
                f"the file has over {max_pages} pages, which is the limit; upload the résumé alone",
            )
        if ocr is OcrMode.NEVER:
            return [], []
        return (yield from _read_all(file, total, scans))


def picture_of_file(content: bytes, *, page: int) -> Picture:
    """Decode one picture, counted from 1. Raises `ParsingError`: CORRUPT_FILE, RESOURCE_LIMIT."""
    with _told(), PictureFile(content) as file:
        return file.picture(page - 1)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what is wrong with a picture into the error of its document."""
    try:
        yield
    except PictureTooLargeError as error:
        raise ParsingError(
            ErrorReason.RESOURCE_LIMIT,
            f"the picture has {error}, we read up to {MAX_PIXELS // 1_000_000} million; scan it at 300 dpi",
        ) from error
    except PictureError as error:
        raise ParsingError(
            ErrorReason.CORRUPT_FILE, f"the picture cannot be read ({error}); save it anew and upload that"
        ) from error


def _read_all(file: PictureFile, total: int, scans: Scans) -> Generator[ReadStep, None, _Read]:
    pages: list[DraftPage] = []
    warnings: list[ParseWarning] = []
    for index in range(total):
        number = index + 1
        if scans.here:
            yield ReadStep(done=index, total=total, message=f"Reading page {number} of {total} by OCR")
        try:
            scan = scans.page(number, partial(file.picture, index))
        except PictureTooLargeError:
            raise
        except PictureError as error:
            if total == 1:
                raise
            _log.info("picture unreadable", extra={"page": number, "error": str(error)})
            warnings.append(ParseWarning(reason="PAGE_UNREADABLE", message=f"Page {number} could not be read."))
            continue
        if scan is not None:
            pages += [] if scan.damaged else [draft_of_scan(scan)]
            warnings += [warning] if (warning := warning_of_scan(scan)) else []
            yield ReadStep(done=number, total=total, message=f"Read page {number} of {total}")
    return mark_running_lines(pages), warnings
