"""Scans through the reader: whichever way they lie, whatever they are bound in, and what cannot be read."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import MediaType, OcrMode, ParseOptions
from resumate_grpc.parsing import pillow, tessdata, tesseract
from resumate_grpc.parsing.pipeline import parse
from resumate_grpc.parsing.print_look import with_whole_addresses
from resumate_grpc.parsing.sniff import sniff
from resumate_grpc.parsing.tesseract import OcrWord
from tests.conftest import missing
from tests.parsing.reading import lines, read, read_with_progress, recall
from tests.samples.hostile import text_pdf
from tests.samples.make import samples
from tests.samples.scans import Scanner, as_pdf, as_tiff, with_damaged_page

pytestmark = pytest.mark.slow

_SAMPLES = {name: (content, resume) for name, content, resume in samples() if name.endswith(".pdf")}


@pytest.fixture(autouse=True)
def _needs_tesseract() -> None:
    found = tessdata.installed()
    if not tesseract.available() or found is None or not {"eng", "deu", "fra"} <= found[1]:
        missing("Tesseract with English, German and French")


def note(*written: str, size: int = 36, quarters: int = 0) -> Image.Image:
    """A small page with some lines of large print: read in a tenth of a second."""
    picture = Image.new("L", (900, 120 + 60 * len(written)), 255)
    pen = ImageDraw.Draw(picture)
    for index, text in enumerate(written):
        pen.text((60, 50 + 60 * index), text, fill=0, font=ImageFont.load_default(size))
    return picture.rotate(-90 * quarters, expand=True)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type"), [("PNG", MediaType.PNG), ("JPEG", MediaType.JPEG), ("TIFF", MediaType.TIFF)]
)
def test_pictures_are_read_whatever_their_name(kind: str, media_type: MediaType) -> None:
    """A picture is told by its content, read by OCR, and each word has a place and a confidence of its own."""
    content = encoded(note("Mathilde Okafor", "mathilde@example.org"), kind)
    assert sniff(content, "resume.pdf") is media_type
    document = read(content, "resume.docx")
    assert document.text == "Mathilde Okafor\nmathilde@example.org"
    words = [word for line in document.lines for word in line.words]
    assert all(0.5 < word.confidence < 1 and word.box is not None for word in words)
    assert document.pages[0].number == 1


def test_every_page_of_a_tiff_is_read_and_told() -> None:
    """The pages of a TIFF come in their order, and progress names the page before it is read."""
    content = as_tiff([note("First page here"), note("Second page here"), note("Third page here")])
    document, progress = read_with_progress(content)
    assert lines(document) == ["First page here", "Second page here", "Third page here"]
    told = [(step.stage_percent, step.message) for step in progress]
    assert (31, "Reading page 2 of 3 by OCR") in told
    assert [percent for percent, _ in told] == sorted(percent for percent, _ in told)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_pages_are_read_upright_whichever_way_they_lie(quarters: int) -> None:
    """A page on its side or upside down is turned; sizes and boxes are those of the upright page."""
    written = ("Experience of an engineer", "Built the bridge over the river", "and the road that leads to it")
    document = read(encoded(note(*written, quarters=quarters), "PNG"))
    assert lines(document) == list(written)
    page = document.pages[0]
    assert page.width > page.height


def test_exif_says_how_a_camera_was_held() -> None:
    """A JPEG that its camera marked as turned is read as it is meant to be seen."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    content = encoded(note("Held on its side", "by some camera", quarters=3), "JPEG", exif=exif)
    assert lines(read(content)) == ["Held on its side", "by some camera"]


def test_light_print_on_a_dark_ground_is_read() -> None:
    """What is white on black is text as well."""
    content = encoded(Image.eval(note("White on black", "and still read"), lambda level: 255 - level), "PNG")
    assert lines(read(content)) == ["White on black", "and still read"]


def test_only_the_scanned_page_of_a_pdf_is_read_by_ocr() -> None:
    """A PDF whose second page is a scan keeps the text of its first."""
    sheet = text_pdf("The first page has sixty and more letters of its own, which are kept as they are.")
    sheet.add_page()
    sheet.image(io.BytesIO(encoded(note("A certificate that was scanned"), "PNG")), x=10, y=10, w=190)
    document, progress = read_with_progress(bytes(sheet.output()))
    first, second = document.lines
    assert {word.confidence for word in first.words} == {1.0}
    assert second.text == "A certificate that was scanned"
    assert all(word.confidence < 1 for word in second.words)
    assert [step.message for step in progress if "OCR" in step.message] == ["Reading page 2 of 2 by OCR"]


def test_text_that_was_turned_into_shapes_is_read() -> None:
    """A page of outlines, as design programs export them, has no text and is read by OCR."""
    sheet = FPDF(unit="pt", format=(600, 300))
    sheet.add_page()
    sheet.set_fill_color(0, 0, 0)
    for row in range(12):
        for column in range(20):
            sheet.rect(40 + 4 * column, 200 + 6 * row, 2, 3, style="F")
    sheet.image(io.BytesIO(encoded(note("Outlines say something"), "PNG")), x=0, y=0, w=200)
    assert "Outlines say something" in read(bytes(sheet.output())).text


