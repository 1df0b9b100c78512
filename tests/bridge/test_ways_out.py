"""However a watch of the bridge's ends, its call to the server ends too: grpc does not cancel what is dropped."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable

import grpc
import pytest
from resumate_bridge.context import BRIDGE

from resumate_grpc._gen.resumate.v1.progress_pb2 import STAGE_COMPLETE, STAGE_QUEUED
from tests.bridge.conftest import Client
from tests.bridge.raw_socket import CLOSE, TEXT, RawSocket, frame
from tests.bridge.scripted import ID, Scripted
from tests.leaks import Holding, holding_again

WATCH = f'{{"type":"watch_resume","resume_id":"{ID}"}}'.encode()
WayOut = Callable[[RawSocket, Client, Scripted], Awaitable[None]]


async def vanishing(socket: RawSocket, _client: Client, _script: Scripted) -> None:
    socket.vanish()


async def closing(socket: RawSocket, _client: Client, _script: Scripted) -> None:
    socket.send(frame(CLOSE, struct.pack(">H", 1000)))


async def ending_tcp(socket: RawSocket, _client: Client, _script: Scripted) -> None:
    await socket.close()


async def bad_frame(socket: RawSocket, _client: Client, _script: Scripted) -> None:
    socket.send(frame(0x3, b"?"))


async def too_big(socket: RawSocket, _client: Client, _script: Scripted) -> None:
    socket.send(frame(TEXT, b"x" * 20_000))


async def bad_utf8(socket: RawSocket, _client: Client, _script: Scripted) -> None:
    socket.send(frame(TEXT, b"\xff"))


async def at_the_end(_socket: RawSocket, _client: Client, script: Scripted) -> None:
    await script.add(STAGE_COMPLETE)


async def upstream_error(_socket: RawSocket, _client: Client, script: Scripted) -> None:
    script.refusals = [(grpc.StatusCode.NOT_FOUND, "RESUME_NOT_FOUND")]
    await script.cut()


async def upstream_gone(_socket: RawSocket, _client: Client, script: Scripted) -> None:
    script.refusals = [(grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")] * 10
    await script.cut()


async def shutdown(_socket: RawSocket, client: Client, _script: Scripted) -> None:
    await client.close()


async def unwatching(socket: RawSocket, _client: Client, _script: Scripted) -> None:
    socket.send(frame(TEXT, f'{{"type":"unwatch_resume","resume_id":"{ID}"}}'.encode()))


ALL = [
    vanishing, closing, ending_tcp, bad_frame, too_big, bad_utf8, at_the_end, upstream_error, upstream_gone, shutdown,
]  # fmt: skip
ONE, MANY = f"/ws/resumes/{ID}", "/ws"


@pytest.mark.parametrize(
    ("path", "way"),
    [
        # On a socket of one résumé what is no ping is ignored.
        *((ONE, way) for way in ALL),
        *((MANY, way) for way in (*ALL, unwatching)),
    ],
)
async def test_the_call_upstream_is_cancelled(client: Client, script: Scripted, path: str, way: WayOut) -> None:
    """The server's stream ends, and the bridge has no relay left."""
    await script.add(STAGE_QUEUED)
    assert client.server.port is not None
    relays = client.server.app[BRIDGE].relays  # type: ignore[attr-defined] # the test server's own
    socket = await RawSocket.open(client.server.port, path)
    if path == MANY:
        socket.send(frame(TEXT, WATCH))
    async with asyncio.timeout(5):
        while not script.open_watches:  # noqa: ASYNC110 - it is another program's
            await asyncio.sleep(0.005)
    await socket.until(TEXT)
    await way(socket, client, script)
    await script.unwatched()
    async with asyncio.timeout(5):
        while len(relays):  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.005)
    await socket.close()


@pytest.mark.slow
async def test_sockets_that_come_and_go_leave_nothing(client: Client, script: Scripted) -> None:
    """1,000 sockets, ended in four ways, leave no watch, no task and no file."""
    await script.add(STAGE_QUEUED)
    assert client.server.port is not None
    port = client.server.port
    ways: list[WayOut] = [vanishing, closing, ending_tcp, bad_frame]

    async def come_and_go(number: int) -> None:
        socket = await RawSocket.open(port, ONE if number % 2 else MANY)
        socket.send(frame(TEXT, WATCH))
        if number % 3:
            await socket.until(TEXT)
        await ways[number % 4](socket, client, script)
        await socket.close()

    async def all_gone() -> None:
        await script.unwatched()
        async with asyncio.timeout(10):
            while (await (await client.get("/ws/status")).json())["open_sockets"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    await asyncio.gather(*(come_and_go(number) for number in range(20)))
    await all_gone()
    before = Holding.now()
    for _ in range(50):
        await asyncio.gather(*(come_and_go(number) for number in range(20)))
    await all_gone()
    await holding_again(before)
