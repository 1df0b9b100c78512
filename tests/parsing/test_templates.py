"""Habits of templates that others made, each seen in their print and shown here with invented text."""

from __future__ import annotations

import pytest
from fpdf import FPDF

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.understanding import understand
from tests.parsing.printed import TOP, Placed, printed
from tests.parsing.reading import read
from tests.parsing.resumes import drive, understood

HEAD = "Ines Calder\nines@example.org\n\n"


def posts(body: str) -> list[tuple[str, str, str, str, str]]:
    return _posts(understood(f"{HEAD}EXPERIENCE\n\n{body}"))


def _posts(resume: ParsedResume) -> list[tuple[str, str, str, str, str]]:
    return [
        (post.title, post.company, post.location, post.start_date, post.end_date) for post in resume.work_experience
    ]


def studies(body: str) -> list[tuple[str, str, str, str, str, str]]:
    return _studies(understood(f"{HEAD}EDUCATION\n\n{body}"))


def _studies(resume: ParsedResume) -> list[tuple[str, str, str, str, str, str]]:
    return [
        (each.degree, each.field_of_study, each.institution, each.start_date, each.end_date, each.gpa)
        for each in resume.education
    ]


def placed(*rows: str, x: float = 50, y: float = 130, leading: float = 14) -> list[Placed]:
    """Place rows below each other, a gap of two where a row is empty."""
    return [(x, y + leading * at, row) for at, row in enumerate(rows) if row]


# Posts


def test_who_works_for_himself_has_no_employer_above() -> None:
    """Self-employment is the employer; the one of the entry above is not taken over."""
    assert posts(
        "Merrow Analytics Ltd, Data Engineer\t2020-01 - Present\n\n- Built the lake.\n\n"
        "Freelance, Web Developer\t2018-04 - 2019-12\n\n- Built shops.\n"
    )[1] == ("Web Developer", "Freelance", "", "2018-04", "2019-12")


def test_a_firm_written_small_is_an_employer() -> None:
    """A name of one word in small letters is no running text."""
    assert posts("Product Designer\tMar 2018 - Jul 2021\nkelpie | Leeds, UK\n\n- First designer of forty.\n") == [
        ("Product Designer", "kelpie", "Leeds, UK", "2018-03", "2021-07")
    ]


def test_a_title_goes_on_behind_a_dash() -> None:
    """What follows the title behind a dash is part of it, before a comma and the employer too."""
    assert posts(
        "Lead Design Engineer – Engine Mounts, Tarn Automotive Systems Inc.\nMay 2018 - Present\n\n- Drew bushings.\n"
    ) == [("Lead Design Engineer – Engine Mounts", "Tarn Automotive Systems Inc.", "", "2018-05", "present")]


def test_the_last_comma_parts_an_employer_with_a_department_from_the_post() -> None:
    """In "Department, University, Post" the university is the employer."""
    ((title, company, *_),) = posts(
        "Department of Botany, University of Tarn, Research Fellow\nMay 2018 - Present\n\n- Grew mosses.\n"
    )
    assert (title, company) == ("Research Fellow", "University of Tarn")


def test_a_compound_of_a_trade_is_no_employer_beside_one() -> None:
    """Of two names the one with a legal form is the employer, though the title's noun could name a firm."""
    ((title, company, *_),) = posts("Projektleiterin Wasserwerke\nTarner Netzbau GmbH\n04/2018 – heute\n\n- Leitung.\n")
    assert (title, company) == ("Projektleiterin Wasserwerke", "Tarner Netzbau GmbH")


def test_a_heading_inside_a_post_does_not_end_the_section() -> None:
    """What heads the tasks of each post heads no section; the posts below it are still read."""
    body = "Merrow Ltd\t2020-01 - Present\nEngineer\n\nHighlights\n\n- Built things.\n\n"
    assert len(posts(body + body.replace("Merrow", "Tarn").replace("2020-01 - Present", "2015-02 - 2019-12"))) == 2


