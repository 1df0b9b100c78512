"""Grades: the grade point average as printed, with its scale."""

from __future__ import annotations

import re
from collections.abc import Iterable

from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.fragments import Row

__all__ = ["bare_grade_of", "grade_of"]

_GPA = re.compile(
    r"(?:c?\.?g\.?p\.?a\.?|grade point average|cumulative average|average grade|average|grade(?=\s?[:=])|"
    r"promedio|voto(?: di laurea| finale)?|nota(?: media| final| finale)?|abschlussnote|gesamtnote|note|"
    r"durchschnitt(?:snote)?|moyenne|media|cijfer|средний балл|绩点)\b[^\d\n]{0,14}?"
    r"(1\d\d\s*/\s*1[01]0|"
    r"\d{1,2}(?:[.,]\d{1,3})?(?:\s*(?:/|out of|of|von|sur|de|из)\s*\d{1,3}(?:[.,]\d{1,2})?)?)(?![\d%:]|\s?%|[.,]\d)",
    re.IGNORECASE,
)
_BARE_GPA = re.compile(r"(?<![\d./])([0-4][.,]\d{1,3}\s*/\s*(?:4|5)(?:[.,]\d{1,2})?)(?![\d/.])")
_ITALIAN = re.compile(r"(?<![\d./])(1\d\d\s*/\s*110|[123]\d(?:[.,]\d)?\s*/\s*30)(?![\d/.])")
_LEAVING = re.compile(r"\b(?:abitur|matura|fachhochschulreife|staatsexamen)\s*\(([1-4][.,]\d{1,2})\)", re.IGNORECASE)
_GPA_AFTER = re.compile(r"(?<![\d./])(\d[.,]\d{1,3}(?:\s*/\s*\d{1,2}(?:[.,]\d{1,2})?)?)\s*(?:c?gpa)\b", re.IGNORECASE)
_BARE_GRADE = re.compile(
    r"(?:^|,\s|\s[|·–-]\s|\s\()([0-5][.,]\d{1,3}|\d{1,2}(?:[.,]\d{1,3})?\s*/\s*(?:4|5|10|20)(?:[.,]\d{1,2})?)\)?\.?$"
)


def grade_of(text: str, start: int, end: int) -> Finding | None:
    """Return the grade point average printed in the span, None where there is none; a percentage is none."""
    for pattern in (_GPA, _GPA_AFTER, _LEAVING, _ITALIAN, _BARE_GPA):
        if match := pattern.search(text, start, end):
            return Finding(text=match[1].strip(), start=match.start(1), end=match.end(1), confidence=0.88)
    return None


def bare_grade_of(rows: Iterable[Row]) -> Finding | None:
    """Return a figure that stands alone, or at a line's end, and has the form of a grade: "3.85", "8,7/10"."""
    for row in rows:
        for fragment in row.fragments:
            if grade := _BARE_GRADE.search(fragment.text):
                start = fragment.start + grade.start(1)
                return Finding(text=grade[1], start=start, end=start + len(grade[1]), confidence=0.7)
    return None
