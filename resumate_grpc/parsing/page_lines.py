"""Areas in reading order → blocks of lines: gaps, list items, words broken at line ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.characters import is_bullet
from resumate_grpc.parsing.draft import DraftBlock, DraftLine, DraftWord
from resumate_grpc.parsing.line_writer import strip_bullet
from resumate_grpc.parsing.reading_order import Area
from resumate_grpc.parsing.rows import Segment
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["blocks_of"]

_TOUCHING = 0.08  # of the font size: below that gap two words of one line are one
_BLOCK_GAP = 1.4  # of the usual distance between lines


def blocks_of(areas: Sequence[Area], *, uris: Mapping[int, str]) -> list[DraftBlock]:
    """Write the areas as blocks; a new block begins where the distance between lines is wider than usual.

    `uris` gives the hyperlink that a word bears, by the word's `order`.
    """
    blocks: list[DraftBlock] = []
    for area in areas:
        left = min(row[0].x0 for row in area.rows)
        group: list[tuple[Segment, ...]] = []
        usual = _usual_distance(area)
        for row in area.rows:
            if group and row[0].baseline - group[-1][0].baseline > _BLOCK_GAP * max(usual, row[0].size):
                blocks.append(_block(group, column=area.column, left=left, uris=uris))
                group = []
            group.append(row)
        blocks.append(_block(group, column=area.column, left=left, uris=uris))
    return blocks


def _usual_distance(area: Area) -> float:
    distances = [
        after[0].baseline - before[0].baseline for before, after in zip(area.rows, area.rows[1:], strict=False)
    ]
    close = [distance for distance, row in zip(distances, area.rows[1:], strict=True) if distance < 2 * row[0].size]
    return median(close) if close else 0.0


def _block(rows: Sequence[tuple[Segment, ...]], *, column: int, left: float, uris: Mapping[int, str]) -> DraftBlock:
    return DraftBlock(lines=tuple(_line(row, left=left, uris=uris) for row in rows), column=column)


def _line(row: tuple[Segment, ...], *, left: float, uris: Mapping[int, str]) -> DraftLine:
    words: list[DraftWord] = []
    for segment in row:
        for index, word in enumerate(segment.words):
            words.append(_word(word, gap=" " if index else "\t", uri=uris.get(word.order, "")))
    words = _without_symbol_bullet(words)
    stripped, bullet = strip_bullet(tuple(words))
    first = stripped[0].box if stripped and stripped[0].box else None
    return DraftLine(words=stripped, bullet=bullet, indent=round((first.x0 if first else row[0].x0) - left, 2))


def _word(word: PlacedWord, *, gap: str, uri: str) -> DraftWord:
    return DraftWord(
        text=word.text,
        gap=gap,
        style=word.look.style,
        box=Box(x0=word.x0, y0=word.y0, x1=word.x1, y1=word.y1),
        uri=uri,
    )


def _without_symbol_bullet(words: list[DraftWord]) -> list[DraftWord]:
    """Read a lone "o" or "§" in a font of its own at the line's start as the bullet that it is shown as."""
    if len(words) > 1 and words[0].text in {"o", "§", "Ø", "ü", "v", "n", "q"} and not is_bullet(words[0].text):
        font, next_font = words[0].style.font.lower(), words[1].style.font.lower()
        if font != next_font and ("courier" in font or "wingding" in font or "symbol" in font):
            return [DraftWord(text="•", style=words[0].style, box=words[0].box), *words[1:]]
    return words