def test_what_was_done_may_follow_the_names_on_their_line() -> None:
    """A date alone, then "Post, Employer (Place). What was done": the sentence is no name."""
    assert _posts(
        printed(
            [
                *TOP,
                (50, 110, "*Work Experience"),
                (50, 140, "Jan 2020-present"),
                (100, 154, "Reliability Engineer, Merrow Works Inc. (Leeds, UK). Ran"),
                (100, 168, "three hundred nodes with two colleagues"),
                (50, 196, "Apr 2016-Dec 2019"),
                (100, 210, "Network Engineer, Tarn Cables Ltd (Cork, Ireland). Laid"),
                (100, 224, "cables along the coast road"),
            ]
        )
    ) == [
        ("Reliability Engineer", "Merrow Works Inc.", "Leeds, UK", "2020-01", "present"),
        ("Network Engineer", "Tarn Cables Ltd", "Cork, Ireland", "2016-04", "2019-12"),
    ]


def test_markdown_lists_date_and_place_below_the_entry() -> None:
    """Date and place as the first items of an entry's list are its own, in posts and in studies."""
    resume = understood(
        "# Ines Calder's CV\n\n- Email: ines@example.org\n\n# Experience\n\n## Merrow Ltd, Data Engineer\n\n"
        "- Jan 2020 – present\n- Leeds, UK\n- Built the lake of data.\n\n"
        "# Education\n\n## University of Tarn, MSc in Botany\n\n- 2013 – 2015\n",
        media_type=MediaType.MARKDOWN,
    )
    assert resume.personal_info.full_name == "Ines Calder"
    assert _posts(resume) == [("Data Engineer", "Merrow Ltd", "Leeds, UK", "2020-01", "present")]
    assert _studies(resume) == [("MSc", "Botany", "University of Tarn", "2013", "2015", "")]


# Where things are printed


def test_place_and_date_stacked_at_the_right_belong_to_the_entry() -> None:
    """Place over date in the right margin, beside a title and its tasks, stay with that entry."""
    rows: list[Placed] = [*TOP, (50, 110, "*Experience")]
    for at, (names, place, date) in enumerate(
        (
            ("*Merrow Ltd, Data Engineer", "Leeds, UK", "Feb 2019 - present"),
            ("*Tarn Works Inc., Analyst", "Cork, Ireland", "Aug 2015 - Jan 2019"),
            ("*Skerry Bank, Trainee", "Bergen, Norway", "May 2012 - July 2015"),
        )
    ):
        y = 135 + at * 50
        rows += [(50, y, names), (62, y + 14, "- Kept the tables in order"), (62, y + 28, "- Cut the cost by half")]
        rows += [(480, y, place), (480, y + 12.5, date)]
    assert _posts(printed(rows)) == [
        ("Data Engineer", "Merrow Ltd", "Leeds, UK", "2019-02", "present"),
        ("Analyst", "Tarn Works Inc.", "Cork, Ireland", "2015-08", "2019-01"),
        ("Trainee", "Skerry Bank", "Bergen, Norway", "2012-05", "2015-07"),
    ]


def test_a_date_wrapped_in_its_rail_is_one_date() -> None:
    """In a narrow rail a period takes two or three lines; each begins with its entry."""
    rows: list[Placed] = [*TOP, (130, 110, "*Work Experience")]
    rows += [(50, 135, "May"), (50, 149, "2020-present"), (130, 135, "Data Engineer, Merrow Ltd, Leeds, UK")]
    rows += [(130, 149, "- Kept the tables in order")]
    rows += [(50, 175, "Sep 2016-Apr"), (50, 189, "2020"), (130, 175, "Analyst, Tarn Works Inc., Cork, Ireland")]
    rows += [(130, 189, "- Cut the cost by half")]
    rows += [
        (50, 215, "May"),
        (50, 229, "2015-Aug"),
        (50, 243, "2016"),
        (130, 215, "Trainee, Skerry Bank, Bergen, Norway"),
    ]
    rows += [(50, 270, "Jun 2012-Apr"), (50, 284, "2015"), (130, 270, "Barista, Coffee Works Ltd, Leeds, UK")]
    assert _posts(printed(rows)) == [
        ("Data Engineer", "Merrow Ltd", "Leeds, UK", "2020-05", "present"),
        ("Analyst", "Tarn Works Inc.", "Cork, Ireland", "2016-09", "2020-04"),
        ("Trainee", "Skerry Bank", "Bergen, Norway", "2015-05", "2016-08"),
        ("Barista", "Coffee Works Ltd", "Leeds, UK", "2012-06", "2015-04"),
    ]


