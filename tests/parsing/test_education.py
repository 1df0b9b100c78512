from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import Education
from tests.parsing.printed import TOP, printed
from tests.parsing.resumes import understood


def studies(body: str, heading: str = "EDUCATION") -> tuple[Education, ...]:
    return understood(f"Ines Calder\nines@example.org\n\n{heading}\n\n{body}").education


@pytest.mark.parametrize(
    ("printed", "degree", "field"),
    [
        ("Bachelor of Science in Marine Biology", "Bachelor of Science", "Marine Biology"),
        ("B.Sc. Marine Biology", "B.Sc.", "Marine Biology"),
        ("Master of Arts (M.A.), History", "Master of Arts (M.A.)", "History"),
        ("PhD in Physics", "PhD", "Physics"),
        ("Bachelor of Accounting", "Bachelor of Accounting", "Accounting"),
        ("MBA", "MBA", ""),
        ("Master's Degree in Finance", "Master's Degree", "Finance"),
        ("Licenciatura en Derecho", "Licenciatura", "Derecho"),
        ("High School Diploma", "High School Diploma", ""),
    ],
)
def test_degree_and_field_are_split(printed: str, degree: str, field: str) -> None:
    """The degree stands without its subject, and the subject without the degree."""
    (study,) = studies(f"University of Bergen\n{printed}\n2011 - 2015")
    assert (study.degree, study.field_of_study) == (degree, field)
    assert study.institution == "University of Bergen"


@pytest.mark.parametrize(
    "body",
    [
        "BSc Marine Biology, University of Bergen, 2015",
        "University of Bergen\t2015\nBSc Marine Biology",
        "BSc Marine Biology\nUniversity of Bergen, Bergen, Norway\nJune 2015",
        "University of Bergen | BSc Marine Biology | Graduated 2015",
    ],
)
def test_the_order_of_the_parts_does_not_matter(body: str) -> None:
    """One line or three, school or degree first: the same study."""
    (study,) = studies(body)
    assert (study.institution, study.degree, study.field_of_study) == ("University of Bergen", "BSc", "Marine Biology")
    assert (study.start_date, study.end_date[:4]) == ("", "2015")


@pytest.mark.parametrize(
    ("printed", "gpa"),
    [
        ("GPA: 3.8/4.0", "3.8/4.0"),
        ("CGPA 8.91", "8.91"),
        ("Promedio: 9.1/10", "9.1/10"),
        ("Note: 1,3", "1,3"),
        ("Score: 87%", ""),
    ],
)
def test_the_printed_grade_is_kept_with_its_scale(printed: str, gpa: str) -> None:
    """A grade point average is as printed; a percentage is none."""
    (study,) = studies(f"University of Bergen\nBSc in Biology, 2011 - 2015\n{printed}")
    assert study.gpa == gpa


def test_two_schools_are_two_studies() -> None:
    """Each school's line opens a study."""
    found = studies(
        "University of Bergen\nMSc in Biology\n2015 - 2017\n\nCollege of Stavanger\nBSc in Chemistry\n2011 - 2015"
    )
    assert [(study.institution, study.degree, study.end_date) for study in found] == [
        ("University of Bergen", "MSc", "2017"),
        ("College of Stavanger", "BSc", "2015"),
    ]


def test_two_degrees_at_one_school_share_it() -> None:
    """A second degree without a school of its own is from the school above."""
    found = studies("University of Bergen\nMSc in Biology\t2017\nBSc in Chemistry\t2015")
    assert [(study.institution, study.degree) for study in found] == [
        ("University of Bergen", "MSc"),
        ("University of Bergen", "BSc"),
    ]


@pytest.mark.parametrize(
    ("printed", "institution", "degree", "field"),
    [
        ("University of Bergen : Master Marine Biology, 2015", "University of Bergen", "Master", "Marine Biology"),
        ("M.S. in Botany, Ravenna Tech, Salem, OR, May 2015", "Ravenna Tech", "M.S.", "Botany"),
    ],
)
def test_a_school_is_parted_from_its_degree(printed: str, institution: str, degree: str, field: str) -> None:
    """By a colon, or by the place behind a name that says nothing of a school."""
    (study,) = studies(printed)
    assert (study.institution, study.degree, study.field_of_study) == (institution, degree, field)


@pytest.mark.parametrize(
    ("printed", "gpa"),
    [
        ("Laurea in Fisica, 110/110 e lode\nUniversità di Bologna\t2011 - 2015", "110/110"),
        ("Abitur (1,4), Realschule in Graz\t2005 - 2011", "1,4"),
    ],
)
def test_marks_of_other_countries_are_grades(printed: str, gpa: str) -> None:
    """The Italian mark of a hundred and ten, the German one in brackets behind the leaving certificate."""
    (study,) = studies(printed)
    assert study.gpa == gpa


def test_schools_may_be_the_list_items() -> None:
    """A bullet before each school with its dates, the degree below it without one."""
    found = studies(
        "- Nordhafen\t2011 - 2015\nMarine Biology, Bachelor\n- Bergen University\t2015 - 2017\nMarine Biology, Master"
    )
    assert [(study.institution, study.degree, study.start_date, study.end_date) for study in found] == [
        ("Nordhafen", "Bachelor", "2011", "2015"),
        ("Bergen University", "Master", "2015", "2017"),
    ]


def test_a_field_ends_before_what_is_said_of_it_in_brackets() -> None:
    """No bracket is left open."""
    (study,) = studies("University of Bergen\t2015\nBachelor of Science, Botany (Chemistry minor)")
    assert study.field_of_study == "Botany"


def test_labels_tell_school_and_degree_that_no_list_knows() -> None:
    """In labelled lines the label counts, whatever the names look like; a year's label is no school."""
    guild, weavers = studies(
        "Degree: Bell Founding\nSchool: Oldmoor Guild\nYear: 2010\n\n"
        "Degree: Fine Weaving\nSchool: Torvald Weavers\nYear: 2008"
    )
    assert (guild.institution, guild.end_date) == ("Oldmoor Guild", "2010")
    assert (guild.degree, weavers.degree) == ("Bell Founding", "Fine Weaving")
    assert (weavers.institution, weavers.end_date) == ("Torvald Weavers", "2008")


def test_a_school_in_brackets_below_its_study_is_no_subject() -> None:
    resume = printed(
        [
            *TOP,
            (50, 120, "#Education"),
            (50, 140, "September 2012"),
            (200, 140, "Proof of skills in stage lighting"),
            (200, 153, "(IUFM Tarnes)"),
            (50, 175, "July 2010"),
            (200, 175, "Licence de Mathématiques"),
            (200, 188, "(Université Brume 1)"),
        ]
    )
    assert [study.institution for study in resume.education] == ["IUFM Tarnes", "Université Brume 1"]


def test_bold_lines_with_their_dates_at_the_right_open_courses_of_study_alike() -> None:
    resume = printed(
        [
            *TOP,
            (50, 120, "#Education"),
            (50, 140, "*Computer Science, Tarn University"),
            (420, 140, "*2015 - 2019"),
            (50, 153, "School of Engineering"),
            (50, 170, "*IB Diploma Program"),
            (420, 170, "*2011 - 2015"),
            (50, 183, "Brightlane High School"),
        ]
    )
    assert [(study.institution, study.degree, study.end_date) for study in resume.education] == [
        ("Tarn University", "", "2019"),
        ("Brightlane High School", "IB Diploma", "2015"),
    ]
