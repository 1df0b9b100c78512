"""What layouts of unknown templates have in common, each shown in two kinds with invented people."""

from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import MediaType
from tests.parsing.printed import TOP, Placed, printed
from tests.parsing.resumes import understood


def column(x: float, y: float, *rows: str, leading: float = 14) -> list[Placed]:
    """Place rows below each other, a gap of two where a row is empty."""
    return [(x, y + leading * at, row) for at, row in enumerate(rows) if row]


def posts(resume: ParsedResume) -> list[tuple[str, str, str, str]]:
    return [(post.title, post.company, post.start_date, post.end_date) for post in resume.work_experience]


def studies(resume: ParsedResume) -> list[tuple[str, str, str, str]]:
    return [(each.degree, each.institution, each.start_date, each.end_date) for each in resume.education]


def technical(resume: ParsedResume) -> list[str]:
    return list(resume.skills.technical)


# Skills


def test_groups_of_skills_may_stand_under_headings_of_their_own() -> None:
    """In a sidebar each group has a heading that looks like "Languages", and none is headed "Skills"."""
    resume = printed(
        [
            *TOP,
            *column(50, 120, "*CONTACT", "+1 212 555 0144", "", "*RIGGING", "Splicing", "Load charts"),
            *column(50, 222, "*SURVEY", "Total station", "QGIS", "Leica", "", "*LANGUAGES", "English (native)"),
            *column(230, 120, "*EXPERIENCE", "*Merrow Docks Ltd", "Foreman, 2019 - Present", "Led two crews of nine."),
            *column(230, 200, "*EDUCATION", "*Tarn College", "Diploma in Surveying, 2015 - 2017"),
        ]
    )
    assert technical(resume) == ["Splicing", "Load charts", "Total station", "QGIS", "Leica"]


def test_groups_of_skills_under_headings_of_their_own_in_markdown() -> None:
    """The same in a file with marked headings."""
    resume = understood(
        "# Ines Calder\n\nines@example.org\n\n## Profile\n\nA chef of nine seasons.\n\n## Kitchen\n\n"
        "- Fermentation\n- Costing\n\n## Front of house\n\n"
        "- Wine lists\n- Rostering\n\n## Experience\n\n**Merrow Inn**\n\nChef, 2019 - Present\n",
        media_type=MediaType.MARKDOWN,
    )
    assert technical(resume) == ["Fermentation", "Costing", "Wine lists", "Rostering"]


# Entries


def test_employers_may_be_printed_like_the_headings() -> None:
    """Where a section begins with a row in the print of its heading, such rows name its entries."""
    resume = understood(
        "# Ines Calder\n\nines@example.org\n\n### Experience\n\n### Merrow Docks Ltd\n\n##### 02/2019 - Present\n\n"
        "#### Foreman\n\n- Led two crews.\n\n### Tarn Cables\n\n##### 03/2015 - 01/2019\n\n#### Rigger\n\n"
        "### Education\n\n### Tarn College\n\n##### 2013 - 2015\n\n#### Diploma Surveying\n",
        media_type=MediaType.MARKDOWN,
    )
    assert posts(resume) == [
        ("Foreman", "Merrow Docks Ltd", "2019-02", "present"),
        ("Rigger", "Tarn Cables", "2015-03", "2019-01"),
    ]
    assert studies(resume) == [("Diploma", "Tarn College", "2013", "2015")]


def test_schools_may_be_printed_like_the_headings_of_a_page() -> None:
    """The same on a page, where both are large and bold."""
    resume = printed(
        [
            *TOP,
            (50, 120, "#Experience"),
            *column(50, 150, "#Merrow Docks Ltd", "Foreman", "2019 - Present", "", "#Tarn Cables", "Rigger"),
            (50, 234, "2015 - 2019"),
            (50, 270, "#Education"),
            *column(50, 300, "#Tarn College", "Diploma in Surveying", "2013 - 2015"),
        ]
    )
    assert posts(resume) == [
        ("Foreman", "Merrow Docks Ltd", "2019", "present"),
        ("Rigger", "Tarn Cables", "2015", "2019"),
    ]
    assert studies(resume) == [("Diploma", "Tarn College", "2013", "2015")]


