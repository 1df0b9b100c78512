"""The page that shows a file as the parser sees it."""

from __future__ import annotations

import base64
import hashlib
import io
import re

import pytest
from fpdf import FPDF
from PIL import Image

from resumate_grpc.explain.page import explain_page
from resumate_grpc.model.field_paths import values_of
from resumate_grpc.parsing.heading_names import SectionKind
from tests.explain.explained import SAMPLES, explained, sample, tree

pytestmark = pytest.mark.slow

HOSTILE = """</title><script>alert(1)</script>
"><img src=x onerror=alert(1)> & co
"><svg/onload=alert(1)>@example.org

EXPERIENCE
<b onclick="alert(1)">Baker</b>, </script><script>alert(1)</script> Ltd, 2019 - 2021
- '"><iframe src="https://example.org"></iframe>
"""


def darkest(image: Image.Image) -> int:
    """Return the least lightness of a picture's pixels, 0..255."""
    return min(image.convert("L").tobytes())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_value_is_listed_and_marked(name: str) -> None:
    """Each value has a row with its field path, and each with a place is marked in the page and in the text."""
    explanation = sample(name)
    page = tree(explanation, name)
    rows = page.xpath("//aside//tr[@data-v]")
    assert [row.xpath("string(th/@title)") for row in rows] == [path for path, _ in values_of(explanation.parsed)]
    placed = {item.field_path for item in explanation.parsed.evidence if item.end > item.start}
    for row in rows:
        number, path = row.get("data-v"), row.xpath("string(th/@title)")
        marked = [number in mark.get("data-v").split() for mark in page.xpath("//main//*[@data-v]")]
        told = [number in mark.get("data-v").split() for mark in page.xpath("//pre//*[@data-v]")]
        assert any(marked) == any(told) == (path in placed), path


@pytest.mark.parametrize("name", ["sidebar_en.pdf", "table_layout_de.docx", "plain_en.txt"])
def test_the_text_is_whole(name: str) -> None:
    """The text pane holds every character that spans count in."""
    explanation = sample(name)
    (pane,) = tree(explanation).xpath("//pre")
    assert pane.text_content() == explanation.document.text


def test_a_page_has_its_picture_under_what_was_read() -> None:
    """The page of a PDF is drawn whole, in points, with the reading order of its blocks over it."""
    explanation = sample("sidebar_en.pdf")
    (page,) = explanation.document.pages
    (drawing,) = tree(explanation).xpath("//main//svg")
    (picture,) = drawing.xpath(".//image/@href")
    with Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))) as image:
        assert image.size == (round(page.width * 2), round(page.height * 2))
        assert darkest(image) < 100  # there is print on it
    numbers = [text.text for text in drawing.xpath(".//g[contains(@class, 'blocks')]//text")]
    assert numbers == [str(number) for number in range(1, len(page.blocks) + 1)]


def test_a_page_on_its_side_is_drawn_as_it_was_read() -> None:
    """A page whose text runs upwards is turned in the picture too: its print lies where the words' boxes are."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=24)
    for row in range(6):
        with pdf.rotation(90, x=40 + 15 * row, y=200):
            pdf.text(40 + 15 * row, 200, f"Sideways words of line {row}")
    explanation = explained(bytes(pdf.output()), "side.pdf")
    (page,), (picture,) = explanation.document.pages, explanation.pictures
    assert page.width > page.height
    with Image.open(io.BytesIO(picture.png)) as opened:
        image = opened.convert("L")
    for line in explanation.document.lines:
        assert line.box is not None
        around = image.crop((2 * line.box.x0, 2 * line.box.y0, 2 * line.box.x1, 2 * line.box.y1))
        assert darkest(around) < 100, line.text


@pytest.mark.slow
def test_pages_past_the_limit_are_set_again_from_their_words() -> None:
    """The 21st page of a document has no picture, but its words in their places."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for number in range(21):
        pdf.add_page()
        pdf.text(20, 30, f"Page number {number + 1} speaks")
    explanation = explained(bytes(pdf.output()), "long.pdf")
    drawings = tree(explanation).xpath("//main//svg")
    assert len(explanation.pictures) == 20
    assert [len(drawing.xpath(".//image")) for drawing in drawings] == [1] * 20 + [0]
    assert [text.text for text in drawings[-1].xpath("./text")] == ["Page", "number", "21", "speaks"]


def test_what_a_document_says_stays_text() -> None:
    """Markup in a document or in its name is shown and never becomes part of the page."""
    explanation = explained(HOSTILE.encode(), "cv.txt")
    page = tree(explanation, filename='"><script>alert(2)</script>.txt')
    assert len(page.xpath("//script")) == len(page.xpath("//style")) == 1
    assert not page.xpath("//iframe | //img | //b | //svg | //@*[starts-with(name(), 'on')]")
    assert page.xpath("string(//h1)") == '"><script>alert(2)</script>.txt'
    assert page.xpath("//pre")[0].text_content() == explanation.document.text


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_loads_nothing(name: str) -> None:
    """No address is loaded, and the policy allows the page's own style, script and pictures alone."""
    page = tree(sample(name), name)
    assert all(value.startswith("data:image/png;base64,") for value in page.xpath("//@src | //@href"))
    (policy,) = page.xpath("//meta[@http-equiv]/@content")
    for kind in ("style", "script"):
        (own,) = page.xpath(f"//{kind}/text()")
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert not re.search(r"https?:|@import|url\(", own)
    assert policy.startswith("default-src 'none'")
    assert not page.xpath("//@style")


def test_warnings_stand_above() -> None:
    """A warning of the parse is told with its code."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.text(20, 30, "Mira Example")
    pdf.set_text_color(255, 255, 255)
    pdf.text(20, 60, "python java senior expert")
    page = tree(explained(bytes(pdf.output()), "white.pdf"))
    assert page.xpath("string(//ul[@class='warnings']/li/code)") == "HIDDEN_TEXT"


def test_every_kind_of_section_has_a_colour() -> None:
    """The style knows each kind, so that none is shown as if it were passed over."""
    style = explain_page(sample("plain_en.txt"), filename="x").partition("</style>")[0]
    assert [kind for kind in SectionKind if f".s-{kind.value}" not in style] == []


def test_no_control_character_reaches_the_page() -> None:
    """What could turn or end the text about it is replaced."""
    page = explain_page(sample("plain_en.txt"), filename="a\x00b\x1b\u202ec.txt")
    assert "a\ufffdb\ufffd\ufffdc.txt" in page
