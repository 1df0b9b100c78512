"""What strangers' résumés taught, each on invented text: addresses, broken links, labels, names with small words."""

from __future__ import annotations

import pytest

from resumate_grpc.model.resume import MediaType
from tests.parsing.printed import TOP, printed
from tests.parsing.resumes import understood
from tests.parsing.test_templates import HEAD, placed, posts, studies


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Kelpstraat 97, 9170 Quillmerdonk", "Kelpstraat 97, 9170 Quillmerdonk"),
        ("Home: Tangstraße 4, 10115 Berlin", "Tangstraße 4, 10115 Berlin"),
        ("Ciudad: Barcelona (08006)", "Barcelona (08006)"),
        ("✉ ines@example.org ☎ +49 30 90182044 ⌂ Lisbon, Portugal", "Lisbon, Portugal"),
        ("Lisbon, Portugal www.calder.example.org", "Lisbon, Portugal"),
        ("Dhaka – Bangladesh", "Dhaka – Bangladesh"),
    ],
)
def test_addresses_are_told_from_what_stands_around_them(head: str, expected: str) -> None:
    """Streets grown together, towns that no list knows, labels, icons and links beside them."""
    assert understood(f"Ines Calder\n{head}\nines@example.org\n\nEXPERIENCE\n").personal_info.location == expected


def test_a_name_that_a_town_bears_is_no_address() -> None:
    """In the largest print of the head."""
    rows: list[tuple[float, float, str]] = [
        (50, 50, "#Florence"),
        (50, 76, "#Calder"),
        (50, 96, "Porto"),
        (50, 110, "Portugal"),
    ]
    parsed = printed([*rows, (50, 124, "ines@example.org"), (50, 138, "+49 30 90182044")])
    assert parsed.personal_info.location == "Porto Portugal"


def test_a_profiles_address_that_its_column_broke_is_whole() -> None:
    """As in the PDF that LinkedIn makes of a profile, which says behind it what it is."""
    parsed = understood("Ines Calder\nines@example.org\nwww.linkedin.com/in/ines-calder-\nquarl (LinkedIn)\n")
    assert parsed.personal_info.linkedin_url == "www.linkedin.com/in/ines-calder-quarl"


def test_a_site_above_a_handle_of_another_is_whole_already() -> None:
    """What follows it on the next line is no end of it."""
    parsed = understood("Ines Calder\nines@example.org\nhttps://calder.example.org\ninescalder (LinkedIn)\n")
    assert parsed.personal_info.portfolio_url == "https://calder.example.org"


def test_capitals_over_rows_of_items_are_their_labels() -> None:
    """With neither colon nor bold print."""
    parsed = printed(
        [
            *TOP,
            (50, 110, "#Skills"),
            *placed("MESSAGING", "Kafka, RabbitMQ, Mqtt", "LANGUAGES OF CODE", "Rust, Python, Go", y=136),
        ]
    )
    assert parsed.skills.technical == ("Kafka", "RabbitMQ", "Mqtt", "Rust", "Python", "Go")


def test_single_words_in_small_letters_are_a_list() -> None:
    """Row after row of them is no running text."""
    names = ("android", "apache", "django", "git", "python", "php", "java", "linux", "mercurial", "mysql", "nginx")
    parsed = understood(f"{HEAD}SKILLS\n\n" + "\n".join(names) + "\n")
    assert parsed.skills.technical == names


def test_a_university_named_by_its_town_keeps_it() -> None:
    """In French, behind "à"; as an employer and as a school."""
    name = "Université du Québec à Rimouski"
    assert posts(f"Web Developer\n{name}\nMarch 2019 - May 2020\n")[0][:2] == ("Web Developer", name)
    assert studies(f"Master of Science in Botany\n{name}\n2014 - 2017\n")[0][2] == name


def test_the_subject_in_a_degrees_name_is_its_field() -> None:
    """Where no other is printed."""
    assert studies("Bachelor of Computer Science\nUniversity of Ostrelle\n2014 - 2017\n")[0][:2] == (
        "Bachelor of Computer Science",
        "Computer Science",
    )


def test_a_field_that_a_form_asks_for_is_no_degree() -> None:
    """Though it may be one where it stands alone: "Ingeniería Civil"."""
    read = studies(
        "2017 - 2022\nDoctorado\nUniversidad de Ostrelle\nCampo de estudio: Ingeniería Civil\n\n"
        "2013 - 2015\nMáster\nUniversidad de Quillmere\nCampo de estudio: Botánica\n"
    )
    assert [each[:5] for each in read] == [
        ("Doctorado", "Ingeniería Civil", "Universidad de Ostrelle", "2017", "2022"),
        ("Máster", "Botánica", "Universidad de Quillmere", "2013", "2015"),
    ]


def test_a_period_in_the_rail_opens_a_course_of_study() -> None:
    """Also where the school's full name stands between, on a row of its own."""
    rows = [
        (50, 136, "2006-2009"), (150, 136, "Ingénieur informatique, QMA, Lyon"),
        (150, 150, "École QMA (Institut Supérieur de Modélisation)"),
        (50, 170, "2004-2006"), (150, 170, "Cours du soir, Lycée Ostrel, Grenoble"),
    ]  # fmt: skip
    parsed = printed([*TOP, (50, 110, "#Éducation"), *rows])
    assert [(study.start_date, study.end_date) for study in parsed.education] == [("2006", "2009"), ("2004", "2006")]


def test_a_bold_title_of_many_small_words_is_a_title() -> None:
    """It would pass for a sentence in plain print."""
    title = "Ayudante de cátedra para curso de redes"
    parsed = understood(
        f"{HEAD}## Experiencia\n\n**{title}** | Lisbon\n\n*Instituto Quillmere* | 08/2021 - 02/2022\n",
        media_type=MediaType.MARKDOWN,
    )
    assert [(post.title, post.company) for post in parsed.work_experience] == [(title, "Instituto Quillmere")]
