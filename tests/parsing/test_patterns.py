"""Entries read by the pattern of their section, and other habits of print; each on invented text."""

from __future__ import annotations

from fpdf import FPDF

from resumate_grpc.model.resume import MediaType
from tests.parsing.printed import TOP, printed
from tests.parsing.resumes import understood
from tests.parsing.test_templates import HEAD, placed, posts, studies


def test_an_employer_named_like_a_town_is_told_by_its_place() -> None:
    """Where the other posts have their employer before the title and their town after it."""
    assert posts(
        "Quillmere\nWeb Developer\nMarch 2019 - May 2020\nLisbon\n\n"
        "Florence\nQuarl Wrangler\nJune 2017 - January 2019\nPorto\n\n"
        "Tarnwick\nSoftware Engineer\nMay 2015 - May 2017\nBraga\n"
    ) == [
        ("Web Developer", "Quillmere", "Lisbon", "2019-03", "2020-05"),
        ("Quarl Wrangler", "Florence", "Porto", "2017-06", "2019-01"),
        ("Software Engineer", "Tarnwick", "Braga", "2015-05", "2017-05"),
    ]


def test_names_between_commas_keep_their_order() -> None:
    """Title, employer and place in one line; of the second post no word is known."""
    assert posts(
        "2019-2021: Software Engineer, Quillmere, Lisbon\n- Wove nets.\n\n"
        "2016-2018: Quarl Wrangler, Tarnwick, Ostrelle\n- Mended nets.\n\n"
        "2014-2015: Data Analyst, Fossgill, Porto\n- Counted nets.\n"
    ) == [
        ("Software Engineer", "Quillmere", "Lisbon", "2019", "2021"),
        ("Quarl Wrangler", "Tarnwick", "Ostrelle", "2016", "2018"),
        ("Data Analyst", "Fossgill", "Porto", "2014", "2015"),
    ]


def test_a_pattern_does_not_overrule_what_words_say() -> None:
    """One post is told the other way round than the rest."""
    assert [
        post[:2]
        for post in posts(
            "Quillmere Ltd\nWeb Developer\nMarch 2019 - May 2020\n\n"
            "Tarnwick Ltd\nData Analyst\nJune 2017 - January 2019\n\n"
            "Software Engineer\nFossgill GmbH\nMay 2015 - May 2017\n"
        )
    ] == [("Web Developer", "Quillmere Ltd"), ("Data Analyst", "Tarnwick Ltd"), ("Software Engineer", "Fossgill GmbH")]


def test_lines_below_a_header_are_no_names() -> None:
    """Short tasks without bullets, below a header that has all three names."""
    assert posts(
        "Quillmere\nWeb Developer\nMarch 2019 - May 2020\nLisbon\nWaited at gates and fairs\n\n"
        "Tarnwick\nQuarl Wrangler\nJune 2017 - January 2019\nPorto\nHandled ropes and the bell\n\n"
        "Fossgill\nSoftware Engineer\nMay 2015 - May 2017\nBraga\nCounted the nets by hand\n"
    ) == [
        ("Web Developer", "Quillmere", "Lisbon", "2019-03", "2020-05"),
        ("Quarl Wrangler", "Tarnwick", "Porto", "2017-06", "2019-01"),
        ("Software Engineer", "Fossgill", "Braga", "2015-05", "2017-05"),
    ]


def test_schools_and_degrees_without_telling_words_keep_to_the_pattern() -> None:
    """The second entry names neither a school nor a degree that a list has."""
    assert [
        each[:3]
        for each in studies(
            "Bachelor of Science in Botany\nUniversity of Ostrelle, Lisbon\n2014 - 2017\n\n"
            "Quarlwright's Letter\nTarnwick, Porto\n2011 - 2013\n\n"
            "Diploma in Ropework\nFossgill College, Braga\n2009 - 2011\n"
        )
    ] == [
        ("Bachelor of Science", "Botany", "University of Ostrelle"),
        ("Quarlwright's Letter", "", "Tarnwick"),
        ("Diploma", "Ropework", "Fossgill College"),
    ]


def test_a_german_diploma_names_its_profession() -> None:
    """It has no field beside it."""
    assert [
        each[:3]
        for each in studies(
            "2016 - 2018\nDipl. Netzflickerin HF\nTangwerk, Bern\n\n2012 - 2014\nEidg. Dipl. Seilmeister\nABW, Zug\n"
        )
    ] == [("Dipl. Netzflickerin HF", "", "Tangwerk"), ("Eidg. Dipl. Seilmeister", "", "ABW")]


def test_a_profession_behind_an_elision_is_no_degree() -> None:
    """As in the name of a subject."""
    assert studies("2005 - 2007\nClasses préparatoires, Sciences de l'ingénieur\nLycée Ostrel, Lyon\n")[0][:3] == (
        "Classes préparatoires",
        "Sciences de l'ingénieur",
        "Lycée Ostrel",
    )


