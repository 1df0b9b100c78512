"""What a study's header is made of: its pieces, cut where both sides of a comma say something of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from resumate_grpc.parsing.degrees import SHORT_DEGREE, SUBJECT, degree_spans, has_degree, split_degree
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.pieces import BARE_SCHOOL, Piece, label_end
from resumate_grpc.parsing.places import is_wholly_place, place_likeness
from resumate_grpc.parsing.post_labels import DEGREE_LABELS, PLACE_LABELS, SCHOOL_LABELS
from resumate_grpc.parsing.vocabulary import is_place, phrases

__all__ = [
    "ASIDE",
    "COMMA",
    "FIELD_LABEL",
    "MAJOR",
    "Part",
    "degree_leads",
    "has_institution",
    "names_subject",
    "parts_of",
    "subject_alone",
]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece, or what stands between its commas, with what its words say."""

    finding: Finding
    row: int
    institution: bool
    degree: bool
    place: bool


ASIDE = re.compile(
    r"^\W*(?:(?:master|bachelor|diploma|phd|doctoral)(?:'s|’s)? thesis|(?:relevant |selected |key )?(?:coursework|"
    r"courses|modules|subjects|curriculum)|thesis|dissertation|advis[oe]r|"
    r"(?:overall |major |cumulative |final |current |undergraduate |graduate )?c?gpa|"
    r"grade|honou?rs?\b|activities|awards?|(?:gesamt|abschluss)note|"
    r"minor(?! degree)|note|final|supervisor|title|project|focus|topics?|mentors?|tutors?|examiners?|"
    r"(?:erst|zweit)?betreuer(?:in)?|betreuung|gutachter|directeurs?|directrice|encadrant|relatore|orientador|begeleider|"
    r"specialisation|abschlussarbeit|tesis|memoire|scholarship|dean|member|score|percentage|ranked?|"
    r"courses taken)\b.{0,3}[:：\s]",
    re.IGNORECASE,
)
_ASKED_ASIDE = re.compile(r"[^:：,]{3,40}[:：]\s")
"""A label; behind such a one as "Activities and Societies:" no part is a school."""
FIELD_LABEL = re.compile(
    r"(?:field(?:\(s\)|s)? of study|studienrichtung|fachrichtung|domaine(?:\(s\)|s)? d['’][ée]tudes?|"
    r"campos? de estudios?|dom[ií]nio(?:\(s\)|s)? de estudo|[áa]rea de estudo|campo(?:\(i\))? di studio|"
    r"studierichting)\s*:",
    re.IGNORECASE,
)
"""What asks for the field in forms."""
MAJOR = re.compile(
    r"(?:major(?:ing)?|stud(?:ying|ied) (?=[A-Z])|"
    r"specializ(?:ation|ing)|concentration|hauptfach|spécialité|spécialisation|especialidad|studium)\s*(?:in|"
    r":|en|der|des)\s*|специальность:?\s+|направление:?\s+|(?:master|bachelor|hochschul)?studium\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
_SUBJECT_END = re.compile(
    r"(?:engineering|sciences?|studies|arts|management|administration|economics|mathematics|history|law|medicine|music|"
    r"marketing|finance|accounting|technology|design|journalism|[a-z]{3,}(?:logy|ics|nomy|graphy|osophy)|"
    r"\w{2,}(?:logi[ea]|logía|graf[ií]a|graphie|grafie|nom[ií]a|nomie|[aá]tica|ística|istica|tiques?|istik|atik|technik|"
    r"techniek|kunde|wissenschaft(?:en)?|wetenschappen|wesen|bau|wirtschaft|rechten?|medizin|zione|ción|ção))$",
    re.IGNORECASE,
)
"""What names of subjects end in."""
_FACULTY = re.compile(r"(?:the )?(?:school|faculty|department|dept\.?|college|institute|division) of\b", re.IGNORECASE)
_SCHOOL_SUBJECT = re.compile(
    r"(?<=[,nf] )school (?!of|for|at)(?:couns|psych|admin|leader|manage|health|nurs|library|music)"
    r"|(?:study|semester) abroad (?=[^\W\d_]{4})",
    re.IGNORECASE,
)
"""A subject that is taught, no place: "Master of Education, School Counseling"."""
_ACRONYM = re.compile(r"(?:[^\W\d_]+ )?(?!C?GPA|USA|UK)(?:[A-Z]{3,6}|TU|UC|FH|HU|FU|KU)(?: [A-Z][^,]*)?(?:,|$)")
COMMA = re.compile(r",\s+|\s*\n\s*")
_SIGN = re.compile(r",\s+")
_COLON = re.compile(r"\s?:\s+")
_CUT = re.compile(rf"{COMMA.pattern}|{_COLON.pattern}")
_BRACKETED = re.compile(r"\s*\(([^()]+)\)\s*$")
_SHORTEST_ABBREVIATION = 3
_PLACE = 0.6
_MOST_SUBJECT_WORDS = 5


def parts_of(piece: Piece, text: str, terms: Terms) -> Iterator[Part]:
    """Cut a piece at commas where both sides say something of their own; a degree keeps the commas of its field."""
    start, end = piece.finding.start, piece.finding.end
    if _ASKED_ASIDE.match(piece.text) and ASIDE.match(piece.text):
        return
    behind = _BRACKETED.search(text, start, end)
    if behind and _is_degree_of_school(start, behind, text, terms):
        end = behind.start()
    left = start
    for cut in _CUT.finditer(text, start, end):
        if ":" in cut[0] and not _school_before_degree(left, cut, end, text, terms):
            continue
        wrapped = "\n" in cut[0] and (piece.joined or BARE_SCHOOL.search(text, left, cut.start()) is not None)
        if not wrapped and (":" in cut[0] or _parts_ways(left, cut, end, text, terms)):
            if part := _part(left, cut.start(), piece, text, terms):
                yield part
            left = cut.end()
    if part := _part(left, end, piece, text, terms):
        yield part
    if behind and end == behind.start() and (part := _part(*behind.span(1), piece, text, terms)):
        yield part


def _is_degree_of_school(start: int, bracket: re.Match[str], text: str, terms: Terms) -> bool:
    """Whether a school's name stands before a degree in brackets: "Ostrelle University (B.Sc. Geology)"."""
    school = has_institution(terms, text, start, bracket.start())
    return (
        school and degree_leads(*bracket.span(1), text, terms) and not has_degree(terms, text, start, bracket.start())
    )


def _school_before_degree(left: int, colon: re.Match[str], end: int, text: str, terms: Terms) -> bool:
    """Whether a colon stands between a school and its degree: "TU Graz : Master Bauingenieurwesen"."""
    degree = has_degree(terms, text, colon.end(), end) and not has_degree(terms, text, left, colon.start())
    school = has_institution(terms, text, left, colon.start()) or _names_acronym(text[left : colon.start()])
    return degree and school


def _parts_ways(left: int, cut: re.Match[str], end: int, text: str, terms: Terms) -> bool:
    before, after = text[left : cut.start()], text[cut.end() : end]
    left_degree, right_degree = (
        has_degree(terms, text, left, cut.start()),
        has_degree(terms, text, cut.end(), end),
    )
    left_school, right_school = (
        has_institution(terms, text, left, cut.start()),
        has_institution(terms, text, cut.end(), end),
    )
    names_school = (
        left_degree
        and not right_school
        and (_names_acronym(after) or _school_before_place(left, cut, end, text, terms))
    )
    names_degree = degree_leads(cut.end(), end, text, terms) and (not left_degree or SUBJECT.match(before))
    if not left_school and (names_school or names_degree):
        return True
    if left_degree and right_school and not left_school:
        following = _SIGN.search(text, cut.end(), end)
        return has_institution(terms, text, cut.end(), following.start() if following else end)
    if MAJOR.match(text, left):
        return right_school or place_likeness(after) >= _PLACE
    if left_school and not left_degree:
        return right_degree or (place_likeness(after) >= _PLACE and not _names_campus(before, after))
    if right_school and not left_school and not left_degree:
        return True
    return place_likeness(after) >= _PLACE and (left_school or not left_degree)


def _school_before_place(left: int, cut: re.Match[str], end: int, text: str, terms: Terms) -> bool:
    """Whether a name and its place follow a degree with its field: "M.S. in Botany, Ravenna Tech, Salem, OR"."""
    following = COMMA.search(text, cut.end(), end)
    if not following or not is_wholly_place(text[following.end() : end].strip(" ,")):
        return False
    name = text[cut.end() : following.start()]
    whole = found(text, left, cut.start())
    named = name[:1].isupper() and place_likeness(name) == 0 and len(name.split()) > 1
    return named and whole is not None and split_degree(whole, text, terms)[1] is not None


def _names_acronym(after: str) -> bool:
    """Whether what follows the comma is a name with an acronym, as schools have: "INSA Lyon"."""
    return not after.isupper() and _ACRONYM.match(after) is not None and not ASIDE.match(after)


def _names_campus(before: str, after: str) -> bool:
    """Whether what follows belongs to the name, as in "University of California, Davis"."""
    return (
        "," not in after
        and not fold(after).startswith(fold(before.rsplit(" ", 1)[-1]))
        and re.search(r"\b(?:university|universidad|universite) (?:of|de|system of) [^\W\d_]+$", fold(before))
        is not None
        and (fold(before.rsplit(" ", 1)[-1]) in phrases("regions"))
    )


def _part(start: int, end: int, piece: Piece, text: str, terms: Terms) -> Part | None:
    finding = found(text, start + label_end(text[start:end]), end)
    if not finding or not any(char.isalpha() for char in finding.text) or ASIDE.match(finding.text + " "):
        return None
    asked = piece.label if start == piece.finding.start else ""
    school = asked in SCHOOL_LABELS or has_institution(terms, text, finding.start, finding.end)
    degree = asked in DEGREE_LABELS or has_degree(terms, text, finding.start, finding.end)
    return Part(
        finding=finding,
        row=piece.row,
        institution=school,
        degree=degree and not (school and not degree_leads(finding.start, finding.end, text, terms)),
        place=piece.label in PLACE_LABELS or (not school and not degree and place_likeness(finding.text) >= _PLACE),
    )


def degree_leads(start: int, end: int, text: str, terms: Terms) -> bool:
    """Whether the span begins with a degree."""
    spans = degree_spans(terms, text, start, end)
    return bool(spans) and spans[0][0] - start < SHORT_DEGREE


def has_institution(terms: Terms, text: str, start: int, end: int) -> bool:
    """Whether the span names a school; the subject of a degree ("School Counseling") is none."""
    spans = [span for span in terms.within(Term.INSTITUTION, start, end) if not _SCHOOL_SUBJECT.match(text, span[0])]
    if any(text[first].isupper() or not text[first].isascii() for first, last in spans if last <= end):
        degrees = degree_spans(terms, text, start, end)
        return any(not any(a <= first < b for a, b in degrees) for first, _ in spans) or len(degrees) == 0
    return _is_known_university(text[start:end])


def names_subject(printed: str) -> bool:
    """Whether the text, which no list knows as a degree, is called as subjects are: "General Engineering"."""
    return not _FACULTY.match(printed) and not SUBJECT.match(printed) and _SUBJECT_END.search(printed) is not None


@cache
def _universities() -> frozenset[str]:
    """Return the universities that are not called like a place or a degree."""
    named = phrases("universities") - phrases("places") - phrases("degrees") - {"email"}
    return frozenset(name for name in named if not is_place(name))


def _is_known_university(printed: str) -> bool:
    known = _universities()
    if fold(printed).strip(" .,") in known and printed.strip()[:1].isupper():
        return True
    return any(
        word.isupper() and len(word) >= _SHORTEST_ABBREVIATION and fold(word) in known
        for word in re.findall(r"[^\W\d_]+", printed)[:8]
    )


def subject_alone(parts: Sequence[Part], institution: Finding | None) -> Finding | None:
    """Return the one other name beside or around a school's, where no degree is printed: its subject."""
    school = next((part for part in parts if part.institution and part.finding == institution), None)
    rest = [
        part.finding
        for part in parts
        if school and part is not school and 0 <= part.row - school.row <= 1 and part.finding.start > school.finding.end
    ]
    above = [part for part in parts if school and part.row == school.row - 1]
    if above == list(parts[:1]):
        rest = [part.finding for part in above]
    if len(rest) != 1 or any(part.place for part in parts if part.finding == rest[0]):
        return None
    words = rest[0].text.split()
    named = 1 < len(words) <= _MOST_SUBJECT_WORDS and words[0][0].isupper() and all(map(str.isalpha, words))
    return rest[0] if named else None
