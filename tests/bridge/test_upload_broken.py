from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.bridge.conftest import Client
from tests.bridge.scripted import Scripted
from tests.live import LiveServer

BODY = b'--x\r\nContent-Disposition: form-data; name="file"; filename="half.txt"\r\n\r\n' + b"half a file\n" * 10_000
HEAD = (
    b"POST /v1/resumes/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
)


async def begun(host: str, port: int) -> asyncio.StreamWriter:
    """Send the first part of a form."""
    _, writer = await asyncio.open_connection(host, port)
    writer.write(HEAD + BODY)
    await writer.drain()
    return writer


async def test_browser_that_leaves_in_the_middle(
    client: Client, script: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    """An upload whose browser is gone ends the call to the server, keeps nothing, and is no fault to be logged."""
    writer = await begun(client.host, client.port or 0)
    async with asyncio.timeout(3):
        await script.upload_begun.wait()
    with caplog.at_level(logging.ERROR):
        writer.transport.abort()
        async with asyncio.timeout(3):
            await script.upload_ended.wait()
    assert script.uploads == []
    assert caplog.records == []
    assert (await client.get("/ws/status")).status == 200


@pytest.mark.slow
async def test_half_a_file_is_no_resume(live: LiveServer) -> None:
    """The real server does not take what came of a broken upload for a whole file."""
    address = urlsplit(live.http_url)
    for _ in range(10):
        writer = await begun(address.hostname or "", address.port or 0)
        await asyncio.sleep(0.02)  # the first part is on its way to the server
        writer.transport.abort()
    await asyncio.sleep(0.3)
    async with aiohttp.ClientSession(live.http_url) as http, http.get("/v1/resumes?text=half.txt") as response:
        assert (await response.json())["resumes"] == []
