"""Skills told in sentences: what running text in a section of skills names, and what its brackets list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.nlp import Term, Terms

__all__ = ["named_in"]

_BRACKETS = re.compile(r"\(([^()]+)\)")
_LISTED = re.compile(r"[^,;]+")
_LEAD = re.compile(
    r"\s*(?:(?:and|or|und|et|y|e|ed|en|e\.g\.|i\.e\.|like|such as|including|z\.B\.|p\. ?ex\.)\s+)+", re.IGNORECASE
)
_VAGUE = re.compile(r"^(?:etc|others?|more|usw|u\.a|ecc)\b|[.!?]\s", re.IGNORECASE)
_MOST_WORDS = 3
_CONFIDENCE = 0.6


def named_in(text: str, start: int, end: int, terms: Terms) -> Iterator[Finding]:
    """Yield the skills that the sentences in `text[start:end]` name, in order.

    A name is a known skill that makes up a whole clause ("Python, git and docker"), or one that is printed like a name,
    with a capital, a digit or a sign; and each item of a list in brackets that holds a known one.
    """
    listed = [
        span for bracket in _BRACKETS.finditer(text, start, end) for span in _list_in(text, *bracket.span(1), terms)
    ]
    told = [
        span
        for span in terms.within(Term.SKILL, start, end)
        if not any(first <= span[0] < last for first, last in listed) and _is_named(text, start, *span)
    ]
    for left, right in sorted((*listed, *told)):
        if item := found(text, left, right, _CONFIDENCE):
            yield item


def _list_in(text: str, start: int, end: int, terms: Terms) -> list[tuple[int, int]]:
    """Return the items that a bracket lists, none where it holds no list of names."""
    items = [(start + part.start(), start + part.end()) for part in _LISTED.finditer(text[start:end])]
    items = [(left + (lead.end() if (lead := _LEAD.match(text[left:right])) else 0), right) for left, right in items]
    items = [(left, right) for left, right in items if not _VAGUE.search(text[left:right].strip())]
    short = [(left, right) for left, right in items if len(text[left:right].split()) <= _MOST_WORDS]
    known = any(terms.within(Term.SKILL, left, right) for left, right in short)
    return short if known and len(short) > 1 and len(short) == len(items) else []


def _is_named(text: str, start: int, first: int, last: int) -> bool:
    """Whether a known skill is told as one: it fills its clause, or is printed like a name amid its sentence."""
    printed = text[first:last]
    before, behind = text[max(start, first - 12) : first], text[last : last + 6]
    opens = bool(re.search(r"(?:^|[.:!?]\s+)$", before)) or first == start
    fills = (opens or re.search(r"[,;(]\s*$|\s(?:and|und|et|y|e|en)\s$", before) is not None) and (
        not behind.strip() or re.match(r"\s*(?:[,;).]|(?:and|und|et|y|e|en)\s)", behind) is not None
    )
    if fills and not (opens and printed[1:].islower()):
        return True
    marked = any(char.isupper() or char.isdigit() or char in "+#." for char in (printed[1:] if opens else printed))
    return marked and not re.match(r"[-/]\w", behind)
