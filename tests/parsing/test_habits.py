"""Habits of people who write their own résumé, each on an invented one."""

from __future__ import annotations

import numpy as np
import pytest

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.document import Style
from resumate_grpc.parsing.places import is_wholly_place, place_likeness
from resumate_grpc.parsing.words import GlyphLook, group_words
from tests.parsing.resumes import understood


def page(body: str) -> ParsedResume:
    return understood(f"<html><body>{body}</body></html>", media_type=MediaType.HTML)


def table(*lines: tuple[str, ...]) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    return f"<table>{rows}</table>"


FORM = table(
    ("Vorname", "Maren"),
    ("Nachname", "Oxley"),
    ("Geburtsdatum", "07.11.1984"),
    ("Telefon", "+49 30 90182044"),
    ("Anschrift", "Lindenstraße 4, 10115 Berlin"),
)


def test_a_form_asks_for_given_and_family_name_apart() -> None:
    """Both answers are the name; the birthday is no telephone number, the address's label no part of it."""
    person = page(f"<h1>Lebenslauf</h1>{FORM}<h2>Berufserfahrung</h2>").personal_info
    assert (person.full_name, person.phone) == ("Maren Oxley", "+49 30 90182044")
    assert person.location == "Lindenstraße 4, 10115 Berlin"


def test_a_birthday_alone_is_no_telephone_number() -> None:
    """A day of a month has as many digits as some numbers."""
    assert understood("Maren Oxley\n21.04.1982\nmaren@example.org").personal_info.phone == ""


@pytest.mark.parametrize(
    "head", ["Hi, I'm Maren Oxley", "Hola, soy Maren Oxley", "Maren Oxley CV: long form", "Maren Oxley /Márén Öxley"]
)
def test_a_greeting_or_title_is_no_part_of_the_name(head: str) -> None:
    """What stands around the name in the largest line is left out."""
    assert understood(f"# {head}\n\nmaren@example.org", media_type=MediaType.MARKDOWN).personal_info.full_name == (
        "Maren Oxley"
    )


def test_the_heads_of_a_tables_columns_are_no_values() -> None:
    """In several languages, in tables of posts, skills and certificates."""
    parsed = page(
        "<h1>Maren Oxley</h1><h2>Berufserfahrung</h2>"
        + table(
            ("Zeitraum", "Position", "Unternehmen"),
            ("Mai 2019 - Juni 2021", "Laborantin", "Kelpwerk GmbH"),
            ("März 2016 - April 2019", "Taucherin", "Tangfabrik AG"),
        )
        + "<h2>Kenntnisse</h2>"
        + table(("Bereich", "Tools"), ("Büro", "Excel, Word"), ("Technik", "AutoCAD, SAP"))
        + "<h2>Zertifikate</h2>"
        + table(
            ("Zertifikat", "Anbieter"),
            ("<b>Ersthelferin Seenot</b>", "DLRG, 40 Stunden"),
            ("Strahlenschutzkurs", "TÜV"),
        )
    )
    assert [(post.title, post.company, post.start_date) for post in parsed.work_experience] == [
        ("Laborantin", "Kelpwerk GmbH", "2019-05"),
        ("Taucherin", "Tangfabrik AG", "2016-03"),
    ]
    assert parsed.skills.technical == ("Excel", "Word", "AutoCAD", "SAP")
    assert parsed.skills.certifications == ("Ersthelferin Seenot", "Strahlenschutzkurs")


def test_headings_within_the_skills_name_no_skill() -> None:
    """A lesser heading over a list is its label, and the languages in a table there are languages."""
    parsed = page(
        "<h1>Maren Oxley</h1><h2>Kenntnisse</h2><h3>Sprachen</h3>"
        + table(("Sprache", "Niveau"), ("Deutsch", "Muttersprache"), ("Englisch", "Grundkenntnisse"))
        + "<h3>Gerätekunde</h3><ul><li>Sonar</li><li>Echolot</li></ul>"
    )
    assert parsed.skills.languages == ("Deutsch", "Englisch")
    assert parsed.skills.technical == ("Sonar", "Echolot")


