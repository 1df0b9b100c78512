"""Text extraction: bytes → `Document`, whatever the format."""

from __future__ import annotations

from collections.abc import Generator

from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.document import Document

__all__ = ["extract"]


def extract(
    content: bytes, *, media_type: MediaType, options: ParseOptions
) -> Generator[StageProgress, None, Document]:
    """Read the text of a file in reading order, yielding progress as pages are read.

    Raises `ParsingError` (CORRUPT_FILE, PASSWORD_PROTECTED, NO_TEXT_FOUND, TOO_MANY_PAGES).
    """
    raise NotImplementedError
    yield
