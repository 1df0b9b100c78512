"""Telephone numbers, told from other runs of digits by the `phonenumbers` library."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.folding import squeeze

__all__ = ["load", "phones_of"]

_CANDIDATE = re.compile(r"(?<![\w/.@#$€£-])(?:\(?\+|00|\()?[(\d][\d \u00a0\u2009\u202f().\-–‐‑/]{5,22}\d(?![\w@%])")
_LABEL = re.compile(
    r"(?:phone|tel|telephone|mobile|mob|cell|call|handy|telefon|telefono|teléfono|móvil|celular|"
    r"тел|телефон|电话|手机|☎|📞|📱)\W{0,6}$",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(
    r"\b(?:licen[cs]es?|licen[cç]a|licencia|lizenz(?:nummer)?|credential|certificate|registration|passport|membership|"
    r"reg|ref|id|isbn|issn|doi)\b[\s.:#]{0,3}(?:(?:no|nr|number|id)\b[\s.:#]{0,3})?$",
    re.IGNORECASE,
)
"""What numbers other than telephones have before them."""
_YEARS = re.compile(r"(?:19|20)\d{2}\s*[-–./]\s*(?:(?:19|20)?\d{2}|\d{1,2})(?:\s*[-–./]\s*\d{1,2})?")
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\s?([./-])\s?(?:0?[1-9]|1[0-2])\s?\1\s?(?:19[3-9]\d|20[0-4]\d)")
"""A day, as of birth: some regions' numbers are as long."""
_REGIONS = {
    "en": "US",
    "de": "DE",
    "fr": "FR",
    "es": "ES",
    "pt": "BR",
    "it": "IT",
    "nl": "NL",
    "ru": "RU",
    "zh": "CN",
    "ko": "KR",
    "ja": "JP",
}
_FALLBACKS = ("US", "GB", "IN")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_LABEL_REACH = 16
_OTHER_REACH = 24
_FEWEST_BARE_DIGITS = 9


def load() -> None:
    """Load the library's tables of the usual regions, so that the first document does not wait for them."""
    for region in {*_REGIONS.values(), *_FALLBACKS}:
        phonenumbers.is_possible_number(phonenumbers.parse("2025550143", region))


def phones_of(text: str, start: int, end: int, *, language: str) -> Iterator[Finding]:
    """Yield the numbers printed in the span; confidence tells how surely each is a telephone's.

    `language` (BCP-47) says which country's numbers may stand without a country code.
    """
    for match in _CANDIDATE.finditer(text, start, end):
        raw = match[0].rstrip(" (-–./")
        digits = sum(char.isdigit() for char in raw)
        if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS or _YEARS.fullmatch(raw.strip()) or _DAY.fullmatch(raw.strip()):
            continue
        if (
            raw.isdigit()
            and digits < _FEWEST_BARE_DIGITS
            and not _LABEL.search(text, max(start, match.start() - _LABEL_REACH), match.start())
        ):
            continue
        if _OTHER_LABEL.search(text, max(start, match.start() - _OTHER_REACH), match.start()):
            continue
        if any(span.end - span.start > len(raw) / 2 for span in find_dates(raw) if span.is_range):
            continue
        likeness = _likeness(raw, language)
        if likeness:
            labelled = _LABEL.search(text, max(start, match.start() - _LABEL_REACH), match.start()) is not None
            yield Finding(
                text=squeeze(raw),
                start=match.start(),
                end=match.start() + len(raw),
                confidence=min(0.98, likeness + (0.15 if labelled else 0.0)),
            )


def _likeness(raw: str, language: str) -> float:
    regions = dict.fromkeys((_REGIONS.get(language[:2], "US"), *_FALLBACKS))
    for region in regions:
        try:
            number = phonenumbers.parse(raw, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return 0.9
        if phonenumbers.is_possible_number(number):
            return 0.75 if raw.lstrip().startswith(("+", "(", "00")) else 0.6
    return 0.4 if raw.lstrip().startswith("+") else 0.0
