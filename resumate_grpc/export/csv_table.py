"""One row a value (`field_path,value,confidence`), RFC 4180, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import Resume

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["to_csv"]

HEADER = ("field_path", "value", "confidence")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a cell that begins so (OWASP, CSV Injection)."""
LISTS = ("work_experience", "education", "projects", "publications", "awards", "volunteering")

Row = tuple[str, str, float | None]


def to_csv(_: Resume, parsed: ParsedResume) -> bytes:
    """Return the table, UTF-8, in the order of the fields, with empty values left out.

    The confidence is that of the value's evidence, else that of its entry, else empty. A value that a spreadsheet would
    run is preceded by an apostrophe, which makes it text.
    """
    text = io.StringIO()
    writer = csv.writer(text, dialect="excel", lineterminator="\r\n")
    writer.writerow(HEADER)
    evidence = {item.field_path: item.confidence for item in parsed.evidence}
    for path, value, entry_confidence in _values(parsed):
        confidence = evidence.get(path, entry_confidence)
        writer.writerow((path, _defused(value), "" if confidence is None else f"{confidence:.4g}"))
    return text.getvalue().encode()


def _values(parsed: ParsedResume) -> Iterator[Row]:
    yield from _record("personal_info", parsed.personal_info)
    for name in LISTS[:2]:
        yield from _entries(parsed, name)
    yield from _record("skills", parsed.skills)
    for name in LISTS[2:]:
        yield from _entries(parsed, name)


def _entries(parsed: ParsedResume, name: str) -> Iterator[Row]:
    for index, entry in enumerate(getattr(parsed, name)):
        yield from _record(f"{name}[{index}]", entry)


def _record(path: str, record: DataclassInstance) -> Iterator[Row]:
    confidence: float | None = getattr(record, "confidence", None)
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, tuple):
            yield from ((f"{path}.{field.name}[{index}]", item, confidence) for index, item in enumerate(value))
        elif isinstance(value, str) and value:
            yield f"{path}.{field.name}", value, confidence


def _defused(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
