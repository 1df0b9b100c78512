"""NLP parsing: `Document` → `ParsedResume`, every value with confidence and evidence."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

import resumate_grpc
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing import nlp, phones, result, vocabulary
from resumate_grpc.parsing.bodies import prose_of
from resumate_grpc.parsing.career.derived import with_derived
from resumate_grpc.parsing.contact import contact_of
from resumate_grpc.parsing.dates import DateSpan, find_dates
from resumate_grpc.parsing.degrees import has_degree
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.education import Study, studies_of
from resumate_grpc.parsing.evidence import Doubts, Ledger
from resumate_grpc.parsing.experience import Post, posts_of
from resumate_grpc.parsing.finding import Finding, found
from resumate_grpc.parsing.fragments import Row, rows_of
from resumate_grpc.parsing.language import language_of
from resumate_grpc.parsing.line_tags import LineTags, line_tags
from resumate_grpc.parsing.links import web_links_of
from resumate_grpc.parsing.nlp import Term, Terms, terms_of
from resumate_grpc.parsing.projects import Listed, Work, listed_of, works_of
from resumate_grpc.parsing.section_review import reviewed_sections
from resumate_grpc.parsing.sections import Section, SectionKind, sections_of
from resumate_grpc.parsing.skill_groups import with_skill_groups
from resumate_grpc.parsing.skills import skills_of
from resumate_grpc.parsing.unclear_sections import told_apart

__all__ = ["load", "sections_in", "understand"]

_LONG_LINE_WORDS = 12
_ASKS = re.compile(r"\s{0,19}:")
"""What stands behind a label of a form."""
_UNPAID = ("volunt", "volont", "ehrenamt", "benevol", "vrijwillig", "волонт", "志愿", "ボランティア", "봉사")


def load() -> None:
    """Load the spaCy pipeline and every word list now (about 0.2 s)."""
    nlp.load()
    nlp.load_tagger()
    vocabulary.load_all()
    phones.load()


def understand(
    document: Document, *, options: ParseOptions, doubts: Doubts | None = None
) -> Generator[StageProgress, None, ParsedResume]:
    """Find sections and values, yielding progress as parts are read.

    Never raises on a document, whatever its text; what the document does not state stays empty. `options.language`
    overrules the language detected. `doubts`, where given, is filled with what confidences were made of.
    """
    yield _progress(0, "Finding sections")
    reader = _reader(document, options)
    titled = sum(bool(section.title) for section in reader.sections)
    yield _progress(20, f"Found {titled} section{'' if titled == 1 else 's'}")
    parsed = ParsedResume(
        text=document.text,
        language=reader.language,
        page_count=sum(page.number > 0 for page in document.pages),
        parser_version=resumate_grpc.__version__,
        warnings=document.warnings,
    )
    ledger = Ledger(document, reader.tags, doubts)
    parsed = yield from _parts(reader, document, ledger, parsed)
    scores = result.confidence_scores(ledger.evidence)
    parsed = replace(
        parsed, evidence=ledger.evidence, confidence_scores=scores, confidence_score=result.overall(ledger.evidence)
    )
    parsed = with_derived(parsed, as_of=datetime.now(UTC).strftime("%Y-%m"))
    yield _progress(100, f"Read {len(ledger.evidence)} values")
    return parsed


def sections_in(document: Document, *, options: ParseOptions) -> Sequence[Section]:
    """Return the sections that `understand` reads the document by."""
    return _reader(document, options).sections


def _parts(
    reader: _Reader, document: Document, ledger: Ledger, parsed: ParsedResume
) -> Generator[StageProgress, None, ParsedResume]:
    """Read part after part into the result."""
    links = web_links_of(document)
    contact = contact_of(document, reader.sections, links, terms=reader.terms, language=reader.language)
    parsed = replace(parsed, personal_info=result.personal_info(contact, reader.summary(), ledger))
    yield _progress(35, "Read contact data")
    parsed = replace(parsed, work_experience=result.work_experience((yield from reader.posts()), ledger))
    yield _progress(60, "Reading education")
    parsed = replace(parsed, education=result.education(reader.studies(), ledger))
    yield _progress(75, "Reading skills")
    skills = skills_of(reader.sections, reader.dates, reader.text, terms=reader.terms)
    parsed = replace(parsed, skills=result.skills(skills, ledger))
    yield _progress(85, "Reading projects and other sections")
    return replace(
        parsed,
        projects=result.projects(reader.works(), links, ledger),
        publications=result.publications(reader.listed(SectionKind.PUBLICATIONS), ledger),
        awards=result.awards(reader.listed(SectionKind.AWARDS), ledger),
        volunteering=result.volunteering(reader.posts_of_kind(SectionKind.VOLUNTEERING), ledger),
    )


def _progress(percent: int, message: str) -> StageProgress:
    return StageProgress(stage=Stage.NLP_PARSING, stage_percent=percent, message=message)


def _reader(document: Document, options: ParseOptions) -> _Reader:
    terms = terms_of(document.text)
    rows = rows_of(document)
    dates = find_dates(document.text)
    tags = line_tags(rows, dates, terms)
    return _Reader(
        text=document.text,
        language=options.language or language_of(document.text),
        all_rows=rows,
        sections=told_apart(
            with_skill_groups(reviewed_sections(sections_of(rows), rows, tags), dates), dates, document.text, terms
        ),
        dates=dates,
        terms=terms,
        tags=tags,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reader:
    """What every part is read from."""

    text: str
    language: str
    all_rows: Sequence[Row]
    sections: Sequence[Section]
    dates: Sequence[DateSpan]
    terms: Terms
    tags: LineTags

    def rows(self, *kinds: SectionKind) -> list[tuple[Row, ...]]:
        return [section.rows for kind in kinds for section in self.sections if section.kind is kind and section.rows]

    def unheaded(self) -> list[tuple[Row, ...]]:
        """Return the rows under no heading that we know: where entries stand when their section has none."""
        return self.rows(SectionKind.HEAD, SectionKind.SUMMARY, SectionKind.OTHER, SectionKind.AWARDS)

    def summary(self) -> Finding | None:
        for rows in self.rows(SectionKind.SUMMARY):
            if whole := found(self.text, rows[0].start, max(row.end for row in rows), 0.8):
                return whole
        head = chain.from_iterable(self.rows(SectionKind.HEAD))
        sentences = [row for row in head if len(row.text.split()) > _LONG_LINE_WORDS]
        return prose_of(sentences, self.text)

    def posts(self) -> Generator[StageProgress, None, list[Post]]:
        parts = [section.rows for section in self.sections if section.rows and _speaks_of_work(section)]
        posts: list[Post] = []
        for index, rows in enumerate(parts):
            yield _progress(35 + 25 * index // len(parts), f"Reading work experience ({index + 1} of {len(parts)})")
            posts += posts_of(rows, self.dates, self.text, terms=self.terms)
        return posts if parts else self.unheaded_posts()

    def unheaded_posts(self) -> list[Post]:
        posts = [post for rows in self.unheaded() for post in posts_of(rows, self.dates, self.text, terms=self.terms)]
        return [
            post.doubted()
            for post in posts
            if post.title and post.company and post.is_period and not self.names_degree(post.title, post.company)
        ]

    def names_degree(self, *findings: Finding) -> bool:
        """Whether one of the values names a degree: then it tells of studies, not of work."""
        return any(has_degree(self.terms, self.text, each.start, each.end) for each in findings)

    def names_post(self, finding: Finding) -> bool:
        """Whether the value names a post."""
        return self.terms.has(Term.ROLE, finding.start, finding.end)

    def posts_of_kind(self, kind: SectionKind) -> list[Post]:
        return [post for rows in self.rows(kind) for post in posts_of(rows, self.dates, self.text, terms=self.terms)]

    def studies(self) -> list[Study]:
        headed = self.rows(SectionKind.EDUCATION)
        studies = [
            study
            for rows in headed or self.unheaded()
            for study in studies_of(rows, self.dates, self.text, terms=self.terms)
        ]
        if headed:
            return studies
        return [
            study.doubted()
            for study in studies
            if study.institution
            and study.degree
            and not self.names_post(study.institution)
            and not _ASKS.match(self.text, study.institution.end)
            and not any(sign in study.institution.text for sign in ("@", "://", "|"))
        ]

    def works(self) -> list[Work]:
        return [work for rows in self.rows(SectionKind.PROJECTS) for work in works_of(rows, self.dates, self.text)]

    def listed(self, kind: SectionKind) -> list[Listed]:
        whole = kind is SectionKind.PUBLICATIONS
        return [item for rows in self.rows(kind) for item in listed_of(rows, self.dates, self.text, whole=whole)]


def _speaks_of_work(section: Section) -> bool:
    """Whether the section's entries are posts: work, and unpaid work where the heading speaks of volunteering."""
    unpaid = section.kind is SectionKind.VOLUNTEERING and any(word in section.title for word in _UNPAID)
    return section.kind is SectionKind.EXPERIENCE or unpaid
