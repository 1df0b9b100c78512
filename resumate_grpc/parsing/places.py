"""Places: how likely a piece of text is the name of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from resumate_grpc.parsing.folding import fold, squeeze
from resumate_grpc.parsing.vocabulary import is_place, phrases

__all__ = [
    "OF_A_TOWN",
    "PLACE_LEAD",
    "is_address",
    "is_postcode",
    "is_town_in_area",
    "is_wholly_place",
    "place_likeness",
    "split_trailing_place",
]

_PARTS = re.compile(r"\s*[,;/()]\s*|\s+[-–—]\s+")
_POSTCODE = re.compile(
    r"\b\d{4} ?[A-Z]{2}\b|\b\d{2}-\d{3}\b|\b\d{3} \d{2}\b|"
    r"\b[A-Z]{0,2}-?\d{3,6}(?:[ -]\d{3,4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
)
_STREET = re.compile(
    r"\b(?:street|st\.|str\.|strasse|straße|road|rd\.?|avenue|avenida|ave\.?|av\.|lane|ln\.?|drive|"
    r"dr\.|boulevard|blvd\.?|court|"
    r"square|plaza|calle|col\.|colonia|rue|via|viale|rua|apt\.?|apartment|suite|floor|nagar|colony|"
    r"sector|block|p\.?o\.? box|"
    r"laan|straat|weg|platz|gasse|ul\.|ulitsa|улица|ул\.|проспект|г\.)(?![^\W\d_])|路|号|街道|"
    r"[^\W\d_]{3}(?:stra(?:ss|ß)e|straat|laan|weg|plein|platz|gasse|allee|kade|gracht|singel|steenweg|dreef|gatan|vägen|"
    r"ring|ufer|damm)\s+\d",
    re.IGNORECASE,
)
_CITY_STATE = re.compile(
    r"^[A-Z][\w.'’ -]+, ?[A-Z]{2}(?: \d{5}(?:-\d{4})?)?(?:, ?(?:USA?|U\.S\.A?\.?|United States))?$"
    r"|^[A-Z][a-z][\w'’ -]+,? (?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT)(?: \d{4})?$"
)
_AREA = re.compile(r"^(?:greater |metro )|\b(?:area|region|district|province|county|metropolitan)$")
_CAMPUS = re.compile(
    r"\buniversity of (?:california|texas|wisconsin|north carolina|illinois|maryland),\s*$", re.IGNORECASE
)
"""What goes on with the name of a campus: "University of California, Davis"."""
OF_A_TOWN = re.compile(r"universit[ée] d\S* .+ à ", re.IGNORECASE)
"""A French name that ends in its town: "Université du Québec à Rimouski"."""
_PROVINCE = re.compile(r"(?<=[^\W\d_])\s\((?:[A-Z]{2}|\d{2,3}|2[AB])\)?\s*$")
"""As in Italy and France: "Rapallo (GE)", "Annecy (74)"."""
_DEPARTMENT = re.compile(r"[A-ZÀ-Þ][^\W\d_]*(?:[ '’-][^\W\d_]+){0,4} \((?:0[1-9]|[1-8]\d|9[0-5]|97[1-6]|2[AB])\)")
PLACE_LEAD = re.compile(r"\s+(?:in|à|en|em)\s*$")
"""What stands before a place in running words: "Acme in Graz"."""
_ATTENDED = re.compile(
    r"\s+(?:/\s*(?:remote|online|hybrid)|"
    r"[(\[](?:remote|online|hybrid|on[- ]?site|in[- ]person|home office|télétravail|remoto)[)\]])\s*$",
    re.IGNORECASE,
)
"""How one worked there: "Mesa, AZ (Hybrid)"."""
_TOWN_BEHIND_CODE = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,5} (?:[A-Z]{2} )?[A-ZÀ-Þ][^\W\d_]{2,}")
_NUMBERED_STREET = re.compile(r"[^\W\d_]{4} \d{1,4}[a-z]?\b|^\d{1,4}[a-z]?,? [^\W\d_]{3}")
_MOST_TOWN_WORDS = 3
_TOWN_ON_RIVER = re.compile(
    r"[A-ZÄÖÜ][\w-]{2,} (?:am|an der|in der|ob der|vor der) [A-ZÄÖÜ][a-zäöüß]+|"
    r"[A-ZÉÈÎ][\w']+-(?:sur|sous|lès|les|upon|on|under)-[A-ZÉÈÎ][\w']+(?:-[\w']+)*"
)
"""Towns called by where they lie: "Frankfurt am Main", "Chalon-sur-Saône"."""
_TOWN = re.compile(r"^(?:г\.|город|ciudad de|city of|stad|comune di)\s*", re.IGNORECASE)
_MOST_WORDS = 5
_LONGEST_CODE = 3
_LONGEST = 110
_SHORT_CODE = 2
_MOST_RUN_WORDS = 6


def place_likeness(text: str) -> float:
    """Return 0..1: 0 where nothing says that `text` is a place, above 0.5 where a list or its form does."""
    text = _raised(_ATTENDED.sub("", squeeze(text)))
    if _DEPARTMENT.fullmatch(text.strip(" .,;")):
        return 0.7
    text = _PROVINCE.sub("", text).strip(" .,;()")
    if not text or len(text) > _LONGEST or "@" in text:
        return 0.0
    if not (text[0].isupper() or text[0].isdigit() or not text[0].isascii()):
        return 0.0
    return 0.92 if _CITY_STATE.match(text) else _by_parts(text, [part for part in _PARTS.split(text) if part])


def _raised(text: str) -> str:
    """Return a town and its state with their capitals, where small capitals came out as small letters."""
    town, comma, state = text.partition(", ")
    named = comma and text.islower() and len(town.split()) <= _MOST_TOWN_WORDS and fold(town) not in phrases("skills")
    known = is_place(fold(town)), is_place(fold(state))
    if not named or not (all(known) or (any(known) and len(state) == _SHORT_CODE and state.isalpha())):
        return text
    return f"{town.title()}, {state.upper() if len(state) <= _LONGEST_CODE else state.title()}"


def _by_parts(text: str, parts: list[str]) -> float:
    known = [_known(part, last=index > 0) for index, part in enumerate(parts)]
    street, postcode = _STREET.search(text), _POSTCODE.search(text)
    if not any(known):
        return 0.55 if street and postcode else 0.0
    if len(parts) > 1 and any(len(part.split()) > _MOST_WORDS for part in parts):
        return 0.3
    if all(known):
        return 0.95 if len(parts) > 1 else 0.7
    if known[-1]:
        return 0.8 if len(parts) <= _SHORT_CODE or street or sum(known) > 1 else 0.6
    return 0.7 if street or postcode or _two_names(parts) else 0.35


def _two_names(parts: list[str]) -> bool:
    """Whether it is a known city and one more capitalised name."""
    return len(parts) == 2 and all(part[0].isupper() and len(part.split()) <= 3 for part in parts)  # noqa: PLR2004


def _known(part: str, *, last: bool) -> bool:
    bare = squeeze(_POSTCODE.sub(" ", part)).strip(" .,-")
    if len(bare) <= _SHORT_CODE and bare.isascii():
        return bare.isupper() and (last or bare in {"US", "UK", "DC", "LA", "SF"}) and is_place(fold(bare))
    if _TOWN_ON_RIVER.fullmatch(bare):
        return True
    folded = fold(_TOWN.sub("", bare))
    town, _, code = bare.rpartition(" ")
    if town and 1 < len(code) <= _LONGEST_CODE and code.isupper() and is_place(fold(code)) and is_place(fold(town)):
        return True
    code, _, country = bare.partition(" ")
    if (
        country
        and 1 < len(code) <= _LONGEST_CODE
        and code.isupper()
        and is_place(fold(code))
        and is_place(fold(country))
        and fold(country) not in phrases("cities")
    ):
        return True  # "BC Canada", but "UT Austin" is a school
    return is_place(folded) or (_AREA.search(folded) is not None and is_place(_AREA.sub("", folded).strip()))


def is_town_in_area(text: str) -> bool:
    """Whether the words are a town and what it lies in, with nothing to part them: "Osaka Japan", "Reno NV US"."""
    words = _POSTCODE.sub(" ", text).split()
    if not 1 < len(words) <= _MOST_RUN_WORDS or not all(word[:1].isupper() for word in words):
        return False
    return any(
        all(map(_is_named, parts)) and any(map(_is_area, parts)) and not all(map(_is_area, parts))
        for parts in _in_runs(words)
    )


def _in_runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the ways to part words into two or three names, in their order."""
    size = len(words)
    for first in range(1, size):
        yield " ".join(words[:first]), " ".join(words[first:])
        for second in range(first + 1, size):
            yield " ".join(words[:first]), " ".join(words[first:second]), " ".join(words[second:])


