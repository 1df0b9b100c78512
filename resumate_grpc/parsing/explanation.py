"""What the parser saw in a file: the document, its sections, its pages' pictures, and the values that it read."""

from __future__ import annotations

from dataclasses import dataclass

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.heading_names import SectionKind

__all__ = ["ExplainedSection", "Explanation", "PagePicture"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplainedSection:
    """One section: its kind, its folded heading (empty: none), the heading's confidence 0..1, and its rows' spans."""

    kind: SectionKind
    title: str
    confidence: float
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PagePicture:
    """A page as people see it, a PNG that covers the whole page; `page` counts from 1."""

    page: int
    png: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Everything that a person needs to see why a file was read as it was.

    `pictures` lacks pages that were not drawn: those of formats without pages, and those past the limits.
    """

    parsed: ParsedResume
    document: Document
    sections: tuple[ExplainedSection, ...]
    pictures: tuple[PagePicture, ...]
