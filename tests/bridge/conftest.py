"""A bridge on a real port, before a scripted server on another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from resumate_bridge import BridgeConfig, create_app

from tests.bridge.scripted import Scripted, serving

Client = TestClient[Any, Any]
StartBridge = Callable[[BridgeConfig], Coroutine[Any, Any, Client]]


class PlainServer(TestServer):
    """A test server that, as the real program, does not cancel the handlers of browsers that have gone.

    It reads on for half a second and not for ten where an upload was refused, or the test would wait for that.
    """

    async def _make_runner(self, **kwargs: Any) -> web.BaseRunner:
        return await super()._make_runner(**{**kwargs, "handler_cancellation": False, "lingering_time": 0.5})


@pytest.fixture
async def script() -> Scripted:
    """The server's script, empty at first."""
    return Scripted()


@pytest.fixture
async def target(script: Scripted) -> AsyncIterator[str]:
    """Address of the scripted server."""
    async with serving(script) as address:
        yield address


@pytest.fixture
def config(target: str) -> BridgeConfig:
    """Settings with short waits."""
    return BridgeConfig(grpc_target=target, heartbeat_s=0.2, reconnect_delays_s=(0.05, 0.05))


@pytest.fixture
async def start_bridge() -> AsyncIterator[StartBridge]:
    """A bridge for the test's own settings."""
    async with AsyncExitStack() as stack:

        async def start(config: BridgeConfig) -> Client:
            client = TestClient(PlainServer(create_app(config)))
            return await stack.enter_async_context(client)

        yield start


@pytest.fixture
async def client(config: BridgeConfig, start_bridge: StartBridge) -> Client:
    """A client of a bridge with short waits."""
    return await start_bridge(replace(config))


async def frames_until_close(socket: aiohttp.ClientWebSocketResponse, *, timeout_s: float = 5) -> list[dict[str, Any]]:
    """Read all frames until the bridge closes the socket."""
    frames: list[dict[str, Any]] = []
    while True:
        message = await socket.receive(timeout=timeout_s)
        if message.type is not aiohttp.WSMsgType.TEXT:
            return frames
        frames.append(message.json())
