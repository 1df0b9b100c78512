"""A sheet as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from synthetic.sheet import Columns, Element, Grid, Line, Rail

__all__ = ["written"]

_WIDTH = 90
_RAIL = 26


def written(elements: Sequence[Element]) -> bytes:
    """Return the sheet as UTF-8; columns stand one after the other, rails and tables side by side."""
    return ("\n".join(row for element in elements for row in _rows(element)) + "\n").encode()


def _rows(element: Element) -> list[str]:
    if isinstance(element, Line):
        return _line(element)
    if isinstance(element, Columns):
        return [row for each in (*element.left, *element.right) for row in _rows(each)]
    if isinstance(element, Rail):
        return _beside([element.left, element.right], (_RAIL, _WIDTH - _RAIL))
    width = _WIDTH // max(1, len(element.rows[0]))
    return [row for cells in element.rows for row in _grid_row(cells, width, element)]


def _grid_row(cells: Sequence[Sequence[Line]], width: int, grid: Grid) -> list[str]:
    if grid.ruled and all(len(cell) == 1 and not cell[0].heading for cell in cells):
        return [" | ".join("".join(run.text for run in cell[0].runs) for cell in cells)]
    return _beside(cells, (width,) * len(cells))


def _beside(cells: Sequence[Sequence[Line]], widths: Sequence[int]) -> list[str]:
    columns = [
        [part for each in cell for text in _line(each) for part in textwrap.wrap(text, width - 2) or [""]]
        for cell, width in zip(cells, widths, strict=True)
    ]
    columns = [[row for row in column if row] for column in columns]
    return [
        "".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip()
        for row in zip_longest(*columns, fillvalue="")
    ]


def _line(each: Line) -> list[str]:
    text = "  " * each.indent + ("- " if each.bullet else "") + "".join(run.text for run in each.runs)
    if each.right:
        beside = "".join(run.text for run in each.right)
        text = f"{text}{' ' * max(4, _WIDTH - len(text) - len(beside))}{beside}" if text else beside
    rows = [""] if each.heading or each.before else []
    rows += textwrap.wrap(text, _WIDTH + 20, drop_whitespace=False, break_on_hyphens=False) or [""]
    return [*rows, "-" * min(40, len(text))] if each.rule else rows
