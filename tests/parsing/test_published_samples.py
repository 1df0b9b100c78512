"""What samples published beside résumé programs taught, each on invented text."""

from __future__ import annotations

import pytest
from fpdf import FPDF

from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.understanding import understand
from tests.parsing.printed import TOP, printed
from tests.parsing.reading import read
from tests.parsing.resumes import drive, understood
from tests.parsing.test_templates import HEAD, placed, posts, studies


def test_two_headings_side_by_side_head_what_is_below_each() -> None:
    """Though few lines stand below them, each level with one of the other side."""
    parsed = printed(
        [
            *TOP,
            (50, 110, "*EXPERIENCE"),
            *placed("Senior Welder, Ironwood Ltd", "January 2019 - May 2021", y=126),
            (50, 180, "*SKILLS"),
            *placed("Go, Kotlin, Rust", "Kafka, Redis", "Kubernetes", y=196),
            (300, 180, "*EDUCATION"),
            *placed(
                "BSc Geology", "Ostrelle University, 2014", "Graduated with distinction, first of all", x=300, y=196
            ),
        ]
    )
    assert parsed.skills.technical == (
        "Go", "Kotlin", "Rust", "Kafka", "Redis", "Kubernetes"
    )  # fmt: skip
    assert parsed.education[0].degree == "BSc"


def test_what_was_done_may_follow_the_period_behind_a_colon() -> None:
    """In list items that begin with the names."""
    entries = posts(
        "- Ironwood Labs | Platform Engineer | 2021.03-2023.09: Built the test bench for the release\n"
        "  of three models and wrote what it takes to run it.\n"
        "- Quillmere | Data Analyst | 2019.06-2020.12: Cleaned the ledgers of four towns in Python.\n"
    )
    assert entries == [
        ("Platform Engineer", "Ironwood Labs", "", "2021-03", "2023-09"),
        ("Data Analyst", "Quillmere", "", "2019-06", "2020-12"),
    ]


def test_a_small_word_of_a_name_is_told_by_the_address() -> None:
    """As people write who do not care for capitals."""
    parsed = understood("Ines quarl Calder\nweb developer\ninesquarlc@example.org\n\nEXPERIENCE\n")
    assert parsed.personal_info.full_name == "Ines quarl Calder"


def test_a_wide_bar_parts_names_as_a_narrow_one_does() -> None:
    """Keyboards for Chinese and Japanese have it."""
    entries = posts("Ironwood Co. \uff5c Senior Engineer\n2021.07 - Present\n- Built things\n")
    assert entries == [("Senior Engineer", "Ironwood Co.", "", "2021-07", "present")]


def test_spans_that_a_style_sheet_parts_are_parted_in_markdown() -> None:
    """With no space between them."""
    parsed = understood(
        "# Ines Calder\n\nines@example.org\n\n## Education\n\n"
        '<div class="row"><strong>Ostrelle University (M.S.)</strong><span>Geology</span></div>\n2018.09 - 2021.06\n',
        media_type=MediaType.MARKDOWN,
    )
    study = parsed.education[0]
    assert (study.institution, study.degree, study.field_of_study) == ("Ostrelle University", "M.S.", "Geology")


def test_a_degree_may_stand_in_brackets_behind_its_school() -> None:
    """With its field or without."""
    assert studies("Ostrelle University (B.Sc. Geology)\n2014 - 2017\n")[0][:3] == (
        "B.Sc.", "Geology", "Ostrelle University"
    )  # fmt: skip


def test_a_programme_above_its_school_is_its_field() -> None:
    """Where no degree is printed."""
    entries = studies("Marine Engineering Technology\tJanuary 2022 - May 2024\nOstrelle Polytechnic College, Lisbon\n")
    assert entries[0][:3] == ("", "Marine Engineering Technology", "Ostrelle Polytechnic College")


@pytest.mark.parametrize("kind", ["Senior Secondary Education (Class XII)", "Higher Secondary Education (Grade 12)"])
def test_the_class_of_a_school_is_no_subject(kind: str) -> None:
    """It tells which year was completed."""
    degree, field, *_ = studies(f"{kind}\nQuillmere Academy\n2020 - 2022\n")[0]
    assert (degree, field) == (kind, "")


def test_languages_in_the_head_may_say_how_well_they_are_spoken() -> None:
    """In a line of their own, or beside other things."""
    parsed = understood(
        "Ines Calder\nines@example.org\nPermit since 04/2018 · English fluent, German B2\n\nSKILLS\nGo\n"
    )
    assert parsed.skills.languages == ("English", "German")


def test_a_name_may_end_in_what_says_how_a_language_is_spoken() -> None:
    """In capitals and without a sign; a language's name is none of these."""
    parsed = understood(f"{HEAD}SKILLS\nReact Native, Tarn Fluent, Go\n\nLANGUAGES\nEnglish Native, Polish Fluent\n")
    assert parsed.skills.technical == ("React Native", "Tarn Fluent", "Go")
    assert parsed.skills.languages == ("English", "Polish")


def test_a_site_under_the_name_reserved_for_examples_is_one() -> None:
    """As samples have; not where more of the address follows."""
    assert understood("Ines Calder\ninescalder.example | Lisbon\n").personal_info.portfolio_url == "inescalder.example"


def test_an_address_goes_on_below_its_comma_whatever_stands_beside_it() -> None:
    """It may name its town twice."""
    rows = [
        (50, 100, "ines@example.org"), (300, 100, "+351 911 234 567"),
        (50, 116, "No: 53, 4th street, Baixa, Lisbon-1100,"), (300, 116, "linkedin.com/in/inescalder"),
        (50, 130, "LISBON, PORTUGAL"),
    ]  # fmt: skip
    parsed = printed([(50, 50, "#Ines Calder"), *rows, (50, 170, "*EXPERIENCE")])
    assert parsed.personal_info.location == "No: 53, 4th street, Baixa, Lisbon-1100, LISBON, PORTUGAL"


def test_a_forms_answer_goes_on_below_its_comma() -> None:
    """Under a heading that is none of contact data, in a typewriter's columns."""
    sheet = FPDF(unit="pt", format=(600, 800))
    sheet.add_page()
    sheet.set_font("Courier", size=10)
    rows = (
        "Profile", "", "Name          : Ines Calder", "Address       : 12 rue des Tarns,",
        "                Champs sur Marne,", "                77420, France", "Qualification : MBA", "",
        "Email         : ines@example.org", "", "Mobile        : 9963214587",
    )  # fmt: skip
    for at, row in enumerate(rows):
        sheet.text(50, 60 + 12 * at, row)
    parsed = drive(understand(read(bytes(sheet.output())), options=ParseOptions()))[1]
    assert parsed.personal_info.location == "12 rue des Tarns, Champs sur Marne, 77420, France"
    assert not parsed.education


def test_the_link_behind_a_networks_name_is_the_profile() -> None:
    """Rather than one that was left on a sign beside it."""
    parsed = understood(
        "# Ines Calder\n\nLisbon [|](https://www.linkedin.com/in/somebody-else) [LinkedIn](https://www.linkedin.com/in/ines-calder)\n",
        media_type=MediaType.MARKDOWN,
    )
    assert parsed.personal_info.linkedin_url == "https://www.linkedin.com/in/ines-calder"
