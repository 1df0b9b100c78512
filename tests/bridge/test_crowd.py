"""Many sockets, slow sockets, broken streams: no hole, no repeat, no cost to the others."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import aiohttp
import pytest
from resumate_bridge import BridgeConfig
from resumate_bridge.context import BRIDGE
from resumate_bridge.outbox import MAX_UNSENT_BYTES

from resumate_grpc._gen.resumate.v1.progress_pb2 import STAGE_COMPLETE, STAGE_NLP_PARSING
from tests.bridge.conftest import Client, StartBridge, frames_until_close
from tests.bridge.scripted import ID, Scripted

URL = f"/ws/resumes/{ID}"


def sequences(frames: list[dict[str, object]]) -> list[object]:
    return [frame["sequence"] for frame in frames if "stage" in frame]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.slow
async def test_everybody_sees_everything_once(
    config: BridgeConfig, start_bridge: StartBridge, script: Scripted, seed: int
) -> None:
    """However late, wherever from, and whatever breaks meanwhile, each socket gets each event after its own once."""
    chance = random.Random(seed)  # noqa: S311 - chooses a schedule
    client = await start_bridge(replace(config, ring_frames=4, reconnect_delays_s=(0.01,) * 20))
    await script.add(STAGE_NLP_PARSING)

    async def follow(after: int) -> None:
        async with client.ws_connect(f"{URL}?after={after}") as socket:
            frames = await frames_until_close(socket, timeout_s=20)
        assert sequences(frames) == list(range(after + 1, 81)), after
        assert socket.close_code == 1000

    async with asyncio.TaskGroup() as group:
        for number in range(2, 81):
            await script.add(STAGE_COMPLETE if number == 80 else STAGE_NLP_PARSING)
            if chance.random() < 0.4:
                group.create_task(follow(chance.randrange(number)))
            if chance.random() < 0.1:
                await script.cut()
            await asyncio.sleep(chance.choice((0, 0, 0.002)))
    await script.unwatched()


@pytest.mark.slow
async def test_a_slow_socket_costs_nobody_anything(
    config: BridgeConfig, start_bridge: StartBridge, script: Scripted
) -> None:
    """A socket that does not read is left behind at no cost, and gets all of it from history when it reads again."""
    client = await start_bridge(replace(config, ring_frames=8))
    await script.add(STAGE_NLP_PARSING)
    async with client.ws_connect(URL) as slow, client.ws_connect(URL) as quick:
        assert (await slow.receive_json())["type"] == "connection_established"
        reading = asyncio.create_task(frames_until_close(quick, timeout_s=20))
        for _ in range(400):
            await script.add(STAGE_NLP_PARSING, message="x" * 50_000)
        await script.add(STAGE_COMPLETE)
        assert sequences(await reading) == list(range(1, 403))
        app = client.server.app  # type: ignore[attr-defined] # the test server's own
        (relay,) = app[BRIDGE].relays._relays.values()  # noqa: SLF001 - nothing shows the ring from outside
        assert relay.ring.high - relay.ring.low <= 8
        unsent = [one._req.transport.get_write_buffer_size() for one in app[BRIDGE].activity.sockets]  # noqa: SLF001
        assert max(unsent) <= 4 * MAX_UNSENT_BYTES, "what a slow socket does not take is not kept for it"
        assert sequences(await frames_until_close(slow, timeout_s=20)) == list(range(1, 403))
    assert len(script.lists) > 0
    assert len(script.watches) == 1


async def test_browsers_that_vanish_leave_nothing(client: Client, script: Scripted) -> None:
    """Connections that break without a word end their watches: nothing streams to nobody."""
    await script.add(STAGE_NLP_PARSING)
    for _ in range(20):
        socket = await client.ws_connect(URL)
        await socket.receive_json()
        connection = socket._response.connection  # noqa: SLF001 - only so can it break
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()
    await script.unwatched()
    async with asyncio.timeout(3):
        while (await (await client.get("/ws/status")).json())["open_sockets"]:  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_a_thousand_sockets(config: BridgeConfig, start_bridge: StartBridge, script: Scripted) -> None:
    """A thousand sockets of one résumé cost one upstream watch, and all see its end."""
    # Opening them may take seconds, and a watch that is silent for two and a half heartbeats is begun anew.
    client = await start_bridge(replace(config, heartbeat_s=15.0))
    await script.add(STAGE_NLP_PARSING)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        url = client.make_url(URL)
        sockets = await asyncio.gather(*(session.ws_connect(url) for _ in range(1000)))
        reading = [asyncio.create_task(frames_until_close(socket, timeout_s=30)) for socket in sockets]
        await script.add(STAGE_COMPLETE)
        all_frames = await asyncio.gather(*reading)
    assert all(sequences(frames) == [1, 2] for frames in all_frames)
    assert len(script.watches) == 1


async def test_frames_that_are_handed_on_directly_keep_their_order_with_the_others(
    config: BridgeConfig, start_bridge: StartBridge, script: Scripted
) -> None:
    """Pongs, heartbeats and events come whole and in order, though events go past the socket's own writer."""
    client = await start_bridge(config)
    await script.add(STAGE_NLP_PARSING)
    async with client.ws_connect(URL) as socket:
        reading = asyncio.create_task(frames_until_close(socket))
        for number in range(2, 60):
            await script.add(STAGE_NLP_PARSING, message="é" * (number * 40))
            await socket.send_str("ping")
            if number % 20 == 0:
                await asyncio.sleep(0.25)  # more than a heartbeat
        await script.add(STAGE_COMPLETE)
        frames = await reading
    assert sequences(frames) == list(range(1, 61))
    told = [frame["sequence"] for frame in frames if "sequence" in frame]
    assert told == sorted(told)
    kinds = {frame["type"] for frame in frames}
    assert {"pong", "heartbeat", "complete"} <= kinds
    assert socket.close_code == 1000
