"""The candidate's address: the place that a line of the head names, with the lines and parts that belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold, words_of
from resumate_grpc.parsing.fragments import Fragment, Row
from resumate_grpc.parsing.links import EMAIL, URL
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.phones import phones_of
from resumate_grpc.parsing.places import (
    is_address,
    is_postcode,
    is_town_in_area,
    is_wholly_place,
    place_likeness,
    split_trailing_place,
)
from resumate_grpc.parsing.vocabulary import phrases

__all__ = ["ADDRESS_LABEL", "LONGEST_ADDRESS", "address_of", "share_edge"]

ADDRESS_LABEL = re.compile(
    r"^\s*(?:(?:home |current |permanent |postal |mailing )?(?:address|location|residence|"
    r"city|ciudad|cidade|ville|stadt|città|home|thuis|abitazione|"
    r"place|based in|adresse|anschrift|"
    r"wohnort|direccion|dirección|domicilio|ubicación|endereço|indirizzo|residenza|adres|woonplaats|"
    r"адрес|город|местоположение|город проживания|residencia|lugar de residencia|lieu|domicile|"
    r"проживает|проживание|место жительства|r[eé]sidence|dom[ií]cilio|morada|"
    r"(?:dirección|endereço|adresse) (?:actual|atual|actuelle)|"
    r"地址|所在地|现居地|现居|住所|現住所|所在|주소|거주지|지역))\s*[:：]\s*",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"^\s*[^\W\d_]{3,14}\s*[:：]")
_PERSONAL = re.compile(
    r"(?:(?:date|place|country|town|city) (?:and (?:date|place) )?of birth|birth ?place|born|nationality|(?:present )?"
    r"citizenship|gender|sex|geburtsort|geboren|nationalität|staats(?:angehörigkeit|bürgerschaft)|geschlecht|"
    r"lieu de naissance|née?\b|nationalité|sexe|lugar (?:y fecha )?de nacimiento|nacid[oa]|nacionalidad|sexo|"
    r"luogo (?:e data )?di nascita|nat[oa]\b|nazionalità|cittadinanza|sesso|naturalidade|nacionalidade|"
    r"local de nascimento|geboorteplaats|nationaliteit|geslacht)(?:\([^()]{1,4}\))?(?=\W|$)",
    re.IGNORECASE,
)
"""What asks where somebody comes from, not where one finds them: "Place of birth", "Nationality", "Gender"."""
_ASIDE = re.compile(r"\s*[-–—|•]?\s*(?:e-?mail me\b|willing to|e-?mail:|phone:|tel:|mobile:).*$", re.IGNORECASE)
LONGEST_ADDRESS = 110
_LONGEST_STREET = 60
_PLACE_FOUND = 0.5
_RUN_TOGETHER = 0.7
"""How likely a town and its country with nothing between them are the place."""
_LONGEST_CONTACT = 200
_SURE_PHONE = 0.7
_MOST_ADDRESS_ROWS = 4
_MOST_LINES_ABOVE = 3
_ASKED = 0.95
_STATE_AND_CODE = re.compile(r"[A-Z]{2} \d{5}(?:-\d{4})?")
_ONE_EDGE = 2.0  # points
_LOUD = 1.4
"""How much larger than what stands around it the name is printed."""
_DASH = re.compile(r"\s+[-–—]\s+")
_LIST = re.compile(r"\s*;\s+|\s+[-–—]\s+")


def address_of(text: str, zone: Sequence[Row], terms: Terms) -> Finding | None:
    """Return the likeliest address in the rows that hold the contact data, the first of equals."""
    candidates = list(_place_candidates(text, zone, terms))
    if not candidates:
        return None
    return max(candidates, key=lambda place: (round(place.confidence, 1), -place.start))


def share_edge(one: Row, other: Row) -> bool:
    """Whether the last parts of two rows begin or end at one edge: an address set beside the name."""
    if not one.box or not other.box:
        return False
    lefts = abs(one.fragments[-1].left - other.fragments[-1].left)
    return min(lefts, abs(one.box.x1 - other.box.x1)) < _ONE_EDGE


def _place_candidates(text: str, zone: Sequence[Row], terms: Terms) -> Iterator[Finding]:
    usual = median(row.size for row in zone) if zone else 0.0
    largest = max((row.size for row in zone), default=0.0)
    for index, row in enumerate(zone):
        above, below = (zone[at] if 0 <= at < len(zone) else None for at in (index - 1, index + 1))
        lines = zone[index : index + _MOST_ADDRESS_ROWS]
        if whole := _whole_address(text, row) or _asked_lines(text, lines) or _stacked_lines(text, lines):
            yield whole
        if above and _is_label_cell(above, row) and (asked := found(text, row.start, row.end)):
            yield asked.trusted(0.85)
        for fragment in () if _PERSONAL.match(row.text) else _fragments(row, text):
            if _PERSONAL.match(fragment.text):
                continue
            if largest > _LOUD * usual and fragment.size == largest:
                continue  # the name, whatever towns bear it
            if place := _place(text, fragment, terms):
                yield _with_country(
                    text, _with_street(text, place, zone[max(0, index - _MOST_LINES_ABOVE) : index], row), below, row
                )


def _is_label_cell(above: Row, row: Row) -> bool:
    """Whether the row before is the cell at its left and asks for an address."""
    beside = row.table >= 0 and (row.table, row.table_row) == (above.table, above.table_row)
    return beside and ADDRESS_LABEL.fullmatch(f"{above.text}:") is not None


def _asked_lines(text: str, rows: Sequence[Row]) -> Finding | None:
    """Return an address of several lines beside the label that asks for it, or below one in bold."""
    row, *after = rows
    if ADDRESS_LABEL.fullmatch(f"{row.fragments[0].text.rstrip(' :')}:") is None or row.table >= 0:
        return None
    if len(row.fragments) == 1 and (not row.bold or not after or after[0].bold):
        return None
    lines = [row] if len(row.fragments) > 1 else [after.pop(0)]
    for below in after:
        alone = len(below.fragments) == 1 and not below.bold and below.start - lines[-1].end <= 1
        if (
            not alone
            or below.block != lines[-1].block
            or not share_edge(lines[-1], below)
            or not _may_be_address(text, below)
        ):
            break
        lines.append(below)
    start = row.fragments[1].start if lines[0] is row else lines[0].start
    return found(text, start, lines[-1].end, _ASKED) if len(lines) > 1 and _may_be_address(text, lines[0]) else None


def _stacked_lines(text: str, rows: Sequence[Row]) -> Finding | None:
    """Return an address of three short lines and more, from a street's to one that ends in a postcode."""
    first, *below = rows
    lines = [first]
    for row in below:
        if not _runs_on(lines[-1], row) or len(row.fragments) > 1 or not _may_be_address(text, row):
            break
        lines.append(row)
    ends = [at for at, row in enumerate(lines) if at > 1 and is_postcode(row.text)]
    if not ends or len(first.fragments) > 1 or not _is_street(text, first.start, first.end):
        return None
    return found(text, first.start, lines[ends[0]].end, _ASKED)


