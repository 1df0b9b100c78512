"""The names in a post's header: what words say of them, and one parted from another at a comma."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from resumate_grpc.parsing.entries import Entry
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.pieces import NAME_COMMA, Piece, is_own_account
from resumate_grpc.parsing.places import PLACE_LEAD, is_wholly_place, place_likeness, split_trailing_place
from resumate_grpc.parsing.vocabulary import phrases

__all__ = ["Slots", "divide", "part_around_place", "part_like_others", "says", "says_alone", "share"]

_PLACE = 0.6
_MOST_TOWN_WORDS = 2
_OF = re.compile(r"\s+(?:de|del|du|des|di|della|dello|da|do|van)\s|\s+d['’]", re.IGNORECASE)
_SLASH = re.compile(r"\s+/\s+")


@dataclass(slots=True)
class Slots:
    """A header being understood: what is clear already, and the pieces that are not."""

    entry: Entry
    text: str
    pieces: tuple[Piece, ...] = ()
    title: Piece | None = None
    company: Piece | None = None
    location: Finding | None = None
    placed: Piece | None = None  # the piece that the location is
    unclear: list[Piece] = field(default_factory=list)
    parted: bool = False  # whether the location was behind a comma of the company


def says(finding: Finding, terms: Terms) -> tuple[bool, bool]:
    """Return whether the piece names a post, and whether an organisation; of both, what its last such word says."""
    start, end = finding.start, finding.end
    roles, names = terms.within(Term.ROLE, start, end), terms.within(Term.ORGANISATION, start, end)
    if roles and names and roles[0][0] == start and _OF.match(finding.text, roles[0][1] - start):
        return True, False  # "Asistente de laboratorio": the first word is the head
    if roles and names and "," not in finding.text:
        last_role, last_name = roles[-1][1], names[-1][1]
        return last_role > last_name, last_name > last_role
    return bool(roles), bool(names)


def says_alone(finding: Finding, terms: Terms) -> tuple[bool, bool]:
    """Return whether words in the piece name a post, and whether some name an organisation.

    A role that ends the piece says what it is, as the last word of an English name does: "Pharmacy Assistant".
    """
    start, end = finding.start, finding.end
    role, organisation = terms.has(Term.ROLE, start, end), terms.has(Term.ORGANISATION, start, end)
    return role, organisation and not (role and _ends_in_role(finding, terms))


def _ends_in_role(finding: Finding, terms: Terms) -> bool:
    """Whether the piece ends in a role, with no organisation beginning in it or behind it."""
    organisations = terms.within(Term.ORGANISATION, finding.start, finding.end)
    roles = (first for first, stop in terms.within(Term.ROLE, finding.start, finding.end) if stop == finding.end)
    return any(all(at < first for at, _ in organisations) for first in roles)


def divide(header: Slots, text: str, terms: Terms, *, may_share: bool) -> None:
    """Take a place, or the other name, out of a piece that holds both behind a comma."""
    for name in ("company", "title"):
        piece = header.company if name == "company" else header.title
        if not piece:
            continue
        parted = None if header.location else _without_place(piece, text, terms, employer=name == "company")
        if parted:
            header.location = parted[1].trusted(0.75)
            header.parted = header.parted or name == "company"
            _put(header, name, replace(piece, finding=parted[0]))
    if not header.location:
        header.location = next(
            (piece.finding for piece in header.unclear if place_likeness(piece.text) >= _PLACE), None
        )
    if not may_share:
        return
    if header.title and not header.company:
        share(header, header.title, text, terms)
    elif header.company and not header.title:
        share(header, header.company, text, terms)


def _without_place(piece: Piece, text: str, terms: Terms, *, employer: bool) -> tuple[Finding, Finding] | None:
    """Part a name from a place at its end; None where there is none."""
    cut = split_trailing_place(piece.text)
    rest, place = _halves(text, piece, cut) if cut < len(piece.text) else (None, None)
    if rest and (lead := PLACE_LEAD.search(text, rest.start, rest.end)):
        rest = found(text, rest.start, lead.start())
    if not rest or not place:
        return None
    return _with_town(rest, place, text, terms) if employer else (rest, place)


def _with_town(rest: Finding, place: Finding, text: str, terms: Terms) -> tuple[Finding, Finding]:
    """Take an unknown town before its country out of a name that is an organisation's without it: "Acme Ltd, Tarn"."""
    comma = max(NAME_COMMA.finditer(text, rest.start, rest.end), key=lambda cut: cut.start(), default=None)
    if not comma or not terms.has(Term.ORGANISATION, rest.start, comma.start()):
        return rest, place
    town = text[comma.end() : rest.end]
    named = town[:1].isupper() and len(town.split()) <= _MOST_TOWN_WORDS and town.replace(" ", "").isalpha()
    says = any(terms.has(term, comma.end(), rest.end) for term in (Term.ROLE, Term.ORGANISATION, Term.SKILL))
    before, whole = found(text, rest.start, comma.start()), found(text, comma.end(), place.end)
    plain = named and not says and not town.isupper() and fold(town) not in phrases("departments")
    return (before, whole) if plain and before and whole else (rest, place)


