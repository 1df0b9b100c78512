from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import Skills
from tests.parsing.resumes import understood


def skills(body: str) -> Skills:
    return understood(f"Ines Calder\nines@example.org\n\n{body}").skills


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ("Python, Go and SQL", ("Python", "Go", "SQL")),
        ("Kotlin, Docker und Git", ("Kotlin", "Docker", "Git")),
        ("Gute Kenntnisse in Kotlin, Docker", ("Kotlin", "Docker")),
        ("Tide tables and gauges, Kotlin", ("Tide tables and gauges", "Kotlin")),
        ("Systems → Linux, Windows", ("Linux", "Windows")),
        ("Kotlin: senior\nPerl: junior\nRust: junior\nGo: senior", ("Kotlin", "Perl", "Rust", "Go")),
        ("Kotlin, field buses\n(CanOpen, EtherCat), Git", ("Kotlin", "field buses", "CanOpen", "EtherCat", "Git")),
        ("Python; Go; C#", ("Python", "Go", "C#")),
        ("Languages: Python, C++\nTools: Docker (2 years), Kafka", ("Python", "C++", "Docker", "Kafka")),
        ("- Python (expert)\n- Go - intermediate\n- SQL 80%", ("Python", "Go", "SQL")),
        ("Python | Go | SQL", ("Python", "Go", "SQL")),
        ("Tools\tDocker, Kafka", ("Docker", "Kafka")),
        ("CI/CD, TCP/IP", ("CI/CD", "TCP/IP")),
        ("Python, python, PYTHON", ("Python",)),
        ("Proficient in Quillmark Writer and Python", ("Quillmark Writer", "Python")),
        ("Proficient in Health and Safety", ("Health and Safety",)),
        ("熟悉Kafka和Flink\n精通Kotlin语言", ("Kafka", "Flink", "Kotlin")),
        ("了解Spring框架、掌握Redis与Kafka", ("Spring", "Redis", "Kafka")),
    ],
)
def test_each_listed_skill_is_one_string(body: str, items: tuple[str, ...]) -> None:
    """Separators and group labels part skills; grades and repeats are dropped."""
    assert skills(f"SKILLS\n\n{body}").technical == items


def test_traits_and_human_languages_are_kept_apart() -> None:
    """A skills section's traits are soft skills, its languages languages."""
    found = skills("SKILLS\n\nPython, teamwork, French, communication skills")
    assert found.technical == ("Python",)
    assert found.soft_skills == ("teamwork", "communication skills")
    assert found.languages == ("French",)


def test_languages_are_named_without_their_level() -> None:
    """Only the language's name is kept."""
    found = skills("LANGUAGES\n\nEnglish - native\nNorwegian (B2), German: basic")
    assert found.languages == ("English", "Norwegian", "German")


def test_a_language_with_its_level_behind_a_colon_is_a_language() -> None:
    """Within a list of skills, too."""
    found = skills("SKILLS\n\nKotlin, Git\nPolish: fluent in speech and writing")
    assert (found.technical, found.languages) == (("Kotlin", "Git"), ("Polish",))


def test_a_language_that_no_list_holds_is_told_by_its_neighbours() -> None:
    """A capitalised word among human languages is one."""
    found = skills("SKILLS\n\nLanguages: Voltarin (mother tongue), Polish (fluent), English (basic)")
    assert found.languages == ("Voltarin", "Polish", "English")


def test_certificates_lose_issuer_and_date() -> None:
    """The certificate's name alone is kept; grades of a certificate are part of it."""
    found = skills(
        "CERTIFICATIONS\n\n- Certified Lamp Keeper, Coastal Board, 2019\n- Rope Access – Professional (2020)\n"
    )
    assert found.certifications == ("Certified Lamp Keeper", "Rope Access – Professional")


def test_certificates_in_one_line_are_several_where_each_says_that_it_is_one() -> None:
    """What ends like the holder's trade carries on a name only if it is no certificate of its own."""
    found = skills("CERTIFICATIONS\n\nQuillmark Certified Developer, Certified Harbour Administrator")
    assert found.certifications == ("Quillmark Certified Developer", "Certified Harbour Administrator")
    found = skills("CERTIFICATIONS\n\nOrbital Certified Professional, Java Programmer")
    assert found.certifications == ("Orbital Certified Professional, Java Programmer",)


def test_a_dot_parts_certificate_and_issuer_with_a_space_on_one_side_too() -> None:
    """The dot of "Col·legi" stands within a word and parts nothing."""
    found = skills("CERTIFICATIONS\n\nHarbour Pilot Level 2· Quillmark (Nov 2019)\nCurs del Col·legi (2020)")
    assert found.certifications == ("Harbour Pilot Level 2", "Curs del Col·legi")


@pytest.mark.parametrize(
    "body",
    [
        "Kitchen\n- Baking\n- Pastry\n- Rotas\nOffice\n- Excel\n- Ledgers",
        "Kitchen\nBaking, Pastry,\nRotas\nOffice\nExcel, Ledgers",
    ],
)
def test_names_that_take_turns_with_lists_are_their_labels(body: str) -> None:
    """Whatever their print; where not all do, or they are skills themselves, they are items."""
    assert skills(f"SKILLS\n\n{body}").technical == ("Baking", "Pastry", "Rotas", "Excel", "Ledgers")
    assert "Kitchen" in skills(f"SKILLS\n\n{body}\nSewing").technical
    assert "Python" in skills("SKILLS\n\nPython\nKafka, Flink\nRust\nExcel, Word").technical


def test_a_labelled_issuer_is_no_certificate() -> None:
    """In labelled lines the name alone is kept."""
    found = skills("CERTIFICATIONS\n\nIssuer: Quillmark\nName: Harbour Pilot Level 2\nIssued: 03/2020")
    assert found.certifications == ("Harbour Pilot Level 2",)


def test_running_text_is_no_skill() -> None:
    """Sentences in a skills section are left out."""
    assert skills("SKILLS\n\nI have always been able to work with all sorts of people in every town.").technical == ()


def test_marks_behind_skills_are_left_aside() -> None:
    resume = understood(
        "Ines Calder\n\nSKILLS\n\n- Rust: 4 (every day)\n- Perl: 3 (two programs)\n- SQL: 4.5 (databases)"
    )
    assert resume.skills.technical == ("Rust", "Perl", "SQL")


def test_languages_behind_the_last_skill_and_beside_studies_are_found() -> None:
    behind = understood("Ines Calder\n\nSKILLS\n\nRust, Perl, welding. German (native), English (fluent).")
    assert (behind.skills.technical, behind.skills.languages) == (("Rust", "Perl", "welding"), ("German", "English"))
    beside = understood(
        "Ines Calder\n\nEDUCATION AND LANGUAGES\n\nMSc Botany, Tarn University\t2015\n"
        "German native\tEnglish fluent\tFrench B1"
    )
    assert beside.skills.languages == ("German", "English", "French")
