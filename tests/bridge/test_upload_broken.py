from __future__ import annotations

import asyncio
import logging

import pytest

from tests.bridge.conftest import Client
from tests.bridge.scripted import Scripted


async def test_browser_that_leaves_in_the_middle(
    client: Client, script: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    """An upload whose browser is gone ends the call to the server, keeps nothing, and is no fault to be logged."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + b"x" * 100_000
    writer.write(
        b"POST /v1/resumes/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + body
    )
    await writer.drain()
    async with asyncio.timeout(3):
        await script.upload_begun.wait()
    with caplog.at_level(logging.ERROR):
        writer.transport.abort()
        async with asyncio.timeout(3):
            await script.upload_ended.wait()
    assert script.uploads == []
    assert caplog.records == []
    assert (await client.get("/ws/status")).status == 200
    assert reader.at_eof() or reader.exception()
