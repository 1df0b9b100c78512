"""Degrees: the words that name one, and the field of study parted from them."""

from __future__ import annotations

import re

from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.places import place_likeness
from resumate_grpc.parsing.vocabulary import is_place

__all__ = ["SHORT_DEGREE", "SUBJECT", "degree_spans", "has_degree", "split_degree"]

SHORT_DEGREE = 4
_PLACE = 0.5
_STATE = re.compile(r"MA|MD|ME|MS")
_TOWN = re.compile(r"([^\W\d_][\w.' -]*),\s*$")
_LONGEST_TOWN = 30
_BARE_TOWN = re.compile(r",\s+[A-Z][a-z]+(?: [A-Z][a-z]+)? $")
"""A town without a comma before its state, at a line's end: "Ostrelle College, Rockville MD"."""
_SCHOOL = re.compile(r"high school|secondary|higher secondary|senior secondary", re.IGNORECASE)
_ELISIONS = ("l'", "l’")
"""What stands before a profession rather than a degree: "Sciences de l'ingénieur"."""
_DIPLOMA_OF = re.compile(r"(?:[Ee]idg\.? )?[Dd]ipl\.[ -](?=[A-ZÄÖÜ])[^,;|()\n\t]{3,70}")
"""A German diploma names the profession: "Dipl. Pflegefachfrau HF", with no field beside it."""
SUBJECT = re.compile(
    r"(?:ingenier[ií]a|engenharia|ingegneria|ing[ée]nierie|economia|doctor(?:ing)? studies)\b", re.IGNORECASE
)
"""What is a degree only where no other is named: "Ingeniería Civil", but "Grado Ingeniería Civil"."""
_DIPLOMA = re.compile(r"\s+(?:diploma|degree|graduate|equivalent|certificate)", re.IGNORECASE)
_FIELD_LEAD = re.compile(
    r"^[\s,:;.()\-–—]*(?:(?:degree|program(?:me)?|studies|course)\s+)?(?:\((?:hons?\.?|honou?rs)\)\s*)?(?:with\s+(?:a\s+)?(?:major|"
    r"specialization|concentration)\s+in|major(?:ing)?(?:\s+in)?|in|i|of|on|en|em|im|der|de la|de|"
    r"des|du|di|d'|d’|op|zum|zur|als|в области|по направлению|по специальности|по|в|:|,)\s+",
    re.IGNORECASE,
)
_OF_SUBJECT = re.compile(r"\s+of\s+([^\W\d_][^,;|()\n]{2,60})", re.IGNORECASE)
_GOES_ON = re.compile(r"-[A-Z]{2}")
"""What makes the letters of a degree part of a name: "BSN-TARN"."""
_INITIALS = re.compile(r"\s+\(([A-Z][A-Za-z.]{1,6})\)(?=\s*(?:,|$|\n))")
_LONGEST_NAME = 60
_NO_FIELD = frozenset(
    ["degree", "diploma", "honours", "honors", "hons", "studies", "program", "programme", "course", "incomplete",
     "not completed", "unfinished", "ohne abschluss", "nicht abgeschlossen", "abgebrochen", "inacheve", "non termine",
     "incompleto", "incompleta", "sin terminar", "no terminado", "non completato", "niet afgerond"]
)  # fmt: skip
_HONOURS = re.compile(r"\s*\((?:hons?\.?|honou?rs)\)", re.IGNORECASE)
_COMPOUND = re.compile(r"-[^\W\d_]+")
_KIND = (
    "professionnelle?|universitaire|magistrale|triennale|specialistica|integrata|"
    "universitario|oficial|superior|integrado"
)
"""What kind of degree it is, in small letters behind it: "Licence professionnelle", "Laurea magistrale"."""
_JOINT = re.compile(r"[\s,./()&+-]{0,4}(?:and|&|/)?[\s,./()&+-]{0,4}$|^\s*(?:degree|diploma)?\s*\(?$", re.IGNORECASE)
_CLASS = r"\((?:class|grade|year|std\.?|standard)\s+(?:[IVX]+|\d{1,2}(?:th)?)\)"
"""The year of a school, part of what was completed: "Senior Secondary Education (Class XII)"."""
_FIELD_END = re.compile(
    r"\s+(?:with (?:an? )?(?:minor|secondary|focus|specializ|concentration|emphasis|honou?rs|distinction)|from|"
    r"at|minor in|gpa)\b|\s*,\s+mention\b|\s*[|;]\s*|\s+[-–—]\s+",
    re.IGNORECASE,
)


