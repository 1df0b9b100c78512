"""Query parameters and form fields, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from resumate_bridge.enum_names import choice
from resumate_bridge.refusal import bad_field
from resumate_grpc._gen.resumate.v1.export_pb2 import ExportFormat
from resumate_grpc._gen.resumate.v1.progress_pb2 import State
from resumate_grpc._gen.resumate.v1.resume_pb2 import OcrMode, ResumeView

__all__ = [
    "MAX_POSITION",
    "export_format",
    "flag",
    "known_only",
    "number",
    "ocr_mode",
    "position",
    "resume_view",
    "states",
]

MAX_POSITION = 2**63 - 1
"""Largest sequence number that the contract can carry."""

_MAX_INT32 = 2**31 - 1
_FORMATS = {"json": "json_resume", "text": "plain_text", "txt": "plain_text"}


def known_only(query: Iterable[str], known: frozenset[str]) -> None:
    """Raise `Refusal` for a parameter of another name: a filter that is overlooked would show what it should hide."""
    if unknown := sorted(set(query) - known):
        raise bad_field(unknown[0], f"there is no parameter {unknown[0]}; known are {', '.join(sorted(known))}")


def position(query: Mapping[str, str]) -> int:
    """Return `after`, the last number seen; absent = 0. Raises `Refusal` for what is no position."""
    return _integer(query, "after", MAX_POSITION)


def number(query: Mapping[str, str], name: str) -> int:
    """Return a count; absent = 0, the server's default. Raises `Refusal` for what is no count."""
    return _integer(query, name, _MAX_INT32)


def flag(text: str, *, name: str) -> bool:
    """Return what a form field says: `true` or `1`, `false`, `0` or empty."""
    lowered = text.strip().lower()
    if lowered in {"true", "1", "on"}:
        return True
    if lowered in {"false", "0", "off", ""}:
        return False
    raise bad_field(name, f"{name} must be true or false")


def states(texts: Iterable[str]) -> list[State.ValueType]:
    """Return states named like `queued,failed`; raises `Refusal` for an unknown one."""
    names = [name for text in texts for name in text.split(",") if name]
    return [choice(State, name, prefix="STATE_", field="state") for name in names]


def resume_view(text: str) -> ResumeView.ValueType:
    """Return the view `basic` or `full`; empty = unset."""
    return choice(ResumeView, text, prefix="RESUME_VIEW_", field="view")


def export_format(text: str) -> ExportFormat.ValueType:
    """Return the format; empty = unset.

    `json_resume` (`json`), `plain_text` (`text`), `csv`, `redacted_json` or `redacted_text`.
    """
    return choice(ExportFormat, _FORMATS.get(text.lower(), text), prefix="EXPORT_FORMAT_", field="format")


def ocr_mode(text: str) -> OcrMode.ValueType:
    """Return the mode `auto`, `never` or `always`; empty = unset."""
    return choice(OcrMode, text, prefix="OCR_MODE_", field="ocr")


def _integer(query: Mapping[str, str], name: str, limit: int) -> int:
    text = query.get(name, "") or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(limit)) and int(text) <= limit):
        raise bad_field(name, f"{name} must be a whole number from 0 to {limit}")
    return int(text)
