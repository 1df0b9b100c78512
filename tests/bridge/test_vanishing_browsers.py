"""Browsers that go away in the middle of saying something."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import pytest

from resumate_grpc._gen.resumate.v1.progress_pb2 import STAGE_QUEUED
from tests.bridge.conftest import Client
from tests.bridge.scripted import ID, Scripted


@pytest.mark.parametrize("path", ["/ws", f"/ws/resumes/{ID}"])
async def test_a_browser_that_is_gone_when_it_is_answered_is_no_fault(
    client: Client, script: Scripted, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Pings whose pongs have nobody to go to end the socket without an error in the log."""
    await script.add(STAGE_QUEUED)
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            socket = await client.ws_connect(path)
            assert (await socket.receive()).type is aiohttp.WSMsgType.TEXT
            for _ in range(200):
                await socket.send_str("ping")
            transport = socket._response.connection.transport  # type: ignore[union-attr]  # noqa: SLF001
            assert transport is not None
            transport.abort()
        async with asyncio.timeout(5):
            while (await (await client.get("/ws/status")).json())["open_sockets"]:
                pass
    assert [record.getMessage() for record in caplog.records] == []
