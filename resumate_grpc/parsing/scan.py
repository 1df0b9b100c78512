"""A page that was read by OCR → a draft page: the same columns, rows and blocks as of a page with text of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resumate_grpc.model.parsed import ParseWarning
from resumate_grpc.parsing.characters import normalise
from resumate_grpc.parsing.document import Style
from resumate_grpc.parsing.draft import DraftLink, DraftPage
from resumate_grpc.parsing.page_lines import PageMarks, blocks_of
from resumate_grpc.parsing.reading_order import reading_order
from resumate_grpc.parsing.recognised import RecognisedPage, RecognisedWord
from resumate_grpc.parsing.tessdata import how_to_install, tag_of
from resumate_grpc.parsing.words import GlyphLook, PlacedWord

__all__ = ["draft_of_scan", "warning_of_scan", "words_of_scan"]

_ASCENT, _DESCENT = 0.75, 0.22  # of the font size, above and below the baseline


def draft_of_scan(
    page: RecognisedPage, *, uris: Mapping[int, str] | None = None, loose_links: Sequence[DraftLink] = ()
) -> DraftPage:
    """Put the words of a scanned page into reading order, lines and blocks; `uris` are links by a word's index."""
    return DraftPage(
        number=page.number,
        width=page.width,
        height=page.height,
        blocks=tuple(
            blocks_of(reading_order(words_of_scan(page), opens=page.number == 1), marks=PageMarks(uris=uris or {}))
        ),
        loose_links=tuple(loose_links),
        skew=page.skew,
    )


def words_of_scan(page: RecognisedPage) -> list[PlacedWord]:
    """Return the words as those of a text layer; each one's `order` is its index."""
    return [_placed(word, order) for order, word in enumerate(page.words)]


def warning_of_scan(page: RecognisedPage) -> ParseWarning | None:
    """Tell what whoever uploaded a scan should know: that it was not read, or could be read better."""
    if page.damaged:
        return ParseWarning(reason="PAGE_UNREADABLE", message=f"Page {page.number} could not be read.")
    if page.problem:
        return ParseWarning(reason="OCR_UNAVAILABLE", message=f"Page {page.number} was not read: {page.problem}.")
    if page.wanted and page.words:
        return ParseWarning(
            reason="OCR_LANGUAGE",
            message=f"Page {page.number} seems to be in {tag_of(page.wanted)!r}, which was read as "
            f"{tag_of(page.language)!r}; {how_to_install(page.wanted)}.",
        )
    return None


def _placed(word: RecognisedWord, order: int) -> PlacedWord:
    """Give a word the height of its line, as words of a text layer have; a box of its ink alone is too low."""
    return PlacedWord(
        text=normalise(word.text),
        look=GlyphLook(Style(size=word.size, bold=word.bold)),
        x0=word.x0,
        y0=min(word.y0, word.baseline - _ASCENT * word.size),
        x1=word.x1,
        y1=max(word.y1, word.baseline + _DESCENT * word.size),
        baseline=word.baseline,
        order=order,
        confidence=word.confidence,
    )
