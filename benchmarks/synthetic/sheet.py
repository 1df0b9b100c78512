"""What a page is put together from, whatever it is written to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Columns", "Element", "Grid", "Line", "Rail", "Run", "headings_in", "line"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Text in one print; `uri` makes it a link."""

    text: str
    bold: bool = False
    italic: bool = False
    uri: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A paragraph: `right` stands flush right on its first line; sizes and spaces in points, `indent` in steps.

    `heading` is a section's heading; `rule` draws one below it.
    """

    runs: tuple[Run, ...]
    right: tuple[Run, ...] = ()
    size: float = 10.0
    color: int = 0
    bullet: bool = False
    indent: int = 0
    before: float = 0.0
    centred: bool = False
    heading: bool = False
    rule: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rail:
    """A narrow column with a few words beside what they are about."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table; each cell holds lines."""

    rows: tuple[tuple[tuple[Line, ...], ...], ...]
    ruled: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Two columns that run down the page; `share` is the left one's part of the width, `tint` its background."""

    left: tuple[Element, ...]
    right: tuple[Element, ...]
    share: float = 0.33
    tint: int | None = None


Element = Line | Rail | Grid | Columns


def line(
    text: str,
    *,
    right: str = "",
    bold: bool = False,
    italic: bool = False,
    bullet: bool = False,
    indent: int = 0,
    before: float = 0.0,
    right_runs: Sequence[Run] = (),
) -> Line:
    """Return a line of one run, with another flush right where `right` is not empty."""
    beside = tuple(right_runs) or ((Run(text=right),) if right else ())
    return Line(
        runs=(Run(text=text, bold=bold, italic=italic),), right=beside, bullet=bullet, indent=indent, before=before
    )


def headings_in(elements: Iterable[Element]) -> Iterator[str]:
    """Yield the texts of all headings."""
    for element in elements:
        if isinstance(element, Line):
            if element.heading:
                yield "".join(run.text for run in element.runs)
        elif isinstance(element, Grid):
            yield from headings_in(each for row in element.rows for cell in row for each in cell)
        else:
            yield from headings_in((*element.left, *element.right))
