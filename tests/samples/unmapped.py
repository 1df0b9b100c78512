"""PDFs whose fonts show one thing and say another, as careless programs write them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

from fpdf import FPDF
from PIL import ImageFont

__all__ = ["mapped_to"]

_ENTRY = re.compile(rb"(<[0-9A-F]{4}>) <([0-9A-F]{4})>")
_LEAST = 0x21


def mapped_to(folder: Path, text: str, said: Callable[[int], int]) -> bytes:
    """Print lines in a font of its own whose map gives `said(code)` for each character; `folder` is for the font."""
    face = ImageFont.load_default(20)
    assert isinstance(face, ImageFont.FreeTypeFont)
    assert isinstance(face.path, io.BytesIO)
    (folder / "face.ttf").write_bytes(face.path.getvalue())
    sheet = FPDF(unit="pt")
    sheet.set_compression(compress=False)
    sheet.add_page()
    sheet.add_font("Face", fname=folder / "face.ttf")
    sheet.set_font("Face", size=13)
    for line in text.splitlines():
        sheet.cell(0, 24, line, new_x="LMARGIN", new_y="NEXT")
    return _ENTRY.sub(lambda match: _entry(match, said), bytes(sheet.output()))


def _entry(match: re.Match[bytes], said: Callable[[int], int]) -> bytes:
    code = int(match[2], 16)
    return b"%s <%04X>" % (match[1], said(code) if code >= _LEAST else code)
