"""What is drawn on a page besides text, and what it means: table rules, bullets, grounds behind light text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from resumate_grpc.model.parsed import Box

__all__ = ["Drawing", "DrawingKind", "bullet_marks", "covers", "rules"]

_THICKEST_RULE = 2.5
_SHORTEST_RULE = 8.0
_BULLET_SIZES = (1.2, 7.0)
_ROUND = 1.4  # a bullet is at most so much longer than wide


class DrawingKind(Enum):
    """What a drawing is."""

    PATH = "path"
    IMAGE = "image"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Something drawn; `fill` is 0xRRGGBB, None where it is not filled.

    `outline` tells a stroked rectangle, `block` a filled one.
    """

    kind: DrawingKind
    box: Box
    fill: int | None = None
    outline: bool = False
    block: bool = False


def rules(drawings: Sequence[Drawing]) -> tuple[list[Box], list[Box]]:
    """List the horizontal and the vertical lines: thin paths, and the sides of outlined rectangles."""
    horizontal: list[Box] = []
    vertical: list[Box] = []
    for drawing in drawings:
        if drawing.kind is not DrawingKind.PATH:
            continue
        box = drawing.box
        width, height = box.x1 - box.x0, box.y1 - box.y0
        if height <= _THICKEST_RULE and width >= _SHORTEST_RULE:
            horizontal.append(box)
        elif width <= _THICKEST_RULE and height >= _SHORTEST_RULE:
            vertical.append(box)
        elif drawing.outline and min(width, height) >= _SHORTEST_RULE:
            horizontal += [_side(box, y0=box.y0, y1=box.y0), _side(box, y0=box.y1, y1=box.y1)]
            vertical += [_side(box, x0=box.x0, x1=box.x0), _side(box, x0=box.x1, x1=box.x1)]
    return horizontal, vertical


def _side(
    box: Box, *, x0: float | None = None, x1: float | None = None, y0: float | None = None, y1: float | None = None
) -> Box:
    return Box(
        x0=box.x0 if x0 is None else x0,
        y0=box.y0 if y0 is None else y0,
        x1=box.x1 if x1 is None else x1,
        y1=box.y1 if y1 is None else y1,
    )


def bullet_marks(drawings: Sequence[Drawing]) -> list[Box]:
    """List what may be a list item's bullet drawn as a shape: small, filled or outlined, as wide as high."""
    low, high = _BULLET_SIZES
    marks = []
    for drawing in drawings:
        width, height = drawing.box.x1 - drawing.box.x0, drawing.box.y1 - drawing.box.y0
        if drawing.kind is DrawingKind.PATH and low <= width <= high and 1 / _ROUND <= height / width <= _ROUND:
            marks.append(drawing.box)
    return marks


def covers(drawing: Drawing, x: float, y: float) -> bool:
    """Tell whether a point lies within the drawing's box."""
    return drawing.box.x0 <= x <= drawing.box.x1 and drawing.box.y0 <= y <= drawing.box.y1
