"""Posts read by the pattern of their section (`header_pattern.py`), where their own words do not speak against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resumate_grpc.parsing.header_pattern import Part, read_alike
from resumate_grpc.parsing.nlp import Terms
from resumate_grpc.parsing.pieces import Piece, is_own_account
from resumate_grpc.parsing.places import is_wholly_place, place_likeness
from resumate_grpc.parsing.post_names import Slots, says_alone

__all__ = ["keep_to_pattern"]

_PLACE = 0.6
_SPARED = 0.8
"""How much less evidence the pattern may have in a header than the header's own reading."""
_PLACED = 0.75
"""How far a place is trusted for standing where the others have theirs."""
_MOST_WORDS = 8


def keep_to_pattern(headers: Sequence[Slots], terms: Terms) -> None:
    """Give the names of headers printed alike the parts that they have in most of them."""
    if not headers:
        return
    named = [header.pieces for header in headers]
    for header, given in zip(
        headers, read_alike(named, headers[0].text, lambda piece: _evidence(piece, terms)), strict=True
    ):
        _give(header, given, terms)


def _evidence(piece: Piece, terms: Terms) -> dict[Part, float]:
    role, organisation = says_alone(piece.finding, terms)
    if len(piece.text.split()) > _MOST_WORDS:
        return {}
    weights: dict[Part, float] = {}
    if place_likeness(piece.text) >= _PLACE and not role and not organisation:
        weights[Part.WHERE] = 1.0 if is_wholly_place(piece.text) else 0.5
    if role != organisation:
        weights[Part.WHAT if role else Part.WHO] = 1.0
    elif role and organisation:
        weights |= {Part.WHAT: 0.5, Part.WHO: 0.5}
    if piece.employer or (is_own_account(piece.text) and not weights):
        weights[Part.WHO] = weights.get(Part.WHO, 0.0) + 0.5
    return weights


def _give(header: Slots, given: Mapping[Part, Piece], terms: Terms) -> None:
    """Read a header by the pattern, unless its own words speak clearly against it."""
    title, company, place = given.get(Part.WHAT), given.get(Part.WHO), given.get(Part.WHERE)
    if not title or not company:
        return
    named = given if header.title and header.company else {Part.WHAT: title, Part.WHO: company}
    if _read(header, terms) - _sum(named, terms) > _SPARED:
        return
    header.title, header.company = title, company
    alike = place and header.location and header.placed and header.placed.finding.start == place.finding.start
    if place and not alike:
        header.location, header.placed = place.finding.trusted(max(_PLACED, place_likeness(place.text))), place
    elif not place and header.placed and header.placed.finding.start in {title.finding.start, company.finding.start}:
        header.location = header.placed = None
    taken = [piece.finding for piece in given.values()]
    header.unclear = [
        piece
        for piece in header.unclear
        if not any(each.start < piece.finding.end and piece.finding.start < each.end for each in taken)
    ]


def _read(header: Slots, terms: Terms) -> float:
    """Return how much the header's words speak for how it was read alone; a place counts beside both names only."""
    own = {Part.WHAT: header.title, Part.WHO: header.company}
    if header.title and header.company:
        own[Part.WHERE] = header.placed
    return _sum({part: piece for part, piece in own.items() if piece}, terms)


def _sum(given: Mapping[Part, Piece], terms: Terms) -> float:
    return sum(_evidence(piece, terms).get(part, 0.0) for part, piece in given.items())
