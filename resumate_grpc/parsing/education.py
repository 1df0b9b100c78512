"""Education: where somebody studied, for which degree, in what field, when, and how well."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from resumate_grpc.parsing.column_heads import without_column_heads
from resumate_grpc.parsing.dates import DateSpan
from resumate_grpc.parsing.degrees import SUBJECT, degree_spans, has_degree, split_degree
from resumate_grpc.parsing.departments import whole_school, without_department
from resumate_grpc.parsing.entries import Entry, entries_by_leader
from resumate_grpc.parsing.entry_forms import without_broken_labels
from resumate_grpc.parsing.experience import period_of
from resumate_grpc.parsing.finding import Finding, doubted, found
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.grades import bare_grade_of, grade_of
from resumate_grpc.parsing.header_pattern import Part as Told
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.pieces import Piece, pieces_of
from resumate_grpc.parsing.places import OF_A_TOWN, is_wholly_place
from resumate_grpc.parsing.study_parts import (
    ASIDE,
    COMMA,
    MAJOR,
    Part,
    has_institution,
    names_subject,
    parts_of,
    subject_alone,
)
from resumate_grpc.parsing.study_pattern import kept_to_pattern, patterns_of
from resumate_grpc.parsing.study_rows import is_date_alone, labels_of, plain_rows_suffice

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


_GPA_TAIL = re.compile(
    r"[\s,;(|–—-]*(?:(?:cumulative|overall|major|final)\s+)?(?:c?\.?g\.?p\.?a\b|grade\b|(?:abschluss|gesamt|durchschnitts)?note\b|"
    r"percentage\b|score\b|honou?rs\b.*$|with (?:honou?rs|distinction)|magna|summa|2:[12]|first[- ]class|"
    r"(?:upper|lower) second|cum laude|minor\b|double major\b|"
    r"years? \d{1,2}\b|first class|mention (?:tr[eè]s |assez )?bien|mention \w+$|f[eé]licitations|thesis\b).*$",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*\(\d[\d.,/ ]*(?:c?gpa)?\)$", re.IGNORECASE)
_MARK_TAIL = re.compile(r"[,;]\s*\d{1,3}(?:[.,]\d{1,2})?\s?/\s?\d{1,3}(?: \w+)?$")
"""A mark behind a school's name: "Politecnico di Ostrelle, 105/110"."""
_IN_PLACE = re.compile(r"\s+(?:in|à|en|em)\s+([^\W\d_a-z][^\d]*)$")
"""Where a school is, said in words: "Realschule in Graz"."""
_LABEL_FIELD = frozenset(
    {
        "major",
        "field of study",
        "fields of study",
        "studienrichtung",
        "fachrichtung",
        "domaine d'etudes",
        "domaine d’etudes",
        "domaines d'etudes",
        "domaines d’etudes",
        "campo de estudio",
        "campo de estudios",
        "campos de estudio",
        "dominio de estudo",
        "area de estudo",
        "campo di studio",
        "studierichting",
        "field",
        "course",
        "studiengang",
        "специальность",
        "专业",
    }
)
_STUDENT = re.compile(
    r"(?:student|candidate|studentin|kandidat(?:in)?|étudiante?|estudiante|studente(?:ssa)?)s?", re.IGNORECASE
)
"""Who studies for a degree, no subject of it: "Ph.D. student"."""
_NARROWER = frozenset(["specialization", "specialisation"])
"""What asks for a part of the field, where the degree has one."""
_BEFORE_FIELD = re.compile(rf"{COMMA.pattern}|\s+\((?=[^()]+\)$)|\s+(?:in|en|em|im|of)\s+(?=[A-ZÀ-Þ])")
_OF_SUBJECT = re.compile(
    r"(?:bachelor|master)(?:'s|’s)? of (?!(?:science|arts?|engineering|technology|applied science|philosophy|fine arts|"
    r"laws?|business administration|education|letters|research)\b)([^\W\d_][^\W\d_ ]*(?: [^\W\d_]+){0,3})"
    r"(?: \([A-Z][A-Za-z.]+\))?",
    re.IGNORECASE,
)
_HONOURS = re.compile(r"(?:\s*\(hons?\.?\))?\.?\s+", re.IGNORECASE)
_PLURAL = re.compile(r"\([si]\)")
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff가-힣]")
_DEPARTMENT = re.compile(r"(?:学科|専攻|专业|학과|학부|전공|공학과)$")
"""What names a subject where no degree is printed."""
_NO_FIELD = re.compile(
    r"\bboard\b|\b(?:CBSE|ICSE|ISC)\b|https?:|www\.|@|^(?:(?:upper |lower )?(?:first|second|third)[- ]class|first$|"
    r"(?:with )?(?:high )?(?:distinction|merit|honou?rs)|(?:summa |magna )?cum laude|mention|passed|graduated|"
    r"expected)\b",
    re.IGNORECASE,
)
"""Who holds examinations, addresses, and how well somebody did."""
_STUDIES = re.compile(
    r"(?:master|bachelor|diplom|hochschul|aufbau)?studium\b|(?:master|bachelor)(?:'s|’s)? studies\b", re.IGNORECASE
)
"""What tells of studies rather than of the degree in which they end."""
_ROWS_BELOW = 2
_PLACE = 0.6
_MOST_FIELD_WORDS = 5


