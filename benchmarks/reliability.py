"""Whether stated confidence is honest: calibration error, reliability table and diagram, and what a floor would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from accuracy_tables import f1_of, markdown_table
from judged import Judged
from labels import Counts

__all__ = ["calibration_error", "calibration_table", "draw", "field_calibration_table", "floor_table"]

_BINS = 10
_FLOORS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
_SIDE, _LEFT, _TOP = 360, 52, 16


def calibration_error(values: Sequence[Judged]) -> float:
    """Return the expected calibration error over ten bins of equal width, weighted by values; 0 for none."""
    gaps = [len(each) * abs(_stated(each) - _right(each)) for each in _binned(values).values()]
    return sum(gaps) / len(values) if values else 0.0


def calibration_table(values: Sequence[Judged]) -> str:
    """Return, by bin of stated confidence, how many values it holds and how many of them are right."""
    binned = _binned(values)
    rows = [
        [f"{at / _BINS:.1f}–{(at + 1) / _BINS:.1f}", str(len(binned[at])), f"{_stated(binned[at]):.3f}",
         f"{_right(binned[at]):.3f}"]
        for at in sorted(binned)
    ]  # fmt: skip
    rows.append(["**all**", str(len(values)), f"{_stated(values):.3f}", f"{_right(values):.3f}"])
    return markdown_table(["confidence", "values", "stated", "right"], rows)


def field_calibration_table(fields: Sequence[str], values: Sequence[Judged]) -> str:
    """Return stated confidence, share right and calibration error by field."""
    by_field: dict[str, list[Judged]] = defaultdict(list)
    for value in values:
        by_field[value.field].append(value)
    rows = [
        [f"`{field}`", str(len(own)), f"{_stated(own):.3f}", f"{_right(own):.3f}", f"{calibration_error(own):.3f}"]
        for field in fields
        if (own := by_field[field])
    ]
    return markdown_table(["field", "values", "stated", "right", "error"], rows)


def floor_table(values: Sequence[Judged], scored: Iterable[Counts]) -> str:
    """Return micro precision, recall and F1 if values below a floor were left empty."""
    totals = [sum(figures) for figures in zip(*(f for counts in scored for f in counts.values()), strict=True)]
    rows = []
    for floor in _FLOORS:
        dropped = [value for value in values if value.confidence < floor]
        right = sum(value.right for value in dropped)
        after = (totals[0] - right, totals[1] - (len(dropped) - right), totals[2] + right)
        figures = (f"{figure:.3f}" for figure in f1_of(after))
        rows.append([f"{floor:.1f}", str(len(dropped)), str(right), *figures])
    return markdown_table(["floor", "values dropped", "of them right", "precision", "recall", "F1"], rows)


def draw(curves: Mapping[str, Sequence[Judged]], target: Path) -> None:
    """Write a reliability diagram as SVG: share of right values over stated confidence, a curve for each name."""
    colours = ("#1b6ca8", "#c0562f", "#4b8b3b", "#7a4fa3")
    parts = [*_frame()]
    for number, (name, values) in enumerate(curves.items()):
        colour = colours[number % len(colours)]
        binned = _binned(values)
        points = [(_stated(binned[at]), _right(binned[at]), len(binned[at])) for at in sorted(binned)]
        path = " ".join(f"{_x(stated):.1f},{_y(right):.1f}" for stated, right, _ in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for stated, right, count in points:
            radius = 2 + 14 * (count / max(1, len(values))) ** 0.5
            parts.append(
                f'<circle cx="{_x(stated):.1f}" cy="{_y(right):.1f}" r="{radius:.1f}" fill="{colour}" '
                f'fill-opacity="0.35"><title>{count} values</title></circle>'
            )
        label = f"{name}: error {calibration_error(values):.3f}, {len(values)} values"
        parts.append(f'<text x="{_LEFT + 10}" y="{_TOP + 20 + 16 * number}" fill="{colour}">{label}</text>')
    width, height = _LEFT + _SIDE + 16, _TOP + _SIDE + 44
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
        '<rect width="100%" height="100%" fill="white"/>'
    )
    target.write_text("\n".join([head, *parts, "</svg>"]) + "\n", encoding="utf-8")


def _frame() -> Iterable[str]:
    yield f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#888"/>'
    yield (
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#888" stroke-dasharray="4 4">'
        "<title>perfectly calibrated</title></line>"
    )
    for tenth in range(0, 11, 2):
        share = tenth / 10
        yield f'<text x="{_x(share)}" y="{_y(0) + 16}" text-anchor="middle">{share:.1f}</text>'
        yield f'<text x="{_LEFT - 6}" y="{_y(share) + 4}" text-anchor="end">{share:.1f}</text>'
    yield f'<text x="{_x(0.5)}" y="{_y(0) + 36}" text-anchor="middle">stated confidence</text>'
    yield f'<text transform="translate(14 {_y(0.5)}) rotate(-90)" text-anchor="middle">share that is right</text>'


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE


def _binned(values: Sequence[Judged]) -> dict[int, list[Judged]]:
    binned: dict[int, list[Judged]] = defaultdict(list)
    for value in values:
        binned[min(_BINS - 1, int(value.confidence * _BINS))].append(value)
    return binned


def _stated(values: Sequence[Judged]) -> float:
    return fmean(value.confidence for value in values) if values else 0.0


def _right(values: Sequence[Judged]) -> float:
    return fmean(value.right for value in values) if values else 0.0
