"""The picture of a page."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PageImage"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageImage:
    """One page as people see it: a PNG of the whole page, `width` × `height` in points, as evidence counts places."""

    png: bytes
    width: float
    height: float
    page_count: int
