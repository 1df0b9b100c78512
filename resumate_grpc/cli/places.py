"""Where values stand in a document, and how sure the parser is of them, in the margin of a summary."""

from __future__ import annotations

import click

from resumate_grpc._gen.resumate.v1.parsed_resume_pb2 import Evidence, ParsedResume
from resumate_grpc.cli.terminal import safe

__all__ = ["Places", "aside"]

VALUE_WIDTH = 58
DOUBTFUL_BELOW = 0.5
ENTRIES = ("work_experience", "education", "projects", "publications", "awards", "volunteering")


def aside(confidence: float, place: str = "") -> str:
    """Write confidence and place for the margin; a doubtful value is marked."""
    doubt = "?" if confidence < DOUBTFUL_BELOW else " "
    return click.style(f"  {confidence:4.0%}{doubt} {place}".rstrip(), dim=True)


class Places:
    """Where a document's values stand: by page, or by line of the text where the format has no pages."""

    def __init__(self, parsed: ParsedResume) -> None:
        self._text = parsed.text
        self._evidence = {evidence.field_path: evidence for evidence in parsed.evidence}
        self._entries = {
            f"{field}[{number}]": entry.confidence
            for field in ENTRIES
            for number, entry in enumerate(getattr(parsed, field))
        }

    def line(self, text: str, path: str, *, label: str = "", bold: bool = False) -> str:
        """Put confidence and place behind a value; those of an entry are its own and its first value's."""
        value = safe(text, one_line=True)
        shown = label + (click.style(value, bold=True) if bold else value)
        evidence = self._evidence.get(path) or self._first_below(path)
        confidence = self._entries.get(path, evidence.confidence if evidence else None)
        if confidence is None:
            return shown
        padding = " " * max(0, VALUE_WIDTH - len(label) - len(value))
        return shown + padding + aside(confidence, self._place(evidence) if evidence else "")

    def _first_below(self, path: str) -> Evidence | None:
        return next((found for name, found in self._evidence.items() if name.startswith(f"{path}.")), None)

    def _place(self, evidence: Evidence) -> str:
        if evidence.page:
            return f"page {evidence.page}"
        return f"line {self._text.count(chr(10), 0, evidence.start) + 1}"
