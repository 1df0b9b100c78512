"""Values of made résumés, each judged by what was printed: no scorer is needed where the truth is exact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool

from synthetic.corpus import made

from resumate_grpc.model.parsed import Education, ParsedResume, WorkExperience
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.calibration import field_of
from resumate_grpc.parsing.evidence import Doubts
from resumate_grpc.parsing.folding import words_of
from resumate_grpc.parsing.understanding import understand
from training.labelling import document_of

__all__ = ["Told", "told_values"]

_CONTACT = ("full_name", "email", "phone", "location", "linkedin_url", "github_url", "portfolio_url")
_POST = ("company", "title", "location", "start_date", "end_date")
_STUDY = ("institution", "degree", "field_of_study", "location", "start_date", "end_date", "gpa")
_LISTS = ("technical", "languages", "certifications")


@dataclass(frozen=True, slots=True)
class Told:
    """One value: its field, what rules and tagger said of it, whether it is right, the template family it is from."""

    field: str
    confidence: float
    likelihood: float | None
    right: bool
    family: str


def told_values(split: str, count: int, *, processes: int = 1) -> list[Told]:
    """Make and parse résumés of a split, and judge each value."""
    with Pool(processes) as pool:
        found = pool.map(partial(_told, split), range(count), chunksize=8)
    return [value for values in found for value in values]


def _told(split: str, number: int) -> list[Told]:
    (one,) = made(split, 1, first=number)
    document = document_of(one)
    if document is None:
        return []
    doubts: Doubts = {}
    reading = understand(document, options=ParseOptions(), doubts=doubts)
    while True:
        try:
            next(reading)
        except StopIteration as stop:
            resume: ParsedResume = stop.value
            break
    work, study = one.sheet.template.split("; ")[1:3]
    return [
        Told(field_of(path), *doubts[path], right, study if path.startswith("education") else work)
        for path, right in _judged(resume, one.sheet.truth)
        if path in doubts
    ]


def _judged(resume: ParsedResume, truth: ParsedResume) -> Iterator[tuple[str, bool]]:
    own, true = resume.personal_info, truth.personal_info
    for name in _CONTACT:
        yield f"personal_info.{name}", _same(name, getattr(own, name), getattr(true, name))
    yield from _entries("work_experience", _POST, resume.work_experience, truth.work_experience)
    yield from _entries("education", _STUDY, resume.education, truth.education)
    for name in _LISTS:
        stated = [words_of(item) for item in getattr(truth.skills, name)]
        for at, item in enumerate(getattr(resume.skills, name)):
            yield f"skills.{name}[{at}]", words_of(item) in stated


def _entries(
    key: str,
    names: Sequence[str],
    found: Sequence[WorkExperience] | Sequence[Education],
    stated: Sequence[WorkExperience] | Sequence[Education],
) -> Iterator[tuple[str, bool]]:
    """Judge each entry by the stated one with which it shares most values; none is used twice."""
    shared = [
        (sum(_same(name, getattr(one, name), getattr(other, name)) for name in names), -abs(i - j), i, j)
        for i, one in enumerate(found)
        for j, other in enumerate(stated)
    ]
    partner: dict[int, int] = {}
    for common, _, i, j in sorted(shared, reverse=True):
        if common and i not in partner and j not in partner.values():
            partner[i] = j
    for i, one in enumerate(found):
        for name in names:
            value = getattr(one, name)
            truth = getattr(stated[partner[i]], name) if i in partner else ""
            yield f"{key}[{i}].{name}", bool(value) and _same(name, value, truth)


def _same(name: str, value: str, truth: str) -> bool:
    if not value or not truth:
        return False
    if name == "phone":
        return re.sub(r"\D", "", value) == re.sub(r"\D", "", truth)
    if name.endswith("_url"):
        return _bare(value) == _bare(truth)
    return words_of(value) == words_of(truth)


def _bare(url: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url.lower()).rstrip("/")