def test_two_years_above_each_school_are_one_period() -> None:
    """Start and end stand one below the other, above what they belong to or in a rail beside it."""
    above = printed(
        [
            *TOP,
            (50, 120, "*EDUCATION"),
            *column(50, 140, "2013", "2015", "*Tarn University", "Master of Science", "Surveying"),
            *column(50, 226, "2010", "2013", "*Merrow University", "Bachelor of Science", "Geology"),
        ]
    )
    assert studies(above) == [
        ("Master of Science", "Tarn University", "2013", "2015"),
        ("Bachelor of Science", "Merrow University", "2010", "2013"),
    ]
    plain = understood(
        "Ines Calder\nines@example.org\n\nEDUCATION\n\n2013\n2015\nTarn University\nMaster of Science\n\n"
        "2010\n2013\nMerrow University\nBachelor of Science\n"
    )
    assert studies(plain) == studies(above)


# Columns


def test_a_line_near_what_spans_the_page_heads_it() -> None:
    """Below three cells "Work Experience" stands nearer to the posts than to the cells: it is read after them."""
    resume = printed(
        [
            *TOP,
            (50, 110, "*SKILLS"),
            *column(50, 130, "*Rigging", "Splicing, Winches,", "Load charts", leading=12),
            (50, 186, "*WORK EXPERIENCE"),
            *column(230, 130, "*Survey", "Total station, QGIS,", "Levelling", leading=12),
            *column(410, 130, "*Office", "Tenders, Rosters,", "Chef", leading=12),
            (50, 200, "*Merrow Docks and Harbour Engineering Company Ltd"),
            (480, 199, "2019 - Present"),
            (50, 214, "Foreman"),
            (50, 228, "Led two crews of nine through three winters without an accident, and kept the cranes running."),
        ]
    )
    assert set(technical(resume)) >= {"Splicing", "Total station", "QGIS", "Levelling", "Tenders", "Chef"}
    assert posts(resume) == [("Foreman", "Merrow Docks and Harbour Engineering Company Ltd", "2019", "present")]


# Contact


def test_a_town_and_its_country_need_no_comma() -> None:
    """What stands alone and is a town, its state and its country is one place."""
    for place in ("Osaka Japan", "Reno NV US", "Toulouse France"):
        resume = printed([(50, 50, "#Ines Calder"), *column(50, 75, "ines@example.org", place, "+1 212 555 0144")])
        assert resume.personal_info.location == place


def test_an_address_broken_by_a_narrow_column_is_whole() -> None:
    """An e-mail address and the site below it run on over two rows of a sidebar."""
    head = column(50, 120, "*ABOUT", "ines@calderandtarnsur", "veys.example.org", "+1 212 555 0144", "Reno, NV")
    work = column(230, 120, "*EXPERIENCE", "*Merrow Docks Ltd", "Foreman, 2019 - Present", "Led two crews of nine.")
    resume = printed([(50, 50, "#Ines Calder"), *head, *work])
    assert resume.personal_info.email == "ines@calderandtarnsurveys.example.org"
    assert resume.personal_info.location == "Reno, NV"


def test_links_tell_what_a_narrow_column_broke_off() -> None:
    """An address whose end would be one by itself is whole where the link around both rows leads to the whole."""
    rows = column(50, 120, "*ABOUT", "ines-cal-", "der@example.org", "calderandtarn.exampl", "esurveys.org")
    resume = printed(
        [(50, 50, "#Ines Calder"), *rows],
        links=[(50, 134, "mailto:ines-calder@example.org"), (50, 162, "https://calderandtarn.examplesurveys.org/")],
    )
    assert resume.personal_info.email == "ines-calder@example.org"
    assert resume.personal_info.portfolio_url.removeprefix("https://") == "calderandtarn.examplesurveys.org"


def test_a_contact_at_the_foot_of_the_page_belongs_to_the_head() -> None:
    """What stands in the bottom margin with the only e-mail address is no certificate."""
    resume = printed(
        [
            (50, 50, "#Ines Calder"),
            *column(50, 110, "*Work Experience", "Merrow Docks Ltd, Foreman", "2019 - Present"),
            *column(50, 180, "*Certifications", "- Crane Operator, Tarn Harbour Board", "- First Aid at Work"),
            *column(220, 760, "12 Quay Street - Reno, NV 89501", "+1 212 555 0144 - ines@example.org"),
        ]
    )
    assert resume.personal_info.email == "ines@example.org"
    assert resume.personal_info.location.endswith("Reno, NV 89501")
    assert list(resume.skills.certifications) == ["Crane Operator", "First Aid at Work"]


# Posts and studies


