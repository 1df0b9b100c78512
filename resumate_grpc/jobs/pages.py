"""Pictures of a résumé's pages."""

from __future__ import annotations

from resumate_grpc.errors import NoPictureError, ParsingError
from resumate_grpc.jobs.ports import FileStore, PageDrawer, ResumeStore
from resumate_grpc.model.page_image import PageImage

__all__ = ["Pages"]


class Pages:
    """Draws pages of the originals, whatever has become of the résumé's parse."""

    def __init__(self, *, store: ResumeStore, files: FileStore, drawer: PageDrawer) -> None:
        self._store = store
        self._files = files
        self._drawer = drawer

    async def image(
        self, owner: str, resume_id: str, *, page: int, width_pixels: int, with_words: bool = False
    ) -> PageImage:
        """Draw one page, from 1, so many pixels wide; with the places of its words, if wanted.

        Raises `ResumeNotFoundError`, `FileMissingError`, `NoPictureError`.
        """
        resume = await self._store.get(owner, resume_id, with_parsed=False)
        content = await self._files.get(resume.sha256)
        try:
            return await self._drawer.draw(
                content, media_type=resume.media_type, page=page, width_pixels=width_pixels, with_words=with_words
            )
        except ParsingError as error:
            raise NoPictureError(error.message) from error
