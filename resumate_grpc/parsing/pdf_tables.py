"""Ruled tables on a page: their words are taken out of the flow, and a stand-in keeps the table's place in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.draft import DraftBlock, DraftLine
from resumate_grpc.parsing.words import PlacedWord

__all__ = ["PlacedTable", "set_tables_aside"]

_LEAST_ROWS = 2


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table, and the word that stands for it while the page is put into reading order."""

    stand_in: PlacedWord
    cells: tuple[tuple[int, int, tuple[PlacedWord, ...]], ...]  # row, cell, words

    def blocks(
        self, number: int, *, lines_of: Callable[[Sequence[PlacedWord]], tuple[DraftLine, ...]]
    ) -> list[DraftBlock]:
        """Write the cells that hold text as TABLE_CELL blocks, row by row."""
        return [
            DraftBlock(lines=lines_of(words), kind=BlockKind.TABLE_CELL, table=number, row=row, cell=cell)
            for row, cell, words in self.cells
        ]


def set_tables_aside(
    words: Sequence[PlacedWord], tables: Sequence[Sequence[Sequence[Box]]]
) -> tuple[list[PlacedWord], list[PlacedTable]]:
    """Return the words outside of tables, with a stand-in for each table, and the tables.

    `tables` are rows of cells. Frames around parts of the page are no tables, their words stay in the flow.
    """
    flow = list(words)
    placed: list[PlacedTable] = []
    for rows in tables:
        cells = _filled_cells(flow, rows)
        if not _is_table(cells):
            continue
        inside = {word.order for _, _, held in cells for word in held}
        first = min((word for _, _, held in cells for word in held), key=lambda word: word.order)
        boxes = [cell for row in rows for cell in row]
        stand_in = PlacedWord(
            text="\ufffc",
            look=first.look,
            x0=min(box.x0 for box in boxes),
            y0=min(box.y0 for box in boxes),
            x1=max(box.x1 for box in boxes),
            y1=max(box.y1 for box in boxes),
            baseline=min(word.baseline for _, _, held in cells for word in held),
            order=first.order,
        )
        flow = [*(word for word in flow if word.order not in inside), stand_in]
        placed.append(PlacedTable(stand_in, tuple(cells)))
    return flow, placed


def _is_table(cells: Sequence[tuple[int, int, tuple[PlacedWord, ...]]]) -> bool:
    """Tell a table from frames around parts of a page: it has several rows that hold text side by side."""
    filled = Counter(row for row, _, _ in cells)
    return sum(count > 1 for count in filled.values()) >= _LEAST_ROWS


def _filled_cells(
    words: Sequence[PlacedWord], rows: Sequence[Sequence[Box]]
) -> list[tuple[int, int, tuple[PlacedWord, ...]]]:
    filled = []
    for row_index, row in enumerate(rows):
        for cell_index, box in enumerate(row):
            held = tuple(word for word in words if _within(word, box))
            if held:
                filled.append((row_index, cell_index, held))
    return filled


def _within(word: PlacedWord, box: Box) -> bool:
    return box.x0 <= (word.x0 + word.x1) / 2 <= box.x1 and box.y0 <= (word.y0 + word.y1) / 2 <= box.y1
