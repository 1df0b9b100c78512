"""What the extraction tests share: reading bytes to the end, and comparing words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, OcrMode, ParseOptions
from resumate_grpc.parsing.document import Block, Document
from resumate_grpc.parsing.extraction import extract
from resumate_grpc.parsing.sniff import sniff

__all__ = ["blocks", "line_with", "lines", "read", "read_with_progress", "recall", "stated"]


def read_with_progress(
    content: bytes, filename: str = "", *, ocr: OcrMode = OcrMode.AUTO, max_pages: int = 100
) -> tuple[Document, list[StageProgress]]:
    """Sniff and read a file; return the document and all progress that was told."""
    return _run(content, sniff(content, filename), ParseOptions(ocr=ocr), max_pages)


def _run(
    content: bytes, media_type: MediaType, options: ParseOptions, max_pages: int
) -> tuple[Document, list[StageProgress]]:
    progress: list[StageProgress] = []
    steps = extract(content, media_type=media_type, options=options, max_pages=max_pages)
    while True:
        try:
            progress.append(next(steps))
        except StopIteration as end:
            document: Document = end.value
            return document, progress


def read(content: bytes, filename: str = "") -> Document:
    """Sniff and read a file."""
    return read_with_progress(content, filename)[0]


def lines(document: Document) -> list[str]:
    """Return the texts of all lines."""
    return [line.text for line in document.lines]


def line_with(document: Document, text: str) -> str:
    """Return the one line that holds a text."""
    (line,) = [line.text for line in document.lines if text in line.text]
    return line


def blocks(document: Document) -> list[Block]:
    """Return all blocks in reading order."""
    return [block for page in document.pages for block in page.blocks]


def stated(resume: ParsedResume) -> Iterator[str]:
    """Yield the strings that a résumé prints as they stand: names, titles, places, list items, skills."""
    person = resume.personal_info
    yield from (person.full_name, person.location, person.phone, person.email, person.summary)
    for post in resume.work_experience:
        yield from (post.title, post.company, post.location, *post.highlights)
    for course in resume.education:
        yield from (course.degree, course.field_of_study, course.institution, course.location)
    yield from resume.skills.technical
    yield from resume.skills.languages


def recall(text: str, resume: ParsedResume) -> float:
    """Return the share of the stated words that the text has, counting repeats."""
    found = Counter(_words(text))
    wanted = Counter(_words(" ".join(stated(resume))))
    return sum(min(count, found[word]) for word, count in wanted.items()) / wanted.total()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
