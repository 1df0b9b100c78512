"""Look for leaks: `python benchmarks/soak.py [--cycles N] [--cancelled N] [--sockets N]`.

A real `resumate serve`. Watches are opened and cancelled, calls are cancelled and run out of time, sockets are opened
at the bridge and broken; after each tenth of them it prints what the process holds. Expected: after the first two,
warm-up tenths, threads and file descriptors stay what they were and resident memory grows by less than 1 MiB per 10,000
cycles. Watches are left once they have caught up, and broken off while they are still being written to: grpc.aio
never frees a write that is under way then. Both are done also at `fanout_bare.py`, which is grpc.aio and no more: what
that grows by is not ours.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grpc.aio
import uvloop
from fanout_load import METHOD
from peer import started
from report import print_machine, print_table
from ws_reader import Socket, connect

from resumate_grpc._gen.resumate.v1 import resume_service_pb2, upload_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.live import LiveServer, live_server

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

RESUME = Path(__file__).parents[1] / "tests/ada.txt"
TOGETHER = 50
TENTHS = 10
WARM_TENTHS = 2
KINDS = (("left once caught up", 3), ("broken off", 1))
"""And how many messages are read before."""
SETTLE_S = 1.5
PAGE_BYTES = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What a process holds."""

    rss_bytes: int
    files: int
    threads: int
    watches: str


def held(pid: int, metrics: bytes = b"") -> Held:
    """Read it off the system and the server's own metrics."""
    process = Path(f"/proc/{pid}")
    gauges = ("resumate_open_watches ", "resumate_bridge_open_sockets ", "resumate_bridge_upstream_watches ")
    values = [line.rpartition(" ")[2] for line in metrics.decode().splitlines() if line.startswith(gauges)]
    return Held(
        rss_bytes=int((process / "statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES,
        files=len(list((process / "fd").iterdir())),
        threads=len(list((process / "task").iterdir())),
        watches="/".join(values),
    )


async def scrape(url: str) -> bytes:
    """Read the metrics over a connection of its own."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


async def soak(pid: int, name: str, one: Callable[[int], Awaitable[None]], *, cycles: int, http_url: str = "") -> None:
    """Do something many times, some at once, and print what the server holds after each tenth."""
    rows = []
    before: Held | None = None
    warm: Held | None = None
    numbers = iter(range(cycles))
    for tenth in range(1, TENTHS + 1):
        began = time.monotonic()

        async def some(until: int) -> None:
            for number in numbers:
                await one(number)
                if number >= until:
                    return

        await asyncio.gather(*(some(cycles * tenth // TENTHS - TOGETHER) for _ in range(TOGETHER)))
        await asyncio.sleep(SETTLE_S)
        now = held(pid, await scrape(http_url) if http_url else b"")
        warm = now if tenth == WARM_TENTHS else warm
        growth = (now.rss_bytes - before.rss_bytes) / (cycles / TENTHS) * 10_000 / (1 << 20) if before else 0.0
        rate = cycles / TENTHS / (time.monotonic() - began - SETTLE_S)
        cells = [f"{now.rss_bytes / (1 << 20):.1f}", f"{growth:+.2f}", str(now.files), str(now.threads), now.watches]
        rows.append([f"{cycles * tenth // TENTHS:,}", *cells, f"{rate:,.0f}"])
        before = now
    headings = ["RSS MiB", "MiB per 10,000", "fds", "threads", "watches/sockets/upstream", "a second"]
    print_table(name, headings, rows)
    if warm is not None and before is not None:
        growth = (before.rss_bytes - warm.rss_bytes) / (cycles * (TENTHS - WARM_TENTHS) / TENTHS) * 10_000 / (1 << 20)
        print(f"after the first {WARM_TENTHS} tenths: {growth:+.2f} MiB per 10,000 cycles")


async def main() -> None:
    """Print a table a kind of cycle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=100_000, help="watches opened and cancelled")
    parser.add_argument("--cancelled", type=int, default=10_000, help="calls cancelled or out of time")
    parser.add_argument("--sockets", type=int, default=20_000, help="WebSockets opened and broken")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as folder, live_server(data_dir=Path(folder) / "data") as server:
        async with grpc.aio.insecure_channel(server.grpc_address) as channel:
            stub = ResumeServiceStub(channel)
            upload = upload_pb2.UploadRequest(filename="cv.txt", content=RESUME.read_bytes())
            resume_id = (await stub.Upload(upload)).resume.id
            pid, http_url = server.process.pid, server.http_url
            for name, most in KINDS:
                one = _watch(stub, resume_id, most)
                await soak(pid, f"watches, {name}", one, cycles=arguments.cycles, http_url=http_url)
            await soak(pid, "cancelled calls", _cancelled(stub), cycles=arguments.cancelled, http_url=http_url)
            await soak(pid, "sockets", _socket(server, resume_id), cycles=arguments.sockets, http_url=http_url)
    await _bare(arguments.cycles)


async def _bare(cycles: int) -> None:
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(started(Path(__file__).parent / "fanout_bare.py"))
        address = f"127.0.0.1:{peer.hello['port']}"
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
        watch: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(METHOD)

        for name, most in KINDS:

            async def one(number: int, most: int = most) -> None:
                call = watch(b"0")
                for _ in range(most if most > 1 or number % 3 else 0):
                    await call.read()
                call.cancel()

            await soak(peer.pid, f"bare grpc.aio, {name}", one, cycles=cycles)


def _watch(stub: ResumeServiceAsyncStub, resume_id: str, most: int) -> Callable[[int], Awaitable[None]]:
    requests = [
        watch_pb2.WatchProgressRequest(resume_id=resume_id, follow=True),
        watch_pb2.WatchProgressRequest(feed=True),
    ]

    async def one(number: int) -> None:
        call = stub.WatchProgress(requests[number % 2])
        if most > 1:
            async for update in call:
                if update.HasField("heartbeat"):
                    break
        elif number % 3:
            await call.read()
        call.cancel()

    return one


def _cancelled(stub: ResumeServiceAsyncStub) -> Callable[[int], Awaitable[None]]:
    async def one(number: int) -> None:
        request = resume_service_pb2.ListResumesRequest(page_size=10)
        call = stub.ListResumes(request, timeout=0.001 if number % 2 else None)
        if number % 2 == 0:
            await asyncio.sleep(0)
            call.cancel()
        with suppress(grpc.aio.AioRpcError, asyncio.CancelledError):
            await call

    return one


def _socket(server: LiveServer, resume_id: str) -> Callable[[int], Awaitable[None]]:
    port = int(server.http_url.rpartition(":")[2])

    async def one(number: int) -> None:
        came = asyncio.Event()

        def arrived(_socket: Socket, _beginning: bytes, _now: float) -> None:
            came.set()

        socket = await connect(port, f"/ws/resumes/{resume_id}" if number % 2 else "/ws", number, arrived)
        if number % 3:
            await came.wait()
        socket.close()

    return one


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
