"""The pattern that a section's entries keep to: what stands in one place in most headers is the same in the others.

A name without telling words, or one that a town bears too, says nothing alone. Where the other entries have an employer
in its place and print, and a title and a place in theirs, it is an employer. Posts and studies are read alike: a title
or degree, an employer or school, and a place.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from itertools import permutations
from statistics import median

from resumate_grpc.parsing.finding import found
from resumate_grpc.parsing.pieces import NAME_COMMA, Piece
from resumate_grpc.parsing.places import is_wholly_place, place_likeness, split_trailing_place

__all__ = ["Evidence", "Part", "read_alike"]


class Part(Enum):
    """What a name in a header tells: the title or degree, the employer or school, the place."""

    WHAT = "what"
    WHO = "who"
    WHERE = "where"


_ORDER = (Part.WHAT, Part.WHO, Part.WHERE)

Evidence = Callable[[Piece], Mapping[Part, float]]
"""How much, 0 to 1, a piece's own words say that it is this or that."""
_Spot = tuple[int, int, int, bool, bool]
"""Where a name stands in its header: row, order in the row, part of its piece; and whether it is bold and italic."""
_Shape = tuple[_Spot, ...]
_Said = Mapping[_Spot, Mapping[Part, float]]

_MOST_SPOTS = 5
_LEAST = 2
_PLACE = 0.6
_CLEARLY = 0.5
"""How much more must speak for a reading than for any other."""
_MOST_HEARD = 1.5
"""How far one header can speak for a reading."""
_SKIPPED = 1.25
"""What it costs a reading to leave out a name that stands before those it takes."""
_DASH = re.compile(r"\s+[-–—]\s+")


def read_alike(headers: Sequence[Sequence[Piece]], text: str, evidence: Evidence) -> list[dict[Part, Piece]]:
    """Return for each header what its pieces are in the section's pattern; empty where it keeps to none."""
    unread: list[dict[Part, Piece]] = [{} for _ in headers]
    names = _names_of(headers, text)
    shape = _usual_shape(names)
    if not shape:
        return unread
    rows = Counter(spot[0] for spot in shape)
    joined = [_joined(pieces, rows, text) for pieces in headers]
    if joined != [list(pieces) for pieces in headers]:
        headers, names = joined, _names_of(joined, text)
        shape = _usual_shape(names)
    alike = [at for at, own in enumerate(names) if _keeps(tuple(own), shape)]
    given = _best(shape, [{spot: evidence(piece) for spot, piece in names[at].items()} for at in alike])
    for at in alike:
        own = {spot: piece for spot, piece in names[at].items() if spot in given}
        lacking = {part for spot, part in given.items() if spot not in own}
        if len(own) > 1 and lacking <= {Part.WHERE} and not (lacking and _ends_in_place(own, evidence)):
            cut = Counter(spot[:2] for spot in own)
            unread[at] = {
                given[spot]: piece if cut[spot[:2]] > 1 else _whole(headers[at], spot, piece)
                for spot, piece in own.items()
                if any(char.isalpha() for char in piece.text)
            }
    return unread


def _ends_in_place(own: Mapping[_Spot, Piece], evidence: Evidence) -> bool:
    """Whether the last name of a header that has one fewer than most says that it is the place."""
    said = evidence(own[max(own)])
    return said.get(Part.WHERE, 0.0) > max(said.get(Part.WHO, 0.0), said.get(Part.WHAT, 0.0))


def _joined(pieces: Sequence[Piece], rows: Mapping[int, int], text: str) -> list[Piece]:
    """Join names that a dash parts on a row where most headers have fewer of them: "Welder - Deputy Foreman"."""
    joined: list[Piece] = []
    counts = Counter(piece.row for piece in pieces)
    for piece in pieces:
        above = joined[-1] if joined else None
        more = counts[piece.row] > rows.get(piece.row, 0) > 0
        if above and more and above.row == piece.row and (above.bold, above.italic) == (piece.bold, piece.italic):
            between = text[above.finding.end : piece.finding.start]
            whole = found(text, above.finding.start, piece.finding.end)
            if whole and _DASH.fullmatch(between):
                joined[-1] = replace(above, finding=whole)
                continue
            piece = replace(piece, order=above.order + 1)  # noqa: PLW2901
        joined.append(piece)
    return joined


def _names_of(headers: Sequence[Sequence[Piece]], text: str) -> list[dict[_Spot, Piece]]:
    """Return each header's names by where they stand.

    One piece is several where most headers have a comma in it, and too few pieces to name all three.
    """
    counts: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    for piece in (piece for pieces in headers for piece in pieces):
        counts[piece.row, piece.order][len(list(_cut(piece, text)))] += 1
    few = bool(headers) and median(len(pieces) for pieces in headers) < len(Part)
    usual = {at: count.most_common(1)[0][0] if few else 1 for at, count in counts.items()}
    return [
        {
            (piece.row, piece.order, number, piece.bold, piece.italic): name
            for piece in pieces
            for number, name in enumerate(_cut_like(piece, usual[piece.row, piece.order], text))
        }
        for pieces in headers
    ]


