"""A post's header understood: its pieces given to title, employer and place, by what they say and where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from resumate_grpc.parsing.entries import Entry
from resumate_grpc.parsing.finding import found
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.pieces import Piece, is_own_account, pieces_of
from resumate_grpc.parsing.places import is_wholly_place, place_likeness, split_trailing_place
from resumate_grpc.parsing.post_labels import COMPANY_LABELS, PLACE_LABELS, TITLE_LABELS
from resumate_grpc.parsing.post_names import Slots, part_around_place, says, says_alone, share

__all__ = ["company_first_in", "extend_title", "settle", "sorted_out"]

_PLACE = 0.6
_SENTENCE = 7
_SURE_PLACE = 0.7
_LONGEST_NAME = 110
_COMMA = re.compile(r",\s+")
_DASH = re.compile(r"\s+[-–—]\s+")


def sorted_out(entry: Entry, text: str, terms: Terms) -> Slots:
    """Give the pieces of an entry's header their parts, as far as their own words say; the rest stays unclear."""
    slots = Slots(entry, text)
    pieces = [
        piece
        for piece in pieces_of(entry.header, entry.dates, text)
        if len(piece.text) <= _LONGEST_NAME
        and not _is_list(piece, terms)
        and (piece.bold or not _is_sentence(piece.text))
    ]
    slots.pieces = tuple(pieces)
    own = next((piece for piece in pieces if is_own_account(piece.text)), None)
    said = {piece.finding.start: says_alone(piece.finding, terms) for piece in pieces}
    clear = set(said.values()) & {(True, False), (False, True)}
    for piece, following in zip_longest(pieces, pieces[1:]):
        before_at = following is not None and following.employer and following.row == piece.row
        if before_at and not slots.title and said[piece.finding.start][0]:
            slots.title = piece  # "Analyst, Real Estate at Acme" names one post
            continue
        if piece is pieces[0] and part_around_place(slots, piece, terms):
            continue
        if piece is not own:
            told = said[piece.finding.start]
            if told == (True, True) and len(clear) == 1 and "," not in piece.text:
                told = (False, True) if (True, False) in clear else (True, False)  # the other of the two
            else:
                told = says(piece.finding, terms)
            _place_piece(slots, piece, terms, told)
    _join_roles(slots, said)
    if own and not slots.company and not slots.unclear:
        slots.company = own
    elif own and not slots.title and not any(piece.row == own.row for piece in slots.unclear):
        slots.title = own
    return slots


def _join_roles(slots: Slots, said: Mapping[int, tuple[bool, bool]]) -> None:
    """Take a second role behind a dash into the title: "Senior Consultant - Solution Architect"."""
    for piece in list(slots.unclear):
        title = slots.title
        if title and said[piece.finding.start] == (True, False) and _follows_dash(title, piece, slots.text):
            whole = found(slots.text, title.finding.start, piece.finding.end)
            slots.title = replace(title, finding=whole) if whole else title
            slots.unclear.remove(piece)


def _names_before_place(printed: str) -> bool:
    """Whether a name that is no place stands before one: "Tessellate, Lisbon, Portugal" (or a quarter of Lisbon)."""
    cut = split_trailing_place(printed)
    return cut < len(printed) and place_likeness(printed) > 0 and place_likeness(printed[:cut]) == 0


def _place_piece(slots: Slots, piece: Piece, terms: Terms, said: tuple[bool, bool]) -> None:
    role, organisation = said
    named = (piece.order == 0 or piece.employer or not slots.company) and _names_before_place(piece.text)
    likeness = 0.0 if named else place_likeness(piece.text)
    placed = likeness >= _SURE_PLACE and piece.order > 0 and is_wholly_place(piece.text)
    if slots.placed and not slots.company and _is_surer_place(piece, slots.placed):
        slots.company, slots.location = slots.placed, piece.finding.trusted(max(likeness, 0.6))
    elif piece.label in TITLE_LABELS and not slots.title:
        slots.title = piece
    elif piece.label in COMPANY_LABELS and not slots.company:
        slots.company = piece
    elif not slots.location and (
        piece.label in PLACE_LABELS
        or placed
        or (likeness >= _PLACE and not role and not organisation and not (piece.employer and slots.title))
    ):
        slots.location, slots.placed = piece.finding.trusted(max(likeness, 0.6)), piece
    elif piece.label in PLACE_LABELS:
        return  # a country behind its town
    elif piece.employer and not role and not slots.company:
        slots.company = piece
    elif role and not organisation and not slots.title:
        slots.title = piece
    elif organisation and not role and not slots.company:
        slots.company = piece
    elif not (role and organisation and _shared(slots, piece, terms)):
        slots.unclear.append(piece)


