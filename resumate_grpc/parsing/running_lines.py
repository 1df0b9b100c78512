"""Lines that repeat from page to page at the same height: they are the page's furniture, not its content."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.draft import DraftBlock, DraftLine, DraftPage

__all__ = ["mark_running_lines"]

_MARGIN = 0.12  # of the page's height, at the top and at the bottom
_NUMBER = re.compile(r"\d+|\b[ivx]{1,4}\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|seite|página|pagina|pág\.|pag\.|p\.|s\.)?\s*\d{1,2}(?:\s*(?:/|of|von|de|sur|di)\s*\d{1,3})?\W*",
    re.IGNORECASE,
)
_SAME_HEIGHT = 4.0  # points


def mark_running_lines(pages: Sequence[DraftPage]) -> list[DraftPage]:
    """Move lines that repeat (numbers apart) in the top or bottom margin into HEADER and FOOTER blocks.

    The first page's top lines stay as they are: what later pages repeat is often the name. A lone page number at the
    bottom needs no repetition.
    """
    seen: dict[tuple[str, bool, int], set[int]] = defaultdict(set)
    for page in pages:
        for key in _keys(page):
            seen[key].add(page.number)
    running = {key for key, numbers in seen.items() if len(numbers) > 1}
    return [_marked(_with_contact_foot(page), running) for page in pages]


def _with_contact_foot(page: DraftPage) -> DraftPage:
    """Mark as FOOTER the blocks in the bottom margin with the page's only e-mail address: how to reach the person."""
    mailed = [block for block in page.blocks if any("@" in line.text for line in block.lines)]
    if not mailed or not all(_is_low(block, page) for block in mailed):
        return page
    blocks = (replace(block, kind=BlockKind.FOOTER) if _is_low(block, page) else block for block in page.blocks)
    return replace(page, blocks=tuple(blocks))


def _is_low(block: DraftBlock, page: DraftPage) -> bool:
    boxes = [line.words[0].box for line in block.lines if line.words]
    return bool(page.height and boxes) and all(box and box.y0 >= (1 - _MARGIN) * page.height for box in boxes)


def _keys(page: DraftPage) -> list[tuple[str, bool, int]]:
    return [key for block in page.blocks for line in block.lines if (key := _key(line, page)) is not None]


def _key(line: DraftLine, page: DraftPage) -> tuple[str, bool, int] | None:
    """Name a line in a margin: its text without numbers, whether it is at the bottom, and about how high."""
    box = line.words[0].box if line.words else None
    if box is None or not page.height:
        return None
    if box.y1 <= _MARGIN * page.height:
        return _NUMBER.sub("#", line.text), False, round(box.y0 / _SAME_HEIGHT)
    if box.y0 >= (1 - _MARGIN) * page.height:
        return _NUMBER.sub("#", line.text), True, round(box.y0 / _SAME_HEIGHT)
    return None


def _marked(page: DraftPage, running: set[tuple[str, bool, int]]) -> DraftPage:
    blocks: list[DraftBlock] = []
    for block in page.blocks:
        kept: list[DraftLine] = []
        if block.kind is BlockKind.FOOTER:
            blocks.append(block)
            continue
        for line in block.lines:
            kind = _kind(line, page, running)
            if kind is None:
                kept.append(line)
            else:
                blocks += [replace(block, lines=tuple(kept)), DraftBlock(lines=(line,), kind=kind)]
                kept = []
        blocks.append(replace(block, lines=tuple(kept)))
    return replace(page, blocks=tuple(block for block in blocks if block.lines))


def _kind(line: DraftLine, page: DraftPage, running: set[tuple[str, bool, int]]) -> BlockKind | None:
    key = _key(line, page)
    if key is None:
        return None
    at_bottom = key[1]
    if at_bottom and (key in running or _PAGE_NUMBER.fullmatch(line.text)):
        return BlockKind.FOOTER
    return BlockKind.HEADER if not at_bottom and key in running and page.number > 1 else None
