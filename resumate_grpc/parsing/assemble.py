"""Drafts → `Document`: one text, and the place of every word, line and link in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from resumate_grpc.model.parsed import Box, ParseWarning
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.document import Block, Document, Line, Link, Page, Word
from resumate_grpc.parsing.draft import DraftBlock, DraftLine, DraftLink, DraftPage, DraftWord

__all__ = ["assemble", "bounding_box"]


def assemble(drafts: Sequence[DraftPage], *, media_type: MediaType, warnings: Sequence[ParseWarning] = ()) -> Document:
    """Join lines by newlines and blocks by blank lines; empty lines and blocks are left out."""
    builder = _Builder()
    pages = tuple(builder.page(draft) for draft in drafts)
    return Document(
        text="".join(builder.parts),
        media_type=media_type,
        pages=pages,
        links=tuple(sorted(builder.links, key=lambda link: (link.start, link.end))),
        warnings=tuple(warnings),
    )


def bounding_box(boxes: Sequence[Box | None]) -> Box | None:
    """Return the smallest box around all that are known; None where none is."""
    known = [box for box in boxes if box is not None]
    if not known:
        return None
    return Box(
        x0=min([box.x0 for box in known]),
        y0=min([box.y0 for box in known]),
        x1=max([box.x1 for box in known]),
        y1=max([box.y1 for box in known]),
    )


_SOFT_HYPHEN = "\u00ad"  # one that joined nothing


@dataclass(slots=True)
class _Builder:
    parts: list[str] = field(default_factory=list)
    position: int = 0
    links: list[Link] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.position += len(text)

    def page(self, draft: DraftPage) -> Page:
        blocks = tuple(
            self.block(block, page=draft.number) for block in draft.blocks if any(line.words for line in block.lines)
        )
        words = [word for block in blocks for line in block.lines for word in line.words]
        for link in draft.loose_links:
            at = _nearest(link, words, default=self.position)
            self.links.append(Link(uri=link.uri, start=at, end=at, page=draft.number, box=link.box))
        return Page(number=draft.number, width=draft.width, height=draft.height, blocks=blocks, skew=draft.skew)

    def block(self, draft: DraftBlock, *, page: int) -> Block:
        if self.position:
            self.write("\n\n")
        lines: list[Line] = []
        spans: list[tuple[DraftWord, Word]] = []
        for line in draft.lines:
            if line.words:
                if lines:
                    self.write("\n")
                lines.append(self.line(line, spans))
        self.links.extend(_links(spans, page=page))
        return Block(
            lines=tuple(lines),
            kind=draft.kind,
            column=draft.column,
            table=draft.table,
            row=draft.row,
            cell=draft.cell,
            box=bounding_box([line.box for line in lines]),
        )

    def line(self, draft: DraftLine, spans: list[tuple[DraftWord, Word]]) -> Line:
        start = at = self.position
        parts: list[str] = []
        words: list[Word] = []
        for draft_word in draft.words:
            if parts:
                parts.append(draft_word.gap)
                at += len(draft_word.gap)
            text = draft_word.text.replace(_SOFT_HYPHEN, "")
            parts.append(text)
            word = Word(
                text=text,
                start=at,
                end=at + len(text),
                style=draft_word.style,
                box=draft_word.box,
                confidence=draft_word.confidence,
            )
            at = word.end
            words.append(word)
            spans.append((draft_word, word))
        line = "".join(parts)
        self.write(line)
        return Line(
            text=line,
            start=start,
            end=self.position,
            words=tuple(words),
            box=bounding_box([word.box for word in words]),
            heading_level=draft.heading_level,
            bullet=draft.bullet,
            indent=draft.indent,
        )


def _links(spans: list[tuple[DraftWord, Word]], *, page: int) -> list[Link]:
    """One link for each run of neighbouring words with the same target."""
    links: list[Link] = []
    run: list[Word] = []
    uri = ""
    for draft, word in [*spans, (None, None)]:
        if run and (draft is None or draft.uri != uri):
            links.append(
                Link(
                    uri=uri,
                    start=run[0].start,
                    end=run[-1].end,
                    page=page,
                    box=bounding_box([each.box for each in run]),
                )
            )
            run = []
        if draft is not None and word is not None and draft.uri:
            run.append(word)
            uri = draft.uri
    return links


def _nearest(link: DraftLink, words: list[Word], *, default: int) -> int:
    """Where in the text a link without words stands: before the word next to it on the page."""
    if link.box is None:
        return default
    x, y = link.box.x1, (link.box.y0 + link.box.y1) / 2
    best, best_distance = default, float("inf")
    for word in words:
        if word.box is None:
            continue
        dx = max(word.box.x0 - x, x - word.box.x1, 0.0)
        # An icon belongs to the text beside it: a line away weighs more than some points along the line.
        distance = dx + 4 * max(word.box.y0 - y, y - word.box.y1, 0.0)
        if distance < best_distance:
            best, best_distance = word.start, distance
    return best
