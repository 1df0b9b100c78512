from __future__ import annotations

import pytest

from resumate_grpc.model.parsed import WorkExperience
from resumate_grpc.model.resume import MediaType
from tests.parsing.printed import TOP, printed
from tests.parsing.resumes import understood


def posts(body: str, media_type: MediaType = MediaType.TXT) -> tuple[WorkExperience, ...]:
    heading = "## Experience" if media_type is MediaType.MARKDOWN else "EXPERIENCE"
    return understood(f"Ines Calder\nines@example.org\n\n{heading}\n\n{body}", media_type=media_type).work_experience


HEADERS = [
    "Tessellate GmbH\nData Analyst\nMarch 2018 - May 2020\n- Counted tiles.",
    "Data Analyst\nTessellate GmbH\nMarch 2018 - May 2020\n- Counted tiles.",
    "Data Analyst, Tessellate GmbH\t03/2018 - 05/2020\n- Counted tiles.",
    "Tessellate GmbH - Data Analyst (Mar 2018 - May 2020)\n- Counted tiles.",
    "Data Analyst at Tessellate GmbH\n2018-03 – 2020-05\n- Counted tiles.",
    "Data Analyst | Tessellate GmbH | March 2018 – May 2020\n- Counted tiles.",
    "03/2018 - 05/2020\tData Analyst\nTessellate GmbH\n- Counted tiles.",
    "März 2018 bis Mai 2020: Data Analyst, Tessellate GmbH\n- Counted tiles.",
]


@pytest.mark.parametrize("body", HEADERS)
def test_title_company_and_dates_are_told_apart(body: str) -> None:
    """Whatever their order and their separators, the parts of a post's header are found."""
    (post,) = posts(body)
    assert (post.title, post.company) == ("Data Analyst", "Tessellate GmbH")
    assert (post.start_date, post.end_date) == ("2018-03", "2020-05")
    assert post.highlights == ("Counted tiles.",)


def test_a_place_is_no_company() -> None:
    """City and country are taken out of the company's line."""
    (post,) = posts("Tessellate, Lisbon, Portugal\nTile Designer\n2018 - 2020\n- Drew tiles.")
    assert (post.company, post.location, post.title) == ("Tessellate", "Lisbon, Portugal", "Tile Designer")


def test_several_posts_at_one_employer_share_it() -> None:
    """A company named once heads the posts below it."""
    body = (
        "Tessellate GmbH\n\nSenior Analyst\t2020 - Present\n- Led.\n- Taught.\n\n"
        "Junior Analyst\t2018 - 2020\n- Counted.\n- Sorted.\n"
    )
    assert [(post.company, post.title, post.end_date) for post in posts(body)] == [
        ("Tessellate GmbH", "Senior Analyst", "present"),
        ("Tessellate GmbH", "Junior Analyst", "2020"),
    ]


def test_the_order_of_the_section_decides_for_names_without_hints() -> None:
    """A company without suffix and a title without role word take the places that the clear posts show."""
    body = (
        "Marrow\nSoftware Engineer\n2019 - 2021\n- Built.\n\nQuill\nProduct Manager\n2017 - 2019\n- Planned.\n\n"
        "Lantern\nChief of Joy\n2015 - 2017\n- Smiled.\n"
    )
    assert [(post.company, post.title) for post in posts(body)] == [
        ("Marrow", "Software Engineer"),
        ("Quill", "Product Manager"),
        ("Lantern", "Chief of Joy"),
    ]


@pytest.mark.parametrize(
    ("first", "last", "now"),
    [("Start Date: ", "\nEnd Date: ", "Present"), ("From: ", ", To: ", "Present"), ("Von: ", "\nBis: ", "heute")],
)
def test_two_labelled_ends_are_one_period(first: str, last: str, now: str) -> None:
    """What a form prints before both ends of a period is no name, and no second post begins at the end."""
    cook, baker = posts(
        f"Employer: Torvald Kitchens\nPosition: Head Cook\n{first}03/2019{last}{now}\n\n"
        f"Employer: Acme Mill\nPosition: Baker\n{first}01/2016{last}02/2019"
    )
    assert (cook.company, cook.title, cook.start_date, cook.end_date) == (
        "Torvald Kitchens", "Head Cook", "2019-03", "present",
    )  # fmt: skip
    assert (baker.company, baker.start_date, baker.end_date) == ("Acme Mill", "2016-01", "2019-02")


