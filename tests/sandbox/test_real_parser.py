"""The parser itself, inside the limits that it is served with."""

from __future__ import annotations

import pytest
from fpdf import FPDF

from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.sandbox.pool import SandboxPool

LINES = (
    "Mira Example",
    "mira@example.org",
    "Experience",
    "Baker, Crumb & Sons, 2019 - 2021",
)


def as_pdf() -> bytes:
    """Set the lines as a page."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=11)
    for line in LINES:
        pdf.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


@pytest.mark.slow
async def test_the_parser_works_within_its_limits() -> None:
    """Models, lists, PDFium and lazy imports need nothing that a sealed process has lost."""
    seen: list[StageProgress] = []
    files = {MediaType.TXT: "\n".join(LINES).encode(), MediaType.PDF: as_pdf()}
    async with SandboxPool(workers=1, spares=0) as pool:
        results = [
            await pool.parse(content, media_type=kind, options=ParseOptions(), on_progress=seen.append)
            for kind, content in files.items()
        ]
    assert [result.personal_info.email for result in results] == ["mira@example.org"] * 2
    assert {step.stage for step in seen} == {Stage.TEXT_EXTRACTION, Stage.NLP_PARSING}
    assert not pool.restarts
