"""What résumés in their authors' own layouts taught, each on invented text."""

from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import MediaType
from tests.parsing.resumes import understood
from tests.parsing.test_templates import HEAD, TOP, Placed, posts, printed, studies


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
