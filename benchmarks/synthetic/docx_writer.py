"""A sheet as a Word document."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from synthetic.sheet import Columns, Element, Grid, Line, Rail, Run

__all__ = ["written"]

_WIDTH_CM = 16.5
_RAIL = 0.24


def written(elements: Sequence[Element]) -> bytes:
    """Return the sheet as DOCX: columns and rails are tables without rules, dates stand at tab stops."""
    document = docx.Document()
    for element in elements:
        _write(document, element, _WIDTH_CM)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _write(container: Any, element: Element, width: float) -> None:
    if isinstance(element, Line):
        _write_line(container.add_paragraph(), element, width)
    elif isinstance(element, Rail):
        _write_table(container, [[element.left, element.right]], (_RAIL, 1 - _RAIL), width)
    elif isinstance(element, Columns):
        _write_table(container, [[element.left, element.right]], (element.share, 1 - element.share), width)
    elif isinstance(element, Grid):
        count = len(element.rows[0])
        _write_table(container, element.rows, (1 / count,) * count, width, ruled=element.ruled)


def _write_table(
    container: Any,
    rows: Sequence[Sequence[Sequence[Element]]],
    shares: Sequence[float],
    width: float,
    *,
    ruled: bool = False,
) -> None:
    table = container.add_table(len(rows), len(shares))
    if ruled:
        table.style = "Table Grid"
    for cells, row in zip(rows, table.rows, strict=True):
        for content, cell, share in zip(cells, row.cells, shares, strict=True):
            cell.width = Cm(width * share)
            first = True
            for element in content:
                if first and isinstance(element, Line):
                    _write_line(cell.paragraphs[0], element, width * share)
                else:
                    _write(cell, element, width * share)
                first = False


def _write_line(paragraph: Paragraph, each: Line, width: float) -> None:
    if each.bullet:
        paragraph.style = "List Bullet"
    paragraph.paragraph_format.space_before = Pt(each.before)
    paragraph.paragraph_format.space_after = Pt(1)
    if each.centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write_runs(paragraph, each.runs, each)
    if each.right:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(width), WD_TAB_ALIGNMENT.RIGHT)
        paragraph.add_run("\t")
        _write_runs(paragraph, each.right, each)


def _write_runs(paragraph: Paragraph, runs: Sequence[Run], each: Line) -> None:
    for run in runs:
        written_run = paragraph.add_run(run.text)
        written_run.bold = run.bold or None
        written_run.italic = run.italic or None
        written_run.font.size = Pt(each.size)
        if each.color:
            written_run.font.color.rgb = RGBColor(each.color >> 16, each.color >> 8 & 0xFF, each.color & 0xFF)