@pytest.mark.parametrize("item", ["Anglais niveau B1", "Anglais (courant)", "Anglais B2"])
def test_a_language_among_skills_keeps_its_level_to_itself(item: str) -> None:
    """A language's name with how well it is spoken is a language."""
    found = understood(f"Maren Oxley\n\nCOMPÉTENCES\n\n- {item}\n- Python\n- AutoCAD").skills
    assert found.languages == ("Anglais",)
    assert found.technical == ("Python", "AutoCAD")


def test_a_certificates_name_ends_with_its_print() -> None:
    """A dash within the bold name parts nothing."""
    parsed = page(
        "<h1>Maren Oxley</h1><h2>Certifications</h2><ul><li><b>Diving - Rescue Module</b> - Reef School - 2019</li>"
        "<li><b>Sonar Basics</b> - Reef School - 2020</li></ul>"
    )
    assert parsed.skills.certifications == ("Diving - Rescue Module", "Sonar Basics")


def test_a_list_item_in_bold_leaves_the_others_their_place() -> None:
    """Names in bold with a plain issuer are items like one that is bold to its end."""
    parsed = page(
        "<h1>Maren Oxley</h1><h2>Certifications</h2><ul><li><b>Rescue Module</b> - Reef School <i>(2019)</i></li>"
        "<li><b>Sonar Basics</b></li></ul>"
    )
    assert parsed.skills.certifications == ("Rescue Module", "Sonar Basics")


def posts(body: str) -> list[tuple[str, str]]:
    parsed = understood(f"Maren Oxley\nmaren@example.org\n\nEXPERIENCE\n\n{body}")
    return [(post.title, post.company) for post in parsed.work_experience]


def test_posts_in_labelled_lines_need_no_dates() -> None:
    """A label that comes again opens the next post; what stands behind a label is one name, dashes and all."""
    body = "Cargo: Instrutora - Mergulho Livre\nEmpresa: Maré Alta\n\nCargo: Guia\nEmpresa: Onda Ltda\n"
    assert posts(body) == [("Instrutora - Mergulho Livre", "Maré Alta"), ("Guia", "Onda Ltda")]


def test_an_employer_below_its_post_has_no_other_posts() -> None:
    """A title alone belongs to the employer above it only where that one heads posts."""
    assert posts("2019 - 2021\nDiver\nBlue Anchor Ltd\n\n2015 - 2018\nPrivate Tutor\n") == [
        ("Diver", "Blue Anchor Ltd"),
        ("Private Tutor", ""),
    ]
    assert posts("Blue Anchor Ltd\nDiver\n2019 - 2021\n\nDeckhand\n2015 - 2018\n") == [
        ("Diver", "Blue Anchor Ltd"),
        ("Deckhand", "Blue Anchor Ltd"),
    ]


def test_a_slash_may_part_employer_and_place() -> None:
    """Only where a place stands behind it."""
    read = understood(
        "Maren Oxley\nmaren@example.org\n\nEXPERIENCE\n\nDiver\nBlue Anchor Ltd / Perth, WA\n2019 - 2021\n\n"
        "Deckhand\nSouth Wharf / North Pier Ltd\n2015 - 2018\n"
    ).work_experience
    assert [(post.company, post.location) for post in read] == [
        ("Blue Anchor Ltd", "Perth, WA"),
        ("South Wharf / North Pier Ltd", ""),
    ]


@pytest.mark.parametrize(("employer", "title"), [("Quay Baker", "Hotel Clerk"), ("Tarn Optician", "School Secretary")])
def test_what_ends_in_a_trade_is_a_post_whatever_comes_before(employer: str, title: str) -> None:
    """A hotel is an employer and a baker has a trade, but the other posts tell the order."""
    assert posts(
        f"Harlow Hospital\nWard Pharmacist\n2019 - 2021\n\n{employer}\n{title}\n2015 - 2018\n\n"
        "Tarn Hospital\nPharmacist\n2011 - 2014\n"
    ) == [
        ("Ward Pharmacist", "Harlow Hospital"),
        (title, employer),
        ("Pharmacist", "Tarn Hospital"),
    ]


def test_a_slash_may_part_post_and_employer() -> None:
    """Only where one side names a post and the other doesn't."""
    assert posts("Social Media Manager / Kelpline\n2018 - 2020\n- Wrote.") == [("Social Media Manager", "Kelpline")]
    assert posts("Kelpline Ltd\nManager / Engineer\n2018 - 2020\n- Wrote.") == [("Manager / Engineer", "Kelpline Ltd")]


