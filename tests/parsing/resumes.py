"""Résumés of invented people, and the way from their text to what the parser understands of it."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from resumate_grpc.model.parsed import Box, ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.document import Block, Document, Line, Link, Page, Style, Word
from resumate_grpc.parsing.extraction import extract
from resumate_grpc.parsing.folding import words_of
from resumate_grpc.parsing.understanding import understand

__all__ = ["SAMPLE", "check_evidence", "document_of", "drive", "page_of", "understood", "values"]

Result = TypeVar("Result")

SAMPLE = """\
# Wilhelmina Torvald

wilhelmina.torvald@example.org | +1 415 555 0132 | Portland, OR
https://www.linkedin.com/in/wtorvald-example | github.com/wtorvald-example

## Summary

Engineer who likes tide gauges and quiet dashboards.

## Work Experience

**Harbour Gauge Ltd** | Portland, OR

*Senior Data Engineer* | March 2019 – Present

- Moved nine tide tables to streaming.
- Cut alarm noise by half.

**Fennel Robotics Inc.** | Austin, TX

*Software Developer* | 06/2015 - 02/2019

- Wrote the gripper's planner.

## Education

**University of Oregon** | Eugene, OR

Bachelor of Science in Computer Science | 2011 – 2015 | GPA: 3.7/4.0

## Skills

- Programming: Python, Go, SQL
- Tools: Docker, Kafka, Terraform

## Languages

English (native), Norwegian (B2)

## Certifications

- Certified Kubernetes Administrator, 2021
"""


def drive(steps: Generator[StageProgress, None, Result]) -> tuple[list[StageProgress], Result]:
    """Run a stage to its end; returns what it yielded and its result."""
    seen: list[StageProgress] = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as stop:
            return seen, stop.value


def document_of(text: str, *, media_type: MediaType = MediaType.TXT) -> Document:
    """Extract the text as the pipeline does."""
    return drive(extract(text.encode(), media_type=media_type, options=ParseOptions()))[1]


def understood(text: str, *, media_type: MediaType = MediaType.TXT) -> ParsedResume:
    """Parse the text to the end."""
    return drive(understand(document_of(text, media_type=media_type), options=ParseOptions()))[1]


def page_of(lines: list[tuple[float, float, str, Style]], *, links: tuple[Link, ...] = ()) -> Document:
    """Build a page of a PDF: each line with its left edge and top in points, its text and its look, one block each."""
    text, blocks = "", []
    for left, top, printed, style in lines:
        text += "\n\n" if text else ""
        start = len(text)
        words: list[Word] = []
        for printed_word in printed.split(" "):
            at = len(text) + (1 if words else 0)
            text += (" " if words else "") + printed_word
            x0 = left + (at - start) * style.size * 0.5
            box = Box(x0=x0, y0=top, x1=x0 + len(printed_word) * style.size * 0.5, y1=top + style.size)
            words.append(Word(text=printed_word, start=at, end=len(text), style=style, box=box))
        box = Box(x0=left, y0=top, x1=words[-1].box.x1 if words[-1].box else left, y1=top + style.size)
        line = Line(text=text[start:], start=start, end=len(text), words=tuple(words), box=box)
        blocks.append(Block(lines=(line,), box=box))
    page = Page(number=1, width=595.0, height=842.0, blocks=tuple(blocks))
    return Document(text=text, media_type=MediaType.PDF, pages=(page,), links=links)


def values(resume: ParsedResume) -> dict[str, str]:
    """Every value of the result by its field path."""
    found: dict[str, str] = {}
    for part in ("personal_info", "skills"):
        _collect(found, part, getattr(resume, part))
    for part in ("work_experience", "education", "projects", "publications", "awards", "volunteering"):
        for index, entry in enumerate(getattr(resume, part)):
            _collect(found, f"{part}[{index}]", entry)
    return found


def _collect(found: dict[str, str], path: str, entry: object) -> None:
    for name in entry.__slots__:  # type: ignore[attr-defined]  # a dataclass with slots
        value = getattr(entry, name)
        if isinstance(value, str) and value:
            found[f"{path}.{name}"] = value
        elif isinstance(value, tuple):
            found |= {f"{path}.{name}[{index}]": item for index, item in enumerate(value)}


def check_evidence(resume: ParsedResume) -> None:
    """Each value has one evidence within the text, with its words or its year, on a page, in a box if it is drawn."""
    evidence = {item.field_path: item for item in resume.evidence}
    assert len(evidence) == len(resume.evidence)
    assert set(evidence) == set(values(resume))
    for path, value in values(resume).items():
        item = evidence[path]
        assert 0 <= item.start <= item.end <= len(resume.text)
        assert 0 < item.confidence < 1
        printed = resume.text[item.start : item.end]
        assert 0 <= item.page <= resume.page_count
        assert item.box or not item.page or not printed
        if path.endswith(("_date", ".date")):
            assert value == "present" or value[2:4] in printed
        elif item.end > item.start and not path.endswith("_url"):
            assert words_of(value) == words_of(printed)