def studies_of(rows: Sequence[Row], dates: Sequence[DateSpan], text: str, *, terms: Terms) -> list[Study]:
    """Read the courses of study of a section's rows, in order."""
    rows = without_broken_labels(without_column_heads(rows))
    known = labels_of(rows, dates, text, terms=terms)

    def labels(row: Row) -> frozenset[str]:
        return known[row.number]

    if plain_rows_suffice(rows, labels):
        usable = [row for row in rows if not row.bullet or is_date_alone(row, dates)]
    else:
        usable = list(rows)
    kept = {row.number for row in usable}
    skipped = [row for row in rows if row.number not in kept]
    starts = [row.start for row in usable]
    studies: list[Study] = []
    entries = entries_by_leader(usable, dates, labels=labels)
    headers = [pieces_of(entry.header, entry.dates, text) for entry in entries]
    for entry, pieces, given in zip(entries, headers, patterns_of(headers, text, terms), strict=True):
        end = max(row.end for row in (*entry.header, *entry.body))
        following = bisect_left(starts, end)
        stop = starts[following] if following < len(starts) else rows[-1].end
        below = bisect_left(skipped, stop, key=lambda row: row.start)
        extent = entry.header[0].start, max(end, skipped[below - 1].end if below else 0)
        study = _study(entry, pieces, given, text, terms, extent)
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


def _study(
    entry: Entry,
    pieces: Sequence[Piece],
    given: Mapping[Told, Piece],
    text: str,
    terms: Terms,
    extent: tuple[int, int],
) -> Study:
    parts = kept_to_pattern([part for piece in pieces for part in parts_of(piece, text, terms)], given)
    labelled = {_PLURAL.sub("", piece.label): piece.finding for piece in pieces if piece.label}
    degrees = [part for part in parts if part.degree]
    firm = [part for part in degrees if not _STUDIES.match(part.finding.text)]
    degree_part = next(
        (part for part in firm if not SUBJECT.match(part.finding.text)), next(iter(firm or degrees), None)
    )
    degree, field = _split(degree_part.finding, text, terms) if degree_part else (None, None)
    if field and degree_part and degree_part.institution and _school_behind(degree_part.finding, text, terms):
        comma = COMMA.search(text, degree_part.finding.start, degree_part.finding.end)
        field = found(text, comma.end(), degree_part.finding.end) if comma else None  # what is before it is the school
    field = None if field and (ASIDE.match(field.text + " ") or _STUDENT.fullmatch(field.text)) else field
    institution = _institution(parts, degree_part, text, terms)
    if not degree_part and (told := _above_school(parts, text)):
        degree, institution = told
    asked = next((labelled[label] for label in labelled if label in _LABEL_FIELD), None)
    field = asked or field or next((labelled[label] for label in labelled if label in _NARROWER), None)
    field = field or _major(parts, text)
    if degree and degree_part and field and institution and field.end <= degree.end:
        field = _field_by_itself(parts, degree_part, institution) or field
    if degree_part and not field:
        field = next(
            (part.finding for part in firm if part is not degree_part and SUBJECT.match(part.finding.text)), None
        )
    if degree_part and not field:
        again = [part for part in parts if part.degree and part is not degree_part and part.row == degree_part.row]
        again += [part for part in degrees if _STUDIES.match(part.finding.text) and part is not degree_part]
        field = _split_again(again, text, terms)
    if degree_part and not field:
        field = _field_beside(parts, degree_part, institution)
    if not degree_part and not field:
        field = next((part.finding for part in parts if _DEPARTMENT.search(part.finding.text)), None)
        what = given.get(Told.WHAT)
        subject = what.finding if what and what.finding != institution and names_subject(what.text) else None
        alone = subject or subject_alone(parts, institution)
        field = field or (alone if alone and not _NO_FIELD.search(alone.text) else None)
    if degree_part and not institution and field:
        field, institution = _field_and_school(field, text)
    if degree_part and degree and not field:
        field = _subject_of(degree, text)
    start, end = period_of(entry.dates, single_is_both=False)
    place = next((part.finding for part in parts if part.place), None)
    school = _clean(institution, text, _trust(institution, degree, terms))
    return Study(
        institution=whole_school(school, text, terms) if school else None,
        degree=degree.trusted(0.86 if institution else 0.75) if degree else None,
        field=_clean(without_department(field, text) if field else None, text, 0.84),
        location=place,
        start_date=start,
        end_date=end,
        gpa=grade_of(text, *extent) or bare_grade_of((*entry.header, *entry.body)),
    )


