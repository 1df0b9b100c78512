"""Writing to the terminal: data on stdout, everything else on stderr, and nothing that a document could smuggle in."""

from __future__ import annotations

import re
import sys
from types import TracebackType
from typing import Self

import click

__all__ = ["Output", "complain", "emit", "note", "safe"]

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters (escape sequences begin with one) and marks that turn the direction of what follows."""


def safe(text: str, *, one_line: bool = False) -> str:
    """Drop what could take over a terminal from text that comes from a document, a file name or a server."""
    cleaned = _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return " ".join(cleaned.split()) if one_line else cleaned


def emit(text: str) -> None:
    """Print a line of data to stdout."""
    click.echo(text)


class Output:
    """Lines of data that come while bars are drawn: printed at once, or after the block if both share the screen."""

    def __init__(self) -> None:
        self._shares_screen = sys.stdout.isatty()
        self._held: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for text in self._held:
            emit(text)

    def emit(self, text: str) -> None:
        """Print a line of data to stdout, now or later."""
        if self._shares_screen:
            self._held.append(text)
        else:
            emit(text)


def note(text: str) -> None:
    """Say something on stderr."""
    click.echo(safe(text), err=True)


def complain(text: str, *, about: str = "") -> None:
    """Tell an error on stderr; `about` is the file or id that it concerns."""
    prefix = click.style("error:", fg="red", bold=True)
    subject = f"{safe(about, one_line=True)}: " if about else ""
    click.echo(f"{prefix} {subject}{safe(text)}", err=True)