def test_a_date_beside_a_wrapped_line_does_not_cut_its_name() -> None:
    """Where a line was wrapped for the date at its right, the name on both lines is one."""
    filler = "Kept the tables of the northern harbours in order and wrote the handbook"
    rows: list[Placed] = [
        *TOP,
        (50, 110, "*Experience"),
        (50, 135, "Charge Nurse, Emergency Department, Northern Harbour and"),
    ]
    rows += [(340, 135, "Feb 2019 - present"), (50, 149, "Moorland Memorial Hospital, Leeds, UK")]
    rows += placed(*[f"- {filler}"] * 4, x=62, y=170)
    ((title, company, *_),) = _posts(printed(rows))
    assert (title, company) == (
        "Charge Nurse, Emergency Department",
        "Northern Harbour and Moorland Memorial Hospital",
    )


def test_what_ends_one_page_and_begins_the_next_is_no_running_head() -> None:
    """Dates at the foot of one page and at the head of the next differ in their years: both are read."""
    head: list[Placed] = [*TOP, (50, 110, "*Education")]
    filler = placed(*["" for _ in range(3)], y=130)
    first: list[Placed] = [(50, 735, "BSc in Botany, University of Tarn"), (50, 749, "Jan 2010 - Jan 2013")]
    second: list[Placed] = [(50, 35, "MSc in Ecology, University of Skerry"), (50, 49, "Jan 2014 - Jan 2016")]
    assert _studies(printed([*head, *filler, *first], second)) == [
        ("BSc", "Botany", "University of Tarn", "2010-01", "2013-01", ""),
        ("MSc", "Ecology", "University of Skerry", "2014-01", "2016-01", ""),
    ]


def test_a_name_in_two_rows_of_the_largest_print_is_one() -> None:
    """A name that a narrow column wraps is taken whole."""
    resume = printed([(50, 50, "#Ines Maria"), (50, 75, "#Calder Quintero"), (50, 100, "calder@example.org")])
    assert resume.personal_info.full_name == "Ines Maria Calder Quintero"


# Studies


@pytest.mark.parametrize(
    ("body", "study"),
    [
        (
            "University of Tarn\t2010 - 2013\nPlant Breeding\nBachelor of Science\n",
            ("Bachelor of Science", "Plant Breeding", "University of Tarn", "2010", "2013", ""),
        ),
        (
            "Plant Breeding, Master of Science, University of Tarn\nSep 2015 - May 2018\n3.85\n",
            ("Master of Science", "Plant Breeding", "University of Tarn", "2015-09", "2018-05", "3.85"),
        ),
        (
            "Bachelor of Design (Honours), Garden Design\nUniversity of Tarn, 2012 - 2016\n",
            ("Bachelor of Design (Honours)", "Garden Design", "University of Tarn", "2012", "2016", ""),
        ),
        (
            "Universidad de Tarna\t2009 - 2013\nIngeniería Naval\nGrado\n",
            ("Grado", "Ingeniería Naval", "Universidad de Tarna", "2009", "2013", ""),
        ),
        (
            "Pregrado Ingeniería Naval\nUniversidad de Tarna\t2009 - 2013\n",
            ("Pregrado", "Ingeniería Naval", "Universidad de Tarna", "2009", "2013", ""),
        ),
        (
            "Universidad de Tarna\t2009 - 2013\nPosgrado: Ingeniería Naval\n",
            ("Posgrado", "Ingeniería Naval", "Universidad de Tarna", "2009", "2013", ""),
        ),
        (
            "Laurea magistrale in Botanica, Università di Tarno, 2015\n",
            ("Laurea magistrale", "Botanica", "Università di Tarno", "", "2015", ""),
        ),
        (
            "MSci in Ecology, University of Tarn\n2013 - 2017\nFirst Class\n",
            ("MSci", "Ecology", "University of Tarn", "2013", "2017", ""),
        ),
    ],
)
def test_field_degree_and_school_in_other_orders(body: str, study: tuple[str, ...]) -> None:
    """The field may stand before its degree or between school and degree; how well it went is no field."""
    assert studies(body) == [study]


def test_a_school_that_no_word_names_is_told_by_its_row() -> None:
    """A dated row like that of the first school names a school too."""
    assert studies("University of Tarn\t2010 - 2013\nMSc - Botany\n\nTRB Skerry\t2002 - 2007\nMatura - Botany\n") == [
        ("MSc", "Botany", "University of Tarn", "2010", "2013", ""),
        ("Matura", "Botany", "TRB Skerry", "2002", "2007", ""),
    ]


# Skills and the rest


