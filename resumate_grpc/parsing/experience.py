"""Work experience: who employed, as what, where, from when to when, and what was done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from resumate_grpc.parsing.bodies import bullets_of, prose_of
from resumate_grpc.parsing.dates import PRESENT, DateSpan
from resumate_grpc.parsing.entries import Entry, entries_by_date, without_column_heads
from resumate_grpc.parsing.entry_forms import without_broken_labels
from resumate_grpc.parsing.finding import Finding, doubted, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.pieces import Piece, is_duration, is_own_account, pieces_of
from resumate_grpc.parsing.places import is_wholly_place, place_likeness, split_trailing_place
from resumate_grpc.parsing.post_labels import COMPANY_LABELS, PLACE_LABELS, TITLE_LABELS
from resumate_grpc.parsing.vocabulary import phrases

__all__ = ["Post", "period_of", "posts_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One post as found; None where the document does not say."""

    company: Finding | None = None
    title: Finding | None = None
    location: Finding | None = None
    start_date: Finding | None = None
    end_date: Finding | None = None
    description: Finding | None = None
    highlights: tuple[Finding, ...] = ()

    @property
    def is_period(self) -> bool:
        """Whether two different ends are stated."""
        ends = [date.text for date in (self.start_date, self.end_date) if date]
        return len(set(ends)) > 1

    def doubted(self) -> Post:
        """Return the same post with less confidence in its header."""
        return replace(
            self,
            company=doubted(self.company),
            title=doubted(self.title),
            location=doubted(self.location),
            start_date=doubted(self.start_date),
            end_date=doubted(self.end_date),
        )


@dataclass(slots=True)
class _Slots:
    """A header being understood: what is clear already, and the pieces that are not."""

    entry: Entry
    text: str
    title: Piece | None = None
    company: Piece | None = None
    location: Finding | None = None
    unclear: list[Piece] = field(default_factory=list)
    parted: bool = False  # whether the location was behind a comma of the company


_PLACE = 0.6
_SENTENCE = 7
_SURE_PLACE = 0.7
_LONGEST_NAME = 110
_MOST_TOWN_WORDS = 2
_OF = re.compile(r"\s+(?:de|del|du|des|di|della|dello|da|do|van)\s|\s+d['’]", re.IGNORECASE)
_COMMA = re.compile(r",\s+")
_DASH = re.compile(r"\s+[-–—]\s+")


def posts_of(rows: Sequence[Row], dates: Sequence[DateSpan], text: str, *, terms: Terms) -> list[Post]:
    """Read the posts of a section's rows, in order."""

    def leads(row: Row) -> bool:
        return terms.has(Term.ROLE, row.start, row.end) or terms.has(Term.ORGANISATION, row.start, row.end)

    rows = [row for row in without_broken_labels(without_column_heads(rows)) if not is_duration(row.text)]
    entries = entries_by_date(rows, dates, leads=leads)
    headers = [_sorted_out(entry, text, terms) for entry in entries]
    company_first = _company_first(headers)
    for header in headers:
        _settle(header, company_first=company_first)
        _extend_title(header, text, terms)
    under = _under_parents(headers, terms)
    for index, header in enumerate(headers):
        _divide(header, text, terms, may_share=index not in under)
    if any(header.parted for header in headers):
        for header in headers:
            _part_like_others(header, text, terms)
    return _posts(headers, text)


def _under_parents(headers: Sequence[_Slots], terms: Terms) -> set[int]:
    """Return the headers that name a title alone, below one that names only the employer."""
    under: set[int] = set()
    for index, header in enumerate(headers[1:], 1):
        above = headers[index - 1]
        parent = above.company and not above.title and not above.entry.body
        if parent and above.company and "," in above.company.text and _says(above.company.finding, terms)[0]:
            continue
        if (parent or index - 1 in under) and header.title and not header.company:
            under.add(index)
    return under


def _sorted_out(entry: Entry, text: str, terms: Terms) -> _Slots:
    slots = _Slots(entry, text)
    pieces = [
        piece
        for piece in pieces_of(entry.header, entry.dates, text)
        if len(piece.text) <= _LONGEST_NAME and not _is_list(piece, terms) and not _is_sentence(piece.text)
    ]
    own = next((piece for piece in pieces if is_own_account(piece.text)), None)
    said = {piece.finding.start: _says_alone(piece.finding, terms) for piece in pieces}
    clear = set(said.values()) & {(True, False), (False, True)}
    for piece in pieces:
        if piece is not own:
            told = said[piece.finding.start]
            if told == (True, True) and len(clear) == 1 and "," not in piece.text:
                told = (False, True) if (True, False) in clear else (True, False)  # the other of the two
            else:
                told = _says(piece.finding, terms)
            _place_piece(slots, piece, terms, told)
    if own and not slots.company and not slots.unclear:
        slots.company = own
    elif own and not slots.title and not any(piece.row == own.row for piece in slots.unclear):
        slots.title = own
    return slots


