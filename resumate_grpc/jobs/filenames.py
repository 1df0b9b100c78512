"""File names as users send them, made safe to store, show and save under."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["MAX_FILENAME_CHARACTERS", "clean_filename"]

MAX_FILENAME_CHARACTERS = 255
_SEPARATORS = re.compile(r"[/\\]")
# Control, format (right-to-left marks among them), surrogate and private-use characters: they disguise an extension.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_filename(filename: str) -> str:
    """Return the name without path parts and invisible characters, at most 255 characters, its extension kept.

    `resume` where nothing is left.
    """
    last_part = _SEPARATORS.split(filename)[-1]
    visible = "".join(char for char in last_part if unicodedata.category(char) not in _UNSAFE_CATEGORIES)
    name = unicodedata.normalize("NFC", visible).strip(" .") or "resume"
    if len(name) <= MAX_FILENAME_CHARACTERS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:  # noqa: PLR2004 - longer than any extension that we know
        return name[:MAX_FILENAME_CHARACTERS]
    return stem[: MAX_FILENAME_CHARACTERS - len(extension) - 1] + dot + extension
