"""PDF pages drawn for one trait each: what is hidden, turned, linked, ruled, and where columns are."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from fpdf import FPDF
from fpdf.enums import TextMode
from PIL import Image

from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.document import BlockKind
from resumate_grpc.parsing.plumber import debug_picture
from resumate_grpc.parsing.understanding import understand
from tests.parsing.reading import blocks, lines, read
from tests.parsing.resumes import drive
from tests.samples.hostile import text_pdf
from tests.samples.make import FILES


def _sheet() -> FPDF:
    sheet = FPDF(unit="pt", format=(600, 800))
    sheet.set_auto_page_break(auto=False)
    sheet.add_page()
    sheet.set_font("Helvetica", size=10)
    return sheet


def _draw(sheet: FPDF, *placed: tuple[float, float, str]) -> FPDF:
    for x, y, text in placed:
        sheet.text(x, y, text)
    return sheet


def _bytes(sheet: FPDF) -> bytes:
    return bytes(sheet.output())


def _picture(width: int = 60, height: int = 80) -> io.BytesIO:
    picture = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 150)).save(picture, format="PNG")
    picture.seek(0)
    return picture


def test_unseen_text_is_left_out_with_a_warning() -> None:
    """Invisible, white, tiny and off-page text is not content, and the document says that there was some."""
    sheet = _draw(_sheet(), (50, 50, "Seen by everybody"), (700, 50, "beyond the edge"))
    sheet.set_text_color(255, 255, 255)
    sheet.text(50, 80, "white on white")
    sheet.set_text_color(0, 0, 0)
    with sheet.local_context(text_mode=TextMode.INVISIBLE):
        sheet.text(50, 110, "without ink")
    sheet.set_font_size(0.8)
    sheet.text(50, 140, "below reading size")
    document = read(_bytes(sheet))
    assert document.text == "Seen by everybody"
    assert [warning.reason for warning in document.warnings] == ["HIDDEN_TEXT"]


def test_recognised_text_over_a_scan_is_content() -> None:
    """Invisible text over a picture of the page is what an OCR read there, and is kept."""
    sheet = _sheet()
    sheet.image(_picture(), x=0, y=0, w=600, h=800)
    with sheet.local_context(text_mode=TextMode.INVISIBLE):
        sheet.text(50, 110, "Recognised by a scanner")
    document = read(_bytes(sheet))
    assert document.text == "Recognised by a scanner"
    assert document.warnings == ()


def test_text_in_the_colour_of_its_ground_is_left_out() -> None:
    """A box hides what is written on it in its own colour, and nothing else: not light text, nor what is beside it."""
    sheet = _draw(_sheet(), (50, 30, "Above the box"))
    sheet.set_fill_color(20, 40, 60)
    sheet.rect(40, 40, 400, 60, style="F")
    sheet.set_text_color(22, 42, 58)
    _draw(sheet, (50, 60, "stuffed with keywords"), (50, 130, "The same colour on paper"))
    sheet.set_text_color(255, 255, 255)
    sheet.text(50, 85, "Light on dark")
    document = read(_bytes(sheet))
    assert lines(document) == ["Above the box", "Light on dark", "The same colour on paper"]
    assert [warning.reason for warning in document.warnings] == ["HIDDEN_TEXT"]


def test_white_text_on_a_dark_ground_is_content() -> None:
    """White text on a coloured box is seen."""
    sheet = _sheet()
    sheet.set_fill_color(20, 40, 60)
    sheet.rect(40, 40, 300, 30, style="F")
    sheet.set_text_color(255, 255, 255)
    sheet.text(50, 60, "On a dark ground")
    assert read(_bytes(sheet)).text == "On a dark ground"


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_pages_are_read_upright(degrees: int) -> None:
    """A page that is shown on its side is read as if it stood upright."""
    sheet = _draw(_sheet(), (50, 50, "Name of a person"), (50, 70, "Second line"), (300, 70, "to the right"))
    turned = pypdfium2.PdfDocument(_bytes(sheet))
    turned[0].set_rotation(degrees)
    written = io.BytesIO()
    turned.save(written)
    turned.close()
    document = read(written.getvalue())
    assert lines(document) == ["Name of a person", "Second line\tto the right"]
    assert (document.pages[0].width, document.pages[0].height) == (600, 800)


def test_words_along_the_edge_come_last() -> None:
    """Text that runs up the page's edge is a line of its own, after the rest."""
    sheet = _draw(_sheet(), (80, 50, "First line"), (80, 70, "Second line"))
    with sheet.rotation(90, x=30, y=400):
        sheet.text(30, 400, "Curriculum vitae")
    assert lines(read(_bytes(sheet))) == ["First line", "Second line", "Curriculum vitae"]


