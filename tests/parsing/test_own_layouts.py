"""What résumés in their authors' own layouts taught, each on invented text."""

from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import MediaType
from tests.parsing.printed import TOP, Placed, printed
from tests.parsing.resumes import understood
from tests.parsing.test_templates import HEAD, posts, studies


def marked(body: str) -> ParsedResume:
    """Read a résumé in Markdown."""
    return understood(f"# Ines Calder\n\nines@example.org\n\n{body}", media_type=MediaType.MARKDOWN)


def names(resume: ParsedResume) -> list[tuple[str, str, str, str]]:
    return [(post.title, post.company, post.start_date, post.end_date) for post in resume.work_experience]


# Sections


IRONWOOD = "(May 2019 - June 2021)"
QUARL = "(June 2017 - April 2019)"
ONE_RANK = f"""## Work Experience

---

## Ironwood Ltd
**Welder** {IRONWOOD}
- Built hulls.

## Quarl Harbour
**Deckhand** {QUARL}
- Kept the ropes.

## Skills

- Kotlin, Rust
"""
LESSER_RANK = f"""## Experience

### Skills

- Kotlin, Rust

### Ironwood Ltd
*{IRONWOOD}*<br/>
**Welder**

- Built hulls.

### Quarl Harbour
*{QUARL}*<br/>
**Deckhand**

- Kept the ropes.

### Education

University of Ostrelle

### Awards

Best Weld
"""


@pytest.mark.parametrize("body", [ONE_RANK, LESSER_RANK])
def test_employers_printed_like_headings_are_no_sections(body: str) -> None:
    """Under a heading of posts with nothing of its own; a list of skills may stand between."""
    parsed = marked(body)
    assert names(parsed) == [
        ("Welder", "Ironwood Ltd", "2019-05", "2021-06"),
        ("Deckhand", "Quarl Harbour", "2017-06", "2019-04"),
    ]
    assert parsed.skills.technical == ("Kotlin", "Rust")


def test_an_unknown_heading_above_no_period_is_a_section_still() -> None:
    """Though it follows an empty one."""
    parsed = marked("## Work Experience\n\n## Sailing\n\nNorth Sea, every summer.\n\n## Skills\n\nKotlin, Rust\n")
    assert names(parsed) == []


@pytest.mark.parametrize("label", ["Technologies", "Environment"])
def test_a_labelled_line_within_a_post_ends_no_section(label: str) -> None:
    """Plain text and a page: the next post is one of the section still."""
    rows = [
        "Welder, Ironwood Ltd\tMay 2019 - June 2021", "- Built hulls", f"{label} : Kotlin, Rust", "",
        "Deckhand, Quarl Harbour\tJune 2017 - April 2019", "- Kept the ropes", f"{label} : Perl, Go",
    ]  # fmt: skip
    read = understood(f"{HEAD}EXPERIENCE\n\n" + "\n".join(rows) + "\n")
    assert [post[:2] for post in names(read)] == [("Welder", "Ironwood Ltd"), ("Deckhand", "Quarl Harbour")]
    placed: list[Placed] = [
        (50, 136, "*Welder"), (480, 136, "May 2019 - June 2021"), (50, 150, "Ironwood Ltd"), (62, 164, "- Built hulls"),
        (50, 178, f"{label} : Kotlin, Rust"),
        (50, 206, "*Deckhand"), (480, 206, "June 2017 - April 2019"), (50, 220, "Quarl Harbour"),
        (62, 234, "- Kept the ropes"), (50, 248, f"{label} : Perl, Go"),
    ]  # fmt: skip
    read = printed([*TOP, (50, 110, "#Experience"), *placed])
    assert [post[:2] for post in names(read)] == [("Welder", "Ironwood Ltd"), ("Deckhand", "Quarl Harbour")]


# Posts and studies