def test_a_name_runs_on_below_a_date_that_left_it_no_room() -> None:
    """The date beside the first line stands at the end of the second after reading: the name goes over both."""
    resume = printed(
        [
            *TOP,
            (50, 110, "*Work Experience"),
            (50, 130, "Rigging Supervisor, Northern Yards and Merrow Harbour"),
            (330, 130, "Feb 2020 - Present"),
            *column(50, 144, "Engineering Ltd, Leeds, UK", "- Led two crews of nine."),
            (50, 186, "Rigger and Crane Operator, Southern Yard and Tarn Dock"),
            (330, 186, "Mar 2015 - Jan 2020"),
            *column(50, 200, "Engineering Ltd, Cork, Ireland", "- Kept the cranes running."),
        ]
    )
    assert [post.company.endswith("Engineering Ltd") for post in resume.work_experience] == [True, True]


def test_one_date_of_the_first_post_is_its_start() -> None:
    """Where the other posts are periods that end before it, it goes on; a single date among single dates does not."""
    body = (
        "Foreman, Merrow Docks Ltd\t{}\n\n- Led two crews.\n\nRigger, Tarn Cables Ltd\t{}\n\n- Kept cranes running.\n"
    )
    head = "Ines Calder\nines@example.org\n\nEXPERIENCE\n\n"
    open_ended = understood(head + body.format("Feb 2020", "Mar 2015 - Jan 2020"))
    assert posts(open_ended)[0][2:] == ("2020-02", "present")
    both_single = understood(head + body.format("2020", "2015"))
    assert posts(both_single)[0][2:] == ("2020", "2020")


def test_entries_may_be_list_items_through_and_through() -> None:
    """Each third item is a name, and below it one that is its period, with its length set right behind the year."""
    resume = understood(
        "Ines Calder\nines@example.org\n\nEXPERIENCE\n\n- Foreman, Merrow Docks Ltd\n- Jul 2021 - Present\n"
        "- Led two crews of nine\n- Rigger, Tarn Cables Ltd\n- Jun 2019 - Jun 20212 years\n- Kept the cranes running\n"
    )
    assert posts(resume) == [
        ("Foreman", "Merrow Docks Ltd", "2021-07", "present"),
        ("Rigger", "Tarn Cables Ltd", "2019-06", "2021-06"),
    ]


def test_a_degree_may_stand_right_before_its_school() -> None:
    """Nothing but a space parts them; the subject follows the comma."""
    plain = understood(
        "Ines Calder\nines@example.org\n\nEDUCATION\n\nMPH University of Tarn, Public Health\t2016 - 2018\n"
        "BSc (Hons) Merrow University, Geology\t2010 - 2013\n"
    )
    assert [(each.degree, each.field_of_study, each.institution) for each in plain.education] == [
        ("MPH", "Public Health", "University of Tarn"),
        ("BSc (Hons)", "Geology", "Merrow University"),
    ]


def test_a_school_broken_behind_its_comma_is_whole() -> None:
    """Below a date "…, Wexmoor" is wrapped, and "University" goes on below it."""
    resume = printed(
        [
            *TOP,
            (50, 110, "*Education"),
            *column(50, 130, "Sep 2015 - May 2018", leading=14),
            *column(110, 144, "Master of Science in Mechanical Engineering, Wexmoor", "University"),
            *column(50, 180, "Sep 2010 - May 2013"),
            *column(110, 194, "Bachelor of Science in Mechanical Engineering, Tarn State", "University"),
            (50, 240, "*Experience"),
            (50, 260, "Nov 2018 - Present"),
            *column(110, 274, "Design Engineer, Merrow Automotive Systems (Leeds, UK).", "Held patents on bushings."),
        ]
    )
    assert [each.institution for each in resume.education] == ["Wexmoor University", "Tarn State University"]


def test_what_was_studied_may_be_a_list_item_below_the_degree() -> None:
    """Years, degree and subject are items, the school is a heading."""
    resume = understood(
        "# Ines Calder\n\nines@example.org\n\n## Education\n\n- 2010 2013\n\n### Tarn University\n\n"
        "- Bachelor of Commerce\n- Accounting and Finance\n- 2008 2010\n\n### Merrow College\n\n"
        "- Diploma\n- Surveying\n",
        media_type=MediaType.MARKDOWN,
    )
    assert [(each.degree, each.field_of_study, each.institution) for each in resume.education] == [
        ("Bachelor of Commerce", "Accounting and Finance", "Tarn University"),
        ("Diploma", "Surveying", "Merrow College"),
    ]
    assert [(each.start_date, each.end_date) for each in resume.education] == [("2010", "2013"), ("2008", "2010")]


