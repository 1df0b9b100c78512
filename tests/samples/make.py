"""Write the sample résumés and, beside each, what it states.

Usage: `python -m tests.samples.make [FOLDER]` (default: the folder `files` beside this module). Running it again
writes the same bytes. The people are invented; the numbers are ones that nobody has.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from resumate_grpc.model.parsed import ParsedResume
from tests.samples import doc_layouts, docx_layouts, pdf_layouts, text_layouts, word_xml_layouts
from tests.samples.people import ADA, CLARA, ENGLISH, FRENCH, GERMAN, HUGO, JONAS, PRIYA

__all__ = ["FILES", "main", "samples", "truth"]

FILES = Path(__file__).parent / "files"
_STATED = ("personal_info", "work_experience", "education", "skills", "language")


def samples() -> Iterator[tuple[str, bytes, ParsedResume]]:
    """Yield each sample's file name, its bytes and what it states."""
    yield "one_column_en.pdf", pdf_layouts.one_column(ADA, ENGLISH), _without(ADA, place_of_study=True)
    yield "sidebar_en.pdf", pdf_layouts.sidebar(PRIYA, ENGLISH), _without(PRIYA, place_of_study=True)
    yield "left_rail_de.pdf", pdf_layouts.left_rail(JONAS, GERMAN), _without(JONAS, place_of_study=True)
    yield "ruled_table_fr.pdf", pdf_layouts.ruled_table(CLARA, FRENCH), CLARA
    yield "paragraphs_en.docx", docx_layouts.paragraphs(HUGO, ENGLISH), _without(HUGO, place_of_study=True)
    yield "table_layout_de.docx", docx_layouts.table_layout(JONAS, GERMAN), _without(JONAS, place_of_study=True)
    yield "boxes_en.docx", docx_layouts.boxes(ADA, ENGLISH), _without(ADA, place_of_study=True, links=True)
    yield "binary_en.doc", doc_layouts.binary(HUGO, ENGLISH), _without(HUGO, place_of_study=True)
    yield "word_2003_de.doc", word_xml_layouts.word_2003(JONAS, GERMAN), _without(JONAS, place_of_study=True)
    yield "rich_fr.rtf", text_layouts.rich(CLARA, FRENCH), _without(CLARA, place_of_study=True)
    text = text_layouts.plain(HUGO, ENGLISH).encode()
    yield "plain_en.txt", text, _without(HUGO, place_of_study=True, links=True, gpa=True)
    text = text_layouts.plain(CLARA, FRENCH).encode("utf-16-le")
    yield "plain_utf16_fr.txt", codecs.BOM_UTF16_LE + text, _without(CLARA, place_of_study=True)
    yield "markdown_en.md", text_layouts.markdown(PRIYA, ENGLISH).encode(), _without(PRIYA, place_of_study=True)


def _without(
    resume: ParsedResume, *, place_of_study: bool = False, links: bool = False, gpa: bool = False
) -> ParsedResume:
    """Empty what a layout does not print."""
    person = resume.personal_info
    if links:
        person = replace(person, linkedin_url="", github_url="", portfolio_url="")
    education = tuple(
        replace(course, location="" if place_of_study else course.location, gpa="" if gpa else course.gpa)
        for course in resume.education
    )
    return replace(resume, personal_info=person, education=education)


def truth(resume: ParsedResume) -> dict[str, object]:
    """Return what a résumé states, by the names of `ParsedResume`; what a parser adds (confidence) is left out."""
    return {name: _without_confidence(value) for name, value in asdict(resume).items() if name in _STATED}


def _without_confidence(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_confidence(part) for name, part in value.items() if name != "confidence"}
    if isinstance(value, list | tuple):
        return [_without_confidence(part) for part in value]
    return value


def main(folder: Path = FILES) -> None:
    """Write all samples into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content, resume in samples():
        (folder / name).write_bytes(content)
        text = json.dumps(truth(resume), ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
