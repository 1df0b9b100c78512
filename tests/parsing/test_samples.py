"""The samples, all of them: nothing is lost, nothing is out of order, every span is where it says."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.parsing.document import BlockKind
from tests.parsing.reading import blocks, line_with, lines, read, read_with_progress, recall
from tests.samples.make import FILES, samples, truth

SAMPLES = {name: (content, resume) for name, content, resume in samples()}
EACH = pytest.mark.parametrize("name", SAMPLES)


def _stated(name: str) -> ParsedResume:
    return SAMPLES[name][1]


@EACH
def test_committed_files_are_what_the_script_makes(name: str) -> None:
    """The samples in the repository say what those say that `make` writes, with their truth beside them."""
    content, resume = SAMPLES[name]
    # The bytes may differ where another zlib packs them.
    assert read((FILES / name).read_bytes(), name) == read(content, name)
    assert json.loads((FILES / f"{name}.json").read_text(encoding="utf-8")) == json.loads(json.dumps(truth(resume)))


@EACH
def test_every_word_is_read(name: str) -> None:
    """Every word that a sample states is in the text, as often as it is stated."""
    content, resume = SAMPLES[name]
    assert recall(read(content, name).text, resume) == 1.0


@EACH
def test_posts_are_read_in_order(name: str) -> None:
    """Titles follow each other as in the file, and each post's items stand between its title and the next."""
    content, resume = SAMPLES[name]
    text = " ".join(read(content, name).text.split())
    at = [text.index(post.title) for post in resume.work_experience]
    assert at == sorted(at)
    ends = [*at[1:], len(text)]
    for post, start, end in zip(resume.work_experience, at, ends, strict=True):
        for item in post.highlights:
            assert start < text.index(item) < end, item


@EACH
def test_spans_and_boxes_hold(name: str) -> None:
    """Words, lines and links stand in the text where their spans say, in order, and boxes lie on the page."""
    document = read(SAMPLES[name][0], name)
    words = [word for line in document.lines for word in line.words]
    for line in document.lines:
        assert document.text[line.start : line.end] == line.text
    for word in words:
        assert document.text[word.start : word.end] == word.text
        assert not any(char.isspace() for char in word.text)
    assert all(before.end <= after.start for before, after in pairwise(words))
    for page in document.pages:
        for box in (word.box for block in page.blocks for line in block.lines for word in line.words):
            assert (box is None) == (page.number == 0)
            if box is not None:
                assert 0 <= box.x0 <= box.x1 <= page.width
                assert 0 <= box.y0 <= box.y1 <= page.height


@EACH
def test_progress_is_told_and_never_falls(name: str) -> None:
    """The first step comes before any work, the last is 100 %, none falls back."""
    _, progress = read_with_progress(SAMPLES[name][0], name)
    percents = [step.stage_percent for step in progress]
    assert percents[0] == 0
    assert percents[-1] == 100
    assert percents == sorted(percents)


def test_pages_are_told_as_they_are_read() -> None:
    """A PDF of two pages tells of both."""
    _, progress = read_with_progress(SAMPLES["one_column_en.pdf"][0])
    messages = [step.message for step in progress]
    assert "Read page 1 of 2" in messages
    assert "Read page 2 of 2" in messages


@pytest.mark.parametrize(
    ("name", "entry", "date"),
    [
        ("one_column_en.pdf", "Senior Backend Engineer", "Apr 2021 - Present"),
        ("sidebar_en.pdf", "Lead Product Designer", "Jun 2020 - Present"),
        ("paragraphs_en.docx", "Data Analyst", "May 2019 - Present"),
        ("plain_en.txt", "Data Analyst", "May 2019 - Present"),
        ("plain_utf16_fr.txt", "Cheffe de projet", "février 2018 - aujourd'hui"),
    ],
)
def test_dates_at_the_right_stay_with_their_entry(name: str, entry: str, date: str) -> None:
    """A date at the right margin is on its entry's line, set apart by a tab."""
    assert f"{entry}\t{date}" in lines(read(SAMPLES[name][0], name))


def test_dates_at_the_left_stay_with_their_entry() -> None:
    """A date in a rail on the left begins its entry's line."""
    document = read(SAMPLES["left_rail_de.pdf"][0])
    assert "10/2019 - heute\tLeiter Prüffeld" in lines(document)
    assert "03/2014 - 09/2019\tEntwicklungsingenieur" in lines(document)


