from __future__ import annotations

from collections.abc import Sequence

import pytest
from fpdf import FPDF

from resumate_grpc.model.resume import MediaType
from resumate_grpc.parsing.document import Style
from resumate_grpc.parsing.fragments import rows_of
from resumate_grpc.parsing.sections import Section, SectionKind, sections_of
from tests.parsing.printed import TOP, Placed, printed
from tests.parsing.resumes import document_of, page_of

BODY = Style(font="Serif", size=10.0)
HEADING = Style(font="Serif-Bold", size=10.0, bold=True)
LARGE = Style(font="Serif", size=14.0)


def sections(text: str, media_type: MediaType = MediaType.TXT) -> list[Section]:
    return [section for section in sections_of(rows_of(document_of(text, media_type=media_type))) if section.title]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("WORK EXPERIENCE", SectionKind.EXPERIENCE),
        ("Employment History:", SectionKind.EXPERIENCE),
        ("E X P E R I E N C E", SectionKind.EXPERIENCE),
        ("Berufserfahrung", SectionKind.EXPERIENCE),
        ("Expérience professionnelle", SectionKind.EXPERIENCE),
        ("EXPERIENCIA LABORAL", SectionKind.EXPERIENCE),
        ("Опыт работы", SectionKind.EXPERIENCE),
        ("工作经历", SectionKind.EXPERIENCE),
        ("EDUCATION & TRAINING", SectionKind.EDUCATION),
        ("Formação acadêmica", SectionKind.EDUCATION),
        ("Opleidingen", SectionKind.EDUCATION),
        ("Skills & Interests", SectionKind.SKILLS),
        ("TECHNICAL SKILLS", SectionKind.SKILLS),
        ("Skills and tech", SectionKind.SKILLS),
        ("Sprachkenntnisse", SectionKind.LANGUAGES),
        ("Licenses & Certifications", SectionKind.CERTIFICATIONS),
        ("HONORS AND AWARDS", SectionKind.AWARDS),
        ("Selected Publications", SectionKind.PUBLICATIONS),
        ("Personal Projects", SectionKind.PROJECTS),
        ("Volunteer Work", SectionKind.VOLUNTEERING),
        ("References", SectionKind.REFERENCES),
    ],
)
def test_a_heading_is_known_by_its_words(heading: str, kind: SectionKind) -> None:
    """A known heading opens a section of its kind, in every language that we read."""
    (section,) = sections(f"Oda Lind\n\n{heading}\n\nSomething below it, a longer line of text.")
    assert section.kind is kind
    assert len(section.rows) == 1


@pytest.mark.parametrize("counted", ["Work experience(3)", "Projects (12)", "Languages(2)"])
def test_a_count_behind_a_heading_is_no_part_of_it(counted: str) -> None:
    """Pages that count the entries of a section print the number behind its heading."""
    (section,) = sections(f"# Oda Lind\n\n## {counted}\n\nSomething below it.", MediaType.MARKDOWN)
    assert section.kind in {SectionKind.EXPERIENCE, SectionKind.PROJECTS, SectionKind.LANGUAGES}
    (section,) = sections(f"Oda Lind\n\n{counted}\n\nSomething below it, a longer line of text.")
    assert section.kind in {SectionKind.EXPERIENCE, SectionKind.PROJECTS, SectionKind.LANGUAGES}


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("Diplômes & brevets", SectionKind.EDUCATION), ("Experience and exhibitions", SectionKind.EXPERIENCE)],
)
def test_a_heading_may_add_a_word_of_its_own(heading: str, kind: SectionKind) -> None:
    """Where it is printed like the document's headings."""
    page = f"# Oda Lind\n\n## {heading}\n\nSomething below it.\n\n## Languages\n\nDanish\n"
    section, _ = sections(page, MediaType.MARKDOWN)
    assert section.kind is kind


