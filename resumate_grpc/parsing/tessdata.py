"""Where Tesseract's language data lies on this machine, and what to install where it is missing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

__all__ = ["TESSDATA_VARIABLE", "code_of", "how_to_install", "installed", "tag_of", "tessdata"]

TESSDATA_VARIABLE = "TESSDATA_PREFIX"
"""Tesseract's own environment variable for the folder of its language data; it goes before the usual places."""

_USUAL_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",  # Debian 12, Ubuntu 22.10 and later
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tesseract-ocr/tessdata",
    "/usr/share/tessdata",  # Fedora, Arch, Alpine, openSUSE
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",  # Homebrew on Apple silicon
    "/opt/local/share/tessdata",  # MacPorts
    "/home/linuxbrew/.linuxbrew/share/tessdata",
)
_DATA = ".traineddata"
_NOT_LANGUAGES = frozenset({"osd", "equ"})
_CODES = {
    "en": "eng", "de": "deu", "fr": "fra", "es": "spa", "pt": "por", "it": "ita", "nl": "nld", "ru": "rus",
    "zh": "chi_sim", "zh-hant": "chi_tra", "zh-tw": "chi_tra", "zh-hk": "chi_tra", "ja": "jpn", "ko": "kor",
    "pl": "pol", "cs": "ces", "sv": "swe", "da": "dan", "no": "nor", "nb": "nor", "fi": "fin", "tr": "tur",
    "uk": "ukr", "el": "ell", "hu": "hun", "ro": "ron", "ca": "cat", "hi": "hin", "ar": "ara", "he": "heb",
}  # fmt: skip
"""BCP-47 tags and Tesseract's names of their data (ISO 639-2/T, with a script where there are two)."""
_TAGS = {code: tag for tag, code in reversed(_CODES.items())}


def tessdata(environ: Mapping[str, str] | None = None) -> Path | None:
    """Find the folder of language data; None where Tesseract is not installed, or has no language at all."""
    stated = (os.environ if environ is None else environ).get(TESSDATA_VARIABLE, "")
    # Tesseract 3 meant the folder above.
    candidates = [Path(stated), Path(stated) / "tessdata"] if stated else []
    return next((place for place in [*candidates, *map(Path, _USUAL_PLACES)] if _languages(place)), None)


def _languages(place: Path) -> frozenset[str]:
    try:
        names = [entry.name for entry in place.iterdir()]
    except OSError:
        return frozenset()
    found = {name.removesuffix(_DATA) for name in names if name.endswith(_DATA)}
    return frozenset(found - _NOT_LANGUAGES)


@cache
def installed() -> tuple[Path, frozenset[str]] | None:
    """Return the folder and the languages in it by Tesseract's names, looked up once a process; None without any."""
    place = tessdata()
    return (place, _languages(place)) if place is not None else None


def code_of(tag: str) -> str:
    """Return Tesseract's name for a BCP-47 tag ("de-AT" → "deu"); the tag's own language where we don't know it."""
    lower = tag.lower()
    return _CODES.get(lower) or _CODES.get(lower.partition("-")[0]) or lower.partition("-")[0]


def tag_of(code: str) -> str:
    """Return the BCP-47 tag of one of Tesseract's languages; itself where we don't know it."""
    return _TAGS.get(code, code)


def how_to_install(code: str) -> str:
    """Say how a language's data comes onto the machine."""
    package = f"tesseract-ocr-{code.replace('_', '-')}"
    return (
        f"install {code!r} for Tesseract (Debian and Ubuntu: `apt-get install {package}`; macOS: `brew install "
        f"tesseract-lang`), or name the folder that has {code}{_DATA} in {TESSDATA_VARIABLE}"
    )