def test_a_sidebar_is_a_column_of_its_own() -> None:
    """All of the sidebar is read before the main column begins, and white text on its ground is not hidden."""
    document = read(SAMPLES["sidebar_en.pdf"][0])
    columns = [block.column for block in blocks(document)]
    assert columns == sorted(columns)
    assert set(columns) == {0, 1}
    assert document.text.index("User research") < document.text.index("Priya Venkataraman")
    assert document.warnings == ()


def test_letter_spaced_headings_are_words() -> None:
    """A heading printed letter by letter is read as its words."""
    texts = lines(read(SAMPLES["one_column_en.pdf"][0]))
    assert "WORK EXPERIENCE" in texts
    assert "EDUCATION" in texts


@pytest.mark.parametrize("name", ["one_column_en.pdf", "paragraphs_en.docx", "plain_en.txt", "markdown_en.md"])
def test_list_items_are_bullets_without_their_glyph(name: str) -> None:
    """A list item is marked as such; its glyph is no word, and its wrapped lines are not items of their own."""
    document = read(SAMPLES[name][0], name)
    items = [line for line in document.lines if line.bullet]
    stated = [item for post in _stated(name).work_experience for item in post.highlights]
    assert len(items) == len(stated)
    for line, item in zip(items, stated, strict=True):
        assert item.startswith(line.text)


def test_links_are_tied_to_their_words() -> None:
    """A link annotation gives its target and the words that it covers."""
    document = read(SAMPLES["one_column_en.pdf"][0])
    person = _stated("one_column_en.pdf").personal_info
    assert {(link.uri, document.text[link.start : link.end]) for link in document.links} == {
        (person.linkedin_url, "LinkedIn"),
        (person.github_url, "github.com/ada-merriweather-sample"),
    }
    assert all(link.page == 1 and link.box is not None for link in document.links)


def test_footers_are_set_apart() -> None:
    """What stands at the bottom of every page is a footer, not content."""
    document = read(SAMPLES["one_column_en.pdf"][0])
    feet = [line.text for block in blocks(document) if block.kind is BlockKind.FOOTER for line in block.lines]
    assert feet == ["Ada Merriweather - page 1", "Ada Merriweather - page 2"]


@pytest.mark.parametrize(("name", "tables"), [("ruled_table_fr.pdf", 2), ("table_layout_de.docx", 2)])
def test_tables_are_read_cell_by_cell(name: str, tables: int) -> None:
    """Cells of a table come row by row, each with its place, nested tables with their own number."""
    cells = [block for block in blocks(read(SAMPLES[name][0], name)) if block.kind is BlockKind.TABLE_CELL]
    assert {cell.table for cell in cells} == set(range(tables))
    for table in range(tables):
        places = [(cell.row, cell.cell) for cell in cells if cell.table == table]
        assert places == sorted(places)
        assert len(places) > 3


def test_name_in_the_page_header_comes_first() -> None:
    """A Word header is read once, before the body; a footer after it; a text box counts once."""
    document = read(SAMPLES["boxes_en.docx"][0])
    kinds = [block.kind for block in blocks(document)]
    assert kinds[0] is BlockKind.HEADER
    assert kinds[-1] is BlockKind.FOOTER
    assert lines(document)[0] == "Ada Merriweather"
    assert document.text.count("PostgreSQL") == 1
    assert BlockKind.TEXT_BOX in kinds


def test_styles_are_told() -> None:
    """Font, size and weight come with each word, and headings are told by the format where it knows them."""
    pdf = read(SAMPLES["one_column_en.pdf"][0])
    name, body = pdf.lines[0], next(line for line in pdf.lines if line.text.startswith("Backend engineer"))
    assert name.bold
    assert not body.bold
    assert (name.size, body.size) == (22.0, 10.0)
    word = read(SAMPLES["paragraphs_en.docx"][0])
    headings = [line.text for line in word.lines if line.heading_level]
    assert headings == ["Hugo Okonkwo-Reyes", "Summary", "Work Experience", "Education", "Skills", "Languages"]
    assert line_with(word, "Data Analyst").startswith("Data Analyst")
