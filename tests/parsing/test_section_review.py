from __future__ import annotations

from resumate_grpc.parsing.fragments import rows_of
from resumate_grpc.parsing.line_tags import Tag
from resumate_grpc.parsing.section_review import reviewed_sections
from resumate_grpc.parsing.sections import Section, SectionKind
from tests.parsing.resumes import document_of
from tests.parsing.tagged import tagged

TEXT = "Education\nQuill School\nDiploma\nMade in storms\nKelp Weaver\nTessallia\nMoss Warden\nOrrin Vale"
DOCUMENT = document_of(TEXT)
ROWS = rows_of(DOCUMENT)
EDUCATION = Section(kind=SectionKind.EDUCATION, title="education", rows=ROWS[1:], confidence=1.0)
WORK = {"Kelp Weaver": Tag.TITLE, "Tessallia": Tag.COMPANY, "Moss Warden": Tag.TITLE, "Orrin Vale": Tag.COMPANY}


def test_a_heading_in_unusual_words_opens_a_section_of_what_stands_below() -> None:
    """Posts under "Made in storms" are no part of the education above."""
    tags = tagged(DOCUMENT, {"Made in storms": Tag.HEADING, **WORK})
    above, below = reviewed_sections([EDUCATION], ROWS, tags)
    assert (above.kind, len(above.rows)) == (SectionKind.EDUCATION, 2)
    assert (below.kind, len(below.rows), below.title) == (SectionKind.EXPERIENCE, 4, "made in storms")


def test_a_heading_over_nothing_clear_cuts_nothing() -> None:
    """A row that only looks like a heading leaves its section whole."""
    assert reviewed_sections([EDUCATION], ROWS, tagged(DOCUMENT, {"Made in storms": Tag.HEADING})) == (EDUCATION,)


def test_a_section_of_unknown_kind_is_named_by_its_content() -> None:
    """A heading that says nothing is read by what it heads."""
    other = Section(kind=SectionKind.OTHER, title="made in storms", rows=ROWS[4:], confidence=0.5)
    (section,) = reviewed_sections([other], ROWS, tagged(DOCUMENT, WORK))
    assert section.kind is SectionKind.EXPERIENCE


def test_a_kind_that_has_a_section_is_not_looked_for() -> None:
    """Where the work is headed already, posts elsewhere are something else."""
    work = Section(kind=SectionKind.EXPERIENCE, title="work", rows=ROWS[:1], confidence=1.0)
    other = Section(kind=SectionKind.OTHER, title="made in storms", rows=ROWS[4:], confidence=0.5)
    assert reviewed_sections([work, other], ROWS, tagged(DOCUMENT, WORK)) == (work, other)