def _ends_place(place: Finding, after: Finding) -> bool:
    """Whether what follows is of the place still: "Salem", then "OR" or "Oregon"."""
    return place_likeness(after.text) > 0 or is_wholly_place(f"{place.text}, {after.text}")


def part_around_place(slots: Slots, piece: Piece, terms: Terms) -> bool:
    """Part an employer from a post where a place stands between them: "Acme, Lyon, Stage ingénieur"."""
    text, start, end = slots.text, piece.finding.start, piece.finding.end
    for first, second in pairwise(list(NAME_COMMA.finditer(text, start, end))):
        before, place = found(text, start, first.start()), found(text, first.end(), second.start())
        after = found(text, second.end(), end)
        if before and place and after and is_wholly_place(place.text) and not _ends_place(place, after):
            told, behind = says_alone(before, terms), says_alone(after, terms)
            before_names_post = told[0] and not told[1] and not behind[0]
            title, company = (before, after) if before_names_post else (after, before)
            slots.title, slots.company = replace(piece, finding=title), replace(piece, finding=company)
            slots.location = place.trusted(0.7)
            return True
    return False


def part_like_others(header: Slots, text: str, terms: Terms) -> None:
    """Take an unknown place from behind a company's last comma, as others of the section have a known one there."""
    if header.location or not header.company:
        return
    start, end = header.company.finding.start, header.company.finding.end
    cut = max((comma.end() for comma in NAME_COMMA.finditer(text, start, end)), default=end)
    tail = text[cut:end]
    named = tail[:1].isupper() and len(tail.split()) <= _MOST_TOWN_WORDS and tail.replace(" ", "").isalpha()
    says = any(terms.has(term, cut, end) for term in (Term.ROLE, Term.ORGANISATION, Term.SKILL))
    if not named or says or tail.isupper() or fold(tail) in phrases("departments"):
        return
    rest, place = found(text, start, cut), found(text, cut, end)
    if rest and place:
        header.company, header.location = replace(header.company, finding=rest), place.trusted(0.55)


def _put(header: Slots, name: str, piece: Piece) -> None:
    if name == "company":
        header.company = piece
    else:
        header.title = piece


def _halves(text: str, piece: Piece, cut: int) -> tuple[Finding | None, Finding | None]:
    start, end = piece.finding.start, piece.finding.end
    offset = _offset(text, start, end, cut)
    return found(text, start, offset), found(text, offset, end)


def _offset(text: str, start: int, end: int, cut: int) -> int:
    """Return where character `cut` of the squeezed text stands in the printed one."""
    seen, last_space = 0, True
    for index in range(start, end):
        space = text[index].isspace()
        if seen >= cut and not space:
            return index
        seen += 0 if space and last_space else 1
        last_space = space
    return end


def share(header: Slots, piece: Piece, text: str, terms: Terms) -> None:
    """Split "Engineer, Acme" (either way round) at the comma, or else the slash, that parts role from name."""
    start, end = piece.finding.start, piece.finding.end
    commas = list(NAME_COMMA.finditer(text, start, end)) or [
        slash for slash in _SLASH.finditer(text, start, end) if not terms.has(Term.SKILL, start, end)
    ]
    named = [comma for comma in reversed(commas) if terms.has(Term.ORGANISATION, comma.end(), end)]
    last = [comma for comma in reversed(commas) if not terms.has(Term.ROLE, start, comma.start())]
    for comma in [*last, *named, *commas]:
        left_role = terms.has(Term.ROLE, start, comma.start()) and not is_own_account(text[start : comma.start()])
        right_role = terms.has(Term.ROLE, comma.end(), end) and not is_own_account(text[comma.end() : end])
        if not left_role and not right_role and comma in named and comma is commas[0]:
            left_role = not terms.has(Term.ORGANISATION, start, comma.start())  # an unknown post before "Acme Ltd"
        if left_role == right_role or fold(text[comma.end() : end]).strip() in phrases("departments"):
            continue
        left, right = found(text, start, comma.start()), found(text, comma.end(), end)
        if left and right:
            title, company = (left, right) if left_role else (right, left)
            header.title, header.company = replace(piece, finding=title), replace(piece, finding=company)
            return
