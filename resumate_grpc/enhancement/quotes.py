"""Quotes: where a text says something, word for word."""

from __future__ import annotations

import re

from resumate_grpc.parsing.folding import squeeze

__all__ = ["Quote", "occurrences", "same"]

Quote = tuple[int, int]
"""A half-open span in the text."""

_MOST_OCCURRENCES = 40


def occurrences(text: str, said: str) -> list[Quote]:
    """Return where the text says exactly this, up to white space, as whole words; at most 40 places, in order."""
    words = said.split()
    if not words:
        return []
    pattern = r"\s+".join(re.escape(word) for word in words)
    before = r"(?<!\w)" if re.match(r"\w", words[0]) else ""
    after = r"(?!\w)" if re.search(r"\w$", words[-1]) else ""
    found: list[Quote] = []
    for match in re.finditer(f"{before}{pattern}{after}", text):
        found.append(match.span())
        if len(found) == _MOST_OCCURRENCES:
            break
    return found


def same(one: str, other: str) -> bool:
    """Tell whether two values say the same, up to case and white space."""
    return squeeze(one).casefold() == squeeze(other).casefold()
