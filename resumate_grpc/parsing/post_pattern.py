"""The pattern that a section's posts keep to: what stands in one place in most headers is the same in the others.

A name without telling words, or one that a town bears too, says nothing alone. Where the other posts have their employer
in its place and print, and a title and a place in theirs, it is an employer.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from itertools import permutations

from resumate_grpc.parsing.finding import found
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.pieces import Piece, is_own_account
from resumate_grpc.parsing.places import is_wholly_place, place_likeness, split_trailing_place
from resumate_grpc.parsing.post_names import Slots, says_alone

__all__ = ["keep_to_pattern"]


class _Role(Enum):
    TITLE = "title"
    COMPANY = "company"
    PLACE = "place"


_Place = tuple[int, int, int, bool, bool]
"""Where a name stands in its header: row, order in the row, part of its piece; and whether it is bold and italic."""
_Shape = tuple[_Place, ...]
_Given = Mapping[_Place, _Role]

_MOST_PLACES = 5
_LEAST = 2
_PLACE = 0.6
_SPARED = 0.8
"""How much less evidence the pattern may have in a header than the header's own reading."""
_COMMA = re.compile(r",\s+")
_MOST_WORDS = 8


def keep_to_pattern(headers: Sequence[Slots], terms: Terms) -> None:
    """Give the names of headers printed alike the parts that they have in most of them."""
    parts = _parts_of(headers)
    shape = _usual_shape(parts)
    if not shape:
        return
    alike = [at for at, own in enumerate(parts) if _keeps(tuple(own), shape)]
    votes: Counter[tuple[_Place, _Role]] = Counter()
    for at in alike:
        for place, piece in parts[at].items():
            for role, weight in _evidence(piece, terms).items():
                votes[place, role] += weight  # type: ignore[assignment]  # weights are parts of a vote
    given = _best(shape, votes)
    if not given:
        return
    for at in alike:
        own = {place: piece for place, piece in parts[at].items() if place in given}
        if len(own) == len(given) or _missing_place_only(given, own):
            _give(headers[at], own, given, terms)


def _missing_place_only(given: _Given, own: Mapping[_Place, Piece]) -> bool:
    return len(own) > 1 and {role for place, role in given.items() if place not in own} == {_Role.PLACE}


def _parts_of(headers: Sequence[Slots]) -> list[dict[_Place, Piece]]:
    """Return each header's names by where they stand; one piece is several where in most headers it has a comma."""
    counts: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    for header in headers:
        for piece in header.pieces:
            counts[piece.row, piece.order][len(list(_cut(piece, header.text)))] += 1
    usual = {place: count.most_common(1)[0][0] for place, count in counts.items()}
    parts: list[dict[_Place, Piece]] = []
    for header in headers:
        own: dict[_Place, Piece] = {}
        for piece in header.pieces:
            cut = list(_cut(piece, header.text)) if usual[piece.row, piece.order] > 1 else [piece]
            for number, part in enumerate(cut):
                own[piece.row, piece.order, number, piece.bold, piece.italic] = part
        parts.append(own)
    return parts


def _cut(piece: Piece, text: str) -> Iterator[Piece]:
    """Cut a piece at its commas; a place keeps its own."""
    start, end = piece.finding.start, piece.finding.end
    printed = text[start:end]
    if place_likeness(piece.text) >= _PLACE and is_wholly_place(piece.text):
        yield piece
        return
    stop = split_trailing_place(printed)
    left = start
    for comma in _COMMA.finditer(text, start, end):
        if comma.end() - start > stop:
            break
        if part := found(text, left, comma.start()):
            yield replace(piece, finding=part)
        left = comma.end()
    if part := found(text, left, end):
        yield replace(piece, finding=part)


def _usual_shape(parts: Sequence[Mapping[_Place, Piece]]) -> _Shape:
    """Return where most headers have their names, empty where too few agree; what stands further below is left out."""
    shapes = Counter(tuple(own)[:_MOST_PLACES] for own in parts if len(own) > 1)
    if not shapes:
        return ()
    weight = {shape: sum(_keeps(tuple(own), shape) for own in parts) for shape in shapes}
    shape = max(shapes, key=lambda each: (weight[each], shapes[each], len(each)))
    return shape if weight[shape] >= _LEAST and weight[shape] * 2 > len(parts) else ()


