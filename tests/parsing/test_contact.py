from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import Box, PersonalInfo
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.document import Link, Style
from resumate_grpc.parsing.understanding import understand
from tests.parsing.printed import printed
from tests.parsing.resumes import drive, page_of, understood


def info(text: str) -> PersonalInfo:
    return understood(text).personal_info


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Maren Oxley\nmaren@example.org", "Maren Oxley"),
        ("Curriculum Vitae\nMaren Oxley\nmaren@example.org", "Maren Oxley"),
        ("MAREN OXLEY - Marine Biologist\nmaren@example.org", "MAREN OXLEY"),
        ("Name: Maren van der Oxley\nmaren@example.org", "Maren van der Oxley"),
        ("Marine Biologist\nMaren Oxley\nmaren.oxley@example.org", "Maren Oxley"),
        ("Марина Окслова\nmarina@example.org", "Марина Окслова"),
        ("李海宁\nlihaining@example.org", "李海宁"),
    ],
)
def test_the_name_is_found_in_the_head(head: str, name: str) -> None:
    """Titles, labels and the document's own name are not the candidate's."""
    assert info(head).full_name == name


@pytest.mark.parametrize(
    ("line", "phone"),
    [
        ("Tel: +47 22 12 34 56", "+47 22 12 34 56"),
        ("(415) 555-0132 | Oslo, Norway", "(415) 555-0132"),
        ("Mobile 07700 900123", "07700 900123"),
        ("2015 - 2019, 12345", ""),
        ("Student 20191234567890123", ""),
    ],
)
def test_a_telephone_number_is_told_from_other_digits(line: str, phone: str) -> None:
    """Years and long ids are no telephone numbers."""
    assert info(f"Maren Oxley\n{line}").phone == phone


@pytest.mark.parametrize(
    ("line", "location"),
    [
        ("maren@example.org | Bergen, Norway", "Bergen, Norway"),
        ("Portland, OR 97201", "Portland, OR 97201"),
        ("Address: 7 Quay Lane, Bristol", "7 Quay Lane, Bristol"),
        ("12 Harbour Street\nCork, Ireland", "12 Harbour Street Cork, Ireland"),
        ("Loves rowing", ""),
    ],
)
def test_the_address_is_taken_whole(line: str, location: str) -> None:
    """The location is all that is printed of the address."""
    assert info(f"Maren Oxley\n{line}").location == location


def test_links_are_sorted_by_what_they_lead_to() -> None:
    """Printed addresses fill the three links; an e-mail's domain is none."""
    found = info(
        "Maren Oxley\nmaren@oxley.example.com\n"
        "linkedin.com/in/maren-example  github.com/maren-example\nwww.maren-oxley.org\n"
    )
    assert found.linkedin_url == "linkedin.com/in/maren-example"
    assert found.github_url == "github.com/maren-example"
    assert found.portfolio_url == "www.maren-oxley.org"


def test_a_link_behind_an_icon_counts_and_stands_in_no_text() -> None:
    """A target without words has evidence with an empty span."""
    link = Link(
        uri="https://www.linkedin.com/in/maren-example", start=0, end=0, page=1, box=Box(x0=1, y0=1, x1=9, y1=9)
    )
    document = page_of([(50, 50, "Maren Oxley", Style(size=20.0))], links=(link,))
    resume = drive(understand(document, options=ParseOptions()))[1]
    assert resume.personal_info.linkedin_url == link.uri
    (evidence,) = [item for item in resume.evidence if item.field_path == "personal_info.linkedin_url"]
    assert evidence.start == evidence.end


def test_nothing_is_guessed() -> None:
    """What the head does not state stays empty."""
    assert info("Maren Oxley\n\nExperience\n\nKeeper, Utsira Light, 2019 - 2020") == PersonalInfo(
        full_name="Maren Oxley"
    )


def test_two_rows_that_are_as_likely_a_name_are_no_fault() -> None:
    """Where a row and the same row with the next one are equally likely the name, the row alone is taken."""
    rows = [(50.0, 50.0, "Maren Oxley", Style(size=20.0)), (50.0, 74.0, "Tidal Bay", Style(size=20.0))]
    resume = drive(understand(page_of(rows), options=ParseOptions()))[1]
    assert resume.personal_info.full_name == "Maren Oxley"


def test_a_date_of_birth_is_no_telephone_number() -> None:
    """However many digits it has."""
    assert info("Ines Calder\nborn 28.10.1987\nines@example.org\n+43 1 5880 1234").phone == "+43 1 5880 1234"
    assert info("Ines Calder (*28.10.1987)\nines@example.org").phone == ""


def test_an_address_in_lines_beside_other_lines_stays_whole() -> None:
    head = [
        (50, 50, "Ines Calder"), (480, 50, "37 years old"),
        (50, 62, "3 Rowan Lane"), (480, 62, "Single"),
        (50, 74, "Larch House, Flat 18"), (480, 74, "Irish"),
        (50, 86, "33000 Bordeaux"), (480, 86, "ines@example.org"),
    ]  # fmt: skip
    resume = printed([*head, (50, 130, "#Skills"), (50, 150, "Welding, Milling")])
    assert resume.personal_info.location == "3 Rowan Lane Larch House, Flat 18 33000 Bordeaux"
    assert resume.personal_info.full_name == "Ines Calder"


def test_a_name_amid_the_lines_of_an_address_parts_it_no_more() -> None:
    head = [
        (400, 50, "77 Rowan Avenue"),
        (50, 57, "#Ines Calder"),
        (400, 62, "Flat 18"),
        (400, 74, "Cambridge, MA 02139"),
        (400, 86, "ines@example.org"),
    ]
    resume = printed([*head, (50, 130, "#Skills"), (50, 150, "Welding, Milling")])
    assert resume.personal_info.location == "77 Rowan Avenue Flat 18 Cambridge, MA 02139"
    assert resume.personal_info.full_name == "Ines Calder"


def test_labels_beside_what_they_ask_for_are_read_line_by_line() -> None:
    rows = [
        ("Residence", "Cambridge, MA"),
        ("Telephone", "(617) 555-0134"),
        ("Born", "in spring"),
        ("Status", "Single"),
    ]
    head = [
        cell
        for at, (label, value) in enumerate(rows)
        for cell in ((50, 62 + 12 * at, label), (300, 62 + 12 * at, value))
    ]
    resume = printed([(50, 40, "#Ines Calder"), *head, (50, 130, "#Skills"), (50, 150, "Welding, Milling")])
    assert resume.personal_info.location == "Cambridge, MA"


def test_an_address_of_short_lines_ends_in_its_postcode() -> None:
    left = [
        "e-mail: ines@example.org",
        "Tel: (+44) 1632 960181",
        "Date of Birth: 23rd December 1993",
        "Nationality: Welsh",
    ]
    right = ["5 The Meadows", "Marshfield", "Wexmoor", "CF3 2AY"]
    head = [(50, 62 + 12 * at, text) for at, text in enumerate(left)]
    head += [(430, 62 + 12 * at, text) for at, text in enumerate(right)]
    resume = printed([(50, 40, "*Ines Calder"), *head, (50, 130, "#Skills"), (50, 150, "Welding, Milling")])
    assert resume.personal_info.location == "5 The Meadows Marshfield Wexmoor CF3 2AY"
