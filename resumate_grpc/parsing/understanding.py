"""NLP parsing: `Document` → `ParsedResume`, every value with confidence and evidence."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import chain

import resumate_grpc
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing import nlp, phones, result, vocabulary
from resumate_grpc.parsing.contact import contact_of
from resumate_grpc.parsing.dates import DateSpan, find_dates
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.education import studies_of
from resumate_grpc.parsing.entries import prose_of
from resumate_grpc.parsing.evidence import Ledger
from resumate_grpc.parsing.experience import Post, posts_of
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.fragments import Row, rows_of
from resumate_grpc.parsing.language import language_of
from resumate_grpc.parsing.nlp import Terms, terms_of
from resumate_grpc.parsing.projects import listed_of, works_of
from resumate_grpc.parsing.sections import Section, SectionKind, sections_of
from resumate_grpc.parsing.skills import skills_of

__all__ = ["load", "understand"]


def load() -> None:
    """Load the spaCy pipeline and every word list now (about half a second)."""
    nlp.load()
    vocabulary.load_all()
    phones.load()


def understand(document: Document, *, options: ParseOptions) -> Generator[StageProgress, None, ParsedResume]:
    """Find sections and values, yielding progress as parts are read.

    Never raises on a document, whatever its text; what the document does not state stays empty. `options.language`
    overrules the language detected.
    """
    yield _progress(0, "Finding sections")
    text = document.text
    language = options.language or language_of(text)
    sections = sections_of(rows_of(document))
    dates, terms = find_dates(text), terms_of(text)
    ledger = Ledger(document)
    titled = [section for section in sections if section.title]
    yield _progress(20, f"Found {len(titled)} section{'' if len(titled) == 1 else 's'}")

    contact = contact_of(document, sections, terms=terms, language=language)
    info = result.personal_info(contact, _summary(sections, text), ledger)
    yield _progress(35, "Read contact data")

    posts = yield from _posts(sections, dates, text, terms)
    work = result.work_experience(posts, ledger)
    yield _progress(60, "Reading education")

    studies = [
        study for rows in _rows(sections, SectionKind.EDUCATION) for study in studies_of(rows, dates, text, terms=terms)
    ]
    schools = result.education(studies, ledger)
    yield _progress(75, "Reading skills")

    skills = result.skills(skills_of(sections, dates, text, terms=terms), ledger)
    yield _progress(85, "Reading projects and other sections")

    projects = [work for rows in _rows(sections, SectionKind.PROJECTS) for work in works_of(rows, dates, text)]
    papers = [item for rows in _rows(sections, SectionKind.PUBLICATIONS) for item in listed_of(rows, dates, text)]
    awards = [item for rows in _rows(sections, SectionKind.AWARDS) for item in listed_of(rows, dates, text)]
    unpaid = [
        post for rows in _rows(sections, SectionKind.VOLUNTEERING) for post in posts_of(rows, dates, text, terms=terms)
    ]
    parts = {
        "projects": result.projects(projects, ledger),
        "publications": result.publications(papers, ledger),
        "awards": result.awards(awards, ledger),
        "volunteering": result.volunteering(unpaid, ledger),
    }
    scores = result.confidence_scores(ledger.evidence)
    yield _progress(100, f"Read {len(ledger.evidence)} values")
    return ParsedResume(
        personal_info=info,
        work_experience=work,
        education=schools,
        skills=skills,
        projects=parts["projects"],
        publications=parts["publications"],
        awards=parts["awards"],
        volunteering=parts["volunteering"],
        confidence_scores=scores,
        confidence_score=result.overall(scores),
        evidence=ledger.evidence,
        text=text,
        language=language,
        page_count=sum(page.number > 0 for page in document.pages),
        parser_version=resumate_grpc.__version__,
        warnings=document.warnings,
    )


def _progress(percent: int, message: str) -> StageProgress:
    return StageProgress(stage=Stage.NLP_PARSING, stage_percent=percent, message=message)


def _rows(sections: Sequence[Section], kind: SectionKind) -> list[tuple[Row, ...]]:
    return [section.rows for section in sections if section.kind is kind and section.rows]


def _summary(sections: Sequence[Section], text: str) -> Finding | None:
    for rows in _rows(sections, SectionKind.SUMMARY):
        if whole := found(text, rows[0].start, rows[-1].end, 0.8):
            return whole
    head = chain.from_iterable(_rows(sections, SectionKind.HEAD))
    long = [row for row in head if len(row.text.split()) > 12]  # noqa: PLR2004 - a sentence rather than contact data
    return prose_of(long, text) if long else None


def _speaks_of_work(section: Section) -> bool:
    """Whether the section's entries are posts: work, and unpaid work where the heading calls it work or experience."""
    unpaid = section.kind is SectionKind.VOLUNTEERING and "volunt" in section.title
    return section.kind is SectionKind.EXPERIENCE or unpaid


def _posts(
    sections: Sequence[Section], dates: Sequence[DateSpan], text: str, terms: Terms
) -> Generator[StageProgress, None, list[Post]]:
    parts = [section.rows for section in sections if section.rows and _speaks_of_work(section)]
    posts: list[Post] = []
    for index, rows in enumerate(parts):
        yield _progress(35 + 25 * index // len(parts), f"Reading work experience ({index + 1} of {len(parts)})")
        posts += posts_of(rows, dates, text, terms=terms)
    return posts
