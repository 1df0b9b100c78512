"""What layouts of unknown templates have in common, each shown in two kinds with invented people."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf import FPDF

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.understanding import understand
from tests.parsing.reading import read
from tests.parsing.resumes import drive, understood

Placed = tuple[float, float, str]
TOP: list[Placed] = [(50, 50, "#Ines Calder"), (50, 75, "ines@example.org")]


def printed(*pages: Sequence[Placed], links: Sequence[tuple[float, float, str]] = ()) -> ParsedResume:
    """Read a PDF of what is placed on its pages; text that begins with "*" is bold, with "#" large and bold."""
    sheet = FPDF(unit="pt", format=(600, 800))
    sheet.set_auto_page_break(auto=False)
    for placed in pages:
        sheet.add_page()
        for x, y, text in placed:
            bold, large = text[0] in "*#", text[0] == "#"
            sheet.set_font("Helvetica", "B" if bold else "", 20 if large else 10)
            sheet.text(x, y, text.lstrip("*#"))
    for x, y, uri in links:
        sheet.link(x, y - 10, 120, 14, uri)
    return drive(understand(read(bytes(sheet.output())), options=ParseOptions()))[1]


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
