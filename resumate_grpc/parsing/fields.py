"""Field codes of Word's formats: an instruction that is no text, then the result that is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from resumate_grpc.parsing.characters import normalise_uri

__all__ = ["Fields", "is_counter", "target_of"]

_HYPERLINK = re.compile(r'HYPERLINK\s+(?:\\[mnothMNOTH]\s+)*(?:"([^"]+)"|([^\s\\"]+))', re.IGNORECASE)
_COUNTER = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)
_DEEPEST = 64
_LONGEST_INSTRUCTION = 4096


def target_of(instruction: str) -> str:
    """Return the target of a HYPERLINK instruction; empty for other fields and for places in the document."""
    match = _HYPERLINK.search(instruction)
    return normalise_uri(match[1] or match[2]) if match else ""


def is_counter(instruction: str) -> bool:
    """Tell whether a field counts pages: what it shows is no content."""
    return _COUNTER.match(instruction) is not None


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    in_result: bool = False


@dataclass(slots=True)
class Fields:
    """The fields that are open at a place in the text, outermost first; beyond 64 levels they are not told apart."""

    _open: list[_Field] = field(default_factory=list)

    def begin(self) -> None:
        """Open a field; its instruction follows."""
        if len(self._open) < _DEEPEST:
            self._open.append(_Field())

    def instruct(self, text: str) -> None:
        """Append to the innermost field's instruction, where it is still open."""
        if self._open and not self._open[-1].in_result and len(self._open[-1].instruction) < _LONGEST_INSTRUCTION:
            self._open[-1].instruction += text

    def separate(self) -> None:
        """End the instruction; the result follows."""
        if self._open:
            self._open[-1].in_result = True

    def end(self) -> None:
        """Close the innermost field."""
        if self._open:
            self._open.pop()

    @property
    def silent(self) -> bool:
        """Whether text at this place is no content: an instruction, or a page number."""
        return any(not each.in_result or is_counter(each.instruction) for each in self._open)

    @property
    def uri(self) -> str:
        """The hyperlink that text at this place bears; empty where it bears none."""
        return next((uri for each in self._open if (uri := target_of(each.instruction))), "")