@pytest.mark.parametrize(
    ("printed_name", "employer"),
    [
        ("University of Ostrelle, Department of Botany", "University of Ostrelle"),
        ("Université d'Ostrelle, Laboratoire d'Écologie Marine (LEM)", "Université d'Ostrelle"),
        ("Quarl AG, Abteilung Messtechnik", "Quarl AG"),
        ("Faculty of Law", "Faculty of Law"),
        ("Department of Botany, University of Ostrelle", "University of Ostrelle"),
        ("Quarl Research Center, Ostrelle State University", "Ostrelle State University"),
        ("Laboratoire Quarl, Lyon", "Laboratoire Quarl"),
    ],
)
def test_a_department_gives_way_to_its_employer(printed_name: str, employer: str) -> None:
    """Behind it; one that stands alone is the employer."""
    assert posts(f"Research Assistant\n{printed_name}\nMay 2019 - June 2021\n")[0][:2] == (
        "Research Assistant",
        employer,
    )


def test_a_faculty_gives_way_to_its_university() -> None:
    """Behind a comma, and behind a dash."""
    for joint in (", ", " - "):
        read = studies(f"Master of Science in Botany\nUniversity of Ostrelle{joint}Faculty of Science\n2014 - 2017\n")
        assert read[0][:3] == ("Master of Science", "Botany", "University of Ostrelle")


def test_the_end_of_a_period_may_stand_below_led_by_its_word() -> None:
    """In a rail of its own lines, and beside what was done."""
    alone = [
        (50, 136, "2011"), (50, 148, "à ce jour"), (150, 136, "*Quarl SA, Lyon, Soudeur"), (150, 150, "Coques."),
        (50, 178, "2009"), (50, 190, "à 2010"), (150, 178, "*Tamsel SA, Lyon, Docker"), (150, 192, "Cordes."),
    ]  # fmt: skip
    read = printed([*TOP, (50, 110, "#Expérience"), *alone])
    assert [(post[2], post[3]) for post in names(read)] == [("2011", "present"), ("2009", "2010")]
    text = "Soudeur\nQuarl SA, Lyon\nJanvier 2011\nà Mars 2013\n\nDocker\nTamsel SA, Lyon\nMai 2009\nà Juin 2010\n"
    assert [post[3:] for post in posts(text)] == [("2011-01", "2013-03"), ("2009-05", "2010-06")]


# Skills


@pytest.mark.parametrize(
    ("body", "items"),
    [
        (
            "Professional proficiency in Python and its libraries (Keras, Quarlnet, Tamsel) that I teach. Some Kotlin.",
            ("Python", "Keras", "Quarlnet", "Tamsel", "Kotlin"),
        ),
        (
            "In my years at the harbour I have mostly worked with PostgreSQL and Docker to keep services alive.",
            ("PostgreSQL", "Docker"),
        ),
        ("I have led large teams of people who build and repair steel hulls in every kind of weather.", ()),
    ],
)
def test_skills_told_in_sentences_are_read(body: str, items: tuple[str, ...]) -> None:
    """Known ones, and what brackets list beside them; in text and in Markdown."""
    assert understood(f"{HEAD}SKILLS\n\n{body}\n").skills.technical == items
    assert marked(f"## Skills\n\n{body}\n").skills.technical == items


def test_an_abbreviation_beside_a_known_skill_is_one() -> None:
    """Parted at the word between; a mere grade is none."""
    parsed = understood(f"{HEAD}SKILLS\n\nKotlin, Rust, XML y QXL\nPython\tExperte\nGo\tFortgeschritten\n")
    assert parsed.skills.technical == ("Kotlin", "Rust", "XML", "QXL", "Python", "Go")


# Names, towns, words


def test_an_inc_behind_a_comma_is_the_firms() -> None:
    """Wherever the firm stands in its line."""
    assert posts("Welder, Ironwood, Inc.\nMay 2019 - June 2021\n\nDeckhand, Quarl, LLC\n2017 - 2018\n") == [
        ("Welder", "Ironwood, Inc.", "", "2019-05", "2021-06"),
        ("Deckhand", "Quarl, LLC", "", "2017", "2018"),
    ]
    assert posts("Ironwood, Inc., Boston, MA\nWelder\nMay 2019 - June 2021\n")[0][:3] == (
        "Welder",
        "Ironwood, Inc.",
        "Boston, MA",
    )


def test_portuguese_says_in_which_firm() -> None:
    """In a line of its own, and with its period."""
    assert posts("Soldadora na Quarl Naval\nMaio 2019 - Junho 2021\n")[0][:2] == ("Soldadora", "Quarl Naval")
    assert marked("## Experiência\n\n**Engenheira no Grupo Tamsel** (2015 - 2018)\n\n- Cascos.\n").work_experience[
        0
    ].company == ("Grupo Tamsel")