def _is_named(part: str) -> bool:
    return _known(part, last=True)


def _is_area(part: str) -> bool:
    """Whether a country or state is named, rather than a town."""
    folded = fold(part)
    if len(part) <= _SHORT_CODE:
        return part.isupper()
    return folded not in phrases("cities") and (folded in phrases("regions") or folded in phrases("places"))


def is_postcode(text: str) -> bool:
    """Whether the text is a postcode, or a town with one: "CF3 2AY", "33000 Tarnstadt"."""
    match = _POSTCODE.search(text)
    words = _POSTCODE.sub(" ", text).split()
    return match is not None and len(words) <= _MOST_TOWN_WORDS and all(word[:1].isupper() for word in words)


def is_address(text: str) -> bool:
    """Whether the text begins with a street's name and number and goes on with a postcode or a place."""
    parts = [part for part in re.split(r"\s*[,;|•·]\s*|\s+[-–—]\s+", squeeze(text)) if part]
    if len(parts) < 2 or not _STREET.search(" ".join(parts[:2])) or not any(char.isdigit() for char in text):  # noqa: PLR2004
        return False
    rest = parts[1:]
    if any(_TOWN_BEHIND_CODE.match(part) for part in rest) and _NUMBERED_STREET.search(" ".join(parts[:2])):
        return True
    return any(_POSTCODE.search(part) for part in rest) and any(_known(part, last=True) for part in rest)