def test_never_means_never() -> None:
    """With OCR forbidden, a scan fails with what to do, and pictures in a text document stay pictures."""
    for content in (encoded(note("Not to be read"), "PNG"), as_pdf(encoded(note("Not to be read"), "JPEG"))):
        with pytest.raises(ParsingError) as refused:
            read_with_progress(content, ocr=OcrMode.NEVER)
        assert refused.value.parse_reason is ErrorReason.NO_TEXT_FOUND
        assert "OCR_MODE_AUTO" in refused.value.message


def test_always_reads_pages_with_text_too() -> None:
    """With OCR demanded, a page's own text is not used, and its links still are."""
    sheet = text_pdf("")
    sheet.set_xy(20, 40)
    sheet.cell(100, 10, "Read from its picture", link="https://example.org/me")
    document, _ = read_with_progress(bytes(sheet.output()), ocr=OcrMode.ALWAYS)
    assert document.text == "Read from its picture"
    assert all(word.confidence < 1 for line in document.lines for word in line.words)
    assert [link.uri for link in document.links] == ["https://example.org/me"]


def test_a_blank_scan_has_no_text() -> None:
    """Nothing is read where nothing is printed, and the error says so."""
    with pytest.raises(ParsingError) as refused:
        read(encoded(Image.new("L", (800, 1100), 250), "PNG"))
    assert refused.value.parse_reason is ErrorReason.NO_TEXT_FOUND


def test_without_tesseract_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan on a machine without Tesseract's data fails with the package to install, a PDF with text does not."""
    monkeypatch.setattr("resumate_grpc.parsing.recognition.installed", lambda: None)
    with pytest.raises(ParsingError) as refused:
        read(encoded(note("Nobody can read this"), "PNG"))
    assert refused.value.parse_reason is ErrorReason.NO_TEXT_FOUND
    assert "tesseract-ocr-eng" in refused.value.message
    sheet = text_pdf("A page with text")
    sheet.add_page()
    sheet.image(io.BytesIO(encoded(note("A page without"), "PNG")), x=10, y=10, w=190)
    document = read(bytes(sheet.output()))
    assert document.text == "A page with text"
    assert [warning.reason for warning in document.warnings] == ["OCR_UNAVAILABLE"]


def test_a_language_that_is_asked_for_must_be_there() -> None:
    """A scan whose language the caller names is not read in another: the error names the package."""
    options = ParseOptions(language="is")
    with pytest.raises(ParsingError) as refused:
        list(parse(encoded(note("Reykjavik"), "PNG"), media_type=MediaType.PNG, options=options))
    assert refused.value.parse_reason is ErrorReason.NO_TEXT_FOUND
    assert "tesseract-ocr-" in refused.value.message


def test_tesseracts_data_is_found_where_its_variable_says(tmp_path: Path) -> None:
    """TESSDATA_PREFIX goes before the usual places, as the folder itself or as the one above it."""
    data = tmp_path / "tessdata"
    data.mkdir()
    (data / "isl.traineddata").touch()
    assert tessdata.tessdata({"TESSDATA_PREFIX": str(data)}) == data
    assert tessdata.tessdata({"TESSDATA_PREFIX": str(tmp_path)}) == data


def test_huge_pictures_are_refused_by_their_header() -> None:
    """A picture of more pixels than any page has is refused before it is decoded."""
    size = 1 + int(pillow.MAX_PIXELS**0.5)
    content = encoded(Image.new("1", (size, size)), "PNG")
    with pytest.raises(ParsingError) as refused:
        read(content)
    assert refused.value.parse_reason is ErrorReason.RESOURCE_LIMIT


def test_a_tiff_of_too_many_pages_is_refused() -> None:
    """Pages are counted only up to the limit."""
    content = as_tiff([Image.new("1", (8, 8))] * 5)
    with pytest.raises(ParsingError) as refused:
        read_with_progress(content, max_pages=4)
    assert refused.value.parse_reason is ErrorReason.TOO_MANY_PAGES


