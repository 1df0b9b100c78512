"""Grades: the grade point average as printed, with its scale."""

from __future__ import annotations

import re

from resumate_grpc.parsing.finding import Finding

__all__ = ["grade_of"]

_GPA = re.compile(
    r"(?:c?\.?g\.?p\.?a\.?|grade point average|cumulative average|average grade|average|grade(?=\s?[:=])|"
    r"promedio|voto(?: di laurea| finale)?|nota(?: media| final| finale)?|abschlussnote|gesamtnote|note|"
    r"durchschnitt(?:snote)?|moyenne|media|cijfer|средний балл|绩点)\b[^\d\n]{0,14}?"
    r"(1\d\d\s*/\s*110|"
    r"\d{1,2}(?:[.,]\d{1,3})?(?:\s*(?:/|out of|of|von|sur|de|из)\s*\d{1,3}(?:[.,]\d{1,2})?)?)(?![\d%:]|\s?%|[.,]\d)",
    re.IGNORECASE,
)
_BARE_GPA = re.compile(r"(?<![\d./])([0-4][.,]\d{1,3}\s*/\s*(?:4|5)(?:[.,]\d{1,2})?)(?![\d/.])")
_ITALIAN = re.compile(r"(?<![\d./])(1\d\d\s*/\s*110|[123]\d(?:[.,]\d)?\s*/\s*30)(?![\d/.])")
_LEAVING = re.compile(r"\b(?:abitur|matura|fachhochschulreife|staatsexamen)\s*\(([1-4][.,]\d{1,2})\)", re.IGNORECASE)
_GPA_AFTER = re.compile(r"(?<![\d./])(\d[.,]\d{1,3}(?:\s*/\s*\d{1,2}(?:[.,]\d{1,2})?)?)\s*(?:c?gpa)\b", re.IGNORECASE)


def grade_of(text: str, start: int, end: int) -> Finding | None:
    """Return the grade point average printed in the span, None where there is none; a percentage is none."""
    for pattern in (_GPA, _GPA_AFTER, _LEAVING, _ITALIAN, _BARE_GPA):
        if match := pattern.search(text, start, end):
            return Finding(text=match[1].strip(), start=match.start(1), end=match.end(1), confidence=0.88)
    return None