def test_the_year_of_a_norm_is_no_date() -> None:
    """Behind the number of the norm and its colon."""
    assert posts("Quality Manager - ISO 9001:2015\nQuillmere Ltd, Lisbon\nJune 2017 - September 2018\n")[0][3:] == (
        "2017-06",
        "2018-09",
    )


def test_a_label_before_a_town_is_no_part_of_it() -> None:
    """In several languages, as a form of the European Union prints them."""
    for label in ("City", "Stadt", "Ville", "Localidad", "Stad", "Città"):
        read = posts(f"2017 - 2018\nWeb Developer\nQuillmere\n{label}: Lisbon\n- Wove nets.\n")
        assert [post[:3] for post in read] == [("Web Developer", "Quillmere", "Lisbon")]


def test_a_firm_in_small_letters_above_its_dates_opens_a_post() -> None:
    """Between the list items of the post above and a line with nothing but dates."""
    read = posts(
        "Quillmere, Lisbon - Web Developer\nMARCH 2019 - MAY 2020\n- Wove nets.\n\n"
        "tarnwick, Porto - Software Engineer\nJUNE 2017 - JANUARY 2019\n- Mended nets.\n"
    )
    assert [post[:2] for post in read] == [("Web Developer", "Quillmere"), ("Software Engineer", "tarnwick")]


def test_a_list_item_goes_on_below_its_own_text() -> None:
    """Without a bullet of its own, at the same edge: a field of study in a narrow column."""
    bullet = "- Bachelor of Science in Marine"
    rows = [(50.0, 150.0, bullet), (56.1, 164.0, "Ropes and Rigging")]
    parsed = printed(
        [*TOP, (50, 110, "#Education"), (50, 136, "*UNIVERSITY OF OSTRELLE"), (250, 136, "2014 - 2017"), *rows]
    )
    study = parsed.education[0]
    assert (study.degree, study.field_of_study) == ("Bachelor of Science", "Marine Ropes and Rigging")


def test_labels_set_flush_right_before_their_text_make_no_column() -> None:
    """Headings in capitals stand among them; each label belongs to what stands beside it."""
    labels = [("WORK EXPERIENCE", 120.0), ("2019-2021", 140.0), ("2016-2018", 200.0), ("2013-2015", 260.0)]
    labels += [
        ("PERSONAL SKILLS", 320.0),
        ("Mother tongue", 340.0),
        ("Other language", 360.0),
        ("Digital skills", 380.0),
    ]
    right = 150.0
    drawn = [(right - _width(text), y, text) for text, y in labels]
    body = [
        *placed("Web Developer", "Quillmere Ltd, Lisbon", "Wove nets for the fair", x=170, y=140),
        *placed("Data Analyst", "Tarnwick Ltd, Porto", "Counted nets for the fair", x=170, y=200),
        *placed("Software Engineer", "Fossgill Ltd, Braga", "Mended nets for the fair", x=170, y=260),
        (170.0, 340.0, "Portuguese"), (170.0, 360.0, "English: B2"), (170.0, 380.0, "Python, Rust, Kafka"),
    ]  # fmt: skip
    parsed = printed([*TOP, *drawn, *body])
    assert [(post.title, post.company, post.start_date) for post in parsed.work_experience] == [
        ("Web Developer", "Quillmere Ltd", "2019"),
        ("Data Analyst", "Tarnwick Ltd", "2016"),
        ("Software Engineer", "Fossgill Ltd", "2013"),
    ]
    assert parsed.skills.languages == ("Portuguese", "English")
    assert parsed.skills.technical == ("Python", "Rust", "Kafka")


def _width(text: str) -> float:
    """Return how wide Helvetica of 10 points sets the text, near enough for an edge."""
    sheet = FPDF(unit="pt")
    sheet.set_font("Helvetica", "", 10)
    return float(sheet.get_string_width(text))


def test_durations_in_other_languages_are_no_names() -> None:
    """What stands in brackets behind the dates."""
    for duration in (
        "2 ans 5 mois",
        "1 año 3 meses",
        "1 ano 2 meses",
        "2 maanden",
        "1 anno 1 mese",
        "3 Jahre 2 Monate",
    ):
        read = posts(f"Quillmere\nWeb Developer\n03/2019 - 05/2020 ({duration})\nLisbon\n")
        assert [post[:3] for post in read] == [("Web Developer", "Quillmere", "Lisbon")]


def test_headings_of_the_unions_form_open_their_sections() -> None:
    """In German, where its words differ from those of other résumés."""
    parsed = understood(
        f"{HEAD}## BERUFSERFAHRUNG\n\n2017 - 2018\n\nQuarl Wrangler\n\nQuillmere GmbH\n\n"
        "## ALLGEMEINE UND BERUFLICHE BILDUNG\n\n2014 - 2017\n\nBachelor of Science\n\nUniversität Ostrelle\n\n"
        "## DIGITALE KOMPETENZEN\n\nPython, Rust\n",
        media_type=MediaType.MARKDOWN,
    )
    assert [study.institution for study in parsed.education] == ["Universität Ostrelle"]
    assert parsed.skills.technical == ("Python", "Rust")