def test_a_damaged_picture_is_called_corrupt() -> None:
    """A picture that was cut off fails as such."""
    content = encoded(note("Only the half of it"), "PNG")
    with pytest.raises(ParsingError) as refused:
        read(content[: len(content) // 2])
    assert refused.value.parse_reason is ErrorReason.CORRUPT_FILE


def test_a_damaged_page_within_a_scan_is_told_and_the_others_are_read() -> None:
    """Of a scan of several pages one that cannot be decoded costs itself alone."""
    content = with_damaged_page(as_tiff([note("First page"), note("Second page"), note("Third page")]), 2)
    document = read(content)
    assert lines(document) == ["First page", "Third page"]
    assert [page.number for page in document.pages] == [1, 3]
    assert [(warning.reason, warning.message) for warning in document.warnings] == [
        ("PAGE_UNREADABLE", "Page 2 could not be read.")
    ]


def test_a_scan_bound_into_a_pdf_survives_a_damaged_page() -> None:
    """The picture of one page is noise where a JPEG should be: the pages about it are read."""
    pages = [encoded(note(f"{word} page of three"), "JPEG") for word in ("First", "Second", "Third")]
    content = as_pdf(*pages, dpi=72)
    start = content.index(pages[1]) + 2  # behind the mark that begins a JPEG
    content = content[:start] + bytes(len(pages[1]) - 2) + content[start + len(pages[1]) - 2 :]
    assert lines(read(content)) == ["First page of three", "Third page of three"]


@pytest.mark.parametrize("gap", [1, 5])
@pytest.mark.parametrize("parts", [("oda.lind", "@example.org"), ("oda.lind@", "example.org"), ("oda", "@", "lind.io")])
def test_an_address_is_parted_at_its_sign_only_where_a_gap_is_printed(parts: tuple[str, ...], gap: int) -> None:
    """Tesseract ends words at an @ whether or not a space follows: columns without ink tell which."""
    ink = np.zeros((12, 400), dtype=np.bool_)
    words, left = [], 10
    for part in parts:
        right = left + 6 * len(part) + 1
        ink[2:10, left:right:2] = True
        # The box is off by some pixels, as such boxes are.
        words.append(
            OcrWord(text=part, x0=left - 2, x1=right + 3, y0=2, y1=10, baseline=10.0, size=12.0,
                    confidence=0.9 - left / 1000, line=0)
        )  # fmt: skip
        left = right + gap
    whole = with_whole_addresses(words, ink)
    assert [word.text for word in whole] == (list(parts) if gap > 3 else ["".join(parts)])
    assert (whole[-1].x1, whole[-1].confidence) == (words[-1].x1, words[-1].confidence)


def test_words_of_two_lines_are_not_joined_at_a_sign() -> None:
    """What ends a line with an @ is no part of the next."""
    word = OcrWord(text="lind@", x0=0, x1=30, y0=0, y1=10, baseline=10.0, size=12.0, confidence=0.9, line=0)
    below = OcrWord(text="work", x0=31, x1=60, y0=0, y1=10, baseline=10.0, size=12.0, confidence=0.9, line=1)
    assert with_whole_addresses([word, below], np.ones((12, 80), dtype=np.bool_)) == [word, below]


def test_dots_before_lines_are_bullets() -> None:
    """A printed dot marks a list item, whatever letter Tesseract takes it for, if any."""
    picture = note("Things that were done", "Built a bridge", "Mended a road")
    pen = ImageDraw.Draw(picture)
    for index in (1, 2):
        middle = 50 + 60 * index + 22
        pen.ellipse((24, middle - 6, 36, middle + 6), fill=0)
    document = read(encoded(picture, "PNG"))
    assert [(line.text, line.bullet) for line in document.lines] == [
        ("Things that were done", False),
        ("Built a bridge", True),
        ("Mended a road", True),
    ]


def _parsed(content: bytes) -> ParsedResume:
    steps = parse(content, media_type=sniff(content, ""), options=ParseOptions())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            parsed: ParsedResume = end.value
            return parsed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "scanner"),
    [
        pytest.param("sidebar_en.pdf", Scanner(askew=1.4), id="askew"),
        pytest.param("left_rail_de.pdf", Scanner(dpi=150, askew=-2.6), id="coarse"),
        pytest.param("sidebar_en.pdf", Scanner(dpi=300, shadow=70), id="shadow"),
        pytest.param("ruled_table_fr.pdf", Scanner(quarters=2, grain=12), id="upside down"),
    ],
)
def test_scans_say_what_was_printed(name: str, scanner: Scanner) -> None:
    """Nearly every word that a sample states is read from its scan, in its own language."""
    content, resume = _SAMPLES[name]
    document = read(as_pdf(*scanner.jpegs(content), dpi=scanner.dpi))
    assert recall(document.text, resume) >= 0.97
    assert all(abs(page.skew + scanner.askew) < 0.3 for page in document.pages)


@pytest.mark.slow
def test_values_of_a_scan_know_their_place_and_doubts() -> None:
    """Values come from a scan as from text, on their page, each no surer than OCR was of its words."""
    content, resume = _SAMPLES["sidebar_en.pdf"]
    parsed = _parsed(as_pdf(*Scanner(askew=0.7).jpegs(content)))
    assert parsed.personal_info.full_name == resume.personal_info.full_name
    assert parsed.personal_info.email == resume.personal_info.email
    assert [post.start_date for post in parsed.work_experience] == [post.start_date for post in resume.work_experience]
    for evidence in parsed.evidence:
        assert evidence.page == 1
        assert evidence.box is not None
