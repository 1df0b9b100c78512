"""Skills: the items of a skills section, languages and certifications, without their labels and grades."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from resumate_grpc.parsing.certificates import certificates_of
from resumate_grpc.parsing.column_heads import without_column_heads
from resumate_grpc.parsing.competence_forms import Competence, answers_of, is_competence_form
from resumate_grpc.parsing.dates import DateSpan
from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.sections import Section, SectionKind
from resumate_grpc.parsing.skill_items import LABEL, MOST_WORDS, is_grade, is_sentence, items_of, items_within
from resumate_grpc.parsing.vocabulary import heading_key, headings, phrases

__all__ = ["SkillFindings", "skills_of"]


@dataclass(slots=True)
class SkillFindings:
    """What was found, in the order of the document, without repeats."""

    technical: list[Finding] = field(default_factory=list)
    soft_skills: list[Finding] = field(default_factory=list)
    languages: list[Finding] = field(default_factory=list)
    certifications: list[Finding] = field(default_factory=list)


_FORMS = {SectionKind.SKILLS, SectionKind.SOFT_SKILLS, SectionKind.LANGUAGES, SectionKind.OTHER}
_ASIDES = {SectionKind.HEAD, SectionKind.SUMMARY, SectionKind.OTHER, SectionKind.INTERESTS, SectionKind.EDUCATION}
_DONE = {SectionKind.EXPERIENCE, SectionKind.PROJECTS}
"""Kinds of sections whose languages are those of programs."""
_JOINTS = 3
_LONGEST_ITEM = 60
_SHORTEST_TONGUE = 4
_LISTED_ON = re.compile(r"(?:^|[,;:•·|/])\s*$")
_REACH = 3
_CERTIFICATE_LABEL = re.compile(
    r"^(?:licen[sc]es (?:and |& )?)?(?:certifications?|certificates?|zertifikate|certificaciones|"
    r"сертификаты|证书)(?: (?:and|&) \w+)?$"
)
_HOW_WELL = re.compile(
    r"\s*[(:–—-]?\s*(?:(?:niveau|level|nivel|livello|nível|уровень)\s*)?(?:[abc][12]\+?\b.*|\([^()]*\)|"
    r"(?:на |в )?\w*\s?(?:уровне|уровень)\)?)\s*\)?",
    re.IGNORECASE,
)
"""How well a language is spoken, behind its name: "Anglais niveau B1"."""
_SOFT_LABEL = re.compile(r"^(?:soft|inter-?personal|personal|people|social)[ -]?(?:skills?|qualities|strengths)?$")
_OTHER_LABEL = re.compile(
    r"^(?:interests?|hobbies|hobbies (?:and|&) interests|references?|awards?|activities|intereses|"
    r"interessen|centres d'interet|loisirs|driving licen[sc]es?|fuhrerscheine?|permis(?: de conduire)?|"
    r"carnet de conducir|permiso de conducir|patente(?: di guida)?|carta de conducao|rijbewijs)$"
)
_LISTED = re.compile(r"[,;/|•·]\s*$")


def skills_of(sections: Sequence[Section], dates: Sequence[DateSpan], text: str, *, terms: Terms) -> SkillFindings:
    """Read the sections of skills, languages and certifications."""
    findings = SkillFindings()
    for section in map(_without_heads, sections):
        if section.kind in _FORMS and is_competence_form(section.rows, terms):
            _read_form(section, text, terms, findings)
        elif section.kind is SectionKind.SKILLS:
            _read_skills(section.rows, text, terms, findings)
        elif section.kind is SectionKind.SOFT_SKILLS:
            findings.soft_skills += (item for _, item in items_of(_unspoken(section.rows), text, terms))
        elif section.kind is SectionKind.LANGUAGES:
            spoken = list(_languages(section.rows, terms, text))
            findings.languages += spoken
            if not spoken:  # "Languages" may speak of programming
                _read_skills(section.rows, text, terms, findings)
        elif section.kind is SectionKind.CERTIFICATIONS:
            findings.certifications += certificates_of(section.rows, dates, text)
        elif section.kind in _ASIDES:
            bare = section.kind is SectionKind.OTHER
            listed = [row for row in section.rows if _is_skill_list(row, terms, bare=bare)]
            _read_skills(listed, text, terms, findings)
    if not findings.languages:
        findings.languages += _spoken_elsewhere(sections, terms, text)
    return SkillFindings(
        technical=_unique(findings.technical),
        soft_skills=_unique(findings.soft_skills),
        languages=_unique(findings.languages),
        certifications=_unique(findings.certifications),
    )


def _without_heads(section: Section) -> Section:
    """Drop the heads of a table's columns; in a plain list the same word may be an item: "Tools"."""
    heads = {row.number for row in section.rows} - {row.number for row in without_column_heads(section.rows)}
    tabular = {row.number for row in section.rows if row.table >= 0 or len(row.fragments) > 1}
    return replace(section, rows=tuple(row for row in section.rows if row.number not in heads & tabular))