def _subject_of(degree: Finding, text: str) -> Finding | None:
    """Return the subject that a degree's own name has: "Bachelor of Computer Science", but not "of Science"."""
    subject = _OF_SUBJECT.fullmatch(text, degree.start, degree.end)
    return found(text, *subject.span(1)) if subject else None


def _split(finding: Finding, text: str, terms: Terms) -> tuple[Finding | None, Finding | None]:
    """Part a degree from its field; one that no list knows ends at a comma, a bracket or "in"."""
    if has_degree(terms, text, finding.start, finding.end):
        return split_degree(finding, text, terms)
    cut = _BEFORE_FIELD.search(text, finding.start, finding.end)
    if not cut:
        return finding, None
    return found(text, finding.start, cut.start()), found(text, cut.end(), finding.end - text[cut.start()].count("("))


def _field_and_school(field: Finding, text: str) -> tuple[Finding | None, Finding | None]:
    """Part a field in small letters from a capitalised name behind its comma: "linguistique, Sorbonne Nouvelle"."""
    comma = COMMA.search(text, field.start, field.end)
    if not comma or not text[field.start].islower() or not text[comma.end()].isupper():
        return field, None
    return found(text, field.start, comma.start()), found(text, comma.end(), field.end)


def _split_again(parts: Sequence[Part], text: str, terms: Terms) -> Finding | None:
    """Return the field of a degree printed twice: "Bachelor of Science - BSc, Economics"."""
    return split_degree(parts[0].finding, text, terms)[1] if parts else None


def _trust(institution: Finding | None, degree: Finding | None, terms: Terms) -> float:
    """A school's name is trusted for its own words, and for a degree beside it."""
    named = institution is not None and terms.has(Term.INSTITUTION, institution.start, institution.end)
    return 0.4 + (0.25 if named else 0.0) + (0.22 if degree else 0.0)


def _major(parts: Sequence[Part], text: str) -> Finding | None:
    """Return what stands behind "Major in"."""
    for part in parts:
        if lead := MAJOR.match(text, part.finding.start, part.finding.end):
            return found(text, lead.end(), part.finding.end)
    return None


def _is_kind_of(part: Part, other: Part) -> bool:
    """Whether a part says only what kind of school another one is: "Gymnasium, Gymnasium Tarnstadt"."""
    kind, named = fold(part.finding.text), fold(other.finding.text).split()
    return part is not other and len(named) > 1 and kind in named


def _clean(finding: Finding | None, text: str, confidence: float) -> Finding | None:
    if not finding or ASIDE.match(finding.text + " "):
        return None
    bracket = finding.text.rfind(" (")
    if bracket > 0 and finding.text.endswith(")") and is_wholly_place(finding.text[bracket:]):
        finding = found(text, finding.start, finding.end - (len(finding.text) - bracket)) or finding
    lead = _IN_PLACE.search(text, finding.start, finding.end)
    if lead and is_wholly_place(lead[1]) and not OF_A_TOWN.match(finding.text):
        finding = found(text, finding.start, lead.start()) or finding
    graded = _IN_BRACKETS.search(text, finding.start, finding.end)
    finding = (found(text, finding.start, graded.start()) or finding) if graded else finding
    tail = _GPA_TAIL.search(text, finding.start, finding.end)
    if tail and tail.start() > finding.start:
        finding = found(text, finding.start, tail.start()) or finding
    if mark := _MARK_TAIL.search(text, finding.start, finding.end):
        finding = found(text, finding.start, mark.start()) or finding
    opened = finding.text.rfind("(")
    if opened > 0 and ")" not in finding.text[opened:]:  # the rest of what stands in brackets went elsewhere
        finding = found(text, finding.start, text.rfind("(", finding.start, finding.end)) or finding
    return finding.trusted(confidence)


