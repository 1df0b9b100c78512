"""What stands under headings that do not say what they hold, each on invented text."""

from __future__ import annotations

from tests.parsing.resumes import understood
from tests.parsing.test_templates import HEAD

LIFE = """Werdegang

03/2019 bis 05/2022
Bachelor of Science, ohne Abschluss
Hochschule Quarlingen

06/2022 bis heute
Laborleiterin
BSC-KESTREL GmbH

09/2014 bis 07/2017
Ausbildung zur Chemielaborantin
BSC-KESTREL GmbH

Qualifikationen

04/2012 bis 05/2012
Python-Grundkurs, Kestrel GmbH

03/2013 bis 06/2013
Linux, Ostrelle AG
"""
CAREER = """Career History

2021 - present
Software Engineer
Kestrel Ltd

2018 - 2021
PhD Researcher
Tarn Institute of Physics

2014 - 2018
Bachelor of Science in Physics
University of Quarl
"""


def test_a_life_told_under_one_heading_is_parted_into_posts_and_studies() -> None:
    """An entry that opens with a degree is a study; initials in a firm's name are none."""
    resume = understood(HEAD + LIFE)
    assert [(post.title, post.company) for post in resume.work_experience] == [("Laborleiterin", "BSC-KESTREL GmbH")]
    assert [(each.institution, each.degree, each.start_date) for each in resume.education] == [
        ("Hochschule Quarlingen", "Bachelor of Science", "2019-03"),
        ("BSC-KESTREL GmbH", "Ausbildung", "2014-09"),
    ]
    assert [each.field_of_study for each in resume.education] == ["", "Chemielaborantin"]


def test_a_post_named_after_a_degree_stays_a_post() -> None:
    """A degree that a role follows says who the work is for."""
    resume = understood(HEAD + CAREER)
    assert [post.title for post in resume.work_experience] == ["Software Engineer", "PhD Researcher"]
    assert [(each.institution, each.field_of_study) for each in resume.education] == [
        ("University of Quarl", "Physics")
    ]


def test_qualifications_with_periods_are_courses() -> None:
    """What one can do has no period."""
    assert understood(HEAD + LIFE).skills.technical == ()
