"""Drawing single pages, in a process of its own that loads nothing else: what a sandbox of pictures runs."""

from __future__ import annotations

from resumate_grpc.model.page_image import PageImage
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.page_pictures import page_image

__all__ = ["draw", "warm_up"]


def warm_up() -> None:
    """Do nothing: PDFium is loaded by importing this."""


def draw(content: bytes, *, media_type: MediaType, page: int, width_pixels: int, with_words: bool) -> PageImage:
    """Draw one page, from 1, at most so many pixels wide; and tell where its words stand, if wanted.

    Raises `ParsingError` where the file cannot be read, its format has no pages, or it has fewer of them.
    """
    return page_image(content, media_type=media_type, page=page, width_pixels=width_pixels, with_words=with_words)
