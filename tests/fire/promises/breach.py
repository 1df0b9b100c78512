"""A promise that was not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from tests.fire.recording import Recording
from tests.fire.truth import Truth

__all__ = ["Promise", "Validator"]

Validator: TypeAlias = Callable[[Recording, Truth | None], Iterator[str]]
"""Yields a sentence for each breach that it finds; without a database it checks what the clients saw alone."""


class Promise:
    """A named promise with its validator; the validator's docstring is the promise."""

    def __init__(self, validator: Validator) -> None:
        self.name = validator.__name__
        self.text = (validator.__doc__ or "").strip().splitlines()[0]
        self.breaches = validator
