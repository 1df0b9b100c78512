"""Studies read by the pattern of their section (`header_pattern.py`), where they name no school or degree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resumate_grpc.parsing.degrees import has_degree
from resumate_grpc.parsing.header_pattern import Part as Told
from resumate_grpc.parsing.header_pattern import read_alike
from resumate_grpc.parsing.nlp import Terms
from resumate_grpc.parsing.pieces import Piece
from resumate_grpc.parsing.places import is_wholly_place
from resumate_grpc.parsing.study_parts import ASIDE, Part, degree_leads, has_institution, names_subject

__all__ = ["kept_to_pattern", "patterns_of"]

_Given = Mapping[Told, Piece]
_MOST_WORDS = 14


def patterns_of(headers: Sequence[Sequence[Piece]], text: str, terms: Terms) -> list[dict[Told, Piece]]:
    """Return for each entry, by its header's pieces, what is degree, school and place by the section's pattern."""

    def evidence(piece: Piece) -> dict[Told, float]:
        start, end = piece.finding.start, piece.finding.end
        if len(piece.text.split()) > _MOST_WORDS or ASIDE.match(piece.text + " "):
            return {}
        leads = degree_leads(start, end, text, terms)
        degree, school = has_degree(terms, text, start, end), has_institution(terms, text, start, end)
        weights: dict[Told, float] = {}
        if degree and (leads or not school):
            weights[Told.WHAT] = 0.5 if school else 1.0
        if school:
            weights[Told.WHO] = 0.5 if degree else 1.0
        if not weights and is_wholly_place(piece.text):
            weights[Told.WHERE] = 1.0
        return weights

    return read_alike([list(header) for header in headers], text, evidence)


def kept_to_pattern(parts: Sequence[Part], given: _Given) -> list[Part]:
    """Return an entry's parts with a school or degree that no words of theirs tell, as the pattern has it."""
    what, who, where = given.get(Told.WHAT), given.get(Told.WHO), given.get(Told.WHERE)
    degree, school = any(part.degree for part in parts), any(part.institution for part in parts)
    if not what or not who or (degree and school) or any(_speaks_against(part, what, who) for part in parts):
        return list(parts)
    placed = [piece for piece in (who, where) if piece]
    kept = [part for part in parts if not any(_overlap(part, piece) for piece in placed)]
    if not degree and not names_subject(what.text):
        kept = [part for part in kept if not _overlap(part, what)]
        kept.append(Part(what.finding, what.row, institution=False, degree=True, place=False))
    kept.append(Part(who.finding, who.row, institution=True, degree=False, place=False))
    if where:
        kept.append(Part(where.finding, where.row, institution=False, degree=False, place=True))
    return sorted(kept, key=lambda part: part.finding.start)


def _speaks_against(part: Part, what: Piece, who: Piece) -> bool:
    return (part.degree and _overlap(part, who)) or (part.institution and _overlap(part, what))


def _overlap(part: Part, piece: Piece) -> bool:
    return part.finding.start < piece.finding.end and piece.finding.start < part.finding.end