def _unspoken(rows: Sequence[Row]) -> list[Row]:
    """Leave out the rows that tell languages: "Languages: fluent in Polish"."""
    return [row for row in rows if not _language_label(row)]


def _tells_languages(label: str) -> bool:
    """Whether a label announces languages, as a heading does."""
    return headings().get(heading_key(label)) == SectionKind.LANGUAGES.value


def _language_label(row: Row) -> re.Match[str] | None:
    """Return the label for languages that a row begins with."""
    label = LABEL.match(row.text)
    return label if label and _tells_languages(label[1]) else None


def _spoken_elsewhere(sections: Sequence[Section], terms: Terms, text: str) -> list[Finding]:
    """Return the languages that other sections tell: under a label, or in a line of the head."""
    head = (row for section in sections if section.kind is SectionKind.HEAD for row in section.rows)
    beside = (row for section in sections if _names_languages_too(section) for row in section.rows)
    return list(_spoken_under_labels(sections, terms, text)) or list(_spoken_in_lines([*head, *beside], terms, text))


def _spoken_under_labels(sections: Sequence[Section], terms: Terms, text: str) -> Iterator[Finding]:
    """Yield the languages behind a label of their own in whatever section but posts: "Languages: English, Polish"."""
    for section in sections:
        for row in () if section.kind in _DONE else section.rows:
            if label := _language_label(row):
                spans = _language_spans(terms, row.start + label.end(), row.end)
                yield from (Finding(text=text[a:b], start=a, end=b, confidence=0.8) for a, b in spans)


def _names_languages_too(section: Section) -> bool:
    """Whether a heading speaks of languages beside another thing: "Education and Languages"."""
    return section.kind is not SectionKind.LANGUAGES and any(map(_tells_languages, section.title.split()))


def _spoken_in_lines(rows: Iterable[Row], terms: Terms, text: str) -> Iterator[Finding]:
    """Yield the languages of a line, or a part of one, that lists languages and nothing else: "English, Polish"."""
    for row in rows:
        whole = [(row.start, row.end)] if len(row.fragments) > 1 else []
        for start, end in [*((fragment.start, fragment.end) for fragment in row.fragments), *whole]:
            spans = _language_spans(terms, start, end)
            tongues = [*spans, (end, end)]
            tails = [text[one[1] : other[0]].strip(" ,;/&·•|\t") for one, other in pairwise(tongues)]
            if len(spans) > 1 and spans[0][0] - start <= _JOINTS and all(map(_is_joint, tails)):
                yield from (Finding(text=text[a:b], start=a, end=b, confidence=0.75) for a, b in spans)


def _is_joint(between: str) -> bool:
    """Whether what stands behind a language only parts it from the next, or tells how well it is spoken."""
    return len(between) <= _JOINTS or is_grade(between) or _HOW_WELL.fullmatch(between) is not None


def _read_form(section: Section, text: str, terms: Terms, findings: SkillFindings) -> None:
    for competence, row, start in answers_of(section.rows):
        if competence is Competence.LANGUAGES:
            first = next((fragment.end for fragment in row.fragments if fragment.end > start), row.end)
            findings.languages += (
                Finding(text=text[left:right], start=left, end=right, confidence=0.85)
                for left, right in _language_spans(terms, start, row.end if start > row.start else first)
            )
        elif competence is Competence.TECHNICAL and not is_sentence(text[start : row.end]):
            for item in items_within(text, start, row.end, row, terms):
                _keep_technical(item, terms, findings)
        elif competence is Competence.SOFT:
            findings.soft_skills += (item.trusted(0.5) for item in items_within(text, start, row.end, row, terms))
    if section.kind is SectionKind.LANGUAGES:  # a grid below the mother tongue has others without a label
        findings.languages += _languages(section.rows, terms, text)


