"""The word lists in `data/`, each read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from resumate_grpc.parsing.folding import fold, words_of

__all__ = ["CONJUNCTIONS", "heading_key", "headings", "is_place", "lines_of", "load_all", "phrases"]

CONJUNCTIONS = frozenset(["and", "y", "e", "et", "und", "en", "и", "i", "og"])
_PLACE_LISTS = ("cities", "regions", "places")


@cache
def phrases(name: str) -> frozenset[str]:
    """Return the folded phrases of `data/<name>.txt`; lines that begin with # are comments."""
    return frozenset(fold(line) for line in lines_of(name))


def lines_of(name: str) -> list[str]:
    """Return the lines of `data/<name>.txt` in order, as they stand, without comments."""
    text = (files("resumate_grpc.parsing.data") / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


def heading_key(text: str) -> str:
    """Return what two spellings of one heading share: its folded words without conjunctions, letter-spacing undone."""
    words = words_of(text)
    if len(words) > 3 and all(len(word) == 1 for word in words):  # noqa: PLR2004 - "C V" is no spaced-out word
        return "".join(words)
    return " ".join(word for word in words if word not in CONJUNCTIONS)


@cache
def headings() -> dict[str, str]:
    """Return the section kind of each known heading, by `heading_key`, and of each without spaces too."""
    kinds: dict[str, str] = {}
    kind = ""
    for line in lines_of("headings"):
        if line.startswith("["):
            kind = line.strip("[]")
        else:
            key = heading_key(line)
            kinds.setdefault(key, kind)
            kinds.setdefault(key.replace(" ", ""), kind)
    return kinds


def is_place(folded: str) -> bool:
    """Whether the folded text is the name of a city, region, country or US state, or says that the place is remote."""
    cities, regions, places = map(phrases, _PLACE_LISTS)
    return folded in cities or folded in regions or folded in places


def load_all() -> None:
    """Read every list now, so that the first document does not wait for them."""
    headings()
    for name in (
        *_PLACE_LISTS, "heading_words", "roles", "organisations", "institutions", "degrees", "languages", "skills",
        "soft_skills", "universities", "column_heads", "departments", "competences_languages", "competences_technical",
        "competences_soft", "competences_other", "states",
    ):  # fmt: skip
        phrases(name)