def degree_spans(terms: Terms, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the degree words in the span; short ones ("MA", "be") count only in capitals or with full stops."""
    spans = [
        (first, last)
        for first, last in terms.within(Term.DEGREE, start, end)
        if last <= end
        and not _GOES_ON.match(text, last)
        and not (text[last : last + 1] == "s" and text[last - 1].islower())
        and (_is_degree(text[first:last]) or _stands_alone(text, first, last))
        and not _names_school(text, start, first, last)
        and not _names_state(text, first, last)
        and not text[max(0, first - 2) : first].endswith(_ELISIONS)
    ]
    named = _DIPLOMA_OF.match(text, start, end)
    return spans if not named or (spans and spans[0][0] <= start + SHORT_DEGREE) else [named.span()]


def _stands_alone(text: str, first: int, last: int) -> bool:
    """Whether a degree in small letters is all that stands between a comma and the line's end: "…, magister"."""
    long = last - first > SHORT_DEGREE and text[max(0, first - 2) : first] == ", "
    return long and (text[last : last + 1] in {"", "\n", ",", ";", "\t", ")"})


def _names_state(text: str, first: int, last: int) -> bool:
    """Whether "MA" stands behind a town and a comma: Massachusetts, no Master of Arts."""
    if not _STATE.fullmatch(text[first:last]):
        return False
    line = max(text.rfind("\n", 0, first) + 1, first - _LONGEST_TOWN)
    if text[last : last + 1] in {"", "\n", "\t"} and _BARE_TOWN.search(text, line, first):
        return True
    town = _TOWN.search(text, line, first)
    return town is not None and any(
        is_place(fold(town[1]).split(" ", skip)[-1]) for skip in range(town[1].count(" ") + 1)
    )


def _names_school(text: str, start: int, first: int, last: int) -> bool:
    """Whether "High School" stands behind a name, as the name of a school does, and is no diploma of one."""
    if not _SCHOOL.fullmatch(text[first:last]) or _DIPLOMA.match(text, last):
        return False
    before = text[max(start, first - 20) : first].rpartition("\n")[2].split()
    return bool(before) and before[-1][:1].isupper() and before[-1].rstrip("'’")[-1:].isalpha()


def _is_degree(printed: str) -> bool:
    bare = printed.replace(".", "").replace(" ", "")
    if len(bare) <= SHORT_DEGREE and bare.isascii():
        return printed[0].isupper() and (len(bare) > 2 or printed.isupper() or "." in printed)  # noqa: PLR2004
    if len(bare) < SHORT_DEGREE and fold(bare).isascii():
        return False  # "A.Ş." is a company's form, no "A.S."
    return printed[0].isupper() or not printed.isascii()


def has_degree(terms: Terms, text: str, start: int, end: int) -> bool:
    """Whether a degree is named in the span."""
    return bool(degree_spans(terms, text, start, end))


def split_degree(finding: Finding, text: str, terms: Terms) -> tuple[Finding | None, Finding | None]:
    """Part "Bachelor of Science in Physics" into degree and field; the field may stand before or after."""
    spans = degree_spans(terms, text, finding.start, finding.end)
    first, last = spans[0]
    for start, end in spans[1:]:
        if not _JOINT.fullmatch(text[last:start]) or SUBJECT.fullmatch(text, start, end):
            break
        last = end
    while last < finding.end and text[last] in ".)":
        last += 1
    compound = _COMPOUND.match(text, last, finding.end)
    if whole := compound.end() if compound else _with_initials(text, first, last, finding.end):
        return found(text, first, whole), _field_after(text, whole, finding.end)
    subject = _OF_SUBJECT.match(text, last, finding.end)
    if subject and " of " not in fold(text[first:last]):
        named = _FIELD_END.search(subject[1])
        stop = subject.start(1) + (named.start() if named else len(subject[1]))
        inner = re.search(r"\s+in\s+", text[subject.start(1) : stop])
        if inner:
            stop_degree = subject.start(1) + inner.start()
            return found(text, first, stop_degree), found(text, subject.start(1) + inner.end(), stop)
        honours = _HONOURS.match(text, stop, finding.end)
        stop = honours.end() if honours else stop
        more = _field_after(text, stop, finding.end) if honours or text.startswith(", ", stop) else None
        if more and place_likeness(more.text) <= _PLACE:
            return found(text, first, stop), more
        if honours:
            return found(text, first, stop), found(text, subject.start(1), honours.start())
        return found(text, first, stop), found(text, subject.start(1), stop)
    degree = _degree(text, first, last, finding)
    last = max(last, degree.end) if degree else last
    return degree, _field_after(text, last, finding.end) or _field_before(text, finding.start, first)


def _with_initials(text: str, first: int, last: int, end: int) -> int:
    """Return where a degree ends whose initials stand in brackets behind it: "Master of Arts in Teaching (MAT)"; 0."""
    short = _INITIALS.search(text, last, min(end, last + _LONGEST_NAME))
    if not short:
        return 0
    initials = "".join(word[0] for word in re.findall(r"[^\W\d_]+", text[first : short.start()]) if word[0].isupper())
    return short.end() if initials == short[1].replace(".", "") else 0


def _degree(text: str, first: int, last: int, finding: Finding) -> Finding | None:
    word = re.match(
        r"(?:['’]s)?(?:\s*(?:degree|diploma))?(?:\s*\((?:hons?\.?|honou?rs)\))?(?:\s+(?-i:"
        rf"{_KIND})(?!\w))?(?:\s*{_CLASS})?",
        text[last : finding.end],
        re.IGNORECASE,
    )
    return found(text, first, last + (word.end() if word else 0))


def _field_after(text: str, start: int, end: int) -> Finding | None:
    lead = _FIELD_LEAD.match(text[start:end])
    start += lead.end() if lead else 0
    stop = _FIELD_END.search(text, start, end)
    field = found(text, start, stop.start() if stop else end)
    if not field or fold(field.text) in _NO_FIELD:
        return None
    return field if any(char.isalpha() for char in field.text) else None


def _field_before(text: str, start: int, end: int) -> Finding | None:
    field = found(text, start, end)
    least = SHORT_DEGREE if field and field.text.isascii() else 1
    return field if field and len(field.text) > least and not field.text[0].islower() else None
