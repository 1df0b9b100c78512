"""Pictures of pages, through a real server."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from resumate_grpc._gen.resumate.v1 import page_pb2, upload_pb2
from tests.rpc.conftest import OpenStation
from tests.rpc.refusals import refused

pytestmark = pytest.mark.slow

FILES = Path(__file__).resolve().parents[1] / "samples" / "files"
NOBODY = "0190aaaa-0000-7000-8000-000000000009"


async def test_a_page_is_drawn(open_station: OpenStation) -> None:
    """A page of a PDF comes as a PNG of the width asked for, with its size in points."""
    async with open_station() as station:
        content = (FILES / "sidebar_en.pdf").read_bytes()
        upload = await station.stub.Upload(upload_pb2.UploadRequest(filename="a.pdf", content=content))
        request = page_pb2.RenderPageRequest(resume_id=upload.resume.id, page=1, width_pixels=300)
        drawn = await station.stub.RenderPage(request, timeout=30)
        width, height = struct.unpack(">II", drawn.content[16:24])
        assert drawn.content.startswith(b"\x89PNG")
        assert (drawn.media_type, width, drawn.page_count) == ("image/png", 300, 1)
        assert height == pytest.approx(300 * drawn.height / drawn.width, abs=1)


async def test_a_page_tells_where_its_words_stand(open_station: OpenStation) -> None:
    """The words come in reading order, each with a box that lies on the page, and only where they are asked for."""
    async with open_station() as station:
        content = (FILES / "sidebar_en.pdf").read_bytes()
        upload = await station.stub.Upload(upload_pb2.UploadRequest(filename="a.pdf", content=content))
        request = page_pb2.RenderPageRequest(resume_id=upload.resume.id, page=1, with_words=True)
        drawn = await station.stub.RenderPage(request, timeout=30)
        lines = [" ".join(word.text for word in line.words) for line in drawn.lines]
        expected = json.loads((FILES / "sidebar_en.pdf.json").read_text(encoding="utf-8"))
        assert any(expected["personal_info"]["full_name"] in line for line in lines)
        assert any(expected["personal_info"]["email"] in line for line in lines)
        for word in (word for line in drawn.lines for word in line.words):
            assert word.text
            assert word.text == "".join(word.text.split())
            assert 0 <= word.box.x0 < word.box.x1 <= drawn.width
            assert 0 <= word.box.y0 < word.box.y1 <= drawn.height
        request.with_words = False
        assert not (await station.stub.RenderPage(request, timeout=30)).lines


async def test_what_cannot_be_drawn_says_why(open_station: OpenStation) -> None:
    """No page of that number, a format without pages, a damaged file, odd numbers, and nobody's résumé."""
    async with open_station() as station:

        async def drawing(filename: str, content: bytes, *, page: int, width_pixels: int = 0) -> tuple[str, str]:
            upload = await station.stub.Upload(upload_pb2.UploadRequest(filename=filename, content=content))
            request = page_pb2.RenderPageRequest(resume_id=upload.resume.id, page=page, width_pixels=width_pixels)
            answer = await refused(station.stub.RenderPage(request, timeout=30))
            return answer.code, answer.reason

        pdf = (FILES / "sidebar_en.pdf").read_bytes()
        assert await drawing("a.pdf", pdf, page=2) == ("FAILED_PRECONDITION", "NO_PICTURE")
        assert await drawing("a.pdf", pdf, page=0) == ("INVALID_ARGUMENT", "INVALID_FIELD")
        assert await drawing("a.pdf", pdf, page=1, width_pixels=9999) == ("INVALID_ARGUMENT", "INVALID_FIELD")
        assert await drawing("a.txt", b"Ada Fernwick", page=1) == ("FAILED_PRECONDITION", "NO_PICTURE")
        assert await drawing("b.pdf", b"%PDF-1.7 no more", page=1) == ("FAILED_PRECONDITION", "NO_PICTURE")
        unknown = await refused(station.stub.RenderPage(page_pb2.RenderPageRequest(resume_id=NOBODY, page=1)))
        assert (unknown.code, unknown.reason) == ("NOT_FOUND", "RESUME_NOT_FOUND")
