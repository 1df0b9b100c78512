"""Ways to print courses of study. Each belongs to one split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from resumate_grpc.model.parsed import Education
from synthetic.printing import Printing
from synthetic.sheet import Element, Grid, Line, Rail, Run, line

__all__ = ["STUDY_STYLES", "StudyStyle"]

Studies = Sequence[Education]
_BREAK = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyStyle:
    """`omits` are the fields that it does not print."""

    split: str
    build: Callable[[Studies, Printing], list[Element]]
    omits: frozenset[str] = frozenset({"location", "gpa"})

    def stated(self, studies: Studies) -> tuple[Education, ...]:
        """Return the courses as a résumé in this style states them."""
        return tuple(
            replace(
                study,
                location="" if "location" in self.omits else study.location,
                gpa="" if "gpa" in self.omits else study.gpa,
            )
            for study in studies
        )


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)


def _grade(study: Education, printing: Printing) -> list[Element]:
    return [line(f"{printing.label('gpa')}: {study.gpa}")] if study.gpa else []


def _each(build: Callable[[Education, Printing], list[Element]]) -> Callable[[Studies, Printing], list[Element]]:
    return lambda studies, printing: [part for study in studies for part in build(study, printing)]


def _school_first(study: Education, printing: Printing) -> list[Element]:
    return [
        line(study.institution, bold=True, right=printing.study_dates(study), before=_BREAK),
        line(printing.degree(study), right=study.location),
        *_grade(study, printing),
    ]


def _degree_first(study: Education, printing: Printing) -> list[Element]:
    return [
        line(printing.degree(study), bold=True, right=printing.study_dates(study), before=_BREAK),
        line(_joined(", ", study.institution, study.location)),
        *_grade(study, printing),
    ]


def _pipes(study: Education, printing: Printing) -> list[Element]:
    whole = _joined(" | ", printing.degree(study), study.institution, study.location, printing.study_dates(study))
    return [line(whole, before=_BREAK), *_grade(study, printing)]


def _rail(study: Education, printing: Printing) -> list[Element]:
    right = (line(printing.degree(study), bold=True), line(_joined(", ", study.institution, study.location)))
    return [Rail(left=(line(printing.study_dates(study), before=_BREAK),), right=right)]


def _stacked(study: Education, printing: Printing) -> list[Element]:
    parts = (study.degree, study.field_of_study, study.institution, printing.study_dates(study))
    rows = [line(part) for part in parts if part]
    return [replace(rows[0], before=_BREAK), *rows[1:], *_grade(study, printing)]


def _form(study: Education, printing: Printing) -> list[Element]:
    values = {"dates": printing.study_dates(study), "institution": study.institution, "degree": study.degree,
              "field": study.field_of_study, "gpa": study.gpa}  # fmt: skip
    rows = [line(f"{printing.label(name)}: {value}") for name, value in values.items() if value]
    return [replace(rows[0], before=_BREAK), *rows[1:]]


def _grid(studies: Studies, printing: Printing) -> list[Element]:
    head = tuple((line(printing.label(name), bold=True),) for name in ("degree", "institution", "dates"))
    rows = [
        ((line(printing.degree(study)),), (line(study.institution),), (line(printing.study_dates(study)),))
        for study in studies
    ]
    return [Grid(rows=(head, *rows))]


def _colon(study: Education, printing: Printing) -> list[Element]:
    return [line(f"{study.institution} ({printing.study_dates(study)}): {printing.degree(study)}", before=_BREAK)]


def _school_then_place(study: Education, printing: Printing) -> list[Element]:
    return [
        line(printing.study_dates(study), italic=True, before=_BREAK),
        line(_joined(" – ", study.institution, study.location), bold=True),
        line(printing.degree(study)),
    ]


def _one_line(study: Education, printing: Printing) -> list[Element]:
    return [line(f"{printing.study_dates(study)}  {printing.degree(study)}, {study.institution}", before=_BREAK)]


def _dots(study: Education, printing: Printing) -> list[Element]:
    return [
        line(study.field_of_study, bold=True, before=_BREAK),
        line(_joined(" · ", study.degree, study.institution, study.location, printing.study_dates(study))),
    ]


def _dashes(study: Education, printing: Printing) -> list[Element]:
    whole = _joined(" — ", study.institution, printing.degree(study), printing.study_dates(study))
    return [line(whole, before=_BREAK), *_grade(study, printing)]


def _both_right(study: Education, printing: Printing) -> list[Element]:
    return [
        line(study.institution, right=study.location, before=_BREAK),
        line(printing.degree(study), italic=True, right=printing.study_dates(study)),
        *_grade(study, printing),
    ]


def _cells(studies: Studies, printing: Printing) -> list[Element]:
    rows = [
        (
            (line(study.institution, bold=True), line(printing.study_dates(study))),
            (line(study.degree), line(study.field_of_study)),
        )
        for study in studies
    ]
    return [Grid(rows=tuple(rows))]


def _shuffled(studies: Studies, printing: Printing) -> list[Element]:
    """Print the parts in an order, on rows and with signs that are drawn once for the résumé."""
    rng = printing.rng
    names = rng.choice((["degree", "field"], ["both"], ["both"]))
    names = rng.sample([*names, "institution", "location", "dates"], len(names) + 3)
    breaks = [rng.random() < 0.4 for _ in names]
    sign = rng.choice((", ", " | ", " / ", " - ", "; "))
    strong, slanted = rng.choice(names), rng.choice(names)
    parts: list[Element] = []
    for study in studies:
        values = {"degree": study.degree, "field": study.field_of_study, "both": printing.degree(study),
                  "institution": study.institution, "location": study.location,
                  "dates": printing.study_dates(study)}  # fmt: skip
        rows: list[list[Run]] = [[]]
        for name, ends in zip(names, breaks, strict=True):
            if values[name]:
                text = f"{sign}{values[name]}" if rows[-1] else values[name]
                rows[-1].append(Run(text=text, bold=name == strong, italic=name == slanted))
            if ends and rows[-1]:
                rows.append([])
        lines = [Line(runs=tuple(runs)) for runs in rows if runs]
        parts += [replace(lines[0], before=_BREAK), *lines[1:], *_grade(study, printing)]
    return parts


_NOTHING: frozenset[str] = frozenset()
_GRADE = frozenset({"gpa"})
_PLACE = frozenset({"location"})
STUDY_STYLES = {
    "shuffled": StudyStyle(split="train", build=_shuffled, omits=_NOTHING),
    "shuffled again": StudyStyle(split="train", build=_shuffled, omits=_NOTHING),
    "school first": StudyStyle(split="train", build=_each(_school_first), omits=_NOTHING),
    "degree first": StudyStyle(split="train", build=_each(_degree_first), omits=_NOTHING),
    "pipes": StudyStyle(split="train", build=_each(_pipes), omits=_NOTHING),
    "rail": StudyStyle(split="train", build=_each(_rail), omits=_GRADE),
    "stacked": StudyStyle(split="train", build=_each(_stacked), omits=_PLACE),
    "form": StudyStyle(split="train", build=_each(_form), omits=_PLACE),
    "grid": StudyStyle(split="train", build=_grid),
    "colon": StudyStyle(split="dev", build=_each(_colon)),
    "school then place": StudyStyle(split="dev", build=_each(_school_then_place), omits=_GRADE),
    "one line": StudyStyle(split="test", build=_each(_one_line)),
    "dots": StudyStyle(split="test", build=_each(_dots), omits=_GRADE),
    "dashes": StudyStyle(split="test", build=_each(_dashes), omits=_PLACE),
    "both right": StudyStyle(split="test", build=_each(_both_right), omits=_NOTHING),
    "cells": StudyStyle(split="test", build=_cells),
}
