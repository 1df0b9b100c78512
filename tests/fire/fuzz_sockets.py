"""Raw bytes at the bridge's WebSockets: `python -m tests.fire.fuzz_sockets [--sockets N] [--seed N]`.

Whatever is sent, each socket is served or closed with a code of docs/api.md or RFC 6455, what it gets is whole frames
of JSON, no watch stays behind it, the service lives, and whoever else watches sees what it should.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import grpc.aio

from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.bridge.raw_socket import CLOSE, PING, PONG, TEXT, RawSocket
from tests.fire.calling import Caller
from tests.fire.checker import check
from tests.fire.databases import truth_of
from tests.fire.multiplexed import SharedSocket
from tests.fire.recording import Recorder, Target
from tests.fire.socket_mutation import SocketMutator
from tests.fire.watching import CHANNEL_OPTIONS, Watcher, grpc_stream, watching
from tests.live import live_server

__all__ = ["SocketFuzzing", "fuzz_sockets"]

OUR_CODES = {1000, 1001, 1002, 1007, 1009, 4400, 4404, 4409, 4429}
HEAD = "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{more}\r\n"
KEY = ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "Sec-WebSocket-Version: 13\r\n")
AT_ONCE = 32
READ_FOR_S = 0.2
"""How long a socket listens that has sent all it has, unless it is closed before."""
ANSWERED_WITHIN_S = 20.0
QUIET_WITHIN_S = 60.0
RESUMES = 8
MOST_SHOWN = 5
FAULT_IN_LOG = re.compile(r"Traceback|delivery failed|failed unexpectedly|Error handling request")


@dataclass(kw_only=True)
class SocketFuzzing:
    """How sockets ended, how often each way, what frames came, and what was wrong."""

    endings: Counter[str] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


async def fuzz_sockets(folder: Path, *, sockets: int, seed: int) -> SocketFuzzing:
    """Open `sockets` to a service of its own. Raises `AssertionError` where somebody else was harmed."""
    found, recorder, mutator = SocketFuzzing(), Recorder(), SocketMutator(seed)
    with live_server("serve", data_dir=folder / "data") as server:
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            channel = await stack.enter_async_context(
                grpc.aio.insecure_channel(server.grpc_address, options=CHANNEL_OPTIONS)
            )
            stub = ResumeServiceStub(channel)
            caller = Caller(stub, recorder)
            shared = await stack.enter_async_context(SharedSocket(session, server.http_url))
            feed = Watcher("feed", Target(), recorder)
            page = Watcher("page", Target(), recorder, transport="websocket")
            await stack.enter_async_context(watching(grpc_stream(stub), feed))
            await stack.enter_async_context(watching(shared, page))
            for number in range(RESUMES):
                mutator.ids.append(await caller.upload(b"Ada Fernwick, number %d" % number, batch_id="a"))
            await _storm(server.http_url, mutator, found, caller, sockets)
            await _quiet(session, server.http_url, found)
            async with asyncio.timeout(QUIET_WITHIN_S):
                await asyncio.gather(feed.caught_up(), page.caught_up())
            check(recorder.recording(), truth_of(folder / "data", files=False))
            assert not shared.strays, shared.strays[:MOST_SHOWN]
    log = server.log()
    if fault := FAULT_IN_LOG.search(log):
        found.faults.append(log[max(0, fault.start() - 500) :][:3000])
    return found


async def _storm(url: str, mutator: SocketMutator, found: SocketFuzzing, caller: Caller, sockets: int) -> None:
    todo = iter(range(sockets))

    async def lane() -> None:
        for number in todo:
            if number % 100 == 0:  # so that there is something to watch
                await caller.upload(b"Ada Fernwick, of storm %d" % number, batch_id="b")
            found.endings[await _one(url, mutator, found)] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(lane())


async def _one(url: str, mutator: SocketMutator, found: SocketFuzzing) -> str:
    """Open a socket, send what comes to mind, and return how it ended."""
    path, pieces = mutator.path(), mutator.pieces()
    is_torn = mutator.is_torn
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        more = "".join(line for line in KEY if mutator.chance() < 0.98)
        writer.write(HEAD.format(path=path, host=place.netloc, more=more).encode())
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
        if status != 101:
            if not 400 <= status < 500:
                found.faults.append(f"{path} was answered with {status}")
            return f"HTTP {status}"
        socket = RawSocket(reader, writer)
        listening = asyncio.create_task(_listen(socket, path, found))
        for piece in pieces:
            socket.send(piece)
            await asyncio.sleep(0)
        if mutator.chance() < 0.3:
            listening.cancel()
            socket.vanish()
            return "left without a word"
        await asyncio.wait([listening], timeout=READ_FOR_S)
        if not listening.done():
            socket.send(mutator.farewell())
        await asyncio.wait([listening], timeout=READ_FOR_S if is_torn else ANSWERED_WITHIN_S)
        if listening.done():
            return listening.result()
        listening.cancel()
        found.faults += [] if is_torn else [f"{path} did not answer a close after {b''.join(pieces).hex()}"]
    except (ConnectionError, asyncio.IncompleteReadError):
        return "cut"
    else:
        return "left within a frame"
    finally:
        writer.close()


async def _listen(socket: RawSocket, path: str, found: SocketFuzzing) -> str:
    """Read until the connection ends; what came must be whole frames, each with a meaning."""
    while (got := await socket.receive()) is not None:
        if got.opcode == CLOSE:
            if got.close_code not in OUR_CODES | {0}:
                found.faults.append(f"{path} was closed with {got.close_code} {got.payload[2:]!r}")
            return f"closed {got.close_code}"
        if got.opcode == TEXT:
            found.frames[json.loads(got.payload)["type"]] += 1
        elif got.opcode not in {PING, PONG}:
            found.faults.append(f"{path} got a frame of opcode {got.opcode}")
    return "ended without a close"


async def _quiet(session: aiohttp.ClientSession, url: str, found: SocketFuzzing) -> None:
    """Wait until nobody but the bystander is left."""
    try:
        async with asyncio.timeout(QUIET_WITHIN_S):
            while True:
                async with session.get(f"{url}/ws/status") as answer:
                    status = await answer.json()
                if status["open_sockets"] <= 1 and status["upstream_watches"] <= 1:
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        found.faults.append(f"sockets or watches stayed behind: {status}")


def main() -> int:
    """Run the command."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fire.fuzz_sockets", description=__doc__)
    arguments.add_argument("--sockets", type=int, default=20_000, help="sockets to open (20,000)")
    arguments.add_argument("--seed", type=int, default=1, help="the same seed sends the same bytes")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="resumate-fuzz-") as folder:
        found = asyncio.run(fuzz_sockets(Path(folder), sockets=given.sockets, seed=given.seed))
    print(f"endings {dict(found.endings.most_common())}")  # noqa: T201 - a command
    print(f"frames  {dict(found.frames.most_common())}")  # noqa: T201 - a command
    for fault in found.faults[:MOST_SHOWN]:
        print(f"FAULT {fault}")  # noqa: T201 - a command
    print(f"{len(found.faults)} faults")  # noqa: T201 - a command
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
