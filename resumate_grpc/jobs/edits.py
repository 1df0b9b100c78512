"""What becomes of the evidence when a person corrects a parsed résumé."""

from __future__ import annotations

import re
from dataclasses import is_dataclass, replace

from resumate_grpc.model.parsed import ParsedResume

__all__ = ["keep_matching_evidence", "value_at"]

_STEP = re.compile(r"([a-z_]+)((?:\[\d+\])*)")


def value_at(parsed: ParsedResume, field_path: str) -> object | None:
    """Return the value at a path such as `work_experience[0].company`; None where the path leads nowhere."""
    value: object = parsed
    for step in field_path.split("."):
        match = _STEP.fullmatch(step)
        if match is None or not is_dataclass(value) or not hasattr(value, match[1]):
            return None
        value = getattr(value, match[1])
        for index in re.findall(r"\d+", match[2]):
            if not isinstance(value, tuple) or int(index) >= len(value):
                return None
            value = value[int(index)]
    return value


def keep_matching_evidence(before: ParsedResume, after: ParsedResume) -> ParsedResume:
    """Return `after` with the evidence of those values that are still as the document has them.

    A value that a person wrote stands nowhere in the document, so it must not point into it.
    """
    kept = tuple(
        evidence
        for evidence in before.evidence
        if value_at(before, evidence.field_path) == value_at(after, evidence.field_path)
    )
    return replace(after, evidence=kept, text=before.text)