def _cut_like(piece: Piece, usual: int, text: str) -> list[Piece]:
    """Cut a piece where most are cut into `usual` parts; also one that could be a place as a whole: "Salem, Oregon".

    Of one that has more, the second of two parts keeps what follows it ("Quillmere", "Clerk, Harbour").
    """
    if usual == 1:
        return [piece]
    cut = list(_cut(piece, text))
    cut = cut if len(cut) >= usual else list(_at_commas(piece, text, piece.finding.end))
    if len(cut) <= usual:
        return cut
    rest = found(text, cut[1].finding.start, cut[-1].finding.end)
    return [cut[0], replace(piece, finding=rest)] if usual == 2 and rest else [piece]  # noqa: PLR2004 - both named


def _cut(piece: Piece, text: str) -> Iterator[Piece]:
    """Cut a piece at its commas; a place keeps its own."""
    start, end = piece.finding.start, piece.finding.end
    if not NAME_COMMA.search(text, start, end):
        yield piece
        return
    if place_likeness(piece.text) >= _PLACE and is_wholly_place(piece.text):
        yield piece
        return
    yield from _at_commas(piece, text, start + split_trailing_place(text[start:end]))


def _at_commas(piece: Piece, text: str, stop: int) -> Iterator[Piece]:
    """Cut a piece at its commas up to `stop`."""
    left, end = piece.finding.start, piece.finding.end
    for comma in NAME_COMMA.finditer(text, left, end):
        if comma.end() > stop:
            break
        if name := found(text, left, comma.start()):
            yield replace(piece, finding=name)
        left = comma.end()
    if name := found(text, left, end):
        yield replace(piece, finding=name)


def _usual_shape(names: Sequence[Mapping[_Spot, Piece]]) -> _Shape:
    """Return where most headers have their names, empty where too few agree; what stands further below is left out."""
    shapes = Counter(tuple(own)[:_MOST_SPOTS] for own in names if len(own) > 1)
    if not shapes:
        return ()
    weight = {shape: sum(_keeps(tuple(own), shape) for own in names) for shape in shapes}
    shape = max(shapes, key=lambda each: (weight[each], shapes[each], len(each)))
    return shape if weight[shape] >= _LEAST and weight[shape] * 2 > len(names) else ()


def _keeps(own: _Shape, shape: _Shape) -> bool:
    """Whether a header begins like the shape; it may lack the last name, and go on below."""
    most = min(len(own), len(shape))
    return most > 1 and most >= len(shape) - 1 and own[:most] == shape[:most]


def _best(shape: _Shape, said: Sequence[_Said]) -> dict[_Spot, Part]:
    """Return the reading that most headers' words speak for; empty where they speak for another one as well.

    What and who must be in it; a name that no words speak for is the one of them that is left.
    """
    ranked: list[tuple[float, tuple[_Spot, ...]]] = []
    for spots in (*permutations(shape, 3), *permutations(shape, 2)):
        if len(spots) > 2 and not any(own.get(spots[2], {}).get(Part.WHERE) for own in said):  # noqa: PLR2004
            continue
        skipped = max(shape.index(spot) for spot in spots) + 1 - len(spots)
        score = sum(max(-_MOST_HEARD, min(_MOST_HEARD, _speaks_for(spots[:2], own))) for own in said)
        score += sum(_speaks_for(spots[2:], own, _ORDER[2:]) for own in said)
        ranked.append((score - _SKIPPED * skipped, spots))
    ranked.sort(key=lambda each: -each[0])
    if not ranked or ranked[0][0] < _LEAST:
        return {}
    best = ranked[0][1]
    rivals = [spots for score, spots in ranked[1:] if score >= ranked[0][0] - _CLEARLY]
    heard = [_speaks_for(best[:2], own) for own in said]
    contradicted = sum(score < 0 for score in heard) >= max(1, sum(score > 0 for score in heard))
    if contradicted or any(spots[:2] != best[:2] for spots in rivals):  # who it is, or what, is open
        return {}
    named = [sum(own.get(spot, {}).get(part, 0.0) for own in said) for spot, part in zip(best, _ORDER, strict=False)]
    return dict(zip(best, _ORDER, strict=False)) if max(named[:2]) >= 1 else {}


def _speaks_for(spots: Sequence[_Spot], own: _Said, parts: Sequence[Part] = _ORDER) -> float:
    """Return how far the words of one header speak for these parts standing there, in their order."""
    score = 0.0
    for spot, part in zip(spots, parts, strict=False):
        weights = own.get(spot, {})
        others = [weight for other, weight in weights.items() if other is not part]
        score += weights.get(part, 0.0) - max(others, default=0.0) / 2
    return score


def _whole(pieces: Sequence[Piece], spot: _Spot, name: Piece) -> Piece:
    """Return the piece that a name was cut from, where no other name of it has a part."""
    return next((piece for piece in pieces if (piece.row, piece.order) == spot[:2]), name)