def _institution(parts: Sequence[Part], degree: Part | None, text: str, terms: Terms) -> Finding | None:
    schools = [part for part in parts if part.institution and part is not degree]
    schools = [part for part in schools if not any(_is_kind_of(part, other) for other in schools)]
    if schools:
        return max(schools, key=_weight).finding
    if degree and degree.institution:
        return _within_degree(degree.finding, text, terms)
    rest = [
        part
        for part in parts
        if part is not degree and not part.place and not part.degree and not MAJOR.match(text, part.finding.start)
    ]
    if not rest:
        return None
    bracketed = [part for part in rest if _is_in_brackets(part.finding, text)]
    other_rows = bracketed or [part for part in rest if not degree or part.row != degree.row]
    return (other_rows or (rest if not degree else rest[-1:]))[0].finding


def _above_school(parts: Sequence[Part], text: str) -> tuple[Finding, Finding] | None:
    """Return what stands on the first row above a name with its place: a qualification that no list knows, a school."""
    first, below = [part for part in parts if part.row == 0], [part for part in parts if part.row > 0]
    if not first or len(below) < 2 or any(part.institution or part.place for part in (*first, below[0])):  # noqa: PLR2004
        return None
    placed = below[1].place and COMMA.fullmatch(text, below[0].finding.end, below[1].finding.start)
    return (first[0].finding, below[0].finding) if placed else None


def _is_in_brackets(finding: Finding, text: str) -> bool:
    """Whether a line is a name in brackets: "Licence" above "(Brume Nord)"."""
    around = text[max(0, finding.start - 2) : finding.start], text[finding.end : finding.end + 2]
    alone = around[0] in {"\n(", "\t("} and around[1] in {")", ")\n"}
    return alone and finding.text[:1].isupper() and not _NO_FIELD.search(finding.text)


def _weight(part: Part) -> tuple[int, int]:
    """Prefer the university to its faculty or department."""
    folded = fold(part.finding.text)
    faculty = re.search(
        r"\b(?:faculty|facultad|faculte|faculdade|school of|department|college of|institute of)\b", folded
    )
    university = re.search(r"univers|institute of technology|hochschule|大学", folded)
    return (1 if university else 0) - (1 if faculty and not university else 0), -part.finding.start


def _within_degree(finding: Finding, text: str, terms: Terms) -> Finding | None:
    """Return the school behind a degree: right behind its last word, "MPH Tarn University", or after a word or sign."""
    if start := _school_behind(finding, text, terms):
        comma = COMMA.search(text, start, finding.end)
        return found(text, start, comma.start() if comma else finding.end)
    split = re.search(r"\s+(?:from|at|,)\s+|,\s+", text[finding.start : finding.end])
    return found(text, finding.start + split.end(), finding.end) if split else None


def _school_behind(finding: Finding, text: str, terms: Terms) -> int:
    """Return where a school's name begins right behind the degree that leads; 0 for none."""
    spans = degree_spans(terms, text, finding.start, finding.end)
    behind = _HONOURS.match(text, spans[0][1], finding.end) if spans and spans[0][0] == finding.start else None
    comma = COMMA.search(text, behind.end(), finding.end) if behind else None
    end = comma.start() if comma else finding.end
    named = behind is not None and text[behind.end() : behind.end() + 1].isupper()
    return behind.end() if behind and named and has_institution(terms, text, behind.end(), end) else 0


def _field_beside(parts: Sequence[Part], degree: Part, institution: Finding | None) -> Finding | None:
    for part in parts:
        usable = not (part.degree or part.place or part.institution or _NO_FIELD.search(part.finding.text))
        usable = usable and part.finding != institution
        if (
            usable
            and part.row == degree.row
            and (part.finding.start > degree.finding.start or _CJK.match(part.finding.text))
        ):
            return part.finding
    if not institution:
        return None
    rest = [
        part
        for part in parts
        if not (part.degree or part.place or part.institution or _NO_FIELD.search(part.finding.text))
        and part.finding != institution
    ]
    below = (part for part in rest if 0 < part.row - degree.row <= _ROWS_BELOW)
    before = (
        part
        for part in reversed(rest)
        if (institution.start < part.finding.start < degree.finding.start and degree.row - part.row == 1)
        or (part.row == degree.row and part.finding.end <= degree.finding.start)
    )
    return next((part.finding for part in (*below, *before)), None)


def _field_by_itself(parts: Sequence[Part], degree: Part, institution: Finding) -> Finding | None:
    """Return the field on a row of its own beside a degree that names its faculty only: "Bachelor of Design"."""
    field = _field_beside([part for part in parts if part.row != degree.row or part is degree], degree, institution)
    bare = field and not any(char.isdigit() for char in field.text) and len(field.text.split()) <= _MOST_FIELD_WORDS
    return field if bare else None


def _inherited(study: Study, above: Study | None) -> Study:
    """Give a second degree at one school its school."""
    if above and study.degree and not study.institution and above.institution and above.degree:
        return replace(study, institution=above.institution.trusted(0.5))
    return study
