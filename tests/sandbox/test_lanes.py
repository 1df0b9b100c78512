"""The lanes over real processes and the real parser."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.progress import Doing, Stage, StageProgress
from resumate_grpc.model.resume import MediaType, OcrMode, ParseOptions
from resumate_grpc.parsing import tessdata, tesseract
from resumate_grpc.parsing.recognised import ScansFoundError
from resumate_grpc.sandbox.lanes import ScanLane, TextLane
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.pool import SandboxPool
from tests.conftest import missing
from tests.parsing.test_ocr import encoded, note
from tests.samples.hostile import text_pdf
from tests.samples.scans import as_tiff, with_damaged_page

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _needs_tesseract() -> None:
    if not tesseract.available() or tessdata.installed() is None:
        missing("Tesseract")


def _hybrid() -> bytes:
    sheet = text_pdf("The first page has text, and more letters than sixty, so that nobody looks for pictures.")
    sheet.add_page()
    sheet.image(io.BytesIO(encoded(note("The second is a scan"), "PNG")), x=10, y=10, w=190)
    return bytes(sheet.output())


async def test_pages_are_read_side_by_side_and_told() -> None:
    """Every page of a scan is read, in order in the text; progress never falls and names the pages."""
    content = as_tiff([note(f"This is page number {word}") for word in ("one", "two", "three")])
    told: list[StageProgress] = []
    async with SandboxPool(workers=2, spares=0, limits=Limits(niceness=5)) as pool:
        parsed = await ScanLane(pool).parse(
            content, media_type=MediaType.TIFF, options=ParseOptions(), on_progress=told.append
        )
    assert parsed.text.split("\n\n") == [f"This is page number {word}" for word in ("one", "two", "three")]
    assert parsed.page_count == 3
    reading = [step for step in told if step.stage is Stage.TEXT_EXTRACTION]
    assert [step.stage_percent for step in reading] == sorted(step.stage_percent for step in reading)
    assert {"Reading page 2 of 3 by OCR", "Read 3 of 3 pages by OCR"} <= {step.message for step in reading}


async def test_the_text_lane_hands_scans_on_at_once() -> None:
    """A text is parsed there; of a scan it tells the pages, and reads none."""
    async with SandboxPool(workers=1, spares=0) as pool:
        lane = TextLane(pool)
        with pytest.raises(ScansFoundError) as found:
            await lane.parse(_hybrid(), media_type=MediaType.PDF, options=ParseOptions(), on_progress=lambda _: None)
        assert found.value.pages == (2,)
        text = await lane.parse(
            b"Ada Merriweather", media_type=MediaType.TXT, options=ParseOptions(), on_progress=lambda _: None
        )
        assert text.text == "Ada Merriweather"
        never = await lane.parse(
            _hybrid(),
            media_type=MediaType.PDF,
            options=ParseOptions(ocr=OcrMode.NEVER),
            on_progress=lambda _: None,
        )
        assert never.text.startswith("The first page has text")


async def test_a_page_that_cannot_be_read_is_the_documents_error() -> None:
    """One broken page of a single-page scan fails the document; the pool goes on."""
    content = encoded(Image.effect_noise((300, 300), 80), "PNG")
    async with SandboxPool(workers=1, spares=0) as pool:
        lane = ScanLane(pool)
        with pytest.raises(ParsingError) as refused:
            await lane.parse(
                content[: len(content) // 2],
                media_type=MediaType.PNG,
                options=ParseOptions(),
                on_progress=lambda _: None,
            )
        assert refused.value.parse_reason is ErrorReason.CORRUPT_FILE
        parsed = await lane.parse(
            encoded(note("The next one is read"), "PNG"),
            media_type=MediaType.PNG,
            options=ParseOptions(),
            on_progress=lambda _: None,
        )
    assert parsed.text == "The next one is read"


async def test_a_damaged_page_costs_itself_alone() -> None:
    """A page of several that cannot be decoded is told as when all are read in one process; the others are read."""
    content = with_damaged_page(as_tiff([note(f"This is page {word}") for word in ("one", "two", "three")]), 2)
    async with SandboxPool(workers=1, spares=0) as pool:
        parsed = await ScanLane(pool).parse(
            content, media_type=MediaType.TIFF, options=ParseOptions(), on_progress=lambda _: None
        )
    assert parsed.text == "This is page one\n\nThis is page three"
    assert [warning.reason for warning in parsed.warnings] == ["PAGE_UNREADABLE"]
    assert parsed.page_count == 2


async def test_a_scan_is_explained_as_it_is_parsed() -> None:
    """Which is what an attempt asks for that a language model improves; what is being done is told meanwhile."""
    content = as_tiff([note(f"This is page number {word}") for word in ("one", "two")])
    doing: list[Doing] = []
    async with SandboxPool(workers=1, spares=0) as pool:
        explanation = await ScanLane(pool).explain(
            content,
            media_type=MediaType.TIFF,
            options=ParseOptions(),
            pictures=False,
            on_progress=lambda _: None,
            on_doing=doing.append,
        )
    assert explanation.parsed.text == "This is page number one\n\nThis is page number two"
    assert {"page 1 has been read by OCR", "page 2 has been read by OCR"} <= {each.what for each in doing}
    assert max(each.scanned_pages for each in doing) == 2
