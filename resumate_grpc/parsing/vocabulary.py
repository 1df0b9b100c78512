"""The word lists in `data/`, each read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from resumate_grpc.parsing.folding import fold, words_of

__all__ = ["CONJUNCTIONS", "heading_key", "headings", "is_place", "lines_of", "load_all", "misspelt_heading", "phrases"]

CONJUNCTIONS = frozenset(["and", "y", "e", "et", "und", "en", "и", "i", "og"])
_SHORTEST_MISSPELT = 10
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


def misspelt_heading(key: str) -> str:
    """Return the kind of the one known heading that a long key is a letter away from, empty for none or several."""
    if len(key) < _SHORTEST_MISSPELT:
        return ""
    near = {headings()[other] for form in (key, *_shorter(key)) for other in _by_shorter().get(form, ())}
    return near.pop() if len(near) == 1 else ""


@cache
def _by_shorter() -> dict[str, tuple[str, ...]]:
    """Return the long known headings by themselves and by what is left of them without one letter."""
    forms: dict[str, tuple[str, ...]] = {}
    for key in headings():
        if len(key) >= _SHORTEST_MISSPELT:
            for form in {key, *_shorter(key)}:
                forms[form] = (*forms.get(form, ()), key)
    return forms


def _shorter(key: str) -> list[str]:
    return [key[:at] + key[at + 1 :] for at in range(len(key))]


def is_place(folded: str) -> bool:
    """Whether the folded text is the name of a city, region, country or US state, or says that the place is remote."""
    cities, regions, places = map(phrases, _PLACE_LISTS)
    return folded in cities or folded in regions or folded in places


def load_all() -> None:
    """Read every list now, so that the first document does not wait for them."""
    headings()
    _by_shorter()
    for name in (
        *_PLACE_LISTS, "heading_words", "roles", "organisations", "institutions", "degrees", "languages", "skills",
        "soft_skills", "universities", "column_heads", "departments", "competences_languages", "competences_technical",
        "competences_soft", "competences_other", "states",
    ):  # fmt: skip
        phrases(name)