def test_mother_tongue_below_a_language_is_its_level() -> None:
    """A list of languages with levels below them is no form that asks for the mother tongue."""
    resume = understood(f"{HEAD}LANGUAGES\n\nEnglish\nMother tongue\nNorwegian\nB1\n")
    assert resume.skills.languages == ("English", "Norwegian")


def test_a_line_of_languages_in_the_head_is_read() -> None:
    """Languages listed beside the contact data count where no section lists any."""
    resume = understood("Ines Calder\nines@example.org\nEnglish, Polish\n\nSKILLS\n\nPython, SQL\n")
    assert resume.skills.languages == ("English", "Polish")


def test_a_level_in_brackets_does_not_hide_a_label() -> None:
    """A label keeps its colon behind a level in brackets."""
    resume = understood(f"{HEAD}SKILLS\n\nDatabases (advanced): PostgreSQL, Redis\nTools (): Git, Make\n")
    assert resume.skills.technical == ("PostgreSQL", "Redis", "Git", "Make")


def test_a_bracket_may_be_closed_on_the_next_line() -> None:
    """A list in brackets that is wrapped is read as on one line."""
    resume = understood(f"{HEAD}SKILLS\n\nGit, AWS (EC2,\nLambda), Redis\n")
    assert set(resume.skills.technical) == {"Git", "AWS", "EC2", "Lambda", "Redis"}


def test_a_telephone_number_is_not_joined_to_a_postcode() -> None:
    """Digits on the other side of a wide gap, or on the next line, belong to something else."""
    assert understood("Ines Calder\nSpringfield, CA 94588\t(555) 123-4567\n").personal_info.phone == "(555) 123-4567"
    assert understood("Ines Calder\n(555) 123-4567\n94588 Springfield\n").personal_info.phone == "(555) 123-4567"


def test_an_address_over_two_lines_is_one() -> None:
    """A town and its country below it are one address."""
    assert understood("Ines Calder\nines@example.org\nGalway\nIreland\n").personal_info.location == "Galway Ireland"


def test_dates_half_a_line_off_are_no_column() -> None:
    """Dates at the right between two lines of their entries are read with them, not behind the whole page."""
    rows: list[Placed] = [*TOP, (50, 110, "*Work Experience")]
    for at, (title, company, date) in enumerate(
        (
            ("Data Engineer", "Merrow Ltd", "2018-04 - Present"),
            ("Analyst", "Tarn Works Inc.", "2013-10 - 2018-03"),
            ("Trainee", "Skerry Bank", "2011-07 - 2013-09"),
        )
    ):
        y = 140 + 45 * at
        rows += [(50, y, f"*{title}"), (500, y + 8, date), (50, y + 16, company)]
    assert [(title, company, start) for title, company, _, start, _ in _posts(printed(rows))] == [
        ("Data Engineer", "Merrow Ltd", "2018-04"),
        ("Analyst", "Tarn Works Inc.", "2013-10"),
        ("Trainee", "Skerry Bank", "2011-07"),
    ]


def test_a_skill_that_a_narrow_column_wraps_is_one() -> None:
    """In a list with commas a row that runs on ends within an item."""
    skills = ["*Skills", "Glass blowing, tide tables, thin", "sections, X-ray diffraction, field"]
    resume = printed([*TOP, *placed(*skills, "surveying, hull inspection, pot", "making, sail repair")])
    assert resume.skills.technical == (
        "Glass blowing", "tide tables", "thin sections", "X-ray diffraction", "field surveying", "hull inspection",
        "pot making", "sail repair",
    )  # fmt: skip


def test_what_is_larger_at_a_rows_beginning_is_the_name() -> None:
    """A job title in smaller print on the name's row is no part of it."""
    sheet = FPDF(unit="pt", format=(600, 800))
    sheet.add_page()
    for x, size, text in ((50, 20, "Ines Calder"), (165, 13, "Harbour Pilot")):
        sheet.set_font("Helvetica", "B", size)
        sheet.text(x, 50, text)
    sheet.set_font("Helvetica", "", 10)
    sheet.text(50, 75, "ines@example.org")
    resume = drive(understand(read(bytes(sheet.output())), options=ParseOptions()))[1]
    assert resume.personal_info.full_name == "Ines Calder"


