"""Headings with numbers, and what else résumés set like articles showed; each in two layouts with invented people."""

from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import ParsedResume
from tests.parsing.printed import TOP, Placed, printed
from tests.parsing.resumes import understood
from tests.parsing.test_openings import column, posts

ARTICLE: list[Placed] = [
    *TOP,
    (50, 120, "*1"), (80, 120, "*Education"),
    (50, 140, "2011 - 2015"), (130, 140, "BSc in Geology, University of Tarn"),
    (50, 180, "*2"), (80, 180, "*Work experience"),
    (50, 200, "2015 - 2019"), (130, 200, "Surveyor at Merrow Docks, Bergen"),
    (50, 240, "*3"), (80, 240, "*Skills"),
    (50, 262, "*3.1"), (80, 262, "*Computer skills"),
    (50, 280, "QGIS, Fortran, Splicing"),
]  # fmt: skip
PLAIN = """Ines Calder
ines@example.org

I. EDUCATION
BSc in Geology, University of Tarn, 2011 - 2015

II. WORK EXPERIENCE
Surveyor at Merrow Docks, Bergen, 2015 - 2019

III. SKILLS
QGIS, Fortran, Splicing
"""


@pytest.mark.parametrize("resume", [printed(ARTICLE), understood(PLAIN)], ids=["printed", "plain"])
def test_numbers_before_headings_are_no_part_of_them(resume: ParsedResume) -> None:
    """Sections are known behind numbers that count them, and numbers within a section behind the section's."""
    assert [(study.institution, study.start_date) for study in resume.education] == [("University of Tarn", "2011")]
    assert [post.company for post in resume.work_experience] == ["Merrow Docks"]
    assert list(resume.skills.technical) == ["QGIS", "Fortran", "Splicing"]


def test_a_numbered_list_is_none_of_headings() -> None:
    """Numbers that count the items of a list stay where they are, and the section goes on."""
    resume = understood(
        "Ines Calder\nines@example.org\n\nEXPERIENCE\n\nSurveyor, Merrow Docks, 2015 - 2019\n1. Levelled forty sites\n"
        "2. Trained nine colleagues\n3. Languages of the site office\n\nSKILLS\nQGIS, Fortran\n"
    )
    assert [post.company for post in resume.work_experience] == ["Merrow Docks"]
    assert list(resume.skills.technical) == ["QGIS", "Fortran"]


@pytest.mark.parametrize("sign", ["XX", "IIII", "XIII", "VV"])
def test_letters_of_roman_numbers_that_count_no_section_stay(sign: str) -> None:
    """A row that begins with them is read like any other."""
    resume = understood(f"{PLAIN}{sign}. Congress of Surveyors\n")
    assert [post.company for post in resume.work_experience] == ["Merrow Docks"]


@pytest.mark.parametrize("heading", ["Studentenervaringen", "Auslandserfahrungen"])
def test_compounds_of_known_headings(heading: str) -> None:
    """A heading in the print of the others is known by what its one word ends in."""
    resume = printed(
        [
            *TOP,
            *column(50, 120, "#Opleiding", "2011 - 2015 BSc Geologie, Universiteit Gent", ""),
            *column(50, 180, f"#{heading}", "Merrow Docks", "2015 - 2019", ""),
            *column(50, 240, "#Vaardigheden", "QGIS, Fortran"),
        ]
    )
    assert [post.start_date for post in resume.work_experience] == ["2015"]


@pytest.mark.parametrize(
    "lines",
    [
        ("*Personal information", "Citizenship: Norwegian", "Languages: English, Polish"),
        ("*Soft skills", "Patient: never lost a trainee", "Languages: fluent in English and Polish."),
    ],
)
def test_languages_under_their_label(lines: tuple[str, ...]) -> None:
    """A label tells languages in whatever section it stands."""
    resume = printed([*TOP, *column(50, 120, "*Experience", "Surveyor, Merrow Docks, 2015 - 2019", "", *lines)])
    assert list(resume.skills.languages) == ["English", "Polish"]
    assert not any("Languages" in skill for skill in resume.skills.soft_skills)


@pytest.mark.parametrize("mark", ["-", "•"])
def test_items_run_on_below_their_bullet(mark: str) -> None:
    """In a narrow column an item goes on in the next row of its list entry, as often as it takes."""
    resume = understood(
        f"Ines Calder\nines@example.org\n\nSKILLS\n\n{mark} Survey: Total station, laser\n  scanning, QGIS, soil\n"
        f"  mechanics\n{mark} Office: spreadsheets, tender\n  calculation\n"
    )
    assert list(resume.skills.technical) == [
        "Total station", "laser scanning", "QGIS", "soil mechanics", "spreadsheets", "tender calculation"
    ]  # fmt: skip


@pytest.mark.parametrize("joint", ["at", "bei"])
def test_a_dash_before_at_is_the_posts(joint: str) -> None:
    """What stands before "at" is one post, dash and all."""
    resume = understood(
        f"Ines Calder\nines@example.org\n\nEXPERIENCE\n\nSurvey Engineer — Site Manager {joint} Merrow Docks\n"
        f"2015 - 2019\n\nSurvey Engineer — Tunnels {joint} Oskar Bau\n2011 - 2015\n"
    )
    assert posts(resume) == [
        ("Survey Engineer — Site Manager", "Merrow Docks", "2015", "2019"),
        ("Survey Engineer — Tunnels", "Oskar Bau", "2011", "2015"),
    ]


@pytest.mark.parametrize(
    ("line", "items"),
    [
        ("CAD: Tarnix, Ostrel, Solmark und Brevin", ["Tarnix", "Ostrel", "Solmark", "Brevin"]),
        ("Bildverarbeitung: KelvinDRAW und TRIMP", ["KelvinDRAW", "TRIMP"]),
        ("Methods: search and rescue", ["search and rescue"]),
    ],
)
def test_the_last_two_of_a_list_have_a_word_between_them(line: str, items: list[str]) -> None:
    """Names at a list's end, or printed like marks, are two; words that go together stay one."""
    resume = understood(f"Ines Calder\nines@example.org\n\nSKILLS\n\n{line}\n")
    assert list(resume.skills.technical) == items