def _is_skill_list(row: Row, terms: Terms, *, bare: bool) -> bool:
    """Whether the row of another section lists skills: "Computer skills: …".

    `bare` admits a label of one word where what is listed is known: "Tools: Git, Make" under odds and ends.
    """
    label = LABEL.match(row.text)
    key = heading_key(label[1]) if label else ""
    named = len(key.split()) > 1 or (bare and terms.has(Term.SKILL, row.start, row.end))
    return named and headings().get(key) == SectionKind.SKILLS.value and "," in row.text


def _unique(items: Iterable[Finding]) -> list[Finding]:
    kept: dict[str, Finding] = {}
    for item in items:
        kept.setdefault(fold(item.text), item)
    return list(kept.values())


def _read_skills(rows: Sequence[Row], text: str, terms: Terms, findings: SkillFindings) -> None:
    listed = list(items_of(rows, text, terms))
    spoken = {label for label, item in listed if _tells_languages(label) and _whole_language(terms, item, "")}
    for label, item in listed:
        folded = fold(item.text)
        if label in spoken and _is_unknown_tongue(item, terms, text):
            findings.languages.append(item.trusted(0.6))
        elif (
            _tells_languages(label)
            and not _language_spans(terms, item.start, item.end)
            and folded not in phrases("skills")
        ):
            if not findings.languages:  # else it tells how well they are spoken
                _keep_technical(item, terms, findings)
        elif _CERTIFICATE_LABEL.match(label):
            findings.certifications.append(item.trusted(0.6))
        elif _SOFT_LABEL.match(label) or folded in phrases("soft_skills"):
            findings.soft_skills.append(item.trusted(0.7))
        elif spans := _whole_language(terms, item, label):
            findings.languages += (
                Finding(text=text[start:end], start=start, end=end, confidence=0.8) for start, end in spans
            )
        elif not _OTHER_LABEL.match(label):
            _keep_technical(item, terms, findings)


def _is_unknown_tongue(item: Finding, terms: Terms, text: str) -> bool:
    """Whether an item among human languages may be one that no list holds: a capitalised word, no known skill.

    What comes after a language without a comma tells how well it is spoken, beside it or in the cell beside its own.
    """
    before = text[max(0, item.start - _REACH) : item.start]
    if not _LISTED_ON.search(before):
        return False
    known = _language_spans(terms, item.start, item.end) or terms.has(Term.SKILL, item.start, item.end)
    return (
        not known
        and not is_grade(item.text)
        and item.text.isalpha()
        and item.text.istitle()
        and len(item.text) >= _SHORTEST_TONGUE
    )


def _whole_language(terms: Terms, item: Finding, label: str) -> Sequence[tuple[int, int]]:
    """Return the language names of an item that is one, or that stands under a label for them."""
    spans = _language_spans(terms, item.start, item.end)
    if _tells_languages(label):
        return spans
    told = spans and item.start == spans[0][0] and _HOW_WELL.fullmatch(item.text, spans[0][1] - item.start)
    whole = sum(end - start for start, end in spans) > 0.8 * (item.end - item.start)
    return spans if spans and (told or whole) else ()


def _keep_technical(item: Finding, terms: Terms, findings: SkillFindings) -> None:
    words = item.text.split()
    if len(words) > MOST_WORDS or len(item.text) > _LONGEST_ITEM:
        return
    known = terms.has(Term.SKILL, item.start, item.end)
    findings.technical.append(item.trusted(0.9 if known else 0.8 if len(words) <= 3 else 0.55))  # noqa: PLR2004


def _language_spans(terms: Terms, start: int, end: int) -> Sequence[tuple[int, int]]:
    return terms.within(Term.LANGUAGE, start, end)


def _languages(rows: Sequence[Row], terms: Terms, text: str) -> Iterator[Finding]:
    for row in rows:
        for start, end in _language_spans(terms, row.start, row.end):
            if (
                start == row.start
                or text[start].isupper()
                or not text[start].isascii()
                or _LISTED.search(text, row.start, start)
            ):
                yield Finding(text=text[start:end], start=start, end=end, confidence=0.88)
