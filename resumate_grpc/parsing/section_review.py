"""Sections reviewed by the tagger: headings that no list knows, and the kind of a section that its words do not tell.

A heading in unusual words and in no special print looks like any row to the rules, and its section is read as part of
the one above. The tagger sees it by what stands around it; what stands below it tells the section's kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from resumate_grpc.parsing.folding import fold
from resumate_grpc.parsing.fragments import Row
from resumate_grpc.parsing.line_tags import LineTags, Tag
from resumate_grpc.parsing.sections import Section, SectionKind
from resumate_grpc.parsing.vocabulary import heading_key, headings

__all__ = ["reviewed_sections"]

_HEADING = 0.8
_MOST_WORDS = 6
_LEAST_VOTES, _MAJORITY = 3, 0.7
_SURE = 0.6
_KINDS = {
    Tag.COMPANY: SectionKind.EXPERIENCE,
    Tag.TITLE: SectionKind.EXPERIENCE,
    Tag.INSTITUTION: SectionKind.EDUCATION,
    Tag.DEGREE: SectionKind.EDUCATION,
    Tag.FIELD: SectionKind.EDUCATION,
    Tag.SKILL: SectionKind.SKILLS,
    Tag.LANGUAGE: SectionKind.LANGUAGES,
    Tag.CERTIFICATE: SectionKind.CERTIFICATIONS,
}
_CONFIDENCE = 0.5
_OPENED = frozenset({SectionKind.EXPERIENCE, SectionKind.EDUCATION})
"""What a heading that only the tagger sees may open: lists are too easily found inside other sections."""
_WITHIN = frozenset(
    {SectionKind.HEAD, SectionKind.SUMMARY, SectionKind.CONTACT, SectionKind.EXPERIENCE, SectionKind.EDUCATION,
     SectionKind.SKILLS, SectionKind.LANGUAGES, SectionKind.CERTIFICATIONS}
)  # fmt: skip
"""Where it may open one: projects, awards and activities are told like posts, under headings of their own."""
_Look = tuple[float, bool, bool, int, int]


def reviewed_sections(sections: Sequence[Section], rows: Sequence[Row], tags: LineTags) -> tuple[Section, ...]:
    """Return the sections, cut where the tagger sees a heading inside one, unclear ones named by their content.

    Only a kind of which the rules found no section is looked for. `rows` are all rows of the document: those in no
    section are its headings, and a new one must look like them.
    """
    held = {row.number for section in sections for row in section.rows}
    looks = {_look(row) for row in rows if row.number not in held}
    missing = frozenset(_KINDS.values()) - {section.kind for section in sections if section.rows}
    return tuple(part for section in sections for part in _parts(section, missing, looks, tags))


def _look(row: Row) -> _Look:
    return (round(row.size, 1), row.bold, row.caps, row.color, row.heading_level)


def _parts(
    section: Section, missing: Collection[SectionKind], looks: Collection[_Look], tags: LineTags
) -> Iterator[Section]:
    kept, later = section.rows, []
    for at in reversed(range(len(section.rows))):
        if section.kind not in _WITHIN or not _is_heading(section.rows[at], section, looks, tags):
            continue
        kind = _kind(kept[at + 1 :], tags)
        if kind in _OPENED and kind in missing:
            title = fold(kept[at].text)
            later.append(Section(kind=kind, title=title, rows=kept[at + 1 :], confidence=_CONFIDENCE))
            kept = kept[:at]
    kind = _kind(kept, tags) if section.kind is SectionKind.OTHER and not _is_known(section.title) else None
    yield replace(section, rows=kept, kind=kind if kind and kind in missing else section.kind)
    yield from reversed(later)


def _is_known(title: str) -> bool:
    return heading_key(title) in headings()


def _is_heading(row: Row, section: Section, looks: Collection[_Look], tags: LineTags) -> bool:
    short = len(row.fragments) == 1 and len(row.text.split()) <= _MOST_WORDS and not row.bullet
    if (
        not short
        or _look(row) not in looks
        or _is_known(row.text)
        or (section.kind is SectionKind.HEAD and row is section.rows[0])
    ):
        return False
    likelihood = tags.likelihood(Tag.HEADING, row.start, row.end)
    return likelihood is not None and likelihood >= _HEADING


def _kind(rows: Sequence[Row], tags: LineTags) -> SectionKind | None:
    """Return what the words of the rows are mostly part of, None where they are not clear."""
    votes: Counter[SectionKind] = Counter()
    for row in rows:
        for run in tags.runs(row.start, row.end, _KINDS):
            if run.likelihood >= _SURE:
                votes[_KINDS[run.tag]] += 1
    if not votes:
        return None
    kind, most = votes.most_common(1)[0]
    return kind if most >= _LEAST_VOTES and most >= _MAJORITY * votes.total() else None