@pytest.mark.parametrize("sign", [".", ":"])
def test_a_list_item_may_hold_a_whole_post(sign: str) -> None:
    """Where all items name a post with its period in brackets, what stands behind the sign is what was done."""
    first, second = posts(
        f"- Torvald Kitchens — Head Cook (2019–2022){sign} Ran a kitchen of nine and\n  wrote its menus.\n"
        f"- Oldmoor Dairy (2014–2016){sign} Odd jobs."
    )
    assert (first.company, first.title, first.start_date) == ("Torvald Kitchens", "Head Cook", "2019")
    assert first.highlights == ("Ran a kitchen of nine and wrote its menus.",)
    assert (second.company, second.title, second.end_date) == ("Oldmoor Dairy", "", "2016")


def test_a_task_with_its_period_is_no_post_beside_other_tasks() -> None:
    """One item with a period among tasks is a task."""
    (post,) = posts(
        "Baker | Acme Mill | 2014 - 2019\n- Rebuilt the oven (2015-2016). Saved coal.\n- Baked bread for many shops."
    )
    assert (post.company, len(post.highlights)) == ("Acme Mill", 2)


@pytest.mark.parametrize(("printed", "end"), [("Summer 2021", "2021"), ("2021", "present")])
def test_a_season_has_an_end_of_its_own(printed: str, end: str) -> None:
    """A year alone above a finished post is the start of one that goes on; a summer is over."""
    first, _ = posts(f"Cook | Torvald Kitchens | {printed}\n- Cooked.\n\nBaker | Acme Mill | 2019 - 2021\n- Baked.")
    assert (first.start_date, first.end_date) == ("2021", end)


def test_a_single_date_is_both_start_and_end() -> None:
    """A post with one date began and ended in it."""
    (post,) = posts("Tessellate GmbH\nSummer Intern\nJuly 2016\n- Swept.")
    assert (post.start_date, post.end_date) == ("2016-07", "2016-07")


def test_bullets_are_highlights_and_running_text_is_the_description() -> None:
    """List items with the lines that carry them on, and prose apart from them."""
    body = (
        "**Tessellate GmbH**\n\n*Data Analyst* | 2018 - 2020\n\n"
        "A maker of tiles for kitchens in all of Europe, since long ago.\n\n"
        "- Counted tiles\n- Sorted tiles\n"
    )
    (post,) = posts(body, MediaType.MARKDOWN)
    assert post.highlights == ("Counted tiles", "Sorted tiles")
    assert post.description.startswith("A maker of tiles")


def test_posts_are_found_without_any_heading() -> None:
    """Dates and titles tell posts apart even where no heading does."""
    text = (
        "Ines Calder\nines@example.org\n\nData Analyst, Tessellate GmbH\t2018 - 2020\n- Counted tiles.\n\n"
        "Tile Designer, Marrow Ltd\t2016 - 2018\n- Drew tiles.\n"
    )
    assert [post.title for post in understood(text).work_experience] == ["Data Analyst", "Tile Designer"]


def test_a_place_parts_employer_and_post() -> None:
    """Three in one, in the order employer, town, post."""
    found = posts("2010\tAcme Turbines, Lyon, Stage de fin d'étude\nA compressor was looked at from all sides.")
    assert [(post.company, post.location, post.title) for post in found] == [
        ("Acme Turbines", "Lyon", "Stage de fin d'étude")
    ]


def test_a_town_and_its_state_stay_one_place() -> None:
    """What follows a place may belong to it."""
    (post,) = posts("Lab for Tides, Salem, OR\nGauge Reader, August 2014 - Present")
    assert (post.company, post.title, post.location) == ("Lab for Tides", "Gauge Reader", "Salem, OR")


