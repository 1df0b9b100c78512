"""Education: where somebody studied, for which degree, in what field, when, and how well."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.degrees import SHORT_DEGREE, degree_spans, has_degree, split_degree
from resumate_grpc.parsing.entries import Entry, entries_by_leader, without_column_heads
from resumate_grpc.parsing.entry_forms import without_broken_labels
from resumate_grpc.parsing.experience import period_of
from resumate_grpc.parsing.finding import Finding, doubted, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.grades import grade_of
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.pieces import BARE_SCHOOL, Piece, label_end, pieces_of
from resumate_grpc.parsing.places import is_wholly_place, place_likeness
from resumate_grpc.parsing.vocabulary import phrases

__all__ = ["Study", "studies_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """One course of study as found; None where the document does not say."""

    institution: Finding | None = None
    degree: Finding | None = None
    field: Finding | None = None
    location: Finding | None = None
    start_date: Finding | None = None
    end_date: Finding | None = None
    gpa: Finding | None = None

    def doubted(self) -> Study:
        """Return the same study with less confidence."""
        return replace(
            self,
            institution=doubted(self.institution),
            degree=doubted(self.degree),
            field=doubted(self.field),
            start_date=doubted(self.start_date),
            end_date=doubted(self.end_date),
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece, or what stands between its commas, with what its words say."""

    finding: Finding
    row: int
    institution: bool
    degree: bool
    place: bool


_ASIDE = re.compile(
    r"^\W*(?:(?:master|bachelor|diploma|phd|doctoral)(?:'s|’s)? thesis|(?:relevant |selected |key )?(?:coursework|"
    r"courses|modules|subjects|curriculum)|thesis|dissertation|advis[oe]r|"
    r"c?gpa|grade|honou?rs?\b|activities|awards?|minor(?! degree)|note|final|supervisor|title|project|focus|topics?|"
    r"specialisation|abschlussarbeit|tesis|memoire|scholarship|dean|member|score|percentage|ranked?|"
    r"courses taken)\b.{0,3}[:：\s]",
    re.IGNORECASE,
)
_GPA_TAIL = re.compile(
    r"[\s,;(|–—-]*(?:(?:cumulative|overall|major|final)\s+)?(?:c?\.?g\.?p\.?a\b|grade\b|note\b|"
    r"percentage\b|score\b|honou?rs\b.*$|with (?:honou?rs|distinction)|magna|summa|2:[12]|first[- ]class|"
    r"(?:upper|lower) second|cum laude|minor\b|"
    r"first class|mention (?:tr[eè]s |assez )?bien|mention \w+$|f[eé]licitations|thesis\b).*$",
    re.IGNORECASE,
)
_MAJOR = re.compile(
    r"(?:major(?:ing)?|specializ(?:ation|ing)|concentration|hauptfach|spécialité|especialidad|studium)\s*(?:in|"
    r":|en|der|des)\s*|специальность:?\s+|направление:?\s+|(?:master|bachelor|hochschul)?studium\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
_SCHOOL_SUBJECT = re.compile(
    r"(?<=[,nf] )school (?!of|for|at)(?:couns|psych|admin|leader|manage|health|nurs|library|music)"
    r"|(?:study|semester) abroad (?=[^\W\d_]{4})",
    re.IGNORECASE,
)
"""A subject that is taught, no place: "Master of Education, School Counseling"."""
_LABEL_FIELD = frozenset(
    {
        "major",
        "field of study",
        "field",
        "specialization",
        "specialisation",
        "course",
        "studiengang",
        "специальность",
        "专业",
    }
)
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff가-힣]")
_ACRONYM = re.compile(r"(?:[^\W\d_]+ )?(?!C?GPA|USA|UK)(?:[A-Z]{3,6}|TU|UC|FH|HU|FU|KU)(?: [A-Z][^,]*)?(?:,|$)")
_DEPARTMENT = re.compile(r"(?:学科|専攻|专业|학과|학부|전공|공학과)$")
"""What names a subject where no degree is printed."""
_BOARD = re.compile(r"\bboard\b|\b(?:CBSE|ICSE|ISC)\b", re.IGNORECASE)
"""Who holds examinations."""
_STUDIES = re.compile(
    r"(?:master|bachelor|diplom|hochschul|aufbau)?studium\b|(?:master|bachelor)(?:'s|’s)? studies\b", re.IGNORECASE
)
"""What tells of studies rather than of the degree in which they end."""
_COMMA = re.compile(r",\s+|\s*\n\s*")
_LONGEST = 110
_SENTENCE = 60
_ROWS_BELOW = 2
_SHORTEST_ABBREVIATION = 3
_INDENT = 5.0
_PLACE = 0.6


