"""What forms and sample classes of typesetting systems taught, each on invented text."""

from __future__ import annotations

import pytest
from fpdf import FPDF

from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.dates import find_dates
from resumate_grpc.parsing.understanding import understand
from tests.parsing.printed import TOP, Placed, printed
from tests.parsing.reading import read
from tests.parsing.resumes import check_evidence, drive, understood
from tests.parsing.test_templates import HEAD, posts, studies

FORM: list[Placed] = [(60, 50, "#Curriculum Vitae"), (60, 90, "*Personal information")]


def form(*rows: tuple[str, str], y: float = 115) -> list[Placed]:
    """Place labels at the left, each level with what it asks for."""
    return [
        each for at, (label, told) in enumerate(rows) for each in ((80, y + 17 * at, label), (220, y + 17 * at, told))
    ]


def test_labels_are_read_beside_what_they_ask_for() -> None:
    """Though the address has more lines than there are labels; a name with the family's first stays as printed."""
    rows = form(("Surname(s) / First name(s)", "*Calder, Ines"), ("Address", "Teststreet 5"))
    rows += [
        (220, 144, "1070 Wien"),
        (220, 156, "Austria"),
        *form(("Telephone", "+43 1 5880 1234"), ("Gender", "Male"), y=173),
    ]
    parsed = printed([*FORM, *rows])
    check_evidence(parsed)
    assert parsed.personal_info.full_name == "Calder, Ines"
    assert parsed.personal_info.phone == "+43 1 5880 1234"


@pytest.mark.parametrize(
    "line", ["Place of birth: Graz, Austria", "Date and place of birth: 3 May 1990, Graz", "Nationality\tAustria"]
)
def test_where_somebody_comes_from_is_no_address(line: str) -> None:
    """Birth, nationality and gender are personal data; none tells where somebody lives."""
    assert understood(f"Ines Calder\nines@example.org\n{line}\n").personal_info.location == ""
    assert understood(f"Ines Calder\nBergen, Norway\n{line}\n").personal_info.location == "Bergen, Norway"


def test_a_qualification_that_no_list_knows_stands_above_its_school() -> None:
    """Told by the place behind the school; list items below are none, whatever year they name."""
    body = "June 2001 – August 2005\tUndertaker\nFisher House, Graz, Austria\n- Wax\n- Tutor: M. Oxley (until 2003)\n"
    assert studies(body + "\nMay 2006 – May 2009\tFalconer\nTarn Mews, Oslo, Norway\n- Hoods\n") == [
        ("Undertaker", "", "Fisher House", "2001-06", "2005-08", ""),
        ("Falconer", "", "Tarn Mews", "2006-05", "2009-05", ""),
    ]


def test_a_sentence_about_oneself_names_no_studies() -> None:
    """Though it names a degree and a date; nor is who studies for a degree its field."""
    body = "Since 07/2017\tPh.D. student at Tarn University, Norway\nI intend to complete the Ph.D. in March, 2021.\n"
    assert studies(body) == [("Ph.D.", "", "Tarn University", "2017-07", "present", "")]


def test_a_specialisation_is_no_field_where_the_degree_has_one() -> None:
    """It narrows the field down."""
    body = "2014 – 2017\tM.A. in Economics, University of Tarn\nSpecialisation: Finance and Trade\n"
    assert studies(body)[0][:3] == ("M.A.", "Economics", "University of Tarn")


def test_a_sentence_ends_a_name() -> None:
    """What follows the full stop tells what was done."""
    assert posts(
        "2016 – 2019\tWelder, Ironwood College Workshop. Duties: welding seams for the\nwhole of the workshop.\n"
    ) == [("Welder", "Ironwood College Workshop", "", "2016", "2019")]


def test_a_cell_may_hold_several_posts() -> None:
    """A table with a heading at the left and all posts in one cell beside it."""
    page = (
        "<html><body><h1>Ines Calder</h1><table><tr><td><b>Experience</b></td><td>"
        "<p><b>2016-2018: Ironwood Ltd</b></p><p>Welder of seams</p><p><b>2018-2020: Merrow Labs</b></p><p>Fitter</p>"
        "</td></tr></table></body></html>"
    )
    parsed = understood(page, media_type=MediaType.HTML)
    assert [(post.start_date, post.end_date) for post in parsed.work_experience] == [("2016", "2018"), ("2018", "2020")]


def test_languages_below_the_mother_tongue_need_no_label() -> None:
    """A grid has its labels above, not beside."""
    parsed = understood(
        f"{HEAD}LANGUAGES\n\nMother tongue\tNorwegian\nUnderstanding\tSpeaking\nGerman\tB2\tC1\nItalian\tA2\tA1\n"
    )
    assert parsed.skills.languages == ("Norwegian", "German", "Italian")


