"""The bridge's side of RFC 6455, frame by frame: fragments, UTF-8, control frames, closing."""

from __future__ import annotations

import asyncio
import json
import random
import struct

import pytest

from resumate_grpc._gen.resumate.v1.progress_pb2 import STAGE_QUEUED
from tests.bridge.conftest import Client
from tests.bridge.raw_socket import CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, RawSocket, frame, raw_socket
from tests.bridge.scripted import ID, Scripted

pytestmark = pytest.mark.slow

MULTIPLEX = "/ws"
NORMAL = struct.pack(">H", 1000)
NO_UTF_8 = (
    # What the first byte promises does not come; a continuation that continues nothing.
    b"\x80", b"\xbf", b"\x80\xbf\x80", b"\xc0 ", b"\xe0 ", b"\xf0 ", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98",
    b"\xdf\xc3\xa9",
    # Bytes that never stand in UTF-8.
    b"\xfe", b"\xff", b"\xfe\xfe\xff\xff", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80",
    # Longer than need be.
    b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf", b"\xf0\x8f\xbf\xbf",
    # Halves of UTF-16's pairs, single and paired; beyond Unicode.
    b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80", b"\xf4\x90\x80\x80",
    b"\xf7\xbf\xbf\xbf",
)  # fmt: skip
UTF_8 = (
    "", "\0", "a", "\x7f", "\x80", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufffd", "\ufffe", "\uffff",
    "\U00010000", "\U0001fffe", "\U000ffffe", "\U0010ffff", "κόσμε", "Hello-µ@ßöäüàá-UTF-8!!",
)  # fmt: skip
"""First and last of each length, what is no character and yet may be sent, and ordinary words."""


def port_of(client: Client) -> int:
    assert client.server.port is not None
    return client.server.port


async def pong_json(socket: RawSocket) -> None:
    """Expect the answer to the command `ping`."""
    while (got := await socket.until(TEXT)) is not None:
        if json.loads(got.payload)["type"] == "pong":
            return
    pytest.fail("no pong")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([frame(TEXT, b'{"type":"ping"}')], id="whole"),
        pytest.param([frame(TEXT, b'{"ty', first=0), frame(CONTINUATION, b'pe":"ping"}')], id="two fragments"),
        pytest.param(
            [
                frame(TEXT, b"", first=0),
                *(frame(CONTINUATION, bytes([byte]), first=0) for byte in b"ping"),
                frame(CONTINUATION),
            ],
            id="a fragment a byte, empty ends",
        ),
        pytest.param(
            [frame(TEXT, b"pi", first=0), frame(PING, b"amid"), frame(CONTINUATION, b"ng")], id="a ping amid fragments"
        ),
        pytest.param([frame(PONG, b"unasked"), frame(TEXT, b"ping")], id="a pong that nobody asked for"),
    ],
)
async def test_messages_in_any_fragments(client: Client, sent: list[bytes]) -> None:
    """A message is one however it is cut, with control frames in between."""
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        socket.send(*sent)
        await pong_json(socket)


async def test_bytes_that_come_one_at_a_time(client: Client) -> None:
    """TCP may cut anywhere, also within a frame's header."""
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        for byte in frame(TEXT, b"ping"):
            socket.send(bytes([byte]))
            await asyncio.sleep(0)
        await pong_json(socket)


