from __future__ import annotations

from resumate_grpc.parsing.education import Study
from resumate_grpc.parsing.experience import Post
from resumate_grpc.parsing.finding import Finding
from resumate_grpc.parsing.fragments import rows_of
from resumate_grpc.parsing.line_tags import Tag
from resumate_grpc.parsing.nlp import terms_of
from resumate_grpc.parsing.second_opinion import reviewed_posts, reviewed_studies
from tests.parsing.resumes import document_of
from tests.parsing.tagged import tagged

TEXT = "Kelp Weaver, Tessallia, Lisbon\n2015 - 2019\n\nMoss Warden\nOrrin Vale\n2010 - 2014"
DOCUMENT = document_of(TEXT)
ROWS = rows_of(DOCUMENT)
TERMS = terms_of(TEXT)


def finding(printed: str) -> Finding:
    start = TEXT.index(printed)
    return Finding(text=printed, start=start, end=start + len(printed))


def reviewed(post: Post, said: dict[str, Tag], *, likelihood: float = 0.95) -> Post:
    return reviewed_posts([post], tagged(DOCUMENT, said, likelihood=likelihood), TERMS, ROWS, TEXT)[0]


def printed(value: Finding | None) -> str:
    return value.text if value else ""


def test_title_and_company_change_places_where_the_tagger_is_sure() -> None:
    """What the rules took the wrong way round is set right."""
    post = Post(title=finding("Orrin Vale"), company=finding("Moss Warden"), start_date=finding("2010"))
    found = reviewed(post, {"Moss Warden": Tag.TITLE, "Orrin Vale": Tag.COMPANY})
    assert (printed(found.title), printed(found.company)) == ("Moss Warden", "Orrin Vale")


def test_a_doubtful_tagger_changes_nothing() -> None:
    """The rules' reading stands where the tagger is not sure of its own."""
    post = Post(title=finding("Orrin Vale"), company=finding("Moss Warden"), start_date=finding("2010"))
    assert reviewed(post, {"Moss Warden": Tag.TITLE, "Orrin Vale": Tag.COMPANY}, likelihood=0.6) == post


def test_a_place_is_cut_off_a_company() -> None:
    """A company that took its place along is trimmed, and the place is a value of its own."""
    post = Post(title=finding("Kelp Weaver"), company=finding("Tessallia, Lisbon"), start_date=finding("2015"))
    said = {"Kelp Weaver": Tag.TITLE, "Tessallia": Tag.COMPANY, "Lisbon": Tag.PLACE}
    found = reviewed(post, said)
    assert (printed(found.company), printed(found.location)) == ("Tessallia", "Lisbon")


def test_what_stands_outside_the_header_is_not_taken() -> None:
    """A name of another entry does not fill a gap in this one."""
    post = Post(title=finding("Moss Warden"), start_date=finding("2010"))
    found = reviewed(post, {"Moss Warden": Tag.TITLE, "Tessallia": Tag.COMPANY})
    assert found.company is None


def test_a_school_is_told_from_its_degree() -> None:
    """Courses of study are reviewed like posts."""
    study = Study(institution=finding("Moss Warden"), degree=finding("Orrin Vale"), end_date=finding("2014"))
    tags = tagged(DOCUMENT, {"Moss Warden": Tag.DEGREE, "Orrin Vale": Tag.INSTITUTION})
    (found,) = reviewed_studies([study], tags, TERMS, ROWS, TEXT)
    assert (printed(found.institution), printed(found.degree)) == ("Orrin Vale", "Moss Warden")


def test_a_lone_name_stays_what_the_rules_took_it_for() -> None:
    """The tagger fills gaps; it does not take an employer for the post that is not printed."""
    post = Post(company=finding("Moss Warden"), start_date=finding("2010"))
    assert reviewed(post, {"Moss Warden": Tag.TITLE}) == post
    found = reviewed(post, {"Moss Warden": Tag.TITLE, "Orrin Vale": Tag.COMPANY})
    assert (printed(found.title), printed(found.company)) == ("Moss Warden", "Orrin Vale")