def test_an_overview_within_a_post_opens_no_section() -> None:
    """The posts below it have longer lines than their dates."""
    sheet = [
        *TOP, (50, 110, "#Education"), (50, 130, "2010 - 2013"), (170, 130, "BSc Geology, University of Tarn"),
        (50, 160, "#Experience"),
        (50, 180, "03/2015 - 04/2016"), (170, 180, "Welder, Ironwood Ltd"),
        (170, 194, "Overview: the making of seams is often held to be a plain art."),
        (50, 220, "03/2016 - 03/2019"), (170, 220, "Assistant, Merrow Laboratories of the North and of the South"),
        (50, 260, "#Languages"), (50, 280, "German"),
    ]  # fmt: skip
    assert len(printed(sheet).work_experience) == 2


def test_years_of_people_long_dead_count_where_a_sample_is_full_of_them() -> None:
    """Alone in their cells, twice and more; one range may be what something is about."""
    sample = "1835–1838\tTeacher, Tarn School\n\n1838–44\tGoverness, Merrow Hall\n\nsince 1862\tNovelist\n"
    assert [(span.first, span.last) for span in find_dates(sample)] == [
        ("1835", "1838"),
        ("1838", "1844"),
        ("1862", "present"),
    ]
    assert find_dates("Thesis on mining in Tarn, 1789–1815\n1789–1815\n") == ()
    assert posts(sample)[0] == ("Teacher", "Tarn School", "", "1835", "1838")


def test_labels_at_the_middle_of_what_they_head_are_read_before_it() -> None:
    """As cells of a table centre them: headings, and dates in a heading's cell or in one of their own."""
    sheet: list[Placed] = [
        (250, 40, "#Ines Calder"),
        (60, 91, "Contact"), (200, 84, "ines@example.org"), (200, 98, "+43 1 5880 1234"),
        (60, 141, "Languages"), (200, 127, "Norwegian"), (200, 141, "German"), (200, 155, "Italian"),
        (60, 190, "Experience"), (60, 204, "2019 - 2021"),
        (200, 190, "Welder, Ironwood Ltd"), (200, 204, "Welded seams."),
        (60, 240, "2016 - 2019"), (200, 233, "Fitter, Merrow Labs"), (200, 247, "Fitted pipes."),
        (60, 276, "Education"), (60, 290, "2010 - 2013"),
        (200, 276, "BSc Geology"), (200, 290, "University of Tarn"),
        (60, 326, "Skills"), (200, 319, "Rust, Kotlin"), (200, 333, "Redis, Kafka"),
    ]  # fmt: skip
    parsed = printed(sheet)
    assert [(post.title, post.company, post.start_date) for post in parsed.work_experience] == [
        ("Welder", "Ironwood Ltd", "2019"),
        ("Fitter", "Merrow Labs", "2016"),
    ]
    assert [(each.degree, each.institution, each.end_date) for each in parsed.education] == [
        ("BSc", "University of Tarn", "2013")
    ]
    assert parsed.skills.languages == ("Norwegian", "German", "Italian")
    assert parsed.skills.technical == ("Rust", "Kotlin", "Redis", "Kafka")


def test_no_column_runs_through_a_line_as_wide_as_both() -> None:
    """A column's edge met by chance above it does not make one column of what stands above and below."""
    sheet = FPDF(unit="pt", format=(600, 800))
    sheet.add_page()
    above = [(50, 84, "+43 1 5880 1234"), (50, 98, "Bergen"), (50, 112, "Norway"), (250, 91, "ines@example.org")]
    below = [(50, 150, "EXPERIENCE"), (50, 170, "Welder, Ironwood"), (50, 184, "2016 - 2019"), (50, 198, "Seams.")]
    below += [(50, 230, "SKILLS"), (50, 250, "Rust"), (50, 264, "Kotlin")]
    below += [(250, 243, "Redis"), (250, 257, "Kafka"), (250, 271, "Zephyr")]
    for x, y, text in sorted([(50, 50, "Ines Calder"), *above, *below]):
        sheet.set_font("Helvetica", "B" if text.isupper() else "", 22 if y < 60 else 10)
        sheet.text(x, y, text)
    sheet.line(48, 130, 340, 130)
    parsed = drive(understand(read(bytes(sheet.output())), options=ParseOptions()))[1]
    assert parsed.text.index("ines@example.org") < parsed.text.index("EXPERIENCE")
    assert sorted(parsed.skills.technical) == ["Kafka", "Kotlin", "Redis", "Rust", "Zephyr"]