def _may_be_address(text: str, row: Row) -> bool:
    reached = EMAIL.search(row.text) or URL.search(row.text) or any(phones_of(text, row.start, row.end, language=""))
    return not reached and len(row.text) <= LONGEST_ADDRESS


def _whole_address(text: str, row: Row) -> Finding | None:
    """Return a row that is an address from its street to its postcode, whatever parts them."""
    label = ADDRESS_LABEL.match(row.text)
    start = row.start + (label.end() if label else 0)
    if not label and len(row.fragments) > 1 and ADDRESS_LABEL.fullmatch(f"{row.fragments[0].text}:"):
        start = row.fragments[1].start
    if row.text.endswith(",") or not _may_be_address(text, row):
        return None
    return found(text, start, row.end, 0.94) if is_address(text[start : row.end]) else None


def _fragments(row: Row, text: str) -> Iterator[Fragment]:
    """Yield the parts of a row that may be an address: fragments, what is parted in them, and the row itself."""
    for fragment in row.fragments:
        left = fragment.start
        for start, end in [*_cuts(fragment, text), (fragment.end, fragment.end)]:
            if start > left:
                yield replace(fragment, text=row.text[left - row.start : start - row.start], start=left, end=start)
            left = max(left, end)
    labelled = ADDRESS_LABEL.match(f"{row.fragments[0].text}:")
    if len(row.fragments) > 1 and not labelled and row.text[:1].isalnum() and any(char.isdigit() for char in row.text):
        yield replace(row.fragments[0], text=row.text, end=row.end)


def _cuts(fragment: Fragment, text: str) -> list[tuple[int, int]]:
    """Return what parts an address from its neighbours: semicolons, dashes, e-mail addresses, telephone numbers."""
    signs = [match for sign in (_LIST, EMAIL, URL) for match in sign.finditer(text, fragment.start, fragment.end)]
    cuts = [match.span() for match in signs]
    if len(fragment.text) <= _LONGEST_CONTACT:
        numbers = phones_of(text, fragment.start, fragment.end, language="")
        cuts += [(number.start, number.end) for number in numbers if number.confidence > _SURE_PHONE]
    return sorted(cuts)


def _place(text: str, fragment: Fragment, terms: Terms) -> Finding | None:
    aside = _ASIDE.search(fragment.text)
    if aside and aside.start() > 0:
        fragment = replace(fragment, text=fragment.text[: aside.start()], end=fragment.start + aside.start())
    label = ADDRESS_LABEL.match(fragment.text)
    if not label and (_OTHER_LABEL.match(fragment.text) or EMAIL.search(fragment.text)):
        return None
    place = found(text, fragment.start + (label.end() if label else 0), fragment.end)
    if not place or len(place.text) > LONGEST_ADDRESS:
        return None
    likeness = place_likeness(place.text)
    if likeness <= _PLACE_FOUND and is_town_in_area(place.text):
        likeness = _RUN_TOGETHER
    if label:
        return place.trusted(max(0.85, likeness))
    if terms.has(Term.ROLE, place.start, place.end) and not any(char.isdigit() for char in place.text):
        return _behind_role(text, place, terms)
    return place.trusted(likeness) if likeness > _PLACE_FOUND else None