@pytest.mark.parametrize("place", ["Mesa, AZ (Hybrid)", "Austin, TX (Remote)", "Turin, Italy / Online"])
def test_a_place_may_say_how_one_worked_there(place: str) -> None:
    """What stands in brackets behind it makes it no employer, not even beside an employer called like a town."""
    (post,) = posts(f"Gauge Reader\tJune 2019 - May 2021\nSalem\t{place}")
    assert (post.title, post.company, post.location) == ("Gauge Reader", "Salem", place)


def test_dates_in_one_rail_are_of_one_rank() -> None:
    """A post above another is no employer of it."""
    found = posts("Juni und Juli 2016\tSommerjob bei Acme GmbH in Graz\nJuni 2014\tPraktikum bei Voltari GmbH in Wien")
    assert [(post.company, post.location, post.start_date, post.end_date) for post in found] == [
        ("Acme GmbH", "Graz", "2016-06", "2016-07"),
        ("Voltari GmbH", "Wien", "2014-06", "2014-06"),
    ]


def test_list_items_above_dated_rows_name_the_employers() -> None:
    """A bullet before each employer makes it no text."""
    body = (
        "- Oslo Tide Institute\tOslo, Norway\nResearch Assistant\tSep 2019 - Dec 2019\n\n"
        "- Bergen Tide Institute\tBergen, Norway\nSummer Fellow\tMay 2018 - Jul 2018\n"
    )
    assert [(post.company, post.title) for post in posts(body)] == [
        ("Oslo Tide Institute", "Research Assistant"),
        ("Bergen Tide Institute", "Summer Fellow"),
    ]


@pytest.mark.parametrize(
    ("printed", "title", "company"),
    [
        ("Praktikum an Voltari AG", "Praktikum", "Voltari AG"),
        ("Hilfskraft am Institut für Gezeiten", "Hilfskraft", "Institut für Gezeiten"),
        ("Praktikum im Auktionshaus Lind & Holm", "Praktikum", "Auktionshaus Lind & Holm"),
    ],
)
def test_german_posts_name_their_employer_behind_a_preposition(printed: str, title: str, company: str) -> None:
    """Behind a post, "an" and "im" part it from the employer."""
    (post,) = posts(f"{printed}\tMärz 2021 - Mai 2022")
    assert (post.title, post.company) == (title, company)


def test_a_bold_name_above_posts_employs_them_and_a_dash_parts_no_title() -> None:
    resume = printed(
        [
            *TOP,
            (50, 120, "#Experience"),
            (50, 140, "*Brightlane"),
            (50, 153, "Technical Lead - Value Platform // 2021 - Present"),
            (50, 166, "- Led six people who build pumps for villages without electric power"),
            (50, 184, "Senior Consultant - Solution Architect // 2019 - 2021"),
            (50, 197, "- Built an application that plans repairs of pumps and their pipes"),
            (50, 215, "*Quillmere"),
            (50, 228, "Software/DevOps Engineer // 2017 - 2019"),
            (50, 241, "- Built deployment of programs that plan repairs of pumps and pipes"),
        ]
    )
    assert [(post.company, post.title) for post in resume.work_experience] == [
        ("Brightlane", "Technical Lead - Value Platform"),
        ("Brightlane", "Senior Consultant - Solution Architect"),
        ("Quillmere", "Software/DevOps Engineer"),
    ]


def test_a_heading_in_spaced_letters_beside_a_name_in_spaced_letters_is_its_own() -> None:
    name = [(50 + 24 * at, 50, f"#{letter}") for at, letter in enumerate("CALDER")]
    heading = [(300 + 10 * at, 50, f"*{letter}") for at, letter in enumerate("EXPERIENCE")]
    left = [
        (50, 80 + 13 * at, text) for at, text in enumerate(["Architect", "ines@example.org", "Tarnstadt", "Ireland"])
    ]
    right = [
        (300, 70, "*Brightlane"),
        (300, 83, "Technical Lead, 2021 - Present"),
        (300, 101, "*Quillmere"),
        (300, 114, "Plumber, 2017 - 2019"),
    ]
    resume = printed([*name, *heading, *left, *right])
    assert resume.personal_info.full_name.casefold() == "calder"
    assert [post.company for post in resume.work_experience] == ["Brightlane", "Quillmere"]