@pytest.mark.parametrize("town", ["boston, ma", "houston, texas"])
def test_small_capitals_without_their_capitals_are_a_town(town: str) -> None:
    """Behind the employer's name, and at the right of the line."""
    assert posts(f"Ironwood Ltd, {town}\nWelder\nMay 2019 - June 2021\n")[0][:3] == ("Welder", "Ironwood Ltd", town)
    body = [(50, 136, "*Ironwood Ltd"), (480, 136, town), (50, 150, "Welder"), (450, 150, "May 2019 - June 2021")]
    read = names(printed([*TOP, (50, 110, "#Experience"), *body]))
    assert [post[:2] for post in read] == [("Welder", "Ironwood Ltd")]


@pytest.mark.parametrize("heading", ["Professionnal Experience", "Work Experiance", "Profesional Experience"])
def test_a_misspelt_heading_is_one(heading: str) -> None:
    """A letter too many, too few or wrong; in Markdown and in large print."""
    assert names(marked(f"## {heading}\n\n**Welder**, Ironwood Ltd\nMay 2019 - June 2021\n"))[0][:2] == (
        "Welder",
        "Ironwood Ltd",
    )
    body = [(50, 136, "*Welder, Ironwood Ltd"), (450, 136, "May 2019 - June 2021")]
    assert names(printed([*TOP, (50, 110, f"#{heading}"), *body]))[0][:2] == ("Welder", "Ironwood Ltd")


def test_a_name_tells_what_its_bearer_is_called() -> None:
    """In brackets, between the given and the family name."""
    assert understood("Thomas (Tom) Calder\ntom@example.org\n").personal_info.full_name == "Thomas (Tom) Calder"
    read = printed([(50, 50, "#Thomas (Tom) Calder"), (50, 75, "tom@example.org"), (50, 110, "#Skills")])
    assert read.personal_info.full_name == "Thomas (Tom) Calder"


def test_a_name_in_small_letters_is_told_by_the_address() -> None:
    """First in the document."""
    assert (
        understood("ines calder\nines.calder@example.org\n\nSKILLS\n\nRust\n").personal_info.full_name == "ines calder"
    )
    assert not understood("welding notes\nines.calder@example.org\n\nSKILLS\n\nRust\n").personal_info.full_name


def test_a_mark_behind_a_school_is_no_part_of_it() -> None:
    """Behind a comma; who supervised is none of its names either."""
    body = "Laurea in Botanica\nUniversità di Ostrelle, 105/110\n2014 - 2017\n"
    assert studies(body)[0][2] == "Università di Ostrelle"
    body = "Master of Science in Botany\nUniversity of Ostrelle\nBetreuer: Prof. Anna Quarl\n2014 - 2017\n"
    assert studies(body)[0][:3] == ("Master of Science", "Botany", "University of Ostrelle")


# Labels and addresses beside what they name


def test_labels_in_larger_print_name_no_skills() -> None:
    """Each heads lists in smaller print."""
    body: list[Placed] = [
        (50, 136, "*Werkstatt"), (50, 152, "Kotlin, Rust"), (50, 176, "*Hafen"), (50, 192, "Perl, Go, Docker"),
    ]  # fmt: skip
    assert printed([*TOP, (50, 110, "#Skills"), *body]).skills.technical == ("Kotlin", "Rust", "Perl", "Go", "Docker")


def test_an_address_goes_on_below_its_first_line() -> None:
    """Beside the label that asks for it, and below one in bold."""
    lines = [(200, 80, "Urb. Los Tamarindos"), (200, 93, "Mz. 15, No 5"), (200, 106, "Puerto Ordaz, Edo. Bolívar")]
    end = [(50, 190, "#Skills"), (50, 210, "Kotlin, Rust")]
    whole = "Urb. Los Tamarindos Mz. 15, No 5 Puerto Ordaz, Edo. Bolívar"
    read = printed([(50, 50, "#Ines Calder"), (50, 80, "*Dirección:"), *lines, *end])
    assert read.personal_info.location == whole
    below = [(50, 76, "#Contact"), (50, 90, "*residence"), *((50, y + 23, text) for _, y, text in lines)]
    read = printed([(50, 50, "#Ines Calder"), *below, (50, 142, "*mail"), (50, 155, "ines@example.org"), *end])
    assert read.personal_info.location == whole


