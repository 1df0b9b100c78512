"""A sheet as PDF, in the fonts that every PDF reader has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from fpdf import FPDF

from synthetic.sheet import Columns, Element, Grid, Line, Rail, Run

__all__ = ["WRITABLE", "written"]

WRITABLE = frozenset({"en", "de", "fr", "es", "pt", "it", "nl"})
"""Languages whose letters those fonts have."""

_FONTS = ("Helvetica", "Times")
_MARGIN = 45.0
_LEADING = 1.3
_INDENT = 10.0
_RAIL = 0.22
_GAP = 14.0
_BULLET = "\u2022 "
_REPLACED = str.maketrans({"…": "..."})


def written(elements: Sequence[Element], *, font: int = 0) -> bytes:
    """Return the sheet as PDF on A4; `font` chooses one of two."""
    sheet = _Sheet(_FONTS[font % len(_FONTS)])
    for element in elements:
        sheet.put(element, _MARGIN, sheet.w - 2 * _MARGIN)
    return bytes(sheet.output())


class _Sheet(FPDF):
    """Pages, and where on them the next line goes."""

    def __init__(self, font: str) -> None:
        super().__init__(format="A4", unit="pt")
        self._font = font
        self.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC))
        self.set_auto_page_break(auto=False)
        self.core_fonts_encoding = "cp1252"
        self.add_page()
        self._at = _MARGIN

    def put(self, element: Element, left: float, width: float) -> None:
        """Draw an element from the current height on, within `width` from `left`."""
        if isinstance(element, Line):
            self._put_line(element, left, width)
        elif isinstance(element, Rail):
            rail = width * _RAIL
            self._side_by_side([element.left, element.right], [(left, rail), (left + rail, width - rail)])
        elif isinstance(element, Columns):
            self._put_columns(element, left, width)
        elif isinstance(element, Grid):
            self._put_grid(element, left, width)

    def _put_columns(self, element: Columns, left: float, width: float) -> None:
        share = width * element.share
        if element.tint is not None:
            self.set_fill_color(element.tint >> 16, element.tint >> 8 & 0xFF, element.tint & 0xFF)
            narrow_left = element.share < 0.5
            x = 0 if narrow_left else left + share
            self.rect(x, 0, left + share - _GAP / 2 if narrow_left else self.w - x, self.h, style="F")
        self._side_by_side([element.left, element.right], [(left, share - _GAP), (left + share, width - share)])

    def _side_by_side(self, parts: Sequence[Sequence[Element]], places: Sequence[tuple[float, float]]) -> None:
        page, top = self.page, self._at
        ends = []
        for elements, (left, width) in zip(parts, places, strict=True):
            self.page, self._at = page, top
            for element in elements:
                self.put(element, left, width)
            ends.append((self.page, self._at))
        self.page, self._at = max(ends)

    def _put_grid(self, element: Grid, left: float, width: float) -> None:
        count = len(element.rows[0])
        shares = [0.28, 0.72] if count == 2 and element.ruled else [1 / count] * count
        for cells in element.rows:
            page, top = self.page, self._at
            places = []
            x = left
            for share in shares:
                places.append((x + 4, width * share - 8))
                x += width * share
            self._side_by_side(cells, places)
            self._at += 3
            if element.ruled and self.page == page:
                x = left
                for share in shares:
                    self.rect(x, top, width * share, self._at - top)
                    x += width * share

    def _put_line(self, each: Line, left: float, width: float) -> None:
        height = each.size * _LEADING
        left, width = left + each.indent * _INDENT, width - each.indent * _INDENT
        self._at += each.before
        self.set_text_color(each.color >> 16, each.color >> 8 & 0xFF, each.color & 0xFF)
        beside = sum(self._width_of(run, run.text, each.size) for run in each.right)
        hang = self._width_of(Run(text=_BULLET), _BULLET, each.size) if each.bullet else 0.0
        for number, row in enumerate(self._wrapped(each, width - hang, beside)):
            if self._at + height > self.h - _MARGIN:
                self._next_page()
            baseline = self._at + each.size
            if each.bullet and not number:
                self._print(left, baseline, Run(text=_BULLET), each.size)
            used = sum(self._width_of(run, run.text, each.size) for run in row)
            x = left + hang + ((width - used) / 2 if each.centred else 0)
            for run in row:
                x = self._print(x, baseline, run, each.size)
            if each.right and not number:
                x = left + width - beside
                for run in each.right:
                    x = self._print(x, baseline, run, each.size)
            self._at += height
        if each.rule:
            self.line(left, self._at, left + width, self._at)
            self._at += 2

    def _next_page(self) -> None:
        if self.page == self.pages_count:
            self.add_page()
        else:
            self.page += 1
        self._at = _MARGIN

    def _wrapped(self, each: Line, width: float, beside: float) -> list[list[Run]]:
        """Break the runs into rows; the first leaves room for what stands flush right."""
        rows: list[list[Run]] = [[]]
        used, room = 0.0, width - beside - (_GAP if beside else 0)
        for run in each.runs:
            for word in run.text.split(" "):
                if not word:
                    continue
                piece = f" {word}" if rows[-1] else word
                size = self._width_of(run, piece, each.size)
                if rows[-1] and used + size > room:
                    rows.append([])
                    used, room, piece = 0.0, width, word
                    size = self._width_of(run, piece, each.size)
                rows[-1].append(Run(text=piece, bold=run.bold, italic=run.italic))
                used += size
        return rows

    def _style(self, run: Run, size: float) -> None:
        self.set_font(self._font, ("B" if run.bold else "") + ("I" if run.italic else ""), size)

    def _width_of(self, run: Run, text: str, size: float) -> float:
        self._style(run, size)
        return float(self.get_string_width(text.translate(_REPLACED)))

    def _print(self, x: float, y: float, run: Run, size: float) -> float:
        text = run.text.translate(_REPLACED)
        width = self._width_of(run, text, size)
        self.text(x, y, text)
        return x + width