def _names_before_place(printed: str) -> bool:
    """Whether a name that is no place stands before one: "Tessellate, Lisbon, Portugal" (or a quarter of Lisbon)."""
    cut = split_trailing_place(printed)
    return cut < len(printed) and place_likeness(printed) > 0 and place_likeness(printed[:cut]) == 0


def _says_alone(finding: Finding, terms: Terms) -> tuple[bool, bool]:
    """Return whether words in the piece name a post, and whether some name an organisation."""
    return terms.has(Term.ROLE, finding.start, finding.end), terms.has(Term.ORGANISATION, finding.start, finding.end)


def _place_piece(slots: _Slots, piece: Piece, terms: Terms, said: tuple[bool, bool]) -> None:
    role, organisation = said
    named = (piece.order == 0 or piece.employer or not slots.company) and _names_before_place(piece.text)
    likeness = 0.0 if named else place_likeness(piece.text)
    placed = likeness >= _SURE_PLACE and piece.order > 0 and is_wholly_place(piece.text)
    if piece.label in TITLE_LABELS and not slots.title:
        slots.title = piece
    elif piece.label in COMPANY_LABELS and not slots.company:
        slots.company = piece
    elif not slots.location and (
        piece.label in PLACE_LABELS or placed or (likeness >= _PLACE and not role and not organisation)
    ):
        slots.location = piece.finding.trusted(max(likeness, 0.6))
    elif piece.employer and not role and not slots.company:
        slots.company = piece
    elif role and not organisation and not slots.title:
        slots.title = piece
    elif organisation and not role and not slots.company:
        slots.company = piece
    elif not (role and organisation and _shared(slots, piece, terms)):
        slots.unclear.append(piece)


def _shared(slots: _Slots, piece: Piece, terms: Terms) -> bool:
    """Part a piece that names post and employer, where neither is known yet: "Engineer, Acme Ltd"."""
    if slots.title or slots.company:
        return False
    _share(slots, piece, slots.text, terms)
    title, company = slots.title, slots.company
    if title and company and terms.has(Term.ORGANISATION, company.finding.start, company.finding.end):
        return True
    slots.title, slots.company = None, None
    return False


def _says(finding: Finding, terms: Terms) -> tuple[bool, bool]:
    """Return whether the piece names a post, and whether an organisation; of both, what its last such word says."""
    start, end = finding.start, finding.end
    roles, names = terms.within(Term.ROLE, start, end), terms.within(Term.ORGANISATION, start, end)
    if roles and names and roles[0][0] == start and _OF.match(finding.text, roles[0][1] - start):
        return True, False  # "Asistente de laboratorio": the first word is the head
    if roles and names and "," not in finding.text:
        last_role, last_name = roles[-1][1], names[-1][1]
        return last_role > last_name, last_name > last_role
    return bool(roles), bool(names)


def _is_sentence(printed: str) -> bool:
    """Whether the text is longer than a name and mostly in small letters."""
    words = [word for word in printed.split() if word[0].isalpha() and word[0].isascii()]
    return len(words) >= _SENTENCE and sum(word[0].islower() for word in words) > len(words) * 0.6


def _is_list(piece: Piece, terms: Terms) -> bool:
    """Whether the piece is rather a list of skills than a name."""
    skills = terms.within(Term.SKILL, piece.finding.start, piece.finding.end)
    covered = sum(end - start for start, end in skills)
    return len(skills) > 1 and covered > len(piece.text) / 2


def _company_first(headers: Sequence[_Slots]) -> bool:
    """Tell the order of this section from its clear headers; without any, the company is taken to come first."""
    votes: Counter[bool] = Counter()
    for header in headers:
        pair = _pair(header)
        if pair:
            votes[pair] += 1
        elif pair is not None:
            votes[False] += 1
    return votes[True] >= votes[False]


def _pair(header: _Slots) -> bool | None:
    title, company = header.title, header.company or next(iter(header.unclear), None)
    if not title or not company:
        return None
    return company.finding.start < title.finding.start


def _settle(header: _Slots, *, company_first: bool) -> None:
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


def _extend_title(header: _Slots, text: str, terms: Terms) -> None:
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


def _nearest(header: _Slots, *, before: bool) -> Piece:
    """Return the piece that is most likely the other name; an employer stands before the title where others do."""
    known = header.title or header.company
    anchor = known.finding.start if known else 0
    if header.title:
        same_row = [piece for piece in header.unclear if piece.row == header.title.row]
        there = [piece for piece in header.unclear if (piece.finding.start < anchor) == before]
    else:
        same_row, there = [], []
    return min(
        same_row or there or header.unclear,
        key=lambda piece: (abs(piece.row - (known.row if known else 0)), abs(piece.finding.start - anchor)),
    )