@pytest.mark.parametrize("label", ["Research", "Profiles", "Projects"])
def test_a_bold_label_among_others_in_a_list_of_skills_is_no_heading(label: str) -> None:
    """Groups of skills may bear the name of a section: their look tells, which the other groups have too."""
    bold = Style(font="Serif-Bold", size=11.0, bold=True)
    head = Style(font="Serif-Bold", size=16.0, bold=True)
    rows = [("Work", head), ("Tarna Mill", bold), ("Clerk since 2011", BODY), ("Skills", head), ("Law", bold)]
    rows += [("Mediation, Contracts", BODY), (label, bold), ("Archives, Statistics", BODY), ("Languages", head)]
    rows += [("Danish", BODY)]
    page = page_of([(40.0, 30.0 * at, text, style) for at, (text, style) in enumerate(rows, start=1)])
    titles = [section.title for section in sections_of(rows_of(page))]
    assert titles == ["", "work", "skills", "languages"]


def test_a_sentence_is_no_heading() -> None:
    """Heading words within running text open nothing."""
    assert sections("Oda Lind\n\nMy experience with education was good.\nskills matter to me, too.") == []


def test_markdown_levels_tell_sections_from_entries() -> None:
    """Headings below the sections' level stay in their section."""
    text = "# Oda Lind\n\n## Experience\n\n### Skills Bureau\n\n2019 - 2020\n\n## Education\n\nUniversity of Bergen\n"
    found = sections(text, MediaType.MARKDOWN)
    assert [section.kind for section in found][-2:] == [SectionKind.EXPERIENCE, SectionKind.EDUCATION]
    assert [row.text for row in found[-2].rows] == ["Skills Bureau", "2019 - 2020"]


def test_an_unknown_heading_ends_the_section_above() -> None:
    """A line that looks just like the headings is one, whatever it says."""
    document = page_of(
        [
            (50, 50, "Oda Lind", Style(size=22.0)),
            (50, 90, "Experience", LARGE),
            (50, 110, "Keeper at the lighthouse of Utsira", BODY),
            (50, 150, "Skills", LARGE),
            (50, 170, "Knots, lamps, weather", BODY),
            (50, 210, "Seabirds", LARGE),
            (50, 230, "Puffin, gannet", BODY),
        ]
    )
    found = sections_of(rows_of(document))
    assert [section.kind for section in found] == [
        SectionKind.HEAD,
        SectionKind.EXPERIENCE,
        SectionKind.SKILLS,
        SectionKind.OTHER,
    ]
    assert [row.text for row in found[2].rows] == ["Knots, lamps, weather"]


def test_a_column_goes_on_below_its_own_heading() -> None:
    """After a jump to another column, rows belong to what stands above them there."""
    document = page_of(
        [
            (50, 90, "Experience", HEADING),
            (50, 110, "Keeper at Utsira", BODY),
            (350, 90, "Skills", HEADING),
            (350, 110, "Knots", BODY),
            (50, 130, "Lit the lamp", BODY),
            (350, 130, "Lamps", BODY),
        ]
    )
    by_kind = {section.kind: [row.text for row in section.rows] for section in sections_of(rows_of(document))}
    assert by_kind[SectionKind.EXPERIENCE] == ["Keeper at Utsira", "Lit the lamp"]
    assert by_kind[SectionKind.SKILLS] == ["Knots", "Lamps"]


def test_a_heading_before_a_colon_heads_the_rest_of_its_line() -> None:
    """A label that is a heading heads what follows on its line."""
    (section,) = sections("Oda Lind\n\nSkills: knots, lamps")
    assert section.kind is SectionKind.SKILLS
    assert [row.text for row in section.rows] == ["knots, lamps"]


def test_the_anchor_of_a_heading_right_above_it_is_no_entry() -> None:
    rows = [
        "#Summary",
        "Plans gardens.",
        "#Experience",
        "*Gardener, Quillmere Parks",
        "2018 - 2020",
        "Skills",
        "#Skills",
    ]
    placed = [(50, 120 + 17 * at, text) for at, text in enumerate([*rows, "Welding", "Milling"])]
    resume = printed([*TOP, *placed])
    assert [post.company for post in resume.work_experience] == ["Quillmere Parks"]
    assert resume.skills.technical == ("Welding", "Milling")


