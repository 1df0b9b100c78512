"""What becomes of the evidence when a person corrects a parsed résumé."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from resumate_grpc.model.field_paths import step_into, steps_of
from resumate_grpc.model.parsed import Evidence, ParsedResume
from resumate_grpc.parsing.career.derived import with_derived

__all__ = ["keep_matching_evidence"]

_Turns = dict[str, dict[int, int]]
"""Where the items of a list stand now, by the list's path after the correction."""


def keep_matching_evidence(before: ParsedResume, after: ParsedResume) -> ParsedResume:
    """Return `after` with the evidence of those values that are still as the document has them.

    A value that a person wrote stands nowhere in the document, so it must not point into it. Entries that were moved
    take their evidence along.
    """
    turns: _Turns = {}
    kept = tuple(
        replace(evidence, field_path=path)
        for evidence in before.evidence
        if (path := _path_after(before, after, evidence, turns)) is not None
    )
    corrected = replace(after, evidence=kept, text=before.text)
    if not before.career.as_of:
        return replace(corrected, career=before.career, normalized=before.normalized)
    return with_derived(corrected, as_of=before.career.as_of)


def _path_after(before: ParsedResume, after: ParsedResume, evidence: Evidence, turns: _Turns) -> str | None:
    """Return where the value of an evidence stands now; None where it has gone or was changed."""
    old: object | None = before
    new: object | None = after
    path = ""
    for step in steps_of(evidence.field_path):
        moved: str | int | None = step
        if isinstance(step, int) and isinstance(old, tuple) and isinstance(new, tuple):
            if path not in turns:
                turns[path] = _indices_after(old, new)
            moved = turns[path].get(step)
        if moved is None:
            return None
        old, new = step_into(old, step), step_into(new, moved)
        path += f"[{moved}]" if isinstance(moved, int) else f".{moved}" if path else moved
    return path if old is not None and old == new else None


def _indices_after(old: Sequence[object], new: Sequence[object]) -> dict[int, int]:
    """Return at which index each item of a list stands now: the same item, else the one that took its turn.

    Items that are the same are matched first; those left are corrected ones, matched in their order.
    """
    places: defaultdict[object, list[int]] = defaultdict(list)
    for index, item in enumerate(new):
        places[item].append(index)
    matched = {index: places[item].pop(0) for index, item in enumerate(old) if places.get(item)}
    taken = set(matched.values())
    left_old = [index for index in range(len(old)) if index not in matched]
    left_new = [index for index in range(len(new)) if index not in taken]
    return matched | dict(zip(left_old, left_new, strict=False))
