"""What is marked in a document: the values with their places, and which section each stretch of text is of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resumate_grpc.model.field_paths import values_of
from resumate_grpc.model.parsed import Evidence
from resumate_grpc.parsing.explanation import Explanation

__all__ = ["Marks", "Value"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One value that was read; `number` links everything on the page that shows it. No evidence: `evidence` is None."""

    number: int
    path: str
    text: str
    evidence: Evidence | None

    @property
    def confidence(self) -> float:
        """How sure the parser is of it, 0..1."""
        return self.evidence.confidence if self.evidence else 0.0

    @property
    def trust(self) -> str:
        """`high`, `middling` or `low`: the class that colours it."""
        return "high" if self.confidence >= 0.8 else "middling" if self.confidence >= 0.5 else "low"  # noqa: PLR2004

    @property
    def summary(self) -> str:
        """Say on one line what it is, for whoever points at it."""
        return f"{self.path} · {self.text} · {self.confidence:.0%}"


class Marks:
    """Values and sections of an explanation, found by place."""

    def __init__(self, explanation: Explanation) -> None:
        evidence = {item.field_path: item for item in explanation.parsed.evidence}
        self.values = tuple(
            Value(number=number, path=path, text=text, evidence=evidence.get(path))
            for number, (path, text) in enumerate(values_of(explanation.parsed))
        )
        self._spans = sorted(
            (start, end, index)
            for index, section in enumerate(explanation.sections)
            for start, end in section.spans
            if end > start
        )
        self._starts = [start for start, _, _ in self._spans]
        self._edges, self._held = _swept(self.values)

    def section_at(self, start: int, end: int) -> int | None:
        """Return the index of the section that most of a line is of; None for headings and what was passed over."""
        shares: dict[int, int] = {}
        for span_start, span_end, index in self._near(end):
            if (shared := min(end, span_end) - max(start, span_start)) > 0:
                shares[index] = shares.get(index, 0) + shared
        return max(shares, key=lambda index: shares[index]) if shares else None

    def _near(self, end: int) -> Iterator[tuple[int, int, int]]:
        # Spans overlap only where a heading's line holds its first entry too, so a few before the place are enough.
        upto = bisect_right(self._starts, end)
        yield from self._spans[max(0, upto - 64) : upto]

    def values_on(self, page: int) -> Iterator[Value]:
        """Yield the values that begin on a page."""
        for value in self.values:
            if value.evidence and value.evidence.page == page and value.evidence.box:
                yield value

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, tuple[Value, ...]]]:
        """Cut a stretch of text where values begin and end: half-open spans in order, with the values of each."""
        first = max(0, bisect_right(self._edges, start) - 1)
        for index in range(first, len(self._edges)):
            begin = max(start, self._edges[index])
            stop = min(end, self._edges[index + 1]) if index + 1 < len(self._edges) else end
            if begin >= end:
                return
            if begin < stop:
                yield begin, stop, self._held[index]


def _swept(values: Sequence[Value]) -> tuple[list[int], list[tuple[Value, ...]]]:
    """Sweep over the text once: where the set of values changes, and the values from each such place on."""
    opening: dict[int, list[Value]] = {0: []}
    closing: dict[int, set[int]] = {}
    for value in values:
        if value.evidence and value.evidence.end > value.evidence.start:
            opening.setdefault(value.evidence.start, []).append(value)
            closing.setdefault(value.evidence.end, set()).add(value.number)
    edges = sorted(opening.keys() | closing.keys())
    held: list[tuple[Value, ...]] = []
    open_now: list[Value] = []
    for edge in edges:
        open_now = [value for value in open_now if value.number not in closing.get(edge, ())] + opening.get(edge, [])
        held.append(tuple(open_now))
    return edges, held
