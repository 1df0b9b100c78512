"""Made résumés as the tagger learns them: their line tokens, each with its label, known from what was printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool

from synthetic.corpus import Made, made

from resumate_grpc.errors import ResumateError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.extraction import extract
from resumate_grpc.parsing.fragments import Row, rows_of
from resumate_grpc.parsing.line_tags import Tag
from resumate_grpc.parsing.line_tokens import LineToken, line_tokens
from resumate_grpc.parsing.nlp import terms_of
from resumate_grpc.parsing.sniff import sniff

__all__ = ["LABELS", "Example", "document_of", "examples"]

LABELS = tuple(tag.value for tag in Tag)


@dataclass(frozen=True, slots=True)
class Example:
    """One résumé's tokens and their labels."""

    tokens: tuple[LineToken, ...]
    labels: tuple[str, ...]


def examples(split: str, count: int, *, processes: int = 1) -> list[Example]:
    """Make, read and label résumés of a split."""
    with Pool(processes) as pool:
        found = pool.map(partial(_example, split), range(count), chunksize=16)
    return [each for each in found if each]


def _example(split: str, number: int) -> Example | None:
    (one,) = made(split, 1, first=number)
    document = document_of(one)
    if document is None:
        return None
    rows = rows_of(document)
    tokens = line_tokens(rows, find_dates(document.text), terms_of(document.text))
    spans = list(_spans(document.text, rows, one))
    return Example(tuple(tokens), tuple(_label(token, spans) for token in tokens))


def document_of(one: Made) -> Document | None:
    """Read a made résumé's file; None where it cannot be read."""
    try:
        media_type = sniff(one.content, one.name)
        reading = extract(one.content, media_type=media_type, options=ParseOptions())
        while True:
            try:
                next(reading)
            except StopIteration as stop:
                document: Document = stop.value
                return document
    except ResumateError:
        return None


def _label(token: LineToken, spans: Iterable[tuple[int, int, str]]) -> str:
    if token.is_mark:
        return "other"
    return next((label for start, end, label in spans if start <= token.start and token.end <= end), "other")


def _spans(text: str, rows: Iterable[Row], one: Made) -> Iterator[tuple[int, int, str]]:
    """Yield where the values stand, the longest first; a place within another value is that value's."""
    taken: list[tuple[int, int]] = []
    short = [(row.start, row.end) for row in rows if not row.bullet or len(row.text.split()) < 5]  # noqa: PLR2004
    for value, label in sorted(set(_values(one.sheet.truth, one.sheet.headings)), key=lambda pair: -len(pair[0])):
        pattern = r"\s+".join(re.escape(word) for word in value.split())
        for match in re.finditer(rf"(?<!\w){pattern}(?!\w)" if value.isascii() else pattern, text, re.IGNORECASE):
            inside = any(start <= match.start() and match.end() <= end + len(value) for start, end in short)
            if inside and not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield *match.span(), label


def _values(truth: ParsedResume, headings: Iterable[str]) -> Iterator[tuple[str, str]]:
    pairs = [(heading, "heading") for heading in headings]
    pairs += [(truth.personal_info.full_name, "name"), (truth.personal_info.location, "place")]
    for post in truth.work_experience:
        pairs += [(post.company, "company"), (post.title, "title"), (post.location, "place")]
    for study in truth.education:
        pairs += [(study.institution, "institution"), (study.degree, "degree"), (study.field_of_study, "field"),
                  (study.location, "place")]  # fmt: skip
    skills = truth.skills
    pairs += [(item, "skill") for item in skills.technical]
    pairs += [(item, "language") for item in skills.languages]
    pairs += [(item, "certificate") for item in skills.certifications]
    return ((value, label) for value, label in pairs if value)
