"""Protobuf enum values by the short names that JSON uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from resumate_bridge.refusal import bad_field

if TYPE_CHECKING:  # the stubs' name for what is a plain object at run time
    from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper

__all__ = ["choice", "full_name", "short_name"]

_Value = TypeVar("_Value", bound=int)


def full_name(enum: _EnumTypeWrapper[_Value], value: _Value) -> str:
    """Return the proto's name; of a number that a newer server sends and these stubs do not know, the number."""
    return enum.Name(value) if value in enum.values() else str(value)


def short_name(enum: _EnumTypeWrapper[_Value], value: _Value, *, prefix: str) -> str:
    """Return the proto's name without `prefix`, in lower case."""
    return full_name(enum, value).removeprefix(prefix).lower()


def choice(enum: _EnumTypeWrapper[_Value], text: str, *, prefix: str, field: str) -> _Value:
    """Return the value whose short or full name is `text`, without regard to case; empty = the zero value.

    Raises `Refusal` for what is no name, and for the zero value's own.
    """
    names = enum.keys()
    if not text:
        return enum.Value(names[0])
    name = text.upper() if text.upper().startswith(prefix) else prefix + text.upper()
    if name not in names[1:]:
        choices = ", ".join(key.removeprefix(prefix).lower() for key in names[1:])
        raise bad_field(field, f"{field} must be one of {choices}")
    return enum.Value(name)
