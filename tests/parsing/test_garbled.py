"""Text layers that say something else than the page shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF
from fpdf.enums import TextMode

from resumate_grpc.model.resume import OcrMode
from resumate_grpc.parsing import tessdata, tesseract
from tests.conftest import missing
from tests.parsing.reading import read, read_with_progress
from tests.samples.make import FILES
from tests.samples.unmapped import mapped_to

pytestmark = pytest.mark.slow

_LINES = (
    "Experience of a careful engineer\n"
    "Built bridges over several rivers near Bergen\n"
    "Managed twelve people and their budgets\n"
    "Wrote the handbook that others still follow"
)


@pytest.fixture(autouse=True)
def _needs_tesseract() -> None:
    if not tesseract.available() or tessdata.installed() is None:
        missing("Tesseract")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(lambda code: 0xE000 + code, id="private use"),
        pytest.param(lambda code: code % 8 + 1, id="control characters"),
        pytest.param(lambda code: 0x2600 + code, id="symbols"),
        pytest.param(lambda code: 0x62 + (code - 0x61 + 7) % 3 if code >= 0x61 else code, id="another alphabet"),
    ],
)
def test_a_garbled_page_is_read_by_ocr(tmp_path: Path, said: Callable[[int], int]) -> None:
    """A page whose font says nothing, or nonsense, is read from its picture, and a warning says so."""
    document = read(mapped_to(tmp_path, _LINES, said))
    assert "Built bridges over several rivers near Bergen" in document.text
    assert "GARBLED_TEXT" in [warning.reason for warning in document.warnings]
    assert all(word.confidence < 1 for line in document.lines for word in line.words)


def test_a_page_with_a_sound_map_keeps_its_text(tmp_path: Path) -> None:
    """The same page with the font's own map is not read by OCR."""
    document = read(mapped_to(tmp_path, _LINES, lambda code: code))
    assert document.text == _LINES
    assert document.warnings == ()


def test_garbled_text_is_kept_where_ocr_is_forbidden(tmp_path: Path) -> None:
    """With OCR forbidden the page's own text stays, and the warning with it."""
    content = mapped_to(tmp_path, _LINES, lambda code: code % 3 + 0x62)
    document, _ = read_with_progress(content, ocr=OcrMode.NEVER)
    assert document.text
    assert [warning.reason for warning in document.warnings] == ["GARBLED_TEXT"]


def _scan_with_layer(text: str) -> bytes:
    """A picture of a page with somebody's text layer on it, invisible."""
    from tests.samples.scans import Scanner  # noqa: PLC0415 - numpy and Pillow, for two tests

    picture = Scanner(dpi=100).jpegs((FILES / "left_rail_de.pdf").read_bytes())[0]
    sheet = FPDF(unit="pt", format="A4")
    sheet.add_page()
    sheet.image(io.BytesIO(picture), x=0, y=0, w=sheet.w, h=sheet.h)
    sheet.set_font("Helvetica", size=10)
    with sheet.local_context(text_mode=TextMode.INVISIBLE):
        for row in range(6):
            sheet.text(50, 100 + 20 * row, text)
    return bytes(sheet.output())


def test_somebodys_ocr_stays() -> None:
    """The text layer that a scanner wrote is content, and is not read again."""
    document, progress = read_with_progress(_scan_with_layer("Read by the scanner of the office, years ago"))
    assert document.text.startswith("Read by the scanner of the office")
    assert not any("OCR" in step.message for step in progress)


@pytest.mark.slow
def test_somebodys_garbled_ocr_goes() -> None:
    """A scanner's text layer that nobody can read is replaced."""
    document = read(_scan_with_layer("Xtrvb qwrtz hgfd plmnb vcxs trwq zzzt bnmk ]]|{ ~~ rtz"))
    assert "Brückmann" in document.text
