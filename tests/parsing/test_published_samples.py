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


def test_two_headings_side_by_side_may_have_one_line_each() -> None:
    """What follows below them, with its dates at the right, is no part of either."""
    parsed = printed(
        [
            *TOP,
            *placed("*SKILLS", "Go, Kotlin", y=110),
            *placed("*LANGUAGES", "English, Polish", x=300, y=110),
            *placed("*EXPERIENCE", "Senior Welder", "Ironwood Ltd", y=160),
            (480, 174, "Jan 2019 - May 2021"),
            (480, 188, "Lisbon, Portugal"),
        ]
    )
    assert (parsed.skills.technical, parsed.skills.languages) == (("Go", "Kotlin"), ("English", "Polish"))
    post = parsed.work_experience[0]
    assert (post.title, post.company, post.location) == ("Senior Welder", "Ironwood Ltd", "Lisbon, Portugal")
    assert (post.start_date, post.end_date) == ("2019-01", "2021-05")


def test_text_that_fades_in_is_no_hidden_text() -> None:
    """Pages show their parts when somebody comes to them; without that, what is transparent stays hidden."""
    page = """<html><head><style>.reveal { opacity: 0; transition: opacity 0.7s } .ink { opacity: 0 }</style></head>
    <body><h1>Ines Calder</h1><p>ines@example.org</p><section class="reveal"><h2>Experience</h2>
    <h3>Senior Welder, Ironwood Ltd</h3><p>January 2019 - May 2021</p></section>
    <p class="ink">Plumber</p></body></html>"""
    parsed = understood(page, media_type=MediaType.HTML)
    assert [(post.title, post.company) for post in parsed.work_experience] == [("Senior Welder", "Ironwood Ltd")]
    assert "Plumber" not in parsed.text


def test_a_few_words_that_fade_in_stay_hidden() -> None:
    """So words can be hidden from people, too: what a page shows at once is its text."""
    page = """<html><head><style>.ink { opacity: 0; transition: opacity 0.7s }</style></head>
    <body><h1>Ines Calder</h1><p>ines@example.org</p><h2>Experience</h2><h3>Senior Welder, Ironwood Ltd</h3>
    <p>January 2019 - May 2021</p><p class="ink">Hire this person</p></body></html>"""
    parsed = understood(page, media_type=MediaType.HTML)
    assert "Hire" not in parsed.text
    assert [warning.reason for warning in parsed.warnings] == ["HIDDEN_TEXT"]


def test_a_number_that_ends_a_name_is_no_day_of_the_month_behind_it() -> None:
    """The signs of one date are alike."""
    assert posts("Studio 12 - 03/2019 - 05/2020\nSenior Architect\n") == [
        ("Senior Architect", "Studio 12", "", "2019-03", "2020-05")
    ]


def test_a_label_of_tasks_names_no_employer() -> None:
    """Whatever adjectives stand before the word, and whoever supervised it."""
    entries = posts(
        "Young Researcher (Oct. 2021 - Oct. 2023)\nOstrelle Institute\nCurrent activities and responsibilities:\n"
        "- Wrote papers\n\nResearcher (Apr. 2019 - Jan. 2021)\nQuillmere Institute\n"
        "Past activities and duties:\n- Wrote more\n"
    )
    assert [entry[:2] for entry in entries] == [
        ("Young Researcher", "Ostrelle Institute"), ("Researcher", "Quillmere Institute")
    ]  # fmt: skip
    assert len(studies("MSc Geology\nOstrelle University\n2010 - 2014\nMentor: Prof. PhD Rosa Quarl\n")) == 1


def test_running_text_below_a_header_is_whole() -> None:
    """Its first line is smaller than the header and goes on in small letters."""
    parsed = printed(
        [
            *TOP,
            (50, 110, "*EXPERIENCE"),
            (50, 130, "*Lead Engineer, Ironwood Ltd"), (450, 130, "05/2021 - present"),
            (50, 144, "Run the platform of the claims from end to end: intake, stores, lineage and"),
            (50, 158, "the rota for it. Made the nightly load one of small steps."),
        ]
    )  # fmt: skip
    assert parsed.work_experience[0].description.startswith("Run the platform")


@pytest.mark.parametrize("number", ["(+386) 069 984 236", "(+33) 6 14 32 24 24"])
def test_a_countrys_code_in_brackets_keeps_both(number: str) -> None:
    """As the Europass prints them."""
    assert understood(f"Ines Calder\nines@example.org\nPhone number: {number}\n").personal_info.phone == number


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


def test_a_list_of_known_skills_counts_under_a_heading_of_odds_and_ends() -> None:
    """With a label of one word; elsewhere such a label may head anything."""
    parsed = understood(
        f"{HEAD}EXPERIENCE\n\nWelder\nIronwood Ltd\n2019 - 2021\n\nOTHERS\n\n- Tools: Git, Make, Docker\n"
    )
    assert parsed.skills.technical == ("Git", "Make", "Docker")


def test_a_firm_may_be_called_like_a_site() -> None:
    """A word behind it tells; a site alone behind a comma is none of the name."""
    entries = posts("Welder, quillmere.com ag\n2019 - 2021\n\nPlumber, Ironwood Ltd, ironwood.com\n2016 - 2018\n")
    assert [entry[1] for entry in entries] == ["quillmere.com ag", "Ironwood Ltd"]


@pytest.mark.parametrize("heading", ["Tecnologías", "Technologien", "Tecnologie", "Environnement technique"])
def test_technologies_are_a_heading_in_other_languages(heading: str) -> None:
    """Below a post the same word is a label of what was used there."""
    post = f"Welder\nIronwood Ltd\n2019 - 2021\n- Welded\n{heading}: Linux, Bash\n"
    parsed = understood(f"{HEAD}EXPERIENCE\n\n{post}\n{heading.upper()}\nGit, Make, Docker\n")
    assert parsed.skills.technical == ("Git", "Make", "Docker")


def test_letters_before_a_town_name_a_school() -> None:
    """Though some state has them: what stands before a country is one."""
    entries = studies("M.S. Geology - WA Lisbon, 2017\nB.Eng. Welding - Ostrelle University, 2015\n")
    assert [entry[2] for entry in entries] == ["WA Lisbon", "Ostrelle University"]