def test_links_on_pictures_are_kept() -> None:
    """A link that covers no word gives its target, an empty span, and the place of the word beside it."""
    sheet = _draw(_sheet(), (50, 50, "Someone"), (80, 100, "handle-of-someone"), (50, 300, "Later"))
    sheet.image(_picture(), x=50, y=90, w=12, h=12, link="https://example.org/someone")
    document = read(_bytes(sheet))
    (link,) = document.links
    assert link.uri == "https://example.org/someone"
    assert link.start == link.end == document.text.index("handle-of-someone")


def test_unsafe_links_are_dropped() -> None:
    """A link that would run a script or open a local file is no link."""
    sheet = _sheet()
    for y, target in ((50, "javascript:alert(1)"), (80, "file:///etc/hostname"), (110, "mailto:a@example.org")):
        sheet.set_xy(50, y)
        sheet.cell(100, 12, f"word{y}", link=target)
    assert [link.uri for link in read(_bytes(sheet)).links] == ["mailto:a@example.org"]


def test_shapes_before_lines_are_bullets() -> None:
    """A small filled shape before a line marks a list item, as browsers print them."""
    sheet = _draw(_sheet(), (50, 50, "Things done"), (62, 70, "Built a bridge"), (62, 84, "over two lines"))
    sheet.set_fill_color(0, 0, 0)
    sheet.circle(x=54, y=66.5, radius=1.6, style="F")
    assert [line.bullet for line in read(_bytes(sheet)).lines] == [False, True, False]


def test_words_broken_at_line_ends_are_whole() -> None:
    """A word broken by a hyphen is joined, a compound keeps its hyphen, a range of years is left alone."""
    sheet = _draw(
        _sheet(),
        (50, 50, "Many years of experience in software develop-"),
        (50, 62, "ment and in running it, with full-"),
        (50, 74, "stack duties from 2010-"),
        (50, 86, "2014 in several companies."),
    )
    assert lines(read(_bytes(sheet))) == [
        "Many years of experience in software development",
        "and in running it, with full-stack",
        "duties from 2010-",
        "2014 in several companies.",
    ]


_LEFT = [(50.0, 150 + 14 * row, f"left line number {row} of column") for row in range(12)]
_RIGHT = [(320.0, 150 + 17 * row, f"right line number {row} of column") for row in range(10)]


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param([*_LEFT, *_RIGHT], id="left first"),
        pytest.param([*_RIGHT, *_LEFT], id="right first"),
        pytest.param(sorted([*_LEFT, *_RIGHT], key=lambda each: each[1]), id="by height"),
    ],
)
def test_two_columns_are_read_one_after_the_other(drawn: list[tuple[float, float, str]]) -> None:
    """Columns are found whatever the order of drawing; what spans both is read before or after them."""
    sheet = _draw(
        _sheet(),
        (50, 60, "A line at the head that spans the whole width of the page, both columns and the gutter"),
        *drawn,
        (50, 400, "A line at the foot that spans the whole width of the page, both columns and the gutter"),
    )
    texts = lines(read(_bytes(sheet)))
    assert texts[0].startswith("A line at the head")
    assert texts[1:13] == [text for _, _, text in _LEFT]
    assert texts[13:23] == [text for _, _, text in _RIGHT]
    assert texts[23].startswith("A line at the foot")


def test_wrapped_columns_on_one_grid_are_columns() -> None:
    """Two columns of wrapped text stay apart even where their lines stand at equal heights, drawn line by line."""
    left = [(50.0, 100 + 14 * row, f"some wrapped words of line {row:02} left") for row in range(10)]
    right = [(320.0, 100 + 14 * row, f"other wrapped words in line {row:02} right") for row in range(10)]
    drawn = [each for pair in zip(left, right, strict=True) for each in pair]
    assert lines(read(_bytes(_draw(_sheet(), *drawn)))) == [text for _, _, text in [*left, *right]]


def test_labels_at_the_left_head_their_lines() -> None:
    """Section names in the left margin are read before the lines that stand beside them."""
    placed = []
    y = 60.0
    for label, count in (("Profile", 3), ("Career", 5), ("School", 4)):
        placed.append((40.0, y, label))
        placed += [(150.0, y + 13 * row, f"{label} text in line {row} of several") for row in range(count)]
        y += 13 * count + 20
    texts = lines(read(_bytes(_draw(_sheet(), *placed))))
    assert texts.index("Career") == texts.index("Career text in line 0 of several") - 1
    assert texts.index("Profile text in line 2 of several") < texts.index("Career")


def test_dates_drawn_apart_stay_with_their_rows() -> None:
    """Dates at the right that the file draws after all else (as browsers draw floats) are on their entries' lines."""
    entries = [(50.0, 100 + 60 * row, f"Employer number {row}") for row in range(5)]
    titles = [(50.0, 114 + 60 * row, f"Some post that I held as number {row}") for row in range(5)]
    dates = [(500.0, 100 + 60 * row, f"20{row}1 - 20{row}3") for row in range(5)]
    texts = lines(read(_bytes(_draw(_sheet(), *dates, *entries, *titles))))
    assert texts[:2] == ["Employer number 0\t2001 - 2003", "Some post that I held as number 0"]


