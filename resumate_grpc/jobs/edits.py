"""What becomes of the evidence when a person corrects a parsed résumé."""

from __future__ import annotations

from dataclasses import replace

from resumate_grpc.model.field_paths import value_at
from resumate_grpc.model.parsed import ParsedResume

__all__ = ["keep_matching_evidence"]


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