def _keeps(own: _Shape, shape: _Shape) -> bool:
    """Whether a header begins like the shape; it may lack the last name, and go on below."""
    most = min(len(own), len(shape))
    return most > 1 and most >= len(shape) - 1 and own[:most] == shape[:most]


def _evidence(piece: Piece, terms: Terms) -> dict[_Role, float]:
    role, organisation = says_alone(piece.finding, terms)
    likeness = place_likeness(piece.text)
    if len(piece.text.split()) > _MOST_WORDS:
        return {}
    weights: dict[_Role, float] = {}
    if likeness >= _PLACE and not role and not organisation:
        weights[_Role.PLACE] = 1.0 if is_wholly_place(piece.text) else 0.5
    if role != organisation:
        weights[_Role.TITLE if role else _Role.COMPANY] = 1.0
    elif role and organisation:
        weights |= {_Role.TITLE: 0.5, _Role.COMPANY: 0.5}
    if piece.employer or (is_own_account(piece.text) and not weights):
        weights[_Role.COMPANY] = weights.get(_Role.COMPANY, 0.0) + 0.5
    return weights


def _best(shape: _Shape, votes: Mapping[tuple[_Place, _Role], float]) -> dict[_Place, _Role]:
    """Return the parts with most evidence for them; empty where another reading has as much.

    A title and an employer must be among them; what has no evidence for it is the employer or the title that is left.
    """
    ranked: list[tuple[float, tuple[_Place, ...]]] = []
    for count in (3, 2):
        if count > len(shape):
            continue
        for places in permutations(shape, count):
            weight = sum(votes.get((place, role), 0.0) for place, role in zip(places, _ORDER, strict=False))
            against = sum(
                max((votes.get((place, other), 0.0) for other in _Role if other is not role), default=0.0) / 2
                for place, role in zip(places, _ORDER, strict=False)
            )
            placed = votes.get((places[2], _Role.PLACE), 0.0) if count > 2 else 1.0  # noqa: PLR2004 - the place
            if placed:
                ranked.append((weight - against, places))
    ranked.sort(key=lambda each: -each[0])
    if not ranked or ranked[0][0] < _LEAST:
        return {}
    best = ranked[0][1]
    for weight, places in ranked[1:]:
        if weight < ranked[0][0] - 0.5:
            break
        if places[:2] != best[:2]:  # which of two is the employer, or the title, is open
            return {}
    titles, companies = votes.get((best[0], _Role.TITLE), 0.0), votes.get((best[1], _Role.COMPANY), 0.0)
    if max(titles, companies) < _LEAST - 0.5:
        return {}
    return dict(zip(best, _ORDER, strict=False))


_ORDER = (_Role.TITLE, _Role.COMPANY, _Role.PLACE)


def _whole(header: Slots, place: _Place, part: Piece) -> Piece:
    """Return the piece that a part was cut from, where no other part of it has a role."""
    return next((piece for piece in header.pieces if (piece.row, piece.order) == place[:2]), part)


def _give(header: Slots, own: Mapping[_Place, Piece], given: _Given, terms: Terms) -> None:
    """Read a header by the pattern, unless its own words speak clearly against it."""
    held = Counter(place[:2] for place in own)
    roles = {
        given[place]: piece if held[place[:2]] > 1 else _whole(header, place, piece) for place, piece in own.items()
    }
    title, company, place = (roles.get(role) for role in _ORDER)
    if not title or not company:
        return
    pattern = sum(_evidence(piece, terms).get(role, 0.0) for role, piece in roles.items())
    read = 0.0
    if header.title:
        read += _evidence(header.title, terms).get(_Role.TITLE, 0.0)
    if header.company:
        read += _evidence(header.company, terms).get(_Role.COMPANY, 0.0)
    if header.placed:
        read += _evidence(header.placed, terms).get(_Role.PLACE, 0.0)
    if read - pattern > _SPARED:
        return
    header.title, header.company = title, company
    if place:
        header.location, header.placed = place.finding.trusted(0.7), place
    elif header.placed and header.placed.finding.start in {title.finding.start, company.finding.start}:
        header.location = header.placed = None
    taken = [piece.finding for piece in roles.values()]
    header.unclear = [
        piece
        for piece in header.unclear
        if not any(each.start < piece.finding.end and piece.finding.start < each.end for each in taken)
    ]