@pytest.mark.parametrize("payload", [b"", b"x", bytes(range(125))])
async def test_pings_are_answered_with_what_they_bear(client: Client, payload: bytes) -> None:
    """A ping's pong has its payload, up to the longest allowed."""
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        socket.send(frame(PING, payload))
        pong = await socket.until(PONG)
        assert pong is not None
        assert pong.payload == payload


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(frame(TEXT, b"ping", first=FIN | 0x40), 1002, id="RSV1 without an extension"),
        pytest.param(frame(TEXT, b"ping", first=FIN | 0x20), 1002, id="RSV2"),
        pytest.param(frame(TEXT, b"ping", first=FIN | 0x10), 1002, id="RSV3"),
        pytest.param(frame(PING, b"x", first=FIN | 0x50), 1002, id="a ping with reserved bits"),
        pytest.param(frame(CLOSE, NORMAL, first=FIN | 0x70), 1002, id="a close with reserved bits"),
        *(pytest.param(frame(code), 1002, id=f"reserved data opcode {code}") for code in range(3, 8)),
        *(pytest.param(frame(code, b"x"), 1002, id=f"reserved control opcode {code}") for code in range(11, 16)),
        pytest.param(frame(PING, b"x", first=0), 1002, id="fragmented ping"),
        pytest.param(frame(PONG, b"x", first=0), 1002, id="fragmented pong"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="ping of 126 bytes"),
        pytest.param(frame(CONTINUATION, b"ping"), 1002, id="nothing to continue"),
        pytest.param(frame(CONTINUATION, b"ping", first=0), 1002, id="nothing to continue, and more to come"),
        pytest.param(frame(TEXT, b"ping") + frame(CONTINUATION, b"x"), 1002, id="going on after the end"),
        pytest.param(frame(TEXT, b"a", first=0) + frame(TEXT, b"b"), 1002, id="a new message within one"),
        pytest.param(frame(CLOSE, b"\x03"), 1002, id="close of one byte"),
        pytest.param(frame(CLOSE, NORMAL + b"x" * 124), 1002, id="close with a reason of 124 bytes"),
        *(
            pytest.param(frame(CLOSE, struct.pack(">H", code)), 1002, id=f"close code {code}")
            for code in (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535)
        ),
        pytest.param(frame(CLOSE, NORMAL + b"\xce\xba\xed\xa0\x80"), 1007, id="close with a reason that is no UTF-8"),
        pytest.param(frame(TEXT, b"x" * (17 * 1024)), 1009, id="too big"),
        pytest.param(frame(TEXT, b"x" * 9000, first=0) + frame(CONTINUATION, b"x" * 9000), 1009, id="too big in parts"),
        *(pytest.param(frame(TEXT, text), 1007, id=f"no UTF-8: {text.hex()}") for text in NO_UTF_8),
        pytest.param(
            frame(TEXT, b"\xce\xba\xed", first=0) + frame(CONTINUATION, b"\xa0\x80"),
            1007,
            id="no UTF-8 over two fragments",
        ),
        pytest.param(frame(TEXT, b"\xf4", first=0) + frame(CONTINUATION, b"\x90"), 1007, id="half of what is none"),
        pytest.param(frame(TEXT, b"not a command"), 4400, id="no command"),
        pytest.param(frame(0x2, b"ping"), 4400, id="binary"),
    ],
)
async def test_what_breaks_the_protocol_closes_the_socket(client: Client, sent: bytes, code: int) -> None:
    """Each breach is answered with a close frame of its code, and the connection ends."""
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        socket.send(sent)
        closing = await socket.until(CLOSE)
        assert closing is not None, "the connection ended without a close frame"
        assert closing.close_code == code
        socket.send(frame(CLOSE, closing.payload[:2]))
        assert await socket.until(CLOSE) is None


async def test_a_character_may_be_cut_by_fragments(client: Client) -> None:
    """UTF-8 is checked of the message, not of its parts."""
    text = '{"type":"unwatch_resume","resume_id":"é€😀"}'.encode()
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        parts = [text[index : index + 1] for index in range(len(text))]
        socket.send(frame(TEXT, parts[0], first=0), *(frame(CONTINUATION, part, first=0) for part in parts[1:]))
        socket.send(frame(CONTINUATION), frame(TEXT, b"ping"))
        await pong_json(socket)


@pytest.mark.parametrize("text", UTF_8)
async def test_all_of_utf_8_is_taken(client: Client, text: str) -> None:
    """Whatever may stand in UTF-8 may be sent, as it is or cut anywhere."""
    command = b'{"type":"leave_room","room":' + json.dumps(text, ensure_ascii=False).encode() + b"}"
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        socket.send(frame(TEXT, command), frame(TEXT, b"", first=0))
        socket.send(*(frame(CONTINUATION, bytes([byte]), first=0) for byte in command))
        socket.send(frame(CONTINUATION), frame(TEXT, b"ping"))
        await pong_json(socket)


