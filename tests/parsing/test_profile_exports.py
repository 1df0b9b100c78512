"""Profiles as a professional network prints them: "Title at Company", large headings, lists and tables of words."""

from __future__ import annotations

from resumate_grpc.model.parsed import ParsedResume
from tests.parsing.printed import TOP, printed


def _profile(*rows: str) -> ParsedResume:
    """Print rows below each other; a row of two cells is parted by "|"."""
    placed = list(TOP)
    for at, row in enumerate(rows):
        for x, cell in zip((50, 330), row.split("|"), strict=False):
            placed.append((x, 120 + 17 * at, cell))
    return printed(placed)


def test_what_stands_before_at_is_one_post_and_a_year_may_begin_it() -> None:
    resume = _profile(
        "#Experience",
        "*Analyst, Real Estate Fund at Quillmere Bank",
        "May 2018 - Present (2 years 3 months)",
        "*2015 Fellow at Tarn Trust",
        "October 2014 - April 2018 (3 years 7 months)",
        "*Music Director at 95.5 WQRT",
        "June 2012 - May 2014 (2 years)",
    )
    posts = [(post.title, post.company, post.start_date) for post in resume.work_experience]
    assert posts == [
        ("Analyst, Real Estate Fund", "Quillmere Bank", "2018-05"),
        ("2015 Fellow", "Tarn Trust", "2014-10"),
        ("Music Director", "95.5 WQRT", "2012-06"),
    ]


def test_a_label_within_a_post_does_not_end_the_posts() -> None:
    resume = _profile(
        "#Summary",
        "Somebody who plans gardens.",
        "#Experience",
        "*Gardener at Quillmere Parks",
        "May 2018 - Present",
        "Specialties: pruning, planting, soil analysis and drainage",
        "*Florist at Tarn Flowers",
        "June 2012 - May 2018",
        "#Interests",
        "Chess",
    )
    assert [post.company for post in resume.work_experience] == ["Quillmere Parks", "Tarn Flowers"]


def test_schools_that_no_list_knows_are_told_by_their_print() -> None:
    resume = _profile(
        "#Education",
        "*Brightlane",
        "Bachelor of Arts, History, 2010 - 2013",
        "*Tarn University",
        "General Engineering, 2008 - 2010",
        "Activities and Societies: Rowing, IES Oslo, Chess",
        "*Ravenna Tech",
        "2006 - 2008",
    )
    studies = [(study.institution, study.degree, study.field_of_study) for study in resume.education]
    assert studies == [
        ("Brightlane", "Bachelor of Arts", "History"),
        ("Tarn University", "", "General Engineering"),
        ("Ravenna Tech", "", ""),
    ]


def test_a_degree_keeps_the_subject_that_its_initials_count() -> None:
    resume = _profile("#Education", "*Tarn University", "Master of Arts in Teaching (MAT), History, 2010 - 2013")
    study = resume.education[0]
    assert (study.degree, study.field_of_study) == ("Master of Arts in Teaching (MAT)", "History")


def test_cells_beside_a_list_are_rows_and_not_a_column() -> None:
    resume = _profile(
        "#Languages",
        "Dutch|(fluent)",
        "Irish|(native)",
        "Spanish|(basic)",
        "#Education",
        "*Tarn University",
        "Bachelor of Arts, History, 2010 - 2013",
        "#Interests",
        "Chess",
    )
    assert list(resume.skills.languages) == ["Dutch", "Irish", "Spanish"]
    assert [(study.institution, study.end_date) for study in resume.education] == [("Tarn University", "2013")]


def test_words_of_a_list_are_no_headings_and_praise_ends_it() -> None:
    skills = ["Gardening", "Teaching", "Soil Analysis", "Research", "Drainage", "AutoCAD"]
    resume = _profile(
        "#Experience",
        "*Gardener at Quillmere Parks",
        "May 2018 - Present",
        "#Interests",
        "Chess",
        "#Skills",
        *(f"*{skill}" for skill in skills),
        "#2 people have recommended Ines C.",
        '"Ines is quick, thorough, kind"',
    )
    assert list(resume.skills.technical) == skills


def test_the_number_of_a_licence_is_no_telephone() -> None:
    resume = _profile("#Certifications", "*Food Handler", "Tarn Institute License 2016-318204 April 2016")
    assert not resume.personal_info.phone