def test_letters_printed_near_each_other_are_a_word_where_words_stand_far_apart() -> None:
    date = [(320, 137, "#2014"), (376, 137, "t"), (379.5, 137, "o"), (396, 137, "#2016")]
    resume = printed([*TOP, (50, 120, "#Experience"), (50, 137, "Gardener, Quillmere Parks"), *date])
    assert [(post.start_date, post.end_date) for post in resume.work_experience] == [("2014", "2016")]


def test_periods_below_what_was_done_close_their_entries() -> None:
    told = "Planted and pruned what three hundred visitors a day came to see, and wrote down what grew where and why."
    found = posts(
        f"Head Gardener\nQuillmere Parks Ltd\n{told}\nMarch 2018 - Present\n\n"
        f"Gardener\nTarn Trust\n{told}\nMay 2015 - March 2018"
    )
    assert [(post.title, post.company, post.start_date) for post in found] == [
        ("Head Gardener", "Quillmere Parks Ltd", "2018-03"),
        ("Gardener", "Tarn Trust", "2015-05"),
    ]


def test_a_post_may_stand_in_brackets_with_its_period() -> None:
    resume = understood(
        "Ines Calder\nines@example.org\n\nCAREER HIGHLIGHTS\n\n"
        "- Quillmere Parks Inc. (Head Gardener, 2018-Present): Planned a park of three hundred acres.\n"
        "- Tarn Trust (Gardener, 2015-2018): Pruned roses and cut down what stood in the way."
    )
    assert [(post.title, post.company, post.end_date) for post in resume.work_experience] == [
        ("Head Gardener", "Quillmere Parks Inc.", "present"),
        ("Gardener", "Tarn Trust", "2018"),
    ]


def test_what_a_post_was_about_names_no_employer() -> None:
    (post,) = posts(
        "01/2021 - Present, Head Gardener, Quillmere\nDomain: Public Parks - Roses\n- Planned a rose garden."
    )
    assert (post.title, post.company) == ("Head Gardener", "Quillmere")


def test_an_unknown_town_before_its_country_is_no_part_of_an_employer() -> None:
    (post,) = posts("Gardener\nBrightlane Corporation, Wexmoor, India\n2018 - 2020\n- Planned a rose garden.")
    assert (post.company, post.location) == ("Brightlane Corporation", "Wexmoor, India")


def test_a_career_that_tells_studies_too_is_parted() -> None:
    resume = understood(
        "Ines Calder\nines@example.org\n\nWERDEGANG\n\n"
        "10/2016 bis 04/2021\nBachelor of Engineering\nFachhochschule Tarnstadt\n\n"
        "01/2019 bis 08/2020\nGärtnerin\nBSN-TARN GmbH, Wexmoor am Rhein\n\n"
        "08/2010 bis 07/2013\nFachhochschulreife\nBerufskolleg Tarnstadt"
    )
    assert [(post.title, post.company, post.location) for post in resume.work_experience] == [
        ("Gärtnerin", "BSN-TARN GmbH", "Wexmoor am Rhein")
    ]
    assert [(study.institution, study.degree) for study in resume.education] == [
        ("Fachhochschule Tarnstadt", "Bachelor of Engineering"),
        ("Berufskolleg Tarnstadt", "Fachhochschulreife"),
    ]


@pytest.mark.parametrize(
    ("body", "company", "start", "end"),
    [
        (
            "Quillmere S.A. - entre maio de 2011 e abril de 2013 (1 ano e 11 meses)\nContador",
            "Quillmere S.A.",
            "2011-05",
            "2013-04",
        ),
        (
            "Quillmere Ltd\nAugust 2018 to Date : Position Held: Waiter",
            "Quillmere Ltd",
            "2018-08",
            "present",
        ),
        ("2019\tDrie weken\tTuinman, Quillmere B.V.", "Quillmere B.V.", "2019", "2019"),
        ("Gardener, Botany Department, TU Tarnstadt\n2018 - 2020", "TU Tarnstadt", "2018", "2020"),
    ],
)
def test_periods_and_employers_in_other_words(body: str, company: str, start: str, end: str) -> None:
    (post,) = posts(body)
    assert (post.company, post.start_date, post.end_date) == (company, start, end)
