"""Areas in reading order → blocks of lines: gaps, list items, words broken at line ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.characters import is_bullet, is_ruler
from resumate_grpc.parsing.draft import DraftBlock, DraftLine, DraftWord, join_hyphenated
from resumate_grpc.parsing.line_writer import strip_bullet
from resumate_grpc.parsing.reading_order import Area
from resumate_grpc.parsing.rows import Segment
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["PageMarks", "blocks_of"]

_STRETCHED_PARTS = 4
_ALIKE = 1.8
_BULLET_REACH = 2.5  # font sizes
_WIDEST_BULLET = 0.55
_RUNNING_TEXT = 2.5  # words in a segment
_BLOCK_GAP = 1.4  # of the usual distance between lines


@dataclass(frozen=True, kw_only=True, slots=True)
class PageMarks:
    """What is known of a page besides its words: hyperlinks by word `order`, and shapes that may be bullets."""

    uris: Mapping[int, str] = field(default_factory=dict)
    bullets: Sequence[Box] = ()


def blocks_of(areas: Sequence[Area], *, marks: PageMarks) -> list[DraftBlock]:
    """Write the areas as blocks; a new block begins where the distance between lines is wider than usual."""
    blocks: list[DraftBlock] = []
    for area in areas:
        left = min(row[0].x0 for row in area.rows)
        usual = _usual_distance(area)
        lines: list[DraftLine] = []
        for index, row in enumerate(area.rows):
            distance = row[0].baseline - area.rows[index - 1][0].baseline if index else 0.0
            if lines and distance > _BLOCK_GAP * max(usual, row[0].size):
                blocks.append(_block(lines, column=area.column))
                lines = []
            neighbours = [*area.rows[max(0, index - 1) : index], *area.rows[index + 1 : index + 2]]
            line = _line(row, left=left, marks=marks, stretched=_is_stretched(row, neighbours))
            if not is_ruler(line.text):
                lines.append(line)
        blocks.append(_block(lines, column=area.column))
    return blocks


def _is_stretched(row: tuple[Segment, ...], neighbours: Sequence[tuple[Segment, ...]]) -> bool:
    """Tell whether a row is one line of justified text whose spaces were stretched, not things set apart.

    Then all its gaps are alike and it fills the width of a line beside it.
    """
    words = [word for segment in row for word in segment.words]
    if len(row) < _STRETCHED_PARTS:
        return False
    gaps = [after.x0 - before.x1 for before, after in pairwise(words)]
    if max(gaps) > _ALIKE * min(gaps):
        return False
    return any(
        abs(other[-1].x1 - row[-1].x1) < 0.5 * row[-1].size
        and sum(len(segment.words) for segment in other) >= _RUNNING_TEXT * len(other)
        for other in neighbours
    )


def _usual_distance(area: Area) -> float:
    distances = [after[0].baseline - before[0].baseline for before, after in pairwise(area.rows)]
    close = [distance for distance, row in zip(distances, area.rows[1:], strict=True) if distance < 2 * row[0].size]
    return median(close) if close else 0.0


def _block(lines: Sequence[DraftLine], *, column: int) -> DraftBlock:
    return DraftBlock(lines=tuple(join_hyphenated(lines)), column=column)


def _line(row: tuple[Segment, ...], *, left: float, marks: PageMarks, stretched: bool) -> DraftLine:
    words: list[DraftWord] = []
    for segment in row:
        for index, word in enumerate(segment.words):
            words.append(_word(word, gap=" " if index or stretched else "\t", uri=marks.uris.get(word.order, "")))
    words = _without_symbol_bullet(words)
    stripped, bullet = strip_bullet(tuple(words))
    first = stripped[0].box if stripped else None
    indent = round(first.x0 - left, 2) if first else 0.0
    return DraftLine(words=stripped, bullet=bullet or _has_mark(row[0], marks.bullets), indent=indent)


def _has_mark(segment: Segment, bullets: Sequence[Box]) -> bool:
    """Tell whether a shape of a bullet's size stands right before the line."""
    word = segment.words[0]
    return any(
        mark.x1 <= word.x0 + 0.5
        and word.x0 - mark.x0 <= _BULLET_REACH * word.size
        and mark.x1 - mark.x0 <= _WIDEST_BULLET * word.size
        and word.y0 <= (mark.y0 + mark.y1) / 2 <= word.y1
        for mark in bullets
    )


def _word(word: PlacedWord, *, gap: str, uri: str) -> DraftWord:
    return DraftWord(
        text=word.text,
        gap=gap,
        style=word.look.style,
        box=Box(x0=word.x0, y0=word.y0, x1=word.x1, y1=word.y1),
        uri=uri,
        confidence=word.confidence,
    )


def _without_symbol_bullet(words: list[DraftWord]) -> list[DraftWord]:
    """Read a lone "o" or "§" in a font of its own at the line's start as the bullet that it is shown as."""
    if len(words) > 1 and words[0].text in {"o", "§", "Ø", "ü", "v", "n", "q"} and not is_bullet(words[0].text):
        font, next_font = words[0].style.font.lower(), words[1].style.font.lower()
        if font != next_font and ("courier" in font or "wingding" in font or "symbol" in font):
            return [DraftWord(text="•", style=words[0].style, box=words[0].box), *words[1:]]
    return words