def _is_surer_place(piece: Piece, before: Piece) -> bool:
    """Whether a town with its state or country follows a name alone that a town has too: "Salem", then "Mesa, AZ"."""
    alike = piece.row == before.row and before.order == 0 and "," not in before.text
    return alike and "," in piece.text and is_wholly_place(piece.text)


def _shared(slots: Slots, piece: Piece, terms: Terms) -> bool:
    """Part a piece that names post and employer, where neither is known yet: "Engineer, Acme Ltd"."""
    if slots.title or slots.company:
        return False
    share(slots, piece, slots.text, terms)
    title, company = slots.title, slots.company
    if title and company and terms.has(Term.ORGANISATION, company.finding.start, company.finding.end):
        return True
    slots.title, slots.company = None, None
    return False


def _is_sentence(printed: str) -> bool:
    """Whether the text is longer than a name and mostly in small letters."""
    words = [word for word in printed.split() if word[0].isalpha() and word[0].isascii()]
    return len(words) >= _SENTENCE and sum(word[0].islower() for word in words) > len(words) * 0.6


def _is_list(piece: Piece, terms: Terms) -> bool:
    """Whether the piece is rather a list of skills than a name."""
    skills = terms.within(Term.SKILL, piece.finding.start, piece.finding.end)
    covered = sum(end - start for start, end in skills)
    if any(end == piece.finding.end for _, end in terms.within(Term.ROLE, piece.finding.start, piece.finding.end)):
        return False  # "Software/DevOps Engineer"
    return len(skills) > 1 and covered > len(piece.text) / 2


def company_first_in(headers: Sequence[Slots]) -> bool:
    """Tell the order of this section from its clear headers; without any, the company is taken to come first."""
    votes: Counter[bool] = Counter()
    for header in headers:
        pair = _pair(header)
        if pair:
            votes[pair] += 1
        elif pair is not None:
            votes[False] += 1
    return votes[True] >= votes[False]


def _pair(header: Slots) -> bool | None:
    title, company = header.title, header.company or next(iter(header.unclear), None)
    if not title or not company:
        return None
    return company.finding.start < title.finding.start


def settle(header: Slots, *, company_first: bool) -> None:
    """Give the unclear pieces the parts that are still open, in the section's order."""
    while header.unclear and not (header.title and header.company):
        if header.title or header.company:
            piece = _nearest(header, before=company_first)
            header.unclear.remove(piece)
            if header.title:
                header.company = piece
            else:
                header.title = piece
        else:
            piece = header.unclear.pop(0)
            if company_first:
                header.company = piece
            else:
                header.title = piece


def extend_title(header: Slots, text: str, terms: Terms) -> None:
    """Take what follows the title behind a dash into it, up to a comma before the employer.

    "Lead Engineer – Powertrain Mounts" above "Ironwood Ltd"; "Lead Engineer – Powertrain Mounts, Ironwood Ltd".
    """
    title, company = header.title, header.company
    if not title or not company:
        return
    behind = [piece for piece in (*header.unclear, company) if _follows_dash(title, piece, text)]
    if not behind or behind[0].employer or place_likeness(behind[0].text) >= _PLACE:
        return
    piece = behind[0]
    start, end = piece.finding.start, piece.finding.end
    if piece is company:
        commas = [cut for cut in _COMMA.finditer(text, start, end) if terms.has(Term.ORGANISATION, cut.end(), end)]
        if not commas or terms.has(Term.ORGANISATION, start, commas[0].start()):
            return
        if rest := found(text, commas[0].end(), end):
            header.company, end = replace(company, finding=rest), commas[0].start()
    else:
        header.unclear.remove(piece)
    if whole := found(text, title.finding.start, end):
        header.title = replace(title, finding=whole)


def _follows_dash(title: Piece, piece: Piece, text: str) -> bool:
    alike = (title.row, title.bold, title.italic) == (piece.row, piece.bold, piece.italic)
    return alike and _DASH.fullmatch(text, title.finding.end, piece.finding.start) is not None


def _nearest(header: Slots, *, before: bool) -> Piece:
    """Return the piece that is most likely the other name; an employer stands before the title where others do."""
    known = header.title or header.company
    anchor = known.finding.start if known else 0
    if header.title:
        same_row = [piece for piece in header.unclear if piece.row == header.title.row]
        alone = Counter(piece.row for piece in header.pieces)
        above = [
            piece for piece in header.unclear if piece.row < header.title.row and piece.bold and alone[piece.row] == 1
        ]
        if above and all(_follows_dash(header.title, piece, header.text) for piece in same_row):
            same_row = above  # a bold name on a row of its own heads what follows
        there = [piece for piece in header.unclear if (piece.finding.start < anchor) == before]
    else:
        same_row, there = [], []
    return min(
        same_row or there or header.unclear,
        key=lambda piece: (abs(piece.row - (known.row if known else 0)), abs(piece.finding.start - anchor)),
    )
