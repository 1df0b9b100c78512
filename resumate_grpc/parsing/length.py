"""How much text a document may have: understanding it costs time and memory for every character."""

from __future__ import annotations

from resumate_grpc.errors import ErrorReason, ParsingError

__all__ = ["MAX_CHARACTERS", "refuse_too_long"]

MAX_CHARACTERS = 1_000_000
"""Longest text that is read, some 200 full pages; the longest academic CVs have a third of it."""


def refuse_too_long(characters: int) -> None:
    """Raise `ParsingError` (RESOURCE_LIMIT) where a text has more characters than we read."""
    if characters > MAX_CHARACTERS:
        raise ParsingError(
            ErrorReason.RESOURCE_LIMIT,
            f"the file holds {characters:,} characters of text, we read up to {MAX_CHARACTERS:,}; "
            "upload the résumé alone",
        )
