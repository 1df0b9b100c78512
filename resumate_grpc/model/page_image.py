"""The picture of a page, and where its words stand."""

from __future__ import annotations

from dataclasses import dataclass

from resumate_grpc.model.parsed import Box

__all__ = ["PageImage", "PageWord"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageWord:
    """A word of a page: text without white space, and its place in points from the page's top left."""

    text: str
    box: Box


@dataclass(frozen=True, kw_only=True, slots=True)
class PageImage:
    """One page as people see it: a PNG of the whole page, `width` × `height` in points, as evidence counts places.

    `lines` are the words that the file holds as text, where they were asked for: in reading order, each line left to
    right and never empty.
    """

    png: bytes
    width: float
    height: float
    page_count: int
    lines: tuple[tuple[PageWord, ...], ...] = ()