def test_a_school_is_told_by_its_print() -> None:
    """A row in bold capitals like the first school's names one too, though no word of it says so."""
    rows = ["*Education", "*UNIVERSITY OF TARN", "MEng in Hydrology", "Dec 2014 | Leeds, UK", ""]
    rows += ["*LA MERIDIANE FOR BOYS", "Grad. May 2011 | Cork, Ireland"]
    assert [(school, end) for _, _, school, _, end, _ in _studies(printed([*TOP, *placed(*rows)]))] == [
        ("UNIVERSITY OF TARN", "2014-12"),
        ("LA MERIDIANE FOR BOYS", "2011-05"),
    ]


def test_a_length_of_time_in_words_is_no_name() -> None:
    """The words "a year" beside a period is neither a field of study nor an employer."""
    assert studies("Plant Breeding, Postgraduate Diploma\n2017 — 2018\ta year\nTarn Institute of Technology\n") == [
        ("Postgraduate Diploma", "Plant Breeding", "Tarn Institute of Technology", "2017", "2018", "")
    ]


def test_a_certificates_name_goes_on_behind_an_and() -> None:
    """A row that ends in a conjunction is not the whole name."""
    resume = understood(
        f"{HEAD}CERTIFICATIONS\n\nCertified in Tides and\nInventory Management\nHarbour Pilot Licence\n"
    )
    assert resume.skills.certifications == ("Certified in Tides and Inventory Management", "Harbour Pilot Licence")


def test_a_sidebar_set_flush_right_is_a_column() -> None:
    """Text at the right that ends at one edge, and is not on the lines of the text at its left, is read by itself."""
    left = [
        "*Experience",
        "",
        "*Data Engineer",
        "Merrow Ltd",
        "2018-04 - Present",
        "Built the lake of data that forty use",
    ]
    left += ["and moved nine exports to streams", "", "*Analyst", "Tarn Works Inc.", "2013-10 - 2018-03"]
    left += ["Kept the tables of the northern harbours", "in order and wrote the handbook", "Cut the cost by half"]
    rows = [*TOP, *placed(*left, y=110)]
    sheet = FPDF(unit="pt", format=(600, 800))
    sheet.set_font("Helvetica", "", 10)
    right = ["*Skills", "Python", "PostgreSQL", "Kafka", "*Languages", "English", "Spanish", "*Certifications", "Diver"]
    rows += [
        (560 - sheet.get_string_width(text.lstrip("*")) * (1.08 if text[0] == "*" else 1), 117 + 19.3 * at, text)
        for at, text in enumerate(right)
    ]
    resume = printed(rows)
    assert [(title, company) for title, company, *_ in _posts(resume)] == [
        ("Data Engineer", "Merrow Ltd"),
        ("Analyst", "Tarn Works Inc."),
    ]
    assert resume.skills.technical == ("Python", "PostgreSQL", "Kafka")
    assert resume.skills.languages == ("English", "Spanish")


def test_a_music_page_is_no_site_of_ones_own() -> None:
    """An account with a network for music or videos is no portfolio."""
    resume = understood("Ines Calder\nines@example.org\nhttps://soundcloud.com/icalder\nhttps://calder.example.com\n")
    assert resume.personal_info.portfolio_url == "https://calder.example.com"


def test_an_entry_alone_on_its_page_keeps_its_header() -> None:
    """On a page with few lines every gap looks wide; a header is as far apart there as on the page before."""
    first: list[Placed] = [*TOP, (50, 110, "*Experience")]
    for at, (names, date) in enumerate(
        (("Engineer, Merrow Ltd", "May 2018 - Present"), ("Analyst, Tarn Works Inc.", "May 2013 - Apr 2018"))
    ):
        y = 140 + 120 * at
        first += [(50, y, names), (50, y + 20, date)]
        first += [(62, y + 40 + 18 * line, f"- Kept table {line} of the harbour in order") for line in range(4)]
    second: list[Placed] = [
        (50, 40, "Trainee, Skerry Bank"),
        (50, 60, "May 2011 - Apr 2013"),
        (62, 100, "- Drew charts"),
    ]
    second += [
        (50, 180, "*Summary"),
        *placed(*["Wrote about the charts of the northern harbours"] * 9, y=210, leading=12),
    ]
    assert [(title, company) for title, company, *_ in _posts(printed(first, second))] == [
        ("Engineer", "Merrow Ltd"),
        ("Analyst", "Tarn Works Inc."),
        ("Trainee", "Skerry Bank"),
    ]
