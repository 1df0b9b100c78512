"""NLP parsing: `Document` → `ParsedResume`, every value with confidence and evidence."""

from __future__ import annotations

from collections.abc import Generator

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.document import Document

__all__ = ["understand"]


def understand(document: Document, *, options: ParseOptions) -> Generator[StageProgress, None, ParsedResume]:
    """Find sections and values, yielding progress as parts are read."""
    raise NotImplementedError
    yield
