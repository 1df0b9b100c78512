from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import grpc
import pytest
from resumate_bridge import BridgeConfig
from resumate_bridge.frames import event_frame
from resumate_bridge.target import TargetKind, WatchTarget

from resumate_grpc._gen.resumate.v1.progress_pb2 import (
    STAGE_CANCELLED,
    STAGE_COMPLETE,
    STAGE_ERROR,
    STAGE_NLP_PARSING,
    STAGE_QUEUED,
    STAGE_TEXT_EXTRACTION,
    ProgressEvent,
)
from tests.bridge.conftest import Client, StartBridge, frames_until_close
from tests.bridge.scripted import EPOCH, ID, Scripted

URL = f"/ws/resumes/{ID}"
NO_SUCH_PORT = "127.0.0.1:1"


def sequences(frames: list[dict[str, Any]]) -> list[int]:
    return [frame["sequence"] for frame in frames if frame["type"] not in {"connection_established", "heartbeat"}]


async def finished(script: Scripted) -> None:
    await script.add(STAGE_QUEUED)
    await script.add(STAGE_TEXT_EXTRACTION, percent=50)
    await script.add(STAGE_NLP_PARSING, percent=80)
    await script.add(STAGE_COMPLETE, percent=100)


async def test_history_then_live_then_one_end(client: Client, script: Scripted) -> None:
    """A watcher gets the connection, history, a heartbeat that says so, live events, the result, and 1000."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(URL) as socket:
        first = [await socket.receive_json() for _ in range(3)]
        assert [frame["type"] for frame in first] == ["connection_established", "progress_update", "heartbeat"]
        assert first[0]["epoch"] == EPOCH
        assert (first[2]["sequence"], first[2]["caught_up"]) == (1, True)
        assert (first[2]["count"], first[2]["digest"]) == (1, first[1]["digest"])
        await script.add(STAGE_TEXT_EXTRACTION, percent=60, message="Reading page 2")
        await script.add(STAGE_COMPLETE, percent=100)
        frames = await frames_until_close(socket)
    assert socket.close_code == 1000
    assert frames[0] == {
        "type": "progress_update",
        "resume_id": ID,
        "sequence": 2,
        "attempt": 1,
        "stage": "text_extraction",
        "progress": 60,
        "overall_progress": 60,
        "status": "Reading page 2",
        "estimated_seconds_remaining": None,
        "data": {},
        "timestamp": "2026-01-02T03:04:05.678Z",
        "count": 2,
        "digest": script.events[ID][1].digest.hex(),
    }
    end = frames[-1]
    assert (end["type"], end["stage"], end["progress"]) == ("complete", "complete", 100)
    assert end["data"]["personal_info"]["full_name"] == "Ada Example"
    assert end["data"]["personal_info"]["email"] == ""
    assert end["data"]["work_experience"] == []


async def test_the_place_in_line_is_told(client: Client, script: Scripted) -> None:
    """While a résumé waits, heartbeats bear its place, and one comes at once when it has changed."""
    script.queue_position = 3
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(URL) as socket:
        first = [await socket.receive_json() for _ in range(3)]
        assert first[2]["queue_position"] == 3
        script.queue_position = 2
        async with script.news:
            script.news.notify_all()
        while (frame := await socket.receive_json(timeout=5))["queue_position"] != 2:
            assert frame["type"] == "heartbeat"
        await script.add(STAGE_TEXT_EXTRACTION)
        while (frame := await socket.receive_json(timeout=5))["type"] == "heartbeat":
            assert frame["queue_position"] == 2
        while (frame := await socket.receive_json(timeout=5))["type"] != "heartbeat":
            pass
        assert frame["queue_position"] == 0


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_resume_from_any_position(client: Client, script: Scripted, after: int) -> None:
    """Whoever reconnects with the last number seen gets exactly the rest."""
    await finished(script)
    async with client.ws_connect(f"{URL}?after={after}") as socket:
        frames = await frames_until_close(socket)
    assert sequences(frames) == list(range(after + 1, 5))
    assert socket.close_code == 1000


async def test_who_has_the_end_already_is_let_go(client: Client, script: Scripted) -> None:
    """A browser that lost the link right after the terminal frame is told by 1000 that nothing more will come."""
    await finished(script)
    async with client.ws_connect(f"{URL}?after=4") as socket:
        frames = await frames_until_close(socket)
    assert [frame["type"] for frame in frames] == ["connection_established", "heartbeat"]
    assert socket.close_code == 1000


async def test_failure_is_told_once(client: Client, script: Scripted) -> None:
    """A parse that fails ends in one error frame with reason, message and whether a retry may help."""
    await script.add(STAGE_QUEUED)
    await script.add(STAGE_ERROR)
    async with client.ws_connect(URL) as socket:
        frames = await frames_until_close(socket)
    assert [frame["type"] for frame in frames].count("error") == 1
    assert frames[-1]["data"] == {
        "error_code": "CORRUPT_FILE",
        "error_message": "The file is damaged; export it again.",
        "retryable": False,
    }
    assert socket.close_code == 1000


async def test_cancel_is_an_end(client: Client, script: Scripted) -> None:
    """A cancelled attempt ends in one cancelled frame."""
    await script.add(STAGE_QUEUED)
    await script.add(STAGE_CANCELLED)
    async with client.ws_connect(URL) as socket:
        frames = await frames_until_close(socket)
    assert frames[-1]["type"] == "cancelled"
    assert socket.close_code == 1000


async def test_earlier_attempts_do_not_end_the_watch(client: Client, script: Scripted) -> None:
    """An attempt that failed before a retry shows as an update, so that there is one end and no hole."""
    await script.add(STAGE_QUEUED)
    await script.add(STAGE_ERROR)
    await script.add(STAGE_QUEUED, attempt=2)
    await script.add(STAGE_COMPLETE, attempt=2)
    async with client.ws_connect(URL) as socket:
        frames = await frames_until_close(socket)
    assert sequences(frames) == [1, 2, 3, 4]
    assert [frame["type"] for frame in frames[1:]] == ["progress_update"] * 3 + ["complete"]


async def test_sockets_share_one_watch(client: Client, script: Scripted) -> None:
    """Many sockets of one résumé cost one upstream watch, which ends with the last of them."""
    await script.add(STAGE_QUEUED)
    sockets = [await client.ws_connect(URL) for _ in range(5)]
    for socket in sockets:
        assert (await socket.receive_json())["type"] == "connection_established"
        assert (await socket.receive_json())["sequence"] == 1
    assert len(script.watches) == script.open_watches == 1
    for socket in sockets:
        await socket.close()
    await script.unwatched()


async def test_late_socket_is_served_history_first(client: Client, script: Scripted) -> None:
    """A socket that wants what the shared watch never read gets it from the log, then the same live events."""
    for _ in range(3):
        await script.add(STAGE_NLP_PARSING)
    async with client.ws_connect(f"{URL}?after=3") as early, client.ws_connect(URL) as late:
        await early.receive_json()
        await script.add(STAGE_NLP_PARSING)
        await script.add(STAGE_COMPLETE)
        assert sequences(await frames_until_close(early)) == [4, 5]
        assert sequences(await frames_until_close(late)) == [1, 2, 3, 4, 5]
    assert len(script.watches) == 1


async def test_broken_upstream_is_resumed_unnoticed(client: Client, script: Scripted) -> None:
    """A server that goes away for a moment costs the browser nothing: no close, no hole, no repeat."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(URL) as socket:
        await socket.receive_json()
        script.refusals.append((grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING"))
        await script.cut()
        await script.add(STAGE_TEXT_EXTRACTION)
        await script.add(STAGE_COMPLETE)
        frames = await frames_until_close(socket)
    assert sequences(frames) == [1, 2, 3]
    assert socket.close_code == 1000
    assert [watch.after_sequence for watch in script.watches] == [0, 1, 1]
    assert script.watches[-1].epoch == EPOCH


@pytest.mark.parametrize(
    ("code", "reason", "close_code"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", 4400),
        (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED", 4401),
        (grpc.StatusCode.NOT_FOUND, "RESUME_NOT_FOUND", 4404),
        (grpc.StatusCode.OUT_OF_RANGE, "HISTORY_GONE", 4409),
        (grpc.StatusCode.FAILED_PRECONDITION, "EPOCH_MISMATCH", 4409),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS", 4429),
    ],
)
async def test_close_codes(
    client: Client, script: Scripted, code: grpc.StatusCode, reason: str, close_code: int
) -> None:
    """A refused watch closes with the code that says why, and sends nothing before."""
    script.refusals.append((code, reason))
    async with client.ws_connect(URL) as socket:
        assert await frames_until_close(socket) == []
    assert socket.close_code == close_code


@pytest.mark.parametrize("code", [grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL])
async def test_shed_load_is_tried_again(client: Client, script: Scripted, code: grpc.StatusCode) -> None:
    """What gRPC core answers under load, CANCELLED above all, does not end the browser's watch."""
    await finished(script)
    script.refusals.append((code, ""))
    async with client.ws_connect(URL) as socket:
        assert sequences(await frames_until_close(socket)) == [1, 2, 3, 4]


async def test_server_away_for_long_closes_1001(config: BridgeConfig, start_bridge: StartBridge) -> None:
    """Where the server stays away, the page is asked to reconnect with its position."""
    client = await start_bridge(replace(config, grpc_target=NO_SUCH_PORT))
    async with client.ws_connect(URL) as socket:
        assert await frames_until_close(socket) == []
    assert socket.close_code == 1001


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 30, "٣"])
async def test_malformed_position(client: Client, script: Scripted, after: str) -> None:
    """A position that is no number closes with 4400."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(URL, params={"after": after}) as socket:
        assert await frames_until_close(socket) == []
    assert socket.close_code == 4400


async def test_future_position_beside_a_live_watch(client: Client, script: Scripted) -> None:
    """A position that was never given is refused also where a shared watch is already open."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(URL) as good:
        assert (await good.receive_json())["type"] == "connection_established"
        async with client.ws_connect(f"{URL}?after=99") as bad:
            await frames_until_close(bad)
        assert bad.close_code == 4400
        await script.add(STAGE_COMPLETE)
        assert sequences(await frames_until_close(good)) == [1, 2]


async def test_other_epoch(client: Client, script: Scripted) -> None:
    """Who comes with positions of a replaced database is told so by 4409."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(f"{URL}?after=1&epoch=before-the-restore") as socket:
        assert await frames_until_close(socket) == []
    assert socket.close_code == 4409


@pytest.mark.parametrize("ping", ["ping", '{"type":"ping"}'])
async def test_ping(client: Client, script: Scripted, ping: str) -> None:
    """A ping in either form gets a pong; what is no ping is let pass."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(URL) as socket:
        await socket.send_str("hello?")
        await socket.send_bytes(b"\x00")
        await socket.send_str(ping)
        types = [(await socket.receive_json())["type"] for _ in range(4)]
    assert "pong" in types


async def test_heartbeats_fill_silence(client: Client, script: Scripted) -> None:
    """A silent résumé still gives signs of life that bear the position."""
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(URL) as socket:
        frames = [await socket.receive_json() for _ in range(5)]
    beats = [frame for frame in frames if frame["type"] == "heartbeat"]
    assert len(beats) == 3
    assert {beat["sequence"] for beat in beats} == {1}


async def test_one_socket_too_many(config: BridgeConfig, start_bridge: StartBridge, script: Scripted) -> None:
    """Past the limit a socket is closed with 4429; one that leaves makes room."""
    client = await start_bridge(replace(config, max_sockets=1))
    await script.add(STAGE_QUEUED)
    async with client.ws_connect(URL) as socket:
        await socket.receive_json()
        async with client.ws_connect(URL) as second:
            await frames_until_close(second)
        assert second.close_code == 4429
    async with client.ws_connect(URL) as third:
        assert (await third.receive_json())["type"] == "connection_established"


async def test_shutdown_closes_1001(client: Client, script: Scripted) -> None:
    """A bridge that stops asks its pages to reconnect."""
    await script.add(STAGE_QUEUED)
    socket = await client.ws_connect(URL)
    await socket.receive_json()
    reading = asyncio.create_task(frames_until_close(socket))
    await client.server.close()
    await reading
    assert socket.close_code == aiohttp.WSCloseCode.GOING_AWAY


def test_an_estimate_of_milliseconds_is_not_rounded_to_nothing() -> None:
    """A page of text takes tens of milliseconds; 0.0 would read as if it were over."""
    event = ProgressEvent(resume_id=ID, sequence=3)
    event.estimated_remaining.FromMilliseconds(41)
    frame = event_frame(event, WatchTarget(kind=TargetKind.RESUME, name=ID))
    assert frame.body["estimated_seconds_remaining"] == 0.041