def split_trailing_place(text: str) -> int:
    """Return where in `text` a place at its end begins, after a comma or in brackets; `len(text)` where none does.

    "Acme Ltd, Berlin, Germany" splits before "Berlin".
    """
    best = len(text)
    cuts = [
        match.end()
        for match in re.finditer(r",\s*|\s+[-–—]\s+|\s*\((?=[^()]*\)\s*$)|\s+(?:in|à|en|em)\s+(?=[A-ZÀ-Ý])", text)
    ]
    for cut in reversed(cuts[-3:]):
        if is_wholly_place(text[cut:]) or (best < len(text) and _in_state(text[cut:])):
            best = cut
    if _CAMPUS.search(text[:best]) or (
        OF_A_TOWN.match(text) and "," not in text[:best] and "(" not in text[best - 1 :]
    ):
        return len(text)
    return best


def _in_state(text: str) -> bool:
    """Whether the text is a name and a state written out: "Winslow, Arizona"."""
    town, comma, state = text.strip().rpartition(", ")
    named = comma and town[:1].isupper() and len(town.split()) <= _MOST_TOWN_WORDS and town.replace(" ", "").isalpha()
    return bool(named) and fold(state).strip(" .)") in phrases("states")


def is_wholly_place(text: str) -> bool:
    """Whether every part of the text names a place, or it has the form "City, ST"."""
    text = _PROVINCE.sub("", _raised(_ATTENDED.sub("", squeeze(text)))).strip(" .,;()")
    parts = [part for part in _PARTS.split(text) if part]
    if not parts or not (text[0].isupper() or not text[0].isascii()):
        return False
    return _CITY_STATE.match(text) is not None or all(_known(part, last=at > 0) for at, part in enumerate(parts))
