"""PDFs of a few words, each at its place, and what is read of them."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf import FPDF

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import ParseOptions
from resumate_grpc.parsing.understanding import understand
from tests.parsing.reading import read
from tests.parsing.resumes import drive

__all__ = ["TOP", "Placed", "printed"]

Placed = tuple[float, float, str]
TOP: list[Placed] = [(50, 50, "#Ines Calder"), (50, 75, "ines@example.org")]


def printed(*pages: Sequence[Placed], size: float = 10, links: Sequence[tuple[float, float, str]] = ()) -> ParsedResume:
    """Read a PDF of what is placed on its pages; text that begins with "*" is bold, with "#" large and bold.

    `links` lie on the last page, each over two lines of 120 points.
    """
    sheet = FPDF(unit="pt", format=(600, 800))
    sheet.set_auto_page_break(auto=False)
    for placed in pages:
        sheet.add_page()
        for x, y, text in placed:
            bold, large = text[0] in "*#", text[0] == "#"
            sheet.set_font("Helvetica", "B" if bold else "", size * (2 if large else 1))
            sheet.text(x, y, text.lstrip("*#"))
    for x, y, uri in links:
        sheet.link(x, y - 10, 120, 28, uri)
    return drive(understand(read(bytes(sheet.output())), options=ParseOptions()))[1]
