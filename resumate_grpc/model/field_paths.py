"""Paths to the values of a parsed résumé, such as `work_experience[0].company`, and what stands at them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from resumate_grpc.model.parsed import ParsedResume

__all__ = ["step_into", "steps_of", "value_at", "values_of"]

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


def steps_of(field_path: str) -> list[str | int]:
    """Return `["work_experience", 0, "company"]` for `work_experience[0].company`; what is no path leads nowhere."""
    steps: list[str | int] = []
    for part in field_path.split("."):
        match = _STEP.fullmatch(part)
        if match is None:
            return [""]
        steps += [match[1], *map(int, re.findall(r"\d+", match[2]))]
    return steps


def step_into(value: object | None, step: str | int) -> object | None:
    """Return what a field or a list's item holds; None where there is none."""
    if isinstance(step, int):
        return value[step] if isinstance(value, tuple) and step < len(value) else None
    return getattr(value, step, None) if is_dataclass(value) else None


def value_at(parsed: ParsedResume, field_path: str) -> object | None:
    """Return the value at a path such as `work_experience[0].company`; None where the path leads nowhere."""
    value: object | None = parsed
    for step in steps_of(field_path):
        value = step_into(value, step)
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