def test_frames_are_no_tables() -> None:
    """A ruled box around a part of the page leaves its lines in the flow."""
    sheet = _draw(_sheet(), (60, 60, "Inside a frame"), (60, 80, "there are lines"), (60, 140, "and outside"))
    sheet.rect(40, 40, 300, 60)
    sheet.rect(40, 120, 300, 60)
    assert {block.kind for block in blocks(read(_bytes(sheet)))} == {BlockKind.TEXT}


def test_a_picture_shows_how_a_page_was_read() -> None:
    """The debugging picture is a PNG of the page with boxes drawn on it."""
    content = (FILES / "sidebar_en.pdf").read_bytes()
    page = read(content).pages[0]
    words = [word.box for block in page.blocks for line in block.lines for word in line.words if word.box]
    plain = debug_picture(content, 1)
    marked = debug_picture(content, 1, words=words, blocks=[block.box for block in page.blocks if block.box])
    for picture in (plain, marked):
        assert Image.open(io.BytesIO(picture)).size == (827, 1170)
    assert plain != marked


def test_ordinary_pages_have_no_warnings() -> None:
    """Nothing is said where nothing is wrong."""
    assert read(bytes(text_pdf().output())).warnings == ()


def test_labels_drawn_one_by_one_are_no_column() -> None:
    """Each label is read with what stands beside it, though as many headings stand among the labels."""
    sheet, y = _sheet(), 50.0
    for heading, entries in (
        ("Skills", {"Systems": ("Linux, BSD",), "Tools": ("Git, Make, Vim",), "Office": ("Word, Excel",)}),
        ("Publications", {"Journals": ("I. Calder and O. Lind.", "Of tides and of those", "who read them,", "2011.")}),
        ("Meetings", {"": ("I. Calder: Of gauges,", "Bergen, 2009.", "O. Lind: Of harbours,", "Oslo, 2008.")}),
        ("References", {"": ("Prof. Oda Lind, Bergen", "Tide Institute", "Prof. Ada Holm, Oslo", "Gauge Office")}),
    ):
        _draw(sheet, (50, y, heading))
        y += 24
        for label, lines_beside in entries.items():
            _draw(sheet, *([(50, y, label)] if label else []))
            for line in lines_beside:
                _draw(sheet, (200, y, line))
                y += 14
            y += 6
        y += 10
    text = read(_bytes(sheet)).text
    order = ("Skills", "Systems", "Linux", "Tools", "Git", "Office", "Word", "Publications", "Of tides", "Meetings")
    found = [text.index(word) for word in (*order, "Of gauges", "References", "Ada Holm")]
    assert found == sorted(found)


def test_a_line_above_the_other_side_makes_no_column() -> None:
    """A line of the page's head does not part a first entry from its place and dates."""
    sheet = _draw(_sheet(), (250, 50, "ines-calder-example"), (50, 80, "Experience"))
    _draw(sheet, (50, 100, "Voltari"), (500, 100, "Salem, OR"), (50, 114, "Gauge Reader"), (490, 114, "2022 - Present"))
    _draw(
        sheet, (60, 130, "Read the gauges of nine harbours every morning, in rain and in shine, and wrote them down.")
    )
    text = read(_bytes(sheet)).text
    assert text.index("Voltari") < text.index("Salem, OR") < text.index("Gauge Reader") < text.index("2022")


def test_a_heading_at_a_pages_top_opens_a_section_for_what_stands_farther_right() -> None:
    """What begins below a heading is not the column of the page before."""
    sheet = _draw(_sheet(), (50, 50, "Ines Calder"), (50, 80, "EDUCATION"))
    _draw(sheet, (50, 100, "2015"), (120, 100, "Master in Marine Biology"), (120, 114, "University of Bergen, Bergen"))
    sheet.add_page()
    _draw(sheet, (50, 50, "SKILLS"))
    for y, label, items in (
        (80, "Basic:", ("Kotlin, Perl, Rust,", "Gradle, Git, Make,", "Vim")),
        (140, "Good:", ("Docker, Kafka,", "Ansible, Nginx,", "Terraform")),
        (200, "Best:", ("Linux, Go,", "Redis, Bash,", "PostgreSQL")),
    ):
        _draw(sheet, (60, y, label), *((170, y + 13 * at, line) for at, line in enumerate(items)))
    found = drive(understand(read(_bytes(sheet)), options=ParseOptions()))[1].skills.technical
    assert {"Kotlin", "Git", "Docker", "Terraform", "Linux", "PostgreSQL"} <= set(found)
