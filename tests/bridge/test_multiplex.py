from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from resumate_bridge import BridgeConfig

from resumate_grpc._gen.resumate.v1.progress_pb2 import (
    STAGE_COMPLETE,
    STAGE_NLP_PARSING,
    STAGE_QUEUED,
    BatchProgress,
    ProgressEvent,
)
from tests.bridge.conftest import Client, StartBridge
from tests.bridge.scripted import ID, Scripted
from tests.docs.checking import watch_digest

OTHER = "0190aaaa-0000-7000-8000-000000000002"
Socket = aiohttp.ClientWebSocketResponse


async def read_until(socket: Socket, kind: str, **wanted: object) -> list[dict[str, Any]]:
    """Read frames up to and including the first of `kind` with the wanted values."""
    frames = []
    async with asyncio.timeout(5):
        while True:
            frame = await socket.receive_json()
            frames.append(frame)
            if frame["type"] == kind and all(frame.get(key) == value for key, value in wanted.items()):
                return frames


async def test_many_watches_over_one_socket(client: Client, script: Scripted) -> None:
    """One socket follows several résumés, each to its own end, and stays open."""
    for resume_id in (ID, OTHER):
        await script.add(STAGE_QUEUED, resume_id=resume_id)
    async with client.ws_connect("/ws") as socket:
        assert (await socket.receive_json())["type"] == "connection_established"
        for resume_id in (ID, OTHER):
            await socket.send_json({"type": "watch_resume", "resume_id": resume_id})
            await read_until(socket, "heartbeat", resume_id=resume_id)
        await script.add(STAGE_COMPLETE, resume_id=OTHER)
        await script.add(STAGE_COMPLETE, resume_id=ID)
        ended = {(await read_until(socket, "complete"))[-1]["resume_id"] for _ in range(2)}
        assert ended == {ID, OTHER}
        await socket.send_str("ping")
        await read_until(socket, "pong")


async def test_unwatched_is_silent(client: Client, script: Scripted) -> None:
    """After unwatch_resume no event of the résumé comes, and its upstream watch ends."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect("/ws") as socket:
        await socket.send_json({"type": "watch_resume", "resume_id": ID})
        await read_until(socket, "heartbeat", resume_id=ID)
        await socket.send_json({"type": "unwatch_resume", "resume_id": ID})
        await script.unwatched()
        await script.add(STAGE_COMPLETE)
        await socket.send_str("ping")
        frames = await read_until(socket, "pong")
    assert not [frame for frame in frames if frame["type"] == "complete"]


async def test_feed_bears_its_own_numbers(client: Client, script: Scripted) -> None:
    """The feed brings everybody's events after a feed position, with the number to resume it by."""
    await script.add(STAGE_QUEUED, resume_id=ID)
    await script.add(STAGE_QUEUED, resume_id=OTHER)
    await script.add(STAGE_COMPLETE, resume_id=ID)
    async with client.ws_connect("/ws") as socket:
        await socket.send_json({"type": "watch_feed", "after": 1})
        frames = await read_until(socket, "heartbeat", feed_sequence=3)
        await script.add(STAGE_NLP_PARSING, resume_id=OTHER)
        frames += await read_until(socket, "progress_update", feed_sequence=4)
        beats = [frames[-2], (await read_until(socket, "heartbeat", feed_sequence=4))[-1]]
    events = [frame for frame in frames if "stage" in frame]
    assert [(frame["resume_id"], frame["feed_sequence"]) for frame in events] == [(OTHER, 2), (ID, 3), (OTHER, 4)]
    seen = [ProgressEvent(digest=bytes.fromhex(frame["digest"])) for frame in events]
    assert [beat["count"] for beat in beats] == [2, 3]
    assert [beat["digest"] for beat in beats] == [watch_digest(seen[:2]).hex(), watch_digest(seen).hex()]