def _divide(header: _Slots, text: str, terms: Terms, *, may_share: bool) -> None:
    """Take a place, or the other name, out of a piece that holds both behind a comma."""
    for name in ("company", "title"):
        piece = header.company if name == "company" else header.title
        if not piece:
            continue
        cut = split_trailing_place(piece.text)
        if cut < len(piece.text) and not header.location:
            rest, place = _halves(text, piece, cut)
            if rest and place:
                header.location = place.trusted(0.75)
                piece = replace(piece, finding=rest)
                header.parted = header.parted or name == "company"
                _put(header, name, piece)
    if not header.location:
        header.location = next(
            (piece.finding for piece in header.unclear if place_likeness(piece.text) >= _PLACE), None
        )
    if not may_share:
        return
    if header.title and not header.company:
        _share(header, header.title, text, terms)
    elif header.company and not header.title:
        _share(header, header.company, text, terms)


def _part_like_others(header: _Slots, text: str, terms: Terms) -> None:
    """Take an unknown place from behind a company's last comma, as others of the section have a known one there."""
    if header.location or not header.company:
        return
    start, end = header.company.finding.start, header.company.finding.end
    cut = max((comma.end() for comma in _COMMA.finditer(text, start, end)), default=end)
    tail = text[cut:end]
    named = tail[:1].isupper() and len(tail.split()) <= _MOST_TOWN_WORDS and tail.replace(" ", "").isalpha()
    says = any(terms.has(term, cut, end) for term in (Term.ROLE, Term.ORGANISATION, Term.SKILL))
    if not named or says or tail.isupper() or fold(tail) in phrases("departments"):
        return
    rest, place = found(text, start, cut), found(text, cut, end)
    if rest and place:
        header.company, header.location = replace(header.company, finding=rest), place.trusted(0.55)


def _put(header: _Slots, name: str, piece: Piece) -> None:
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


def _share(header: _Slots, piece: Piece, text: str, terms: Terms) -> None:
    """Split "Engineer, Acme" (either way round) at the comma that parts role from name."""
    start, end = piece.finding.start, piece.finding.end
    commas = list(_COMMA.finditer(text, start, end))
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


def _posts(headers: Sequence[_Slots], text: str) -> list[Post]:
    posts: list[Post] = []
    above: _Slots | None = None
    for index, header in enumerate(headers):
        following = headers[index + 1] if index + 1 < len(headers) else None
        if following and _is_parent(header, following):
            above = header
            continue
        posts.append(_post(header, above, text))
        if header.company:
            above = header
    return [post for post in posts if post.company or post.title]


def _is_parent(header: _Slots, following: _Slots) -> bool:
    """Whether the header only names the employer of the posts that follow."""
    return (
        header.company is not None
        and header.title is None
        and not header.entry.body
        and following.title is not None
        and following.company is None
    )


def _post(header: _Slots, above: _Slots | None, text: str) -> Post:
    company = header.company.finding.trusted(_trust(header)) if header.company else None
    location = header.location
    if not company and above and above.company and header.title:
        company = above.company.finding.trusted(0.55)
        location = location or above.location
    start, end = period_of(header.entry.dates, single_is_both=True)
    body = header.entry.body
    if not location and body and len(body[0].fragments) == 1 and is_wholly_place(body[0].text):
        location = found(text, body[0].start, body[0].end, _PLACE)
        body = body[1:]
    return Post(
        company=company,
        title=header.title.finding.trusted(_trust(header)) if header.title else None,
        location=location,
        start_date=start,
        end_date=end,
        description=prose_of(body, text),
        highlights=tuple(bullets_of(body, text)),
    )


def _trust(header: _Slots) -> float:
    trust = 0.5
    trust += 0.22 if header.title and header.company else 0.0
    trust += 0.18 if header.entry.dates else 0.0
    trust -= 0.1 if header.unclear else 0.0
    return trust


def period_of(dates: Sequence[DateSpan], *, single_is_both: bool) -> tuple[Finding | None, Finding | None]:
    """Return start and end of an entry's dates: the overall span of all ranges, or one date.

    A single date is both ends where `single_is_both`, else the end only.
    """
    dates = [span for span in dates if span.first]
    ranges = [span for span in dates if span.is_range]
    if ranges:
        first = min(ranges, key=lambda span: span.first)
        last = max(ranges, key=lambda span: "9999" if span.last == PRESENT else span.last)
        return _date(first.first, first.span_of_first, 0.9), _date(last.last, last.span_of_last, 0.9)
    if not dates:
        return None, None
    single = dates[0]
    if single.first == PRESENT:
        return None, _date(PRESENT, single.span_of_first, 0.6)
    return (_date(single.first, single.span_of_first, 0.7) if single_is_both else None), _date(
        single.first, single.span_of_first, 0.75
    )


def _date(value: str, span: tuple[int, int], confidence: float) -> Finding:
    return Finding(text=value, start=span[0], end=span[1], confidence=confidence)
