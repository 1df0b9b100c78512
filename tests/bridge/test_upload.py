from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.bridge.conftest import Client
from tests.bridge.scripted import ID, Scripted

PATH = "/v1/resumes/upload"


def form(content: bytes = b"%PDF-1.7", filename: str = "cv.pdf", **fields: str) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)  # browsers send names in UTF-8 as they are
    for name, value in fields.items():
        data.add_field(name, value)
    data.add_field("file", io.BytesIO(content), filename=filename, content_type="application/octet-stream")
    return data


async def test_accepted(client: Client, script: Scripted) -> None:
    """A file is accepted with all that a page needs to go on."""
    content = bytes(range(256)) * 1000
    response = await client.post(PATH, data=form(content, "Lebenslauf Müller.pdf"))
    assert response.status == 202
    base = str(client.make_url("/")).removeprefix("http://")
    assert await response.json() == {
        "resume_id": ID,
        "status": "queued",
        "estimated_time_seconds": 2.5,
        "file_hash": hashlib.sha256(content).hexdigest(),
        "websocket_url": f"ws://{base}ws/resumes/{ID}",
        "deduplicated": False,
    }
    header, received = script.uploads[0]
    assert header.filename == "Lebenslauf Müller.pdf"
    assert received == content


async def test_socket_url_behind_tls(client: Client) -> None:
    """Behind a proxy that ends TLS the socket's address is wss."""
    response = await client.post(PATH, data=form(), headers={"X-Forwarded-Proto": "https"})
    assert (await response.json())["websocket_url"].startswith("wss://")


async def test_a_body_that_is_no_form(client: Client) -> None:
    """The code is one of the contract's reasons, as for every malformed request."""
    response = await client.post(PATH, json={"file": "cv.pdf"})
    error = (await response.json())["error"]
    assert (response.status, error["code"], error["field"]) == (400, "INVALID_FIELD", "file")


async def test_fields_before_the_file(client: Client, script: Scripted) -> None:
    """Options stand in the form before the file, or in the query."""
    data = form(batch_id="spring", ocr="never", ai_enhancement="true")
    response = await client.post(f"{PATH}?language=de&request_id=r-1", data=data)
    assert response.status == 202
    header, _ = script.uploads[0]
    assert (header.batch_id, header.request_id, header.options.language) == ("spring", "r-1", "de")
    assert (header.options.ocr, header.options.ai_enhancement) == (2, True)


async def test_refused_by_the_server_before_the_rest_is_sent(client: Client, script: Scripted) -> None:
    """A type that the server does not read is 415, and the file is not sent on."""
    response = await client.post(PATH, data=form(b"MZ" * 2_000_000, "setup.exe"))
    error = (await response.json())["error"]
    assert (response.status, error["code"], error["field"]) == (415, "UNSUPPORTED_FORMAT", "content")
    assert script.uploads == []


async def test_empty_file(client: Client) -> None:
    """A file without bytes is 400."""
    response = await client.post(PATH, data=form(b""))
    assert (response.status, (await response.json())["error"]["code"]) == (400, "EMPTY_FILE")


async def pieces(size_bytes: int) -> AsyncIterator[bytes]:
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    for _ in range(size_bytes // 65536):
        yield b"x" * 65536
    yield b"\r\n--x--\r\n"


async def test_too_large_as_announced(client: Client, script: Scripted) -> None:
    """A form whose length says that the file is over the limit is 413 before it is read."""
    response = await client.post(PATH, data=form(b"x" * (11 * 1024 * 1024)))
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (413, "FILE_TOO_LARGE")
    assert error["metadata"]["max_bytes"] == str(10 * 1024 * 1024)
    assert script.uploads == []


async def test_too_large_found_out_on_the_way(client: Client, script: Scripted) -> None:
    """A file of unknown length is 413 when it passes the limit, and the server has kept nothing."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = await client.post(PATH, data=pieces(11 * 1024 * 1024), headers=headers)
    assert (response.status, (await response.json())["error"]["code"]) == (413, "FILE_TOO_LARGE")
    assert script.uploads == []
    assert (await client.post(PATH, data=pieces(1024 * 1024), headers=headers)).status == 202


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"colour": "blue"}, "colour"), ({"ocr": "perhaps"}, "ocr"), ({"ai_enhancement": "maybe"}, "ai_enhancement")],
)
async def test_malformed_fields(client: Client, script: Scripted, fields: dict[str, str], field: str) -> None:
    """A field that is unknown or malformed is 400, and nothing is kept."""
    response = await client.post(PATH, data=form(b"%PDF", "cv.pdf", **fields))
    assert (response.status, (await response.json())["error"]["field"]) == (400, field)
    assert script.uploads == []


async def test_fields_after_the_file_are_not_lost_silently(client: Client, script: Scripted) -> None:
    """A field that comes too late to be heeded refuses the upload."""
    data = form()
    data.add_field("batch_id", "spring")
    assert (await client.post(PATH, data=data)).status == 400
    assert script.uploads == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF", "application/pdf"),
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\nno name\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (
            b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nnameless\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (
            b"--x\r\nContent-Disposition: form-data; name=file; filename=a.pdf\r\n\r\nnever ends",
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_no_form(client: Client, script: Scripted, body: bytes, content_type: str) -> None:
    """A body that is not the form asked for is 400, and the next upload works."""
    response = await client.post(PATH, data=body, headers={"Content-Type": content_type})
    assert response.status == 400
    assert script.uploads == []
    assert (await client.post(PATH, data=form())).status == 202