def test_a_grade_in_brackets_is_no_part_of_the_subject() -> None:
    """As in "Informatik (1,3)", "Physics (3.81/4.00)"."""
    resume = understood(
        "Ines Calder\nines@example.org\n\nEDUCATION\n\nTarn University\t2010 - 2013\nBSc: Physics (3.81/4.00)\n"
    )
    assert [(each.field_of_study, each.gpa) for each in resume.education] == [("Physics", "3.81/4.00")]
    resume = understood(
        "Ines Calder\nines@example.org\n\nEDUCATION\n\nTU Tarn\t2010 - 2013\nMaster of Science: Informatik (1,3)\n"
    )
    assert [(each.field_of_study, each.gpa) for each in resume.education] == [("Informatik", "1,3")]


def test_a_school_that_no_list_knows_is_printed_like_the_others() -> None:
    """A name with its period behind it, as in the first entry."""
    resume = understood(
        "Ines Calder\nines@example.org\n\nEDUCATION\n\nTarn University 2010 - 2013\nBachelor of Science - Physics\n"
        "Merrow Saltmarsh 2004 - 2010\nDiploma - Surveying\n"
    )
    assert [(each.institution, each.start_date) for each in resume.education] == [
        ("Tarn University", "2010"),
        ("Merrow Saltmarsh", "2004"),
    ]


# Certificates


def test_print_parts_a_certificate_from_who_issued_it() -> None:
    """Bold names, then the issuer with a space before it, in every row."""
    rows = [(50, 134, "*Crane Operator"), (128, 134, "Tarn Harbour Board"), (50, 150, "*Rigging Inspector")]
    resume = printed([*TOP, (50, 110, "#Certifications"), *rows, (142, 150, "Merrow Institute")])
    assert list(resume.skills.certifications) == ["Crane Operator", "Rigging Inspector"]


def test_certificates_may_be_listed_in_one_line() -> None:
    """By commas or gaps, over a wrap too; a second name that is an organisation's issued the first."""
    head = "Ines Calder\nines@example.org\n\nCERTIFICATIONS\n\n"
    for line in ("Crane Operator Pass, Rigging Level B", "Crane Operator Pass\tRigging Level B"):
        assert list(understood(head + line + "\n").skills.certifications) == ["Crane Operator Pass", "Rigging Level B"]
    issued = understood(head + "Crane Operator Pass, Merrow Harbour Institute\n")
    assert list(issued.skills.certifications) == ["Crane Operator Pass"]
    rows = column(380, 130, "Crane Operator Pass,", "Rigging Level B, First Aid", leading=12)
    left = column(50, 110, "*EXPERIENCE", "*Merrow Docks Ltd", "Foreman, 2019 - Present", "Led two crews.")
    narrow = printed([*TOP, *left, (380, 110, "*CERTIFICATES"), *rows])
    assert list(narrow.skills.certifications) == ["Crane Operator Pass", "Rigging Level B", "First Aid"]


# Heads of columns


@pytest.mark.parametrize(
    ("heads", "left", "right"),
    [
        (("*SKILLS", "*LANGUAGES"), ("Splicing", "QGIS", "Leica", "Fortran"), ("English", "Native", "Polish", "Basic")),
        (
            ("*TECHNICAL SKILLS", "*SPOKEN LANGUAGES"),
            ("Rust", "Kotlin", "Perl", "Docker", "Go"),
            ("English (C2)", "Polish (B1)", "Dutch (A2)", "Czech (A1)"),
        ),
    ],
)
def test_heads_further_out_than_their_columns(
    heads: tuple[str, str], left: tuple[str, ...], right: tuple[str, ...]
) -> None:
    """Side by side over two columns whose text begins further in: each heads its own, whatever stands above them."""
    firms = ("Merrow Docks", "Quarl Naval", "Ostrel Bau", "Tarn Works", "Ironwood", "Calder & Sons")
    above: list[Placed] = []
    for at, firm in enumerate(firms):
        y = 140 + 45 * at
        above += [(50, y, f"*{firm}"), (310, y, "Bergen, Norway"), (50, y + 14, "Foreman")]
        above += [(310, y + 14, f"{2020 - 2 * at} - {2021 - 2 * at}")]
    resume = printed(
        [
            *TOP,
            (50, 120, "*EXPERIENCE"),
            *above,
            (50, 420, "Led two crews of nine through forty lifts of steel and timber over the quay, day and night."),
            (50, 450, heads[0]), *column(62, 470, *left),
            (300, 450, heads[1]), *column(340, 478, *right, leading=19),
        ]
    )  # fmt: skip
    assert technical(resume) == list(left)
    assert [tongue.split()[0] for tongue in resume.skills.languages] == [
        word.split()[0] for word in right if word.split()[0] in {"English", "Polish", "Dutch", "Czech"}
    ]
