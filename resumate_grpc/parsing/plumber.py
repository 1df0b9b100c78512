"""Ruled tables and pictures of pages, by pdfplumber. Its import costs 100 ms, so it is imported when first needed.

PDFium has already told where the rules are; pdfplumber's table code needs no more, so the page is not read again.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from resumate_grpc.model.parsed import Box

__all__ = ["debug_picture", "ruled_tables"]

_LEAST_RULES = 3  # each way: two rows of two cells
_MOST_RULES = 800  # a drawing, not a table; finding cells takes time in the square of it
_TOLERANCE = 3.0


def ruled_tables(horizontal: Sequence[Box], vertical: Sequence[Box]) -> list[list[list[Box]]]:
    """Find tables in rules: each is its rows of cells, top to bottom and left to right.

    Cheap where rules can form no grid of at least two by two cells; such pages give an empty list.
    """
    if min(len(horizontal), len(vertical)) < _LEAST_RULES or len(horizontal) + len(vertical) > _MOST_RULES:
        return []
    from pdfplumber import table  # noqa: PLC0415 - see above

    edges = [_edge(box, "h") for box in horizontal] + [_edge(box, "v") for box in vertical]
    merged = table.merge_edges(edges, _TOLERANCE, _TOLERANCE, _TOLERANCE, _TOLERANCE)
    cells = table.intersections_to_cells(table.edges_to_intersections(merged, _TOLERANCE, _TOLERANCE))
    return [rows for found in table.cells_to_tables(cells) if _is_grid(rows := _rows(found))]


def _edge(box: Box, orientation: str) -> dict[str, float | str]:
    """Reduce a thin box to the line in its middle, as pdfplumber describes edges."""
    if orientation == "h":
        y = (box.y0 + box.y1) / 2
        return {"orientation": "h", "x0": box.x0, "x1": box.x1, "top": y, "bottom": y, "width": box.x1 - box.x0}
    x = (box.x0 + box.x1) / 2
    return {"orientation": "v", "x0": x, "x1": x, "top": box.y0, "bottom": box.y1, "height": box.y1 - box.y0}


def _rows(cells: Sequence[tuple[float, float, float, float]]) -> list[list[Box]]:
    rows: list[list[Box]] = []
    for x0, y0, x1, y1 in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        box = Box(x0=x0, y0=y0, x1=x1, y1=y1)
        if rows and abs(rows[-1][0].y0 - y0) <= _TOLERANCE:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [sorted(row, key=lambda cell: cell.x0) for row in rows]


def _is_grid(rows: Sequence[Sequence[Box]]) -> bool:
    return len(rows) > 1 and max(len(row) for row in rows) > 1


def debug_picture(content: bytes, page: int, *, words: Sequence[Box] = (), blocks: Sequence[Box] = ()) -> bytes:
    """Draw a page (counted from 1) as PNG with boxes around words and blocks, in their reading order.

    For people who look into a reading order; nothing in the service calls it. Raises what pdfplumber raises.
    """
    import pdfplumber  # noqa: PLC0415 - see above

    with pdfplumber.open(io.BytesIO(content)) as document:
        image = document.pages[page - 1].to_image(resolution=100)
        for box in words:
            image.draw_rect((box.x0, box.y0, box.x1, box.y1), fill=(0, 0, 0, 0), stroke=(0, 120, 255), stroke_width=1)
        for box in blocks:
            image.draw_rect((box.x0, box.y0, box.x1, box.y1), fill=(0, 0, 0, 0), stroke=(230, 60, 0), stroke_width=2)
        middles = [((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in blocks]
        if len(middles) > 1:
            image.draw_line(middles, stroke=(230, 60, 0), stroke_width=1)
        picture = io.BytesIO()
        image.save(picture, format="PNG")
    return picture.getvalue()