def test_a_web_address_is_no_post() -> None:
    """The employer's site on a line of its own names nothing."""
    assert posts("2018 - 2020\nKelpline Ltd\nhttps://kelpline.example\n- Wrote.") == [("", "Kelpline Ltd")]


def test_a_paragraph_may_begin_with_a_post() -> None:
    """Period and names run in with what was done; the year's own word is no part of a name."""
    body = (
        "\u0421 марта 2010 \u0433. по апрель 2013 \u0433.: Завод «Ламинария», ведущий инженер. Разработка водолазных "
        "колоколов и сопровождение погружений в северных морях, подготовка документации.\n\n"
        "2006 - 2009: Завод «Прилив», инженер. Ремонт и обслуживание насосов, надзор за сушкой водорослей, "
        "доставка потребителям.\n"
    )
    assert posts(body) == [("ведущий инженер", "Завод «Ламинария»"), ("инженер", "Завод «Прилив»")]


def test_a_name_in_small_letters_is_told_by_its_print() -> None:
    """A firm that writes itself small opens its post where it is bold."""
    parsed = page(
        "<h1>Maren Oxley</h1><h2>Experience</h2><h3>Kelpline Ltd</h3><p>Sep 2018 - Oct 2020</p>"
        "<ul><li>Dived for kelp.</li></ul><h3>tideblitz of the north Inc</h3><p>Oct 2017 - Mar 2018</p>"
        "<ul><li>Dried it.</li></ul>"
    )
    assert [post.company for post in parsed.work_experience] == ["Kelpline Ltd", "tideblitz of the north Inc"]


def test_the_subject_beside_a_school_needs_no_degree() -> None:
    """One other name behind the school's is what was studied there."""
    body = "Reef College of Engineering - Marine Acoustics Engineering (2012-2014)\nBay High School (2010-2012)"
    first, second = understood(f"Maren Oxley\n\nEDUCATION\n\n{body}").education
    assert (first.institution, first.field_of_study) == ("Reef College of Engineering", "Marine Acoustics Engineering")
    assert (second.institution, second.field_of_study) == ("Bay High School", "")


def test_leaders_part_a_name_from_what_stands_at_the_right() -> None:
    """Dots or dashes up to the right edge are a gap."""
    (post,) = understood(
        "Maren Oxley\n\nEXPERIENCE\n\n2016-2018    Kelpline Ltd, Engineer ------------------------ Boston, MA\n"
        "     Dived for kelp in the outer harbour.\n"
    ).work_experience
    assert (post.company, post.title, post.location) == ("Kelpline Ltd", "Engineer", "Boston, MA")


def test_a_town_is_known_by_its_department() -> None:
    """As people in France write it: the number in brackets says so."""
    assert place_likeness("Quelqueville (74)") > 0.5
    assert is_wholly_place("Nantes (44)")
    assert place_likeness("Physics (99)") == 0


def words(text: str, *, overlap: float, narrow: str = "") -> list[str]:
    """Group glyphs of 10 points: each overlaps the next by `overlap`, the `narrow` ones leave a gap of 2 around."""
    boxes = []
    left = 0.0
    for char in text:
        inset = 2.0 if char in narrow else 0.0
        boxes.append((left + inset, 0.0, left + 10.0 - inset + overlap * (char != " "), 10.0))
        left += 10.0
    look = GlyphLook(style=Style(size=10.0))
    codes = np.array([ord(char) for char in text], dtype=np.uint32)
    found = group_words(codes, np.array(boxes, dtype=np.float32), look=lambda _: look, baseline=lambda _: 10.0)
    return [word.text for word in found]


def test_letters_that_merely_touch_are_one_word_where_spaces_show() -> None:
    """Boxes that overlap elsewhere on the page make no gap of none."""
    text = "we dived in 12 of the bays and found kelp at low tide"
    boxes = words(text, overlap=2.5)
    assert boxes == text.split()


def test_narrow_ideographs_make_no_words() -> None:
    """Han characters stand in boxes of their own."""
    assert words("海洋项目描述日均潜水", overlap=0.0, narrow="目日") == ["海洋项目描述日均潜水"]