@pytest.mark.parametrize("town", ["Rockville MD", "Cambridge, MA"])
def test_a_state_is_no_degree(town: str) -> None:
    """Behind its town, with a comma or without, whatever stands before."""
    assert studies(f"Ostrelle Community College, {town}\nBotany\n2014 - 2017\n")[0][0] == ""
    assert studies(f"Ostrelle College, {town}\nPh.D., Botany, Dept. of Marine Life\n2014 - 2017\n")[0][:3] == (
        "Ph.D.",
        "Botany",
        "Ostrelle College",
    )


def test_a_university_before_the_town_is_the_employer() -> None:
    """Of a department in the employer's place, in print and in text."""
    firm = "Department of Marine and Tidal Sciences, Ostrelle University, Ithaca, NY"
    alone: list[Placed] = [(50, 136, firm), (50, 150, "Research Assistant"), (480, 150, "2008 - 2011")]
    alone += [(50, 178, "Ironwood Ltd, Boston, MA"), (50, 192, "Welder"), (480, 192, "2005 - 2008")]
    rows = f"{firm}\nResearch Assistant\t2008 - 2011\n\nIronwood Ltd, Boston, MA\nWelder\t2005 - 2008\n"
    for read in (printed([*TOP, (50, 110, "#Experience"), *alone]), understood(f"{HEAD}EXPERIENCE\n\n{rows}")):
        assert names(read)[0][:2] == ("Research Assistant", "Ostrelle University")
        assert read.work_experience[0].location == "Ithaca, NY"


def test_the_kind_of_a_school_is_not_its_name() -> None:
    """Where the name follows with the kind in it."""
    for kind, name in (("Gymnasium", "Gymnasium Tarnstadt"), ("Universität", "Jan Quarl Universität")):
        assert studies(f"{kind}, {name}, Linz, Diplom\n2004 - 2009\n")[0][2] == name


# What had no test of its own


def test_a_site_alone_is_no_certificate() -> None:
    """Whether it has its scheme or not."""
    for site in ("quarl.example.org", "https://quarl.example.org/verify"):
        resume = marked(f"## Certifications\n\n- Diver of class two\n- {site}\n- Crane operator\n")
        assert resume.skills.certifications == ("Diver of class two", "Crane operator"), site


def test_labels_beside_lists_name_no_skills() -> None:
    """In a column of their own, at the height of their lists, in plain print or bold."""
    for bold in ("", "*"):
        body: list[Placed] = [
            (50, 136, f"{bold}Werkstatt"), (200, 136, "Kotlin, Rust, Perl"),
            (50, 152, f"{bold}Hafen"), (200, 152, "Go, Docker, Fortran"),
        ]  # fmt: skip
        technical = printed([*TOP, (50, 110, "#Skills"), *body]).skills.technical
        assert technical == ("Kotlin", "Rust", "Perl", "Go", "Docker", "Fortran"), bold


def test_a_name_in_two_lines_apart() -> None:
    """Large, with contacts between its lines; printed whole somewhere else, if not, none is made up."""
    head: list[Placed] = [(50, 50, "#Ines"), (50, 66, "ines@example.org"), (50, 90, "#Calder")]
    body: list[Placed] = [(50, 130, "*Skills"), (50, 150, "Kotlin, Rust")]
    foot: list[Placed] = [(50, 300, "References name Ines Calder as a welder.")]
    assert printed([*head, *body, *foot]).personal_info.full_name == "Ines Calder"
    assert printed([*head, *body]).personal_info.full_name in {"", "Ines", "Calder"}


@pytest.mark.parametrize("name", ['Ines "Ina" Calder', "Ines (Ina) Calder"])
def test_what_somebody_is_called_stays_in_the_name(name: str) -> None:
    """In quotes or in brackets, printed or marked up."""
    assert understood(f"# {name}\n\nines@example.org\n", media_type=MediaType.MARKDOWN).personal_info.full_name == name
    head: list[Placed] = [(50, 50, f"#{name}"), (50, 75, "ines@example.org"), (50, 120, "*Skills"), (50, 140, "Rust")]
    assert printed(head).personal_info.full_name == name