def _behind_role(text: str, place: Finding, terms: Terms) -> Finding | None:
    """Return the place behind what the person is: "Data Analyst, Halifax, Nova Scotia"."""
    cut = split_trailing_place(text[place.start : place.end])
    rest = found(text, place.start + cut, place.end)
    if not rest or terms.has(Term.ROLE, rest.start, rest.end):
        return None
    return rest.trusted(place_likeness(rest.text) * 0.9)


def _with_street(text: str, place: Finding, above: Sequence[Row], row: Row) -> Finding:
    """Take in the street before it or on the lines above: the address counts as a whole."""
    left, right = _neighbours(text, place, row)
    if not left and above and row.start - above[-1].end <= 1:
        first = above[-1].fragments[0]
        left = (first.start, first.end) if len(above[-1].fragments) == 1 else None
    street = left is not None and _is_street(text, *left) and not _repeats(text[slice(*left)], place)
    start = left[0] if left and street else place.start
    if start < row.start:
        start = _first_line(text, above, start)
    goes_on = right is not None and (start < place.start or _is_country(text, place, *right))
    end = right[1] if right and goes_on and _ends_address(text, place, *right) else place.end
    whole = found(text, start, end)
    return whole.trusted(place.confidence) if whole else place


def _first_line(text: str, above: Sequence[Row], start: int) -> int:
    """Return where an address begins whose second last line is a street's: "3 Rowan Lane", "Flat 18", "Tarnstadt"."""
    for below, row in pairwise(reversed(above)):
        if not _runs_on(row, below) or len(row.fragments) > 1 or not _is_street(text, row.start, row.end):
            break
        start = row.start
    return start


def _runs_on(above: Row, below: Row) -> bool:
    """Whether a line follows another one in the same print and at one edge."""
    alike = (above.size, above.bold, above.block) == (below.size, below.bold, below.block)
    return alike and below.start - above.end <= 1 and share_edge(above, below)


def _repeats(before: str, place: Finding) -> bool:
    """Whether what stands before a place only names it, too: "10115 Berlin"; a street may bear the town's name."""
    named = words_of(place.text)
    return not before.rstrip().endswith(",") and not any(
        word.isalpha() and word not in named for word in words_of(before)
    )


def _neighbours(text: str, place: Finding, row: Row) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Return the parts of the row right before and right behind the place."""
    parts = [
        (part.start, part.end) for part in _fragments(row, text) if part.text != row.text or place.text == row.text
    ]
    left = max((part for part in parts if part[1] <= place.start), default=None)
    right = min((part for part in parts if part[0] >= place.end), default=None)
    return left, right


def _is_country(text: str, place: Finding, start: int, end: int) -> bool:
    """Whether a country or state stands behind a dash: "Dhaka - Bangladesh"."""
    named = fold(text[start:end]).strip()
    known = named in phrases("places") or (named in phrases("regions") and named not in phrases("cities"))
    return known and _DASH.fullmatch(text, place.end, start) is not None


def _ends_address(text: str, place: Finding, start: int, end: int) -> bool:
    """Whether the span names what the place lies in: "41124 Göteborg", then "Sweden"."""
    lies_in = is_wholly_place(text[start:end]) or _STATE_AND_CODE.fullmatch(text[start:end].strip()) is not None
    return lies_in and fold(place.text).rpartition(" ")[2] not in fold(text[start:end])


def _with_country(text: str, place: Finding, below: Row | None, row: Row) -> Finding:
    """Take in a country or city that stands alone on the line below an address that ends its own line."""
    if not below or len(below.fragments) > 1:
        return place
    ends = place.end >= row.end and below.start - row.end <= 1 and below.size == row.size
    whole_row = (len(row.fragments) == 1 or share_edge(row, below)) and is_wholly_place(place.text)
    if not ends:
        return place
    if not whole_row and not any(char.isdigit() for char in place.text):
        return place
    whole = found(text, place.start, below.end) if _ends_address(text, place, below.start, below.end) else None
    return whole.trusted(place.confidence) if whole else place


def _is_street(text: str, start: int, end: int) -> bool:
    """Whether the span holds words and figures, as streets do, and nothing else that has both."""
    street = text[start:end].strip()
    looks = street[:1].isalnum() and any(char.isdigit() for char in street) and any(char.isalpha() for char in street)
    if not looks or EMAIL.search(street) or len(street) > _LONGEST_STREET:
        return False
    if any(span.is_range or len(span.first) > len("2015") for span in find_dates(street)):
        return False
    return not any(phones_of(text, start, end, language=""))
