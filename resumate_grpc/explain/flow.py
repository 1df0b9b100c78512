"""Text that has no places on a page: laid out by blocks, or as it stands, with sections and values marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from resumate_grpc.explain.marks import Marks
from resumate_grpc.explain.markup import Html, element, joined
from resumate_grpc.parsing.document import Block, BlockKind, Line, Page
from resumate_grpc.parsing.explanation import Explanation

__all__ = ["flow_page", "marked_text"]


def flow_page(explanation: Explanation, page: Page, marks: Marks, numbers: dict[int, int]) -> Html:
    """Lay out a page without a size: its blocks in reading order, table rows with their cells side by side."""
    parts: list[Html] = []
    order = 1
    for row, blocks in groupby(page.blocks, key=lambda block: (block.table, block.row) if block.table >= 0 else None):
        drawn = [_block(explanation, block, order + index, marks, numbers) for index, block in enumerate(blocks)]
        order += len(drawn)
        parts += [element("div", *drawn, class_="row")] if row else drawn
    return element("figure", element("figcaption", "The text, as it was read"), element("div", *parts, class_="flow"))


def _block(explanation: Explanation, block: Block, order: int, marks: Marks, numbers: dict[int, int]) -> Html:
    badge = element("span", str(order), class_="badge", title=f"Block {order}: {block.kind.value.replace('_', ' ')}")
    lines = [_line(explanation, line, numbers[line.start], marks) for line in block.lines]
    kind = "" if block.kind is BlockKind.TEXT else f" {block.kind.value}"
    return element("div", badge, *lines, class_=f"block{kind}")


def _line(explanation: Explanation, line: Line, number: int, marks: Marks) -> Html:
    looks = [
        "line",
        f"s-{_kind(explanation, line.start, line.end, marks)}",
        *(["bold"] if line.bold or line.heading_level else []),
        *(["bullet"] if line.bullet else []),
    ]
    text = joined(*_pieces(explanation.document.text, line.start, line.end, marks))
    return element("div", element("span", str(number), class_="line-number"), text, class_=" ".join(looks))


def marked_text(explanation: Explanation, marks: Marks) -> Html:
    """Show the text that spans count in, every character of it, coloured by section."""
    text = explanation.document.text
    parts: list[Html] = []
    at = 0
    for line in explanation.document.lines:
        parts.append(joined(text[at : line.start]))
        inner = joined(*_pieces(text, line.start, line.end, marks))
        parts.append(element("span", inner, class_=f"s-{_kind(explanation, line.start, line.end, marks)}"))
        at = line.end
    return element("pre", *parts, joined(text[at:]), class_="text")


def _kind(explanation: Explanation, start: int, end: int, marks: Marks) -> str:
    index = marks.section_at(start, end)
    return "none" if index is None else explanation.sections[index].kind.value


def _pieces(text: str, start: int, end: int, marks: Marks) -> Iterator[Html]:
    for first, last, values in marks.pieces(start, end):
        if not values:
            yield joined(text[first:last])
            continue
        inner = min(values, key=lambda value: len(value.text))
        yield element(
            "mark",
            text[first:last],
            class_=f"value {inner.trust}",
            data_v=" ".join(str(value.number) for value in values),
            title=inner.summary,
        )
