"""One setting: its name in every place where it can be set, what it means, how its text is read and checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Setting", "setting", "settings_of"]

T = TypeVar("T")
_KEY = "setting"
ENV_PREFIX = "RESUMATE_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What is known of one field of `Settings`; the command line, the environment and the docs are made from it.

    `default_text` is the default as one would write it, empty where there is none. `read` turns text into the value
    and raises `ValueError`; `check` returns what is wrong with a value, None if nothing is.
    """

    name: str
    help: str
    metavar: str
    default_text: str
    read: Callable[[str], object]
    check: Callable[[object], str | None]
    group: str

    @property
    def env(self) -> str:
        """Name of the environment variable."""
        return ENV_PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """Name of the command line's flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def is_switch(self) -> bool:
        """Whether the flag takes no value."""
        return self.metavar == "BOOL"

    @property
    def title(self) -> str:
        """Both names, as errors give them."""
        return f"{self.env} ({self.flag})"


def setting(  # noqa: PLR0913 - the signature is the table's columns
    default: T | None = None,
    *,
    factory: Callable[[], T] | None = None,
    help: str,  # noqa: A002 - the word that click uses for the same thing
    metavar: str,
    default_text: str,
    read: Callable[[str], T],
    check: Callable[[T], str | None] = lambda _: None,
    group: str,
    secret: bool = False,
) -> T:
    """Declare a field of `Settings`; exactly one of `default` and `factory` gives its default.

    A `secret` is left out where settings are shown.
    """
    described = Setting(
        name="",
        help=help,
        metavar=metavar,
        default_text=default_text,
        read=read,
        check=cast("Callable[[object], str | None]", check),
        group=group,
    )
    metadata = {_KEY: described}
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata, repr=not secret)
    return cast("T", dataclasses.field(default=default, metadata=metadata, repr=not secret))


def settings_of(cls: type[DataclassInstance]) -> tuple[Setting, ...]:
    """List a class's settings in the order in which they are declared."""
    return tuple(dataclasses.replace(field.metadata[_KEY], name=field.name) for field in dataclasses.fields(cls))