def studies_of(rows: Sequence[Row], dates: Sequence[DateSpan], text: str, *, terms: Terms) -> list[Study]:
    """Read the courses of study of a section's rows, in order."""
    rows = without_broken_labels(without_column_heads(rows))
    left = min((row.left for row in rows), default=0.0)

    known: dict[int, frozenset[str]] = {}

    def labels(row: Row) -> frozenset[str]:
        if row.number not in known:
            known[row.number] = _labels(row, dates, text, terms, left=left)
        return known[row.number]

    usable = [row for row in rows if not row.bullet] if _plain_rows_suffice(rows, labels) else list(rows)
    kept = {row.number for row in usable}
    skipped = [row for row in rows if row.number not in kept]
    starts = [row.start for row in usable]
    studies: list[Study] = []
    for entry in entries_by_leader(usable, dates, labels=labels):
        end = max(row.end for row in (*entry.header, *entry.body))
        following = bisect_left(starts, end)
        stop = starts[following] if following < len(starts) else rows[-1].end
        below = bisect_left(skipped, stop, key=lambda row: row.start)
        extent = entry.header[0].start, max(end, skipped[below - 1].end if below else 0)
        study = _study(entry, text, terms, extent)
        above = studies[-1] if studies else None
        studies.append(_inherited(study, above))
    return _joined_halves([study for study in studies if study.institution or study.degree])


def _joined_halves(studies: Sequence[Study]) -> list[Study]:
    """Join what is printed twice, with the date when it began and with the date when it ended, as in Japanese forms."""
    joined: list[Study] = []
    for study in studies:
        above = joined[-1] if joined else None
        if above and _is_half(above) and _is_half(study) and _names(above) == _names(study):
            joined[-1] = replace(study, start_date=above.end_date)
        else:
            joined.append(study)
    return joined


def _is_half(study: Study) -> bool:
    return bool(study.end_date and not study.start_date and not study.degree and _CJK.search(_names(study)[0]))


def _names(study: Study) -> tuple[str, str]:
    return study.institution.text if study.institution else "", study.field.text if study.field else ""


def _plain_rows_suffice(rows: Sequence[Row], labels: Callable[[Row], frozenset[str]]) -> bool:
    """Whether the studies are told by rows that are no list items."""
    if not any(row.bullet for row in rows):
        return True
    plain = frozenset[str]().union(*(labels(row) for row in rows if not row.bullet))
    bulleted = frozenset[str]().union(*(labels(row) for row in rows if row.bullet))
    return bool(plain - {"date"}) and bulleted - {"date"} <= plain


def _labels(row: Row, dates: Sequence[DateSpan], text: str, terms: Terms, *, left: float) -> frozenset[str]:
    if (
        _ASIDE.match(row.text)
        or (row.left > left + _INDENT and len(row.text) > _SENTENCE and not row.bullet)
        or (len(row.text) > _longest(row, dates) and len(row.fragments) == 1)
    ):
        return frozenset()
    own = set()
    if has_degree(terms, text, row.start, row.end):
        own.add("degree")
    if _has_institution(terms, text, row.start, row.end):
        own.add("institution")
    if dates_within(dates, row.start, row.end):
        own.add("date")
    return frozenset(own)


def _longest(row: Row, dates: Sequence[DateSpan]) -> int:
    """Return how long a line may be that tells of studies: longer where it begins with their dates."""
    return 2 * _LONGEST if dates_within(dates, row.start, row.start + 2) and not row.bullet else _LONGEST


def _has_institution(terms: Terms, text: str, start: int, end: int) -> bool:
    spans = [span for span in terms.within(Term.INSTITUTION, start, end) if not _SCHOOL_SUBJECT.match(text, span[0])]
    if any(text[first].isupper() or not text[first].isascii() for first, last in spans if last <= end):
        degrees = degree_spans(terms, text, start, end)
        return any(not any(a <= first < b for a, b in degrees) for first, _ in spans) or len(degrees) == 0
    return _is_known_university(text[start:end])


@cache
def _universities() -> frozenset[str]:
    """Return the universities that are not called like their place or a degree."""
    return phrases("universities") - phrases("places") - phrases("degrees")


def _is_known_university(printed: str) -> bool:
    known = _universities()
    if fold(printed).strip(" .,") in known and printed.strip()[:1].isupper():
        return True
    return any(
        word.isupper() and len(word) >= _SHORTEST_ABBREVIATION and fold(word) in known
        for word in re.findall(r"[^\W\d_]+", printed)[:8]
    )


