"""A value together with the place that it was read from."""

from __future__ import annotations

from dataclasses import dataclass

from resumate_grpc.parsing.folding import squeeze

__all__ = ["Finding", "doubted", "found"]

_EDGE_CHARACTERS = " \t\n\r\f\v\u00a0\u2009\u202f,;:|•·–—*~/\\-"
_DOUBT = 0.75
_MOST_LAYERS = 6
_PAIRS = {")": "(", "]": "[", "}": "{", "”": "“"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A value, its half-open span in the document's text (empty for a link behind an icon), and confidence 0..1."""

    text: str
    start: int
    end: int
    confidence: float = 0.5

    def trusted(self, confidence: float) -> Finding:
        """Return the same finding with another confidence, held within 0.02..0.99."""
        held = min(0.99, max(0.02, confidence))
        return Finding(text=self.text, start=self.start, end=self.end, confidence=held)


def doubted(finding: Finding | None) -> Finding | None:
    """Return the finding with less confidence: it was read where its section has no heading."""
    return finding.trusted(finding.confidence * _DOUBT) if finding else None


def found(text: str, start: int, end: int, confidence: float = 0.5) -> Finding | None:
    """Return `text[start:end]` trimmed of white space, separators and lone brackets, or None where nothing is left."""
    for _ in range(_MOST_LAYERS):
        raw = text[start:end]
        bare = raw.strip(_EDGE_CHARACTERS)
        start += len(raw) - len(raw.lstrip(_EDGE_CHARACTERS + "#>"))
        end = max(start, end - (len(raw) - len(raw.rstrip(_EDGE_CHARACTERS + "<"))))
        unpaired = _unpaired_edge(text[start:end])
        if not unpaired and bare == raw:
            break
        start, end = start + (unpaired > 0), end - (unpaired < 0)
    raw = text[start:end]
    if not any(char.isalnum() for char in raw):
        return None
    return Finding(text=squeeze(raw), start=start, end=end, confidence=confidence)


def _unpaired_edge(raw: str) -> int:
    """Return 1 where the first character is an unclosed or all-embracing bracket, -1 where the last one is, else 0."""
    if raw and raw[0] in _PAIRS.values():
        closing = next(close for close, opening in _PAIRS.items() if opening == raw[0])
        if closing not in raw or (raw[-1] == closing and raw.count(closing) == 1):
            return 1
    if raw and raw[0] in _PAIRS:
        return 1
    if raw and raw[-1] in _PAIRS and _PAIRS[raw[-1]] not in raw:
        return -1
    if raw and raw[-1] in _PAIRS.values():
        return -1
    return 0