async def test_room_has_members_and_counts(client: Client, script: Scripted) -> None:
    """A room brings its members' events alone, and the batch's counts."""
    await script.add(STAGE_QUEUED, resume_id=ID, batch_id="spring")
    await script.add(STAGE_QUEUED, resume_id=OTHER, batch_id="autumn")
    script.counts = BatchProgress(batch_id="spring", total=1, queued=1, feed_sequence=1)
    async with client.ws_connect("/ws") as socket:
        await socket.send_json({"type": "join_room", "room": "spring"})
        frames = await read_until(socket, "notification")
    assert [frame["resume_id"] for frame in frames if frame["type"] == "progress_update"] == [ID]
    counts = frames[-1]
    assert (counts["room"], counts["kind"], counts["data"]["queued"]) == ("spring", "batch_progress", 1)


async def test_counts_of_a_room_do_not_wait_for_others(client: Client, script: Scripted) -> None:
    """Counts that are exact beyond the room's last event are told; the number to go on from is still the room's."""
    await script.add(STAGE_COMPLETE, resume_id=ID, batch_id="spring")
    await script.add(STAGE_QUEUED, resume_id=OTHER, batch_id="autumn")
    script.counts = BatchProgress(batch_id="spring", total=1, succeeded=1, feed_sequence=2)
    async with client.ws_connect("/ws") as socket:
        await socket.send_json({"type": "join_room", "room": "spring"})
        counts = (await read_until(socket, "notification"))[-1]
    assert (counts["data"]["succeeded"], counts["data"]["feed_sequence"], counts["feed_sequence"]) == (1, 2, 1)


async def test_refused_watch_leaves_the_socket_open(client: Client, script: Scripted) -> None:
    """An unknown résumé is an error frame of that watch; the others go on."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect("/ws") as socket:
        await socket.send_json({"type": "watch_resume", "resume_id": OTHER})
        error = (await read_until(socket, "error"))[-1]
        await socket.send_json({"type": "watch_resume", "resume_id": ID, "after": -1})
        negative = (await read_until(socket, "error"))[-1]
        await socket.send_json({"type": "watch_resume", "resume_id": ID})
        await read_until(socket, "heartbeat", resume_id=ID)
    assert (error["resume_id"], error["data"]["error_code"]) == (OTHER, "RESUME_NOT_FOUND")
    assert negative["data"]["error_code"] == "INVALID_FIELD"


async def test_too_many_watches(config: BridgeConfig, start_bridge: StartBridge, script: Scripted) -> None:
    """One socket's watches are limited; the refusal says that a retry may help."""
    client = await start_bridge(replace(config, max_watches_per_socket=1))
    await script.add(STAGE_QUEUED)
    async with client.ws_connect("/ws") as socket:
        await socket.send_json({"type": "watch_resume", "resume_id": ID})
        await socket.send_json({"type": "watch_feed"})
        error = (await read_until(socket, "error"))[-1]
    assert error["data"] | {"error_message": ""} == {
        "error_code": "TOO_MANY_STREAMS",
        "error_message": "",
        "retryable": True,
        "close_code": 4429,
    }


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", "null", '{"type":"no_such"}', '{"type":"watch_resume"}', '{"type":"watch_feed","after":"1"}'],
)
async def test_what_is_no_command_closes_4400(client: Client, message: str) -> None:
    """A client that does not speak the protocol is told so by the close code."""
    async with client.ws_connect("/ws") as socket:
        await socket.receive_json()
        await socket.send_str(message)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    assert socket.close_code == 4400


async def test_an_idle_socket_shows_life(client: Client) -> None:
    """A socket that watches nothing gets heartbeats, by which its page knows that the link is alive."""
    async with client.ws_connect("/ws") as socket:
        await read_until(socket, "heartbeat", sequence=0)


async def test_messages_are_limited(client: Client) -> None:
    """A message of more than 16 KiB closes the socket as too big."""
    async with client.ws_connect("/ws") as socket:
        await socket.receive_json()
        await socket.send_str("x" * 20_000)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    assert socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