def _study(entry: Entry, text: str, terms: Terms, extent: tuple[int, int]) -> Study:
    pieces = pieces_of(entry.header, entry.dates, text)
    parts = [part for piece in pieces for part in _parts(piece, text, terms)]
    labelled = {piece.label: piece.finding for piece in pieces if piece.label}
    degrees = [part for part in parts if part.degree]
    degree_part = next((part for part in degrees if not _STUDIES.match(part.finding.text)), next(iter(degrees), None))
    degree, field = split_degree(degree_part.finding, text, terms) if degree_part else (None, None)
    field = None if field and _ASIDE.match(field.text + " ") else field
    institution = _institution(parts, degree_part, text)
    field = next((labelled[label] for label in labelled if label in _LABEL_FIELD), None) or field or _major(parts, text)
    if degree_part and not field:
        again = [part for part in parts if part.degree and part is not degree_part and part.row == degree_part.row]
        again += [part for part in degrees if _STUDIES.match(part.finding.text) and part is not degree_part]
        field = _split_again(again, text, terms)
    if degree_part and not field:
        field = _field_beside(parts, degree_part, institution)
    if not degree_part and not field:
        field = next((part.finding for part in parts if _DEPARTMENT.search(part.finding.text)), None)
    if degree_part and not institution and field:
        field, institution = _field_and_school(field, text)
    start, end = period_of(entry.dates, single_is_both=False)
    place = next((part.finding for part in parts if part.place), None)
    return Study(
        institution=_clean(institution, text, _trust(institution, degree, terms)),
        degree=degree.trusted(0.86 if institution else 0.75) if degree else None,
        field=_clean(field, text, 0.84),
        location=place,
        start_date=start,
        end_date=end,
        gpa=grade_of(text, *extent),
    )


def _field_and_school(field: Finding, text: str) -> tuple[Finding | None, Finding | None]:
    """Part a field in small letters from a capitalised name behind its comma: "linguistique, Sorbonne Nouvelle"."""
    comma = _COMMA.search(text, field.start, field.end)
    if not comma or not text[field.start].islower() or not text[comma.end()].isupper():
        return field, None
    return found(text, field.start, comma.start()), found(text, comma.end(), field.end)


def _split_again(parts: Sequence[_Part], text: str, terms: Terms) -> Finding | None:
    """Return the field of a degree printed twice: "Bachelor of Science - BSc, Economics"."""
    return split_degree(parts[0].finding, text, terms)[1] if parts else None


def _trust(institution: Finding | None, degree: Finding | None, terms: Terms) -> float:
    """A school's name is trusted for its own words, and for a degree beside it."""
    named = institution is not None and terms.has(Term.INSTITUTION, institution.start, institution.end)
    return 0.4 + (0.25 if named else 0.0) + (0.22 if degree else 0.0)


def _major(parts: Sequence[_Part], text: str) -> Finding | None:
    """Return what stands behind "Major in"."""
    for part in parts:
        if lead := _MAJOR.match(text, part.finding.start, part.finding.end):
            return found(text, lead.end(), part.finding.end)
    return None


def _clean(finding: Finding | None, text: str, confidence: float) -> Finding | None:
    if not finding or _ASIDE.match(finding.text + " "):
        return None
    bracket = finding.text.rfind(" (")
    if bracket > 0 and finding.text.endswith(")") and is_wholly_place(finding.text[bracket:]):
        finding = found(text, finding.start, finding.end - (len(finding.text) - bracket)) or finding
    tail = _GPA_TAIL.search(text, finding.start, finding.end)
    if tail and tail.start() > finding.start:
        finding = found(text, finding.start, tail.start()) or finding
    return finding.trusted(confidence)


def _parts(piece: Piece, text: str, terms: Terms) -> Iterator[_Part]:
    """Cut a piece at commas where both sides say something of their own; a degree keeps the commas of its field."""
    start, end = piece.finding.start, piece.finding.end
    left = start
    for cut in _COMMA.finditer(text, start, end):
        wrapped = "\n" in cut[0] and BARE_SCHOOL.search(text, left, cut.start())
        if not wrapped and _parts_ways(left, cut, end, text, terms):
            if part := _part(left, cut.start(), piece, text, terms):
                yield part
            left = cut.end()
    if part := _part(left, end, piece, text, terms):
        yield part


