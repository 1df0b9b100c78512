"""Explaining a parse: the same reading once more, with everything kept that a person needs to judge it."""

from __future__ import annotations

from collections.abc import Generator

from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.explanation import ExplainedSection, Explanation
from resumate_grpc.parsing.page_pictures import pictures_of
from resumate_grpc.parsing.understanding import sections_in, understand

__all__ = ["explain"]


def explain(
    document: Document, content: bytes, *, options: ParseOptions, pictures: bool
) -> Generator[StageProgress, None, Explanation]:
    """Understand a document as `pipeline.parse` does, yielding the same progress, and return what the parser saw.

    `content` is the file that it was read from, whose pages are drawn if `pictures`.
    """
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
    drawn = pictures_of(content, document.pages, media_type=document.media_type) if pictures else ()
    return Explanation(parsed=parsed, document=document, sections=sections, pictures=drawn)
