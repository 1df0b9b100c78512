"""The pipeline: bytes → Document → ParsedResume, yielding how far it is."""

from __future__ import annotations

from collections.abc import Generator

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing import extraction
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.extraction import extract
from resumate_grpc.parsing.understanding import load, understand

__all__ = ["explain", "parse", "warm_up"]


def parse(
    content: bytes, *, media_type: MediaType, options: ParseOptions
) -> Generator[StageProgress, None, ParsedResume]:
    """Parse one résumé; yields `StageProgress` of TEXT_EXTRACTION, then of NLP_PARSING, and returns the result.

    Raises `ParsingError` for a file that cannot be read. Never touches the network or the disk.
    """
    document = yield from extract(content, media_type=media_type, options=options)
    return (yield from understand(document, options=options))


def explain(
    content: bytes, *, media_type: MediaType, options: ParseOptions, pictures: bool = True
) -> Generator[StageProgress, None, Explanation]:
    """Parse one résumé likewise, and return what the parser saw on its way to the result."""
    from resumate_grpc.parsing import explaining  # noqa: PLC0415 - it brings a library for pictures along

    return (yield from explaining.explain(content, media_type=media_type, options=options, pictures=pictures))


def warm_up() -> None:
    """Load models and lists, so that the first document does not wait for them."""
    extraction.warm_up()
    load()
