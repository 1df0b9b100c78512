"""A result taken apart into entries whose values can be set one by one, and put together again with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from statistics import fmean
from typing import Any

from resumate_grpc.enhancement.answer import LISTS
from resumate_grpc.model.parsed import Evidence, ParsedResume, PersonalInfo, Skills
from resumate_grpc.parsing import result
from resumate_grpc.parsing.career.derived import with_derived

__all__ = ["Entry", "Value", "put_together", "start_of", "taken_apart"]

_PROSE = frozenset({"description", "highlights", "summary", "url"})
"""Fields that say nothing about how sure an entry is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value and its evidence, whose path is of no account here; None where there is none."""

    text: str
    evidence: Evidence | None

    @property
    def confidence(self) -> float:
        """How sure it is, 0..1; what has no evidence is not weighed and counts as sure."""
        return self.evidence.confidence if self.evidence else 1.0


Entry = dict[str, tuple[Value, ...]]
"""The values of an entry by field; a field that is no list has at most one. Fields that are empty may be left out."""

_TYPES: dict[str, type] = {"personal_info": PersonalInfo, **LISTS, "skills": Skills}


def taken_apart(parsed: ParsedResume) -> dict[str, list[Entry]]:
    """Return the entries by part; `personal_info` and `skills` have one each."""
    evidence = {item.field_path: item for item in parsed.evidence}
    parts: dict[str, list[Entry]] = {}
    for name in _TYPES:
        held = getattr(parsed, name)
        if name in LISTS:
            parts[name] = [_entry(each, f"{name}[{index}]", evidence) for index, each in enumerate(held)]
        else:
            parts[name] = [_entry(held, name, evidence)]
    return parts


def _entry(held: Any, path: str, evidence: dict[str, Evidence]) -> Entry:
    entry: Entry = {}
    for field in fields(held):
        value = getattr(held, field.name)
        at = f"{path}.{field.name}"
        if isinstance(value, str) and value:
            entry[field.name] = (Value(text=value, evidence=evidence.get(at)),)
        elif isinstance(value, tuple):
            entry[field.name] = tuple(
                Value(text=text, evidence=evidence.get(f"{at}[{index}]")) for index, text in enumerate(value)
            )
    return entry


def put_together(parsed: ParsedResume, parts: dict[str, list[Entry]]) -> ParsedResume:
    """Return the result with these entries; evidence, confidences and scores are made anew."""
    evidence: list[Evidence] = []
    made: dict[str, Any] = {}
    before = taken_apart(parsed)
    for name in _in_order(_TYPES):
        entries = parts[name]
        if name in LISTS:
            made[name] = tuple(
                _unless_kept(
                    _made(name, entry, f"{name}[{index}]", evidence), entry, before[name], getattr(parsed, name)
                )
                for index, entry in enumerate(entries)
            )
        else:
            kept = (getattr(parsed, name),)
            made[name] = _unless_kept(_made(name, entries[0], name, evidence), entries[0], before[name], kept)
    scores = result.confidence_scores(evidence)
    whole = replace(
        parsed,
        **made,
        evidence=tuple(evidence),
        confidence_scores=scores,
        confidence_score=result.overall(evidence),
    )
    return with_derived(whole, as_of=parsed.career.as_of) if parsed.career.as_of else whole


def _unless_kept(made: Any, entry: Entry, before: Sequence[Entry], held: Sequence[Any]) -> Any:
    """Return the entry as it was held before, with its confidence, where nothing in it was changed."""
    return next((old for was, old in zip(before, held, strict=True) if was == entry), made)


def _in_order(types: dict[str, type]) -> list[str]:
    names = [field.name for field in fields(ParsedResume)]
    return sorted(types, key=names.index)


def _made(name: str, entry: Entry, path: str, evidence: list[Evidence]) -> Any:
    kind = _TYPES[name]
    empty = kind()
    values: dict[str, Any] = {}
    for field in fields(kind):
        held = entry.get(field.name, ())
        if not held:
            continue
        if isinstance(getattr(empty, field.name), tuple):
            values[field.name] = tuple(value.text for value in held)
            paths = [f"{path}.{field.name}[{index}]" for index in range(len(held))]
        else:
            values[field.name] = held[0].text
            paths = [f"{path}.{field.name}"]
        evidence += [
            replace(value.evidence, field_path=at) for value, at in zip(held, paths, strict=False) if value.evidence
        ]
    if hasattr(empty, "confidence"):
        values["confidence"] = _confidence(entry)
    return replace(empty, **values)


def _confidence(entry: Entry) -> float:
    known = [
        value.evidence.confidence
        for name, held in entry.items()
        if name not in _PROSE
        for value in held
        if value.evidence
    ]
    return round(fmean(known), 3) if known else 0.0


def start_of(entry: Entry) -> int:
    """Return where in the text an entry begins; 0 where nothing of it stands there."""
    starts = [value.evidence.start for held in entry.values() for value in held if value.evidence]
    return min(starts, default=0)
