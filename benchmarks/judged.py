"""Values of a prediction, each judged right or wrong, with the confidence that was stated for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labels import Labelled, Scorer

from resumate_grpc.model.parsed import ParsedResume

__all__ = ["Judged", "judged_values"]

_ENTRIES = (("work_experience", "work"), ("education", "edu"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One value: its field (as the scorer names it), its evidence's path, stated confidence, whether it is right."""

    field: str
    path: str
    confidence: float
    right: bool


def judged_values(scorer: Scorer, labelled: Labelled, resume: ParsedResume) -> list[Judged]:
    """Judge each value that has evidence; what is neither right nor wrong by the labels is left out."""
    confidences = {item.field_path: item.confidence for item in resume.evidence}
    prediction = dataclasses.asdict(resume)
    ignored = _ignored(labelled)
    values = (
        *_personal(scorer, labelled, prediction),
        *_entries(scorer, labelled, prediction),
        *_skills(scorer, labelled, prediction),
    )
    return [
        Judged(field=field, path=path, confidence=confidences[path], right=right)
        for field, path, right in values
        if path in confidences and not any(field == name or field.startswith(f"{name}.") for name in ignored)
    ]


_Value = tuple[str, str, bool]


def _ignored(labelled: Labelled) -> list[str]:
    names = [*labelled.truth.get("_unlabelled", ()), *labelled.optional.get("ignore_fields", ())]
    shorter = {"personal_info.": "", "work_experience": "work", "education": "edu"}
    for long, short in shorter.items():
        names = [name.replace(long, short) for name in names]
    return names


def _alternatives(labelled: Labelled, section: str, index: int | None, name: str) -> list[str]:
    return [
        value
        for part, at, field, value in labelled.optional.get("alternatives") or ()
        if (part, None if at == "" else at, field) == (section, index, name)
    ]


def _verdict(scorer: Scorer, field: str, truth: object, value: str, others: Sequence[str]) -> bool | None:
    if truth and scorer.field_eq(field, str(truth), value):
        return True
    if any(scorer.field_eq(field, other, value) for other in others):
        return True if truth else None
    return False


def _personal(scorer: Scorer, labelled: Labelled, prediction: Mapping[str, Any]) -> Iterator[_Value]:
    own, true = prediction["personal_info"], labelled.truth.get("personal_info") or {}
    for name in scorer.PI:
        if own.get(name):
            others = _alternatives(labelled, "personal_info", None, name)
            right = _verdict(scorer, name, true.get(name), own[name], others)
            if right is not None:
                yield name, f"personal_info.{name}", right


def _entries(scorer: Scorer, labelled: Labelled, prediction: Mapping[str, Any]) -> Iterator[_Value]:
    for key, kind in _ENTRIES:
        names = scorer.WORK if kind == "work" else scorer.EDU
        gold = list(labelled.truth.get(key) or ())
        optional = [entry for entry in labelled.optional.get(key) or () if entry not in gold]
        found = list(prediction[key])
        pairs, _, _ = scorer.align([*gold, *optional], found, kind)
        partner = {j: i for i, j in pairs}
        for index, entry in enumerate(found):
            at = partner.get(index)
            if at is not None and at >= len(gold):
                continue
            true = gold[at] if at is not None else {}
            for name in names:
                if entry.get(name):
                    others = _alternatives(labelled, key, at, name) if at is not None else []
                    right = _verdict(scorer, f"{kind}.{name}", true.get(name), entry[name], others)
                    if right is not None:
                        yield f"{kind}.{name}", f"{key}[{index}].{name}", right


def _skills(scorer: Scorer, labelled: Labelled, prediction: Mapping[str, Any]) -> Iterator[_Value]:
    own, true = prediction["skills"], labelled.truth.get("skills") or {}
    for name in scorer.SK:
        known = true.get(name) or ()
        for index, item in enumerate(own.get(name) or ()):
            right = any(scorer.skill_eq(str(each), item) for each in known)
            if right or not any(scorer.skill_eq(item, neutral) for neutral in labelled.neutral_skills):
                yield f"skills.{name}", f"skills.{name}[{index}]", right