async def test_masks_are_not_insisted_on(client: Client) -> None:
    """Aiohttp takes frames without a mask, where RFC 6455 (5.1) says to close; a mask protects proxies, and not us."""
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        socket.send(frame(TEXT, b"ping", masked=False))
        await pong_json(socket)


async def test_pings_are_answered_in_their_order(client: Client) -> None:
    """Ten pings at once get ten pongs, and pongs that nobody asked for get nothing."""
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        socket.send(*(frame(PONG, b"unasked") + frame(PING, b"%d" % number) for number in range(10)))
        pongs = [await socket.until(PONG) for _ in range(10)]
    assert [pong.payload for pong in pongs if pong] == [b"%d" % number for number in range(10)]


async def test_nothing_is_heard_after_a_close(client: Client, script: Scripted) -> None:
    """Commands and pings behind a close frame are not answered, and no watch begins."""
    await script.add(STAGE_QUEUED)
    watch = json.dumps({"type": "watch_resume", "resume_id": ID}).encode()
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        await socket.until(TEXT)
        socket.send(frame(CLOSE, NORMAL), frame(TEXT, watch), frame(PING, b"late"), frame(TEXT, b"ping"))
        answers = []
        async with asyncio.timeout(10):
            while (got := await socket.receive()) is not None:
                answers.append(got.opcode)
    assert answers == [CLOSE]
    await script.unwatched()


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
async def test_every_close_code_that_may_be_sent_is_taken(client: Client, code: int) -> None:
    """A close by a code of the RFC, of the registry or of one's own is answered by a close without complaint."""
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        socket.send(frame(CLOSE, struct.pack(">H", code) + b"x" * 123))
        closing = await socket.until(CLOSE)
        assert closing is not None
        assert closing.close_code in {0, 1000, code}


@pytest.mark.parametrize("payload", [b"", NORMAL, NORMAL + b"bye", struct.pack(">H", 4999)])
@pytest.mark.parametrize("path", [MULTIPLEX, f"/ws/resumes/{ID}"])
async def test_a_close_is_answered_and_ends_all(client: Client, script: Scripted, path: str, payload: bytes) -> None:
    """A browser's close frame gets a close frame, the connection ends, and nothing is watched for it any more."""
    await script.add(STAGE_QUEUED)
    async with raw_socket(port_of(client), path) as socket:
        await socket.until(TEXT)
        socket.send(frame(CLOSE, payload))
        closing = await socket.until(CLOSE)
        assert closing is not None
        assert closing.close_code in {0, 1000, 4999}
        assert await socket.until(CLOSE) is None
    await script.unwatched()


@pytest.mark.parametrize("seed", range(20))
async def test_any_bytes_leave_the_bridge_standing(client: Client, script: Scripted, seed: int) -> None:
    """Random frames and random bytes end their socket at most: no watch stays, and the next browser is served."""
    chance = random.Random(seed)  # noqa: S311 - chooses bytes
    await script.add(STAGE_QUEUED)
    for _ in range(5):
        socket = await RawSocket.open(port_of(client), chance.choice((MULTIPLEX, f"/ws/resumes/{ID}")))
        for _ in range(chance.randrange(1, 8)):
            payload = chance.randbytes(chance.choice((0, 1, 2, 125, 126, 2000)))
            whole = frame(chance.randrange(16), payload, first=chance.choice((0, FIN, FIN, FIN | 0x40)))
            socket.send(chance.choice((whole, whole[: chance.randrange(len(whole) + 1)], payload)))
            await asyncio.sleep(0)
        socket.vanish()
    await script.unwatched()
    async with raw_socket(port_of(client), MULTIPLEX) as socket:
        socket.send(frame(TEXT, b"ping"))
        await pong_json(socket)
    async with asyncio.timeout(5):
        while (await (await client.get("/ws/status")).json())["open_sockets"]:  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.01)
