"""Where a reader gets the words of pages that are pictures: read here and now, or read before, elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from resumate_grpc.errors import ParsingError
from resumate_grpc.parsing.picture import Picture
from resumate_grpc.parsing.recognised import RecognisedPage

__all__ = ["GivenScans", "InlineScans", "Scans", "recognised_page"]


class Scans(Protocol):
    """Hands out recognised pages."""

    @property
    def here(self) -> bool:
        """Whether `page` reads by OCR itself, which takes a second or more."""
        ...

    def page(self, number: int, picture: Callable[[], Picture]) -> RecognisedPage | None:
        """Return what OCR reads on a page, counted from 1; None where that is not known yet."""
        ...


def recognised_page(number: int, shown: Picture, *, language: str) -> RecognisedPage:
    """Read a page by OCR; what is in the way (no Tesseract, no such language) is the page's `problem`."""
    # Imported when needed: Tesseract brings 30 MiB of libraries, and most résumés are text.
    from resumate_grpc.parsing.recognition import recognise  # noqa: PLC0415

    try:
        return recognise(shown, number=number, language=language)
    except ParsingError as error:
        return RecognisedPage(number=number, width=shown.width, height=shown.height, words=(), problem=error.message)


@dataclass(frozen=True, kw_only=True, slots=True)
class InlineScans:
    """Reads each page by OCR as it is asked for."""

    language: str = ""

    @property
    def here(self) -> bool:
        """Always."""
        return True

    def page(self, number: int, picture: Callable[[], Picture]) -> RecognisedPage:
        """Read the page."""
        return recognised_page(number, picture(), language=self.language)


@dataclass(slots=True)
class GivenScans:
    """Knows pages that were read before; `missing` collects the numbers of those that it was asked for in vain."""

    known: dict[int, RecognisedPage] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, pages: Iterable[RecognisedPage]) -> GivenScans:
        """Know these pages."""
        return cls({page.number: page for page in pages})

    @property
    def here(self) -> bool:
        """Never."""
        return False

    def page(self, number: int, picture: Callable[[], Picture]) -> RecognisedPage | None:
        """Look the page up."""
        del picture
        found = self.known.get(number)
        if found is None:
            self.missing.append(number)
        return found
