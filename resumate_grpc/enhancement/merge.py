"""Merging: what a model quoted from the text, put into our own result where that gains by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resumate_grpc.enhancement.answer import LISTS, Answer
from resumate_grpc.enhancement.claims import checked
from resumate_grpc.enhancement.entries import Entry, Value, put_together, start_of, taken_apart
from resumate_grpc.enhancement.quotes import same
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.evidence import Places

__all__ = ["Enhanced", "merge"]

_FILLED_ONLY = frozenset({"summary", "description", "highlights"})
"""Prose is taken where we have none: two readings of a paragraph differ in where it ends, not in what it says."""
_NAMES = frozenset({"company", "title", "institution", "degree", "name", "organization", "role"})
_SAME_ENTRY = 2
_LEAST_VALUES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Enhanced:
    """The merged result. `quoted` claims stand in the text and `refused` do not; `added` and `corrected` are values."""

    parsed: ParsedResume
    quoted: int
    refused: int
    added: int
    corrected: int


def merge(parsed: ParsedResume, answer: Answer, document: Document) -> Enhanced:
    """Merge an answer into a result of ours.

    Every value that comes out stands in the text, or was ours before. A value of ours gives way only to one with more
    confidence; where both say the same, it has the greater one. Entries of ours are never dropped; an entry is added
    where at least two of its values stand in the text and none of its names is part of one that we have.
    """
    found = checked(answer, document.text, Places(document))
    tally = _Tally()
    parts = taken_apart(parsed)
    parts["personal_info"] = [tally.merged(parts["personal_info"][0], found.parts["personal_info"][0])]
    parts["skills"] = [tally.listed(parts["skills"][0], found.parts["skills"][0])]
    for name in LISTS:
        parts[name] = tally.entries(parts[name], found.parts[name])
    changed = tally.added or tally.corrected or tally.agreed
    return Enhanced(
        parsed=put_together(parsed, parts) if changed else parsed,
        quoted=found.quoted,
        refused=found.refused,
        added=tally.added,
        corrected=tally.corrected,
    )


class _Tally:
    """Merges and counts."""

    def __init__(self) -> None:
        self.added = 0
        self.corrected = 0
        self.agreed = 0

    def merged(self, ours: Entry, theirs: Entry) -> Entry:
        """Merge the values of one entry; whole or not at all, where it would say the same under two of its fields."""
        entry = dict(ours)
        added = corrected = agreed = 0
        for name, claimed in theirs.items():
            held = entry.get(name, ())
            if not held:
                entry[name] = claimed
                added += len(claimed)
            elif name not in _FILLED_ONLY:
                entry[name] = (_better(held[0], claimed[0]),)
                same_text = entry[name][0].text == held[0].text
                agreed += same_text and entry[name] != held[:1]
                corrected += not same_text
        names = [held[0].text.casefold() for name, held in entry.items() if name in _NAMES and held]
        if len(names) > len({*names}):
            return ours
        self.added += added
        self.corrected += corrected
        self.agreed += agreed
        return entry

    def listed(self, ours: Entry, theirs: Entry) -> Entry:
        """Add what our lists lack, in the order of the text; what one list has is not put into another."""
        entry = dict(ours)
        known = {value.text.casefold() for held in ours.values() for value in held}
        for name, claimed in theirs.items():
            new: list[Value] = []
            for value in claimed:
                if value.text.casefold() not in known:
                    known.add(value.text.casefold())
                    new.append(value)
            if new:
                entry[name] = tuple(_in_order(entry.get(name, ()), new))
                self.added += len(new)
        return entry

    def entries(self, ours: Sequence[Entry], theirs: Sequence[Entry]) -> list[Entry]:
        """Merge entries that speak of the same, and add those that we do not have."""
        entries = list(ours)
        free = set(range(len(ours)))
        new: list[Entry] = []
        for claimed in theirs:
            likeness = {index: _likeness(ours[index], claimed) for index in free}
            best = max(likeness, key=lambda index: likeness[index], default=None)
            if best is not None and likeness[best] >= _SAME_ENTRY:
                free.discard(best)
                entries[best] = self.merged(ours[best], claimed)
            elif _stands_alone(claimed, ours):
                new.append(claimed)
        for claimed in new:
            before = sum(start_of(entry) < start_of(claimed) for entry in entries)
            entries.insert(before, claimed)
            self.added += sum(map(len, claimed.values()))
        return entries


def _better(ours: Value, theirs: Value) -> Value:
    if ours.evidence is None or theirs.evidence is None or theirs.confidence <= ours.confidence:
        return ours
    if same(ours.text, theirs.text):
        return Value(text=ours.text, evidence=replace(ours.evidence, confidence=theirs.confidence))
    return theirs


def _in_order(ours: Sequence[Value], new: Sequence[Value]) -> list[Value]:
    values = list(ours)
    for value in new:
        at = value.evidence.start if value.evidence else 0
        before = sum((known.evidence.start if known.evidence else 0) <= at for known in values)
        values.insert(before, value)
    return values


def _likeness(ours: Entry, claimed: Entry) -> int:
    """Weigh how much two entries share: names count twice as much as dates and places."""
    weight = 0
    for name, held in claimed.items():
        known = ours.get(name, ())
        if known and name not in _FILLED_ONLY and (_overlap(known[0], held[0]) or same(known[0].text, held[0].text)):
            weight += _SAME_ENTRY if name in _NAMES else 1
    return weight


def _overlap(one: Value, other: Value) -> bool:
    a, b = one.evidence, other.evidence
    return a is not None and b is not None and a.start < b.end and b.start < a.end


def _stands_alone(claimed: Entry, ours: Sequence[Entry]) -> bool:
    """Whether an entry says enough to be one, and is none of those that we have."""
    names = [held[0] for name, held in claimed.items() if name in _NAMES]
    said = sum(name not in _FILLED_ONLY for name in claimed)
    known = [value for entry in ours for held in entry.values() for value in held]
    return bool(names) and said >= _LEAST_VALUES and not any(_overlap(name, value) for name in names for value in known)