def test_a_column_begins_at_its_edge_however_near_a_line_beside_it_ends() -> None:
    right = ["*Experience", "Gardener, Quillmere Parks", "2018 - 2020", "- Cut roses"]
    right += ["*Education", "MSc Botany, Tarn University", "2014 - 2016", "*Skills", "Welding, Milling"]
    left = ["3 Rowan Lane", "33000 Tarnstadt", "+49 30 901820", "a line up to the very edge so"]
    placed = [(182, 120 + 15 * at, text) for at, text in enumerate(right)]
    placed += [(50, 120 + 15 * (at + 1), text) for at, text in enumerate(left)]
    resume = printed([*TOP, *placed])
    assert [(post.company, post.end_date) for post in resume.work_experience] == [("Quillmere Parks", "2020")]
    assert [study.institution for study in resume.education] == ["Tarn University"]


def test_what_stands_below_an_empty_heading_in_its_column_is_its_own() -> None:
    left = ["#Contact", "+49 30 901820", "#Education", "*BSc Botany", "Tarn University", "2017 - 2021"]
    right = ["#Profile", "Plans gardens for towns and their schools", "#Projects", "*A rose garden", "Planted by three"]
    placed = [(50, 120 + 25 * at, text) for at, text in enumerate(left)]
    placed += [(300, 122 + 25 * at, text) for at, text in enumerate(right)]
    resume = printed([*TOP, *placed])
    assert [(study.institution, study.end_date) for study in resume.education] == [("Tarn University", "2021")]


def _lines(*lines: str, gaps: Sequence[float]) -> list[Placed]:
    """Place words with the same gap, in points, between those of a line."""
    measure = FPDF(unit="pt")
    measure.set_font("Helvetica", size=10)
    placed: list[Placed] = []
    for at, (line, gap) in enumerate(zip(lines, gaps, strict=True)):
        x = 50.0
        for word in line.split():
            placed.append((x, 150 + 12 * at, word))
            x += measure.get_string_width(word) + gap
    return placed


def test_lines_set_to_the_width_of_a_narrow_column_are_whole() -> None:
    texts = ["Translating many letters", "and planning voyages for the", "museum and its young visitors"]
    measure = FPDF(unit="pt")
    measure.set_font("Helvetica", size=10)
    free = [160 - sum(map(measure.get_string_width, text.split())) for text in texts]
    gaps = [rest / text.count(" ") for rest, text in zip(free, texts, strict=True)]
    end = (50, 190, "Clerk, Quillmere Ltd, 2015 - 2017")
    resume = printed([*TOP, (50, 130, "#Experience"), *_lines(*texts, gaps=gaps), end])
    assert "Translating many letters" in resume.text


def test_tags_with_one_gap_between_them_are_items_each() -> None:
    tags = _lines("Rust Perl Zig", "Gardening Welding Milling", "Botany Chess Rowing", gaps=[14, 14, 14])
    resume = printed([*TOP, (50, 130, "#Skills"), *tags])
    assert resume.skills.technical[:6] == ("Rust", "Perl", "Zig", "Gardening", "Welding", "Milling")


def test_a_line_too_long_for_its_column_does_not_end_the_column() -> None:
    measure = FPDF(unit="pt")
    measure.set_font("Helvetica", size=10)
    over = "ines.calder.of.tarnstadt@example.org"
    left = ["3 Rowan Lane", "33000 Tarnstadt", "+49 30 901820", over, "calder.example.org"]
    right = [
        "*Profile",
        "Plans gardens",
        "*Experience",
        "Gardener, Quillmere Parks",
        "2018 - 2020",
        "*Education",
        "MSc Botany",
    ]
    edge = 190.0 - measure.get_string_width(over)
    placed = [(edge, 121 + 12.0 * at, text) for at, text in enumerate(left)]
    placed += [(182.0, 120 + 18.0 * at, text) for at, text in enumerate(right)]
    resume = printed([(50, 50, "#Ines Calder"), *placed])
    assert [post.company for post in resume.work_experience] == ["Quillmere Parks"]
    assert resume.personal_info.email == over
