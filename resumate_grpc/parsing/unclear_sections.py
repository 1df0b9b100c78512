"""Sections whose headings do not say what they hold: "Qualifications", and posts and studies under one heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from resumate_grpc.parsing.dates import DateSpan, dates_within
from resumate_grpc.parsing.degrees import has_degree
from resumate_grpc.parsing.entries import entries_by_date
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.nlp import Term, Terms
from resumate_grpc.parsing.sections import Section, SectionKind
from resumate_grpc.parsing.study_parts import degree_leads

__all__ = ["told_apart"]

_TRAINING = re.compile(r"(?:(?:berufs)?ausbildung|lehre|umschulung|apprenticeship|apprentissage)\b", re.IGNORECASE)
_QUALIFICATIONS = ("qualifications", "other qualifications", "additional qualifications", "qualificaties")
_DATED, _LEAST_ROWS = 0.4, 3
"""The share of rows with a period that makes a list one of courses: what one can do has no period."""


def told_apart(sections: Sequence[Section], dates: Sequence[DateSpan], text: str, terms: Terms) -> Sequence[Section]:
    """Return the sections, each of the kind that its rows are of, and studies cut from among posts.

    "Qualifications" are courses where they have periods, and education where they are degrees and no other section is
    headed so.
    """
    sections = [_of_courses(section, dates) for section in sections]
    if any(section.kind is SectionKind.EDUCATION for section in sections):
        return _with_certificates(sections)
    sections = [part for section in sections for part in _studies_apart(section, dates, text, terms)]
    return [
        replace(section, kind=SectionKind.EDUCATION)
        if _is_of_qualifications(section) and any(has_degree(terms, text, row.start, row.end) for row in section.rows)
        else section
        for section in sections
    ]


def _is_of_qualifications(section: Section) -> bool:
    return "qualif" in section.title


def _of_courses(section: Section, dates: Sequence[DateSpan]) -> Section:
    if section.kind is not SectionKind.SKILLS or not _is_of_qualifications(section) or len(section.rows) < _LEAST_ROWS:
        return section
    dated = sum(any(span.is_range for span in dates_within(dates, row.start, row.end)) for row in section.rows)
    return replace(section, kind=SectionKind.COURSES) if dated >= _DATED * len(section.rows) else section


def _studies_apart(section: Section, dates: Sequence[DateSpan], text: str, terms: Terms) -> Iterator[Section]:
    """Part the courses of study from the posts of a section that tells both: "Career", "Werdegang"."""
    if section.kind is not SectionKind.EXPERIENCE:
        yield section
        return
    entries = entries_by_date(section.rows, dates, leads=lambda _: False)
    told = {
        row.number: any(_tells_study(each, text, terms) for each in entry.header)
        for entry in entries
        for row in (*entry.header, *entry.body)
    }
    for studied, rows in groupby(section.rows, key=lambda row: told.get(row.number, False)):
        yield replace(section, rows=tuple(rows), kind=SectionKind.EDUCATION if studied else section.kind)


def _tells_study(row: Row, text: str, terms: Terms) -> bool:
    """Whether a row begins with a degree, and names no post: "Bachelor of Arts", but "Master Electrician"."""
    named = [fragment for fragment in row.fragments if degree_leads(fragment.start, fragment.end, text, terms)]
    return any(not terms.has(Term.ROLE, each.start, each.end) or _TRAINING.match(each.text) for each in named)


def _with_certificates(sections: Sequence[Section]) -> Sequence[Section]:
    """Read "Qualifications" as certificates where skills stand under a heading of their own."""
    if not any(section.kind is SectionKind.SKILLS and not _is_of_qualifications(section) for section in sections):
        return sections
    return [
        replace(section, kind=SectionKind.CERTIFICATIONS)
        if section.kind is SectionKind.SKILLS and section.title in _QUALIFICATIONS
        else section
        for section in sections
    ]