def _parts_ways(left: int, cut: re.Match[str], end: int, text: str, terms: Terms) -> bool:
    before, after = text[left : cut.start()], text[cut.end() : end]
    left_degree, right_degree = (
        has_degree(terms, text, left, cut.start()),
        has_degree(terms, text, cut.end(), end),
    )
    left_school, right_school = (
        _has_institution(terms, text, left, cut.start()),
        _has_institution(terms, text, cut.end(), end),
    )
    if left_degree and not left_school and not right_school and _names_acronym(after):
        return True
    if left_degree and right_school and not left_school:
        following = _COMMA.search(text, cut.end(), end)
        return _has_institution(terms, text, cut.end(), following.start() if following else end)
    if _MAJOR.match(text, left):
        return right_school or place_likeness(after) >= _PLACE
    if left_school and not left_degree:
        return right_degree or (place_likeness(after) >= _PLACE and not _names_campus(before, after))
    if right_school and not left_school and not left_degree:
        return True
    return place_likeness(after) >= _PLACE and (left_school or not left_degree)


def _names_acronym(after: str) -> bool:
    """Whether what follows the comma is a name with an acronym, as schools have: "INSA Lyon"."""
    return not after.isupper() and _ACRONYM.match(after) is not None and not _ASIDE.match(after)


def _names_campus(before: str, after: str) -> bool:
    """Whether what follows belongs to the name, as in "University of California, Davis"."""
    return (
        not fold(after).startswith(fold(before.rsplit(" ", 1)[-1]))
        and re.search(r"\b(?:university|universidad|universite) (?:of|de|system of) [^\W\d_]+$", fold(before))
        is not None
        and (fold(before.rsplit(" ", 1)[-1]) in phrases("regions"))
    )


def _part(start: int, end: int, piece: Piece, text: str, terms: Terms) -> _Part | None:
    finding = found(text, start + label_end(text[start:end]), end)
    if not finding or not any(char.isalpha() for char in finding.text) or _ASIDE.match(finding.text + " "):
        return None
    school = _has_institution(terms, text, finding.start, finding.end)
    degree = has_degree(terms, text, finding.start, finding.end)
    return _Part(
        finding=finding,
        row=piece.row,
        institution=school,
        degree=degree and not (school and not _degree_leads(finding, text, terms)),
        place=not school and not degree and place_likeness(finding.text) >= _PLACE,
    )


def _degree_leads(finding: Finding, text: str, terms: Terms) -> bool:
    spans = degree_spans(terms, text, finding.start, finding.end)
    return bool(spans) and spans[0][0] - finding.start < SHORT_DEGREE


def _institution(parts: Sequence[_Part], degree: _Part | None, text: str) -> Finding | None:
    schools = [part for part in parts if part.institution and part is not degree]
    if schools:
        return max(schools, key=_weight).finding
    if degree and degree.institution:
        return _within_degree(degree.finding, text)
    rest = [
        part
        for part in parts
        if part is not degree and not part.place and not part.degree and not _MAJOR.match(text, part.finding.start)
    ]
    if not rest:
        return None
    other_rows = [part for part in rest if not degree or part.row != degree.row]
    return (other_rows or (rest if not degree else rest[-1:]))[0].finding


def _weight(part: _Part) -> tuple[int, int]:
    """Prefer the university to its faculty or department."""
    folded = fold(part.finding.text)
    faculty = re.search(
        r"\b(?:faculty|facultad|faculte|faculdade|school of|department|college of|institute of)\b", folded
    )
    university = re.search(r"univers|institute of technology|hochschule|大学", folded)
    return (1 if university else 0) - (1 if faculty and not university else 0), -part.finding.start


def _within_degree(finding: Finding, text: str) -> Finding | None:
    split = re.search(r"\s+(?:from|at|,)\s+|,\s+", text[finding.start : finding.end])
    return found(text, finding.start + split.end(), finding.end) if split else None


def _field_beside(parts: Sequence[_Part], degree: _Part, institution: Finding | None) -> Finding | None:
    for part in parts:
        usable = not (part.degree or part.place or part.institution or _BOARD.search(part.finding.text))
        usable = usable and part.finding != institution
        if (
            usable
            and part.row == degree.row
            and (part.finding.start > degree.finding.start or _CJK.match(part.finding.text))
        ):
            return part.finding
    below = (
        part
        for part in parts
        if not (part.degree or part.place or part.institution or _BOARD.search(part.finding.text))
        and part.finding != institution
        and 0 < part.row - degree.row <= _ROWS_BELOW
    )
    return next((part.finding for part in below), None) if institution else None


def _inherited(study: Study, above: Study | None) -> Study:
    """Give a second degree at one school its school."""
    if above and study.degree and not study.institution and above.institution:
        return replace(study, institution=above.institution.trusted(0.5))
    return study
