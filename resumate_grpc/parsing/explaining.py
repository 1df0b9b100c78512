"""Explaining a parse: the same reading once more, with everything kept that a person needs to judge it."""

from __future__ import annotations

from collections.abc import Generator

from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.explanation import ExplainedSection, Explanation
from resumate_grpc.parsing.extraction import extract
from resumate_grpc.parsing.page_pictures import pictures_of
from resumate_grpc.parsing.understanding import sections_in, understand

__all__ = ["explain"]


def explain(
    content: bytes, *, media_type: MediaType, options: ParseOptions, pictures: bool = True
) -> Generator[StageProgress, None, Explanation]:
    """Parse one résumé as `pipeline.parse` does, yielding the same progress, and return what the parser saw.

    Without `pictures` no page is drawn. Raises `ParsingError` for a file that cannot be read.
    """
    document = yield from extract(content, media_type=media_type, options=options)
    parsed = yield from understand(document, options=options)
    sections = tuple(
        ExplainedSection(
            kind=section.kind,
            title=section.title,
            confidence=section.confidence,
            spans=tuple((row.start, row.end) for row in section.rows),
        )
        for section in sections_in(document, options=options)
    )
    drawn = pictures_of(content, document.pages, media_type=media_type) if pictures else ()
    return Explanation(parsed=parsed, document=document, sections=sections, pictures=drawn)
