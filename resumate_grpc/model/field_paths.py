"""Paths to the values of a parsed résumé, such as `work_experience[0].company`, and what stands at them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from resumate_grpc.model.parsed import ParsedResume

__all__ = ["value_at", "values_of"]

_STEP = re.compile(r"([a-z_]+)((?:\[\d+\])*)")
_VALUE_FIELDS = (
    "personal_info",
    "work_experience",
    "education",
    "skills",
    "projects",
    "publications",
    "awards",
    "volunteering",
)


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


def values_of(parsed: ParsedResume) -> Iterator[tuple[str, str]]:
    """Yield path and text of every value that is not empty, in the order of the fields; confidences are no values."""
    for name in _VALUE_FIELDS:
        yield from _below(name, getattr(parsed, name))


def _below(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if value:
            yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _below(f"{path}[{index}]", item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _below(f"{path}.{each.name}", getattr(value, each.name))
