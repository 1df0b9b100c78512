"""A page with a size: its picture, and over it what the parser made of it, as one drawing in points."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from resumate_grpc.explain.marks import Marks, Value
from resumate_grpc.explain.markup import Html, element, joined
from resumate_grpc.model.parsed import Box
from resumate_grpc.parsing.assemble import bounding_box
from resumate_grpc.parsing.document import Block, BlockKind, Line, Link, Page
from resumate_grpc.parsing.explanation import Explanation

__all__ = ["page_drawing"]

_BADGE = 7.0
_PAD = 1.2
_RIBBON = 3.4


def page_drawing(explanation: Explanation, page: Page, marks: Marks, numbers: dict[int, int]) -> Html:
    """Draw one page; `numbers` gives each line's place in the reading order by its start."""
    lines = [line for block in page.blocks for line in block.lines]
    png = next((picture.png for picture in explanation.pictures if picture.page == page.number), b"")
    paper = _picture(page, png) if png else joined(*_set_again(lines))
    layers = joined(
        _layer("sections", _section_rects(explanation, lines, marks)),
        _layer("words", (_rect(word.box, "word") for line in lines for word in line.words)),
        _layer("lines", (_line_mark(line, numbers[line.start]) for line in lines)),
        _layer("blocks", (_block_mark(block, order) for order, block in enumerate(page.blocks, 1))),
        _layer("links", (_link_mark(link) for link in explanation.document.links if link.page == page.number)),
        _layer("values", (_value_mark(value, lines) for value in marks.values_on(page.number))),
    )
    drawing = element(
        "svg",
        paper,
        layers,
        viewBox=f"0 0 {page.width:.2f} {page.height:.2f}",
        class_="page",
        role="img",
        aria_label=f"Page {page.number}",
    )
    return element("figure", element("figcaption", f"Page {page.number}"), drawing)


def _picture(page: Page, png: bytes) -> Html:
    source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return element("image", href=source, width=page.width, height=page.height, preserveAspectRatio="none")


def _set_again(lines: list[Line]) -> Iterator[Html]:
    """Set the words where they stand, for a page that has no picture."""
    for line in lines:
        for word in line.words:
            if word.box:
                size = max(2.0, word.style.size or (word.box.y1 - word.box.y0) * 0.8)
                yield element(
                    "text",
                    word.text,
                    x=word.box.x0,
                    y=word.box.y1 - size * 0.22,
                    font_size=size,
                    textLength=max(0.1, word.box.x1 - word.box.x0),
                    lengthAdjust="spacingAndGlyphs",
                    class_="set-again",
                )


def _layer(name: str, marks: Iterator[Html]) -> Html:
    return element("g", *marks, class_=f"layer {name}")


def _rect(box: Box | None, class_: str, pad: float = 0.0) -> Html:
    if box is None:
        return Html()
    return element(
        "rect",
        x=box.x0 - pad,
        y=box.y0 - pad,
        width=box.x1 - box.x0 + 2 * pad,
        height=box.y1 - box.y0 + 2 * pad,
        rx=1.0,
        class_=class_,
    )


def _section_rects(explanation: Explanation, lines: list[Line], marks: Marks) -> Iterator[Html]:
    for line in lines:
        index = marks.section_at(line.start, line.end)
        kind = "none" if index is None else explanation.sections[index].kind.value
        yield _rect(line.box, f"section s-{kind}", _PAD)
        if line.box:  # the tint lets the print show through, so on dark ground it does not show itself
            bar = Box(x0=line.box.x0 - _RIBBON, y0=line.box.y0 - _PAD, x1=line.box.x0 - _PAD, y1=line.box.y1 + _PAD)
            yield _rect(bar, f"ribbon s-{kind}")


def _line_mark(line: Line, number: int) -> Html:
    if line.box is None:
        return Html()
    return joined(
        _rect(line.box, "line"),
        element("text", str(number), x=line.box.x0 - 2, y=line.box.y1 - 2, class_="line-number"),
    )


def _block_mark(block: Block, order: int) -> Html:
    if block.box is None:
        return Html()
    title = f"Block {order}: {_kind(block)}, column {block.column + 1}, {len(block.lines)} lines"
    x, y = max(_BADGE, block.box.x0 - _BADGE - 3), block.box.y0 + _BADGE
    return element(
        "g",
        element("title", title),
        _rect(block.box, "block", 2.0),
        element("circle", cx=x, cy=y, r=_BADGE, class_="badge"),
        element("text", str(order), x=x, y=y + 2.6, class_="badge-text"),
    )


def _kind(block: Block) -> str:
    words = block.kind.value.replace("_", " ")
    return f"{words} (row {block.row + 1}, cell {block.cell + 1})" if block.kind is BlockKind.TABLE_CELL else words


def _link_mark(link: Link) -> Html:
    return element("g", element("title", f"Link to {link.uri}"), _rect(link.box, "link", 0.5)) if link.box else Html()


def _value_mark(value: Value, lines: list[Line]) -> Html:
    evidence = value.evidence
    if evidence is None:
        return Html()
    parts = [
        bounding_box([word.box for word in line.words if word.start < evidence.end and word.end > evidence.start])
        for line in lines
        if line.start < evidence.end and line.end > evidence.start
    ]
    rects = [_rect(part, "part", _PAD) for part in parts if part] or [_rect(evidence.box, "part", _PAD)]
    return element(
        "g",
        element("title", value.summary),
        *rects,
        class_=f"value {value.trust}",
        data_v=value.number,
    )
