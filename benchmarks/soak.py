"""Look for leaks: `python benchmarks/soak.py [--cycles N] [--cancelled N] [--sockets N]`.

Server, worker and bridge as `resumate serve` has them (`soak_ours.py`). Watches are opened and left once they have
caught up, or broken off while they are still being written to; calls are cancelled or run out of time; sockets are
opened at the bridge and broken. After each tenth it prints what the process holds (`held.py`). Expected: after the
first two, warm-up tenths, tasks, threads, file descriptors and streams are what they were, and memory in use grows by
less than 1 MiB per 10,000 cycles.

All but the sockets is done also at `fanout_bare.py`, which is grpc.aio and no more: for each batch of operations that
fails, as each does whose client has gone, grpcio 1.85 keeps its array (grpc/grpc #43360). What the bare one grows by is
not ours; what ours grows by beyond that is.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
import uvloop
from fanout import FIRST_MESSAGES
from fanout_load import METHOD, UNARY_METHOD
from peer import Peer, started
from report import print_machine, print_table
from ws_reader import Socket, connect

from resumate_grpc._gen.resumate.v1 import resume_service_pb2, upload_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub

Cycle = Callable[[int], Awaitable[None]]

FOLDER = Path(__file__).parent
RESUME = FOLDER.parent / "tests/ada.txt"
TOGETHER = 50
TENTHS = 10
WARM_TENTHS = 2
SETTLE_S = 1.5
MIB = 1 << 20
GAUGES = ("resumate_open_watches ", "resumate_bridge_open_sockets ", "resumate_bridge_upstream_watches ")
COUNTED = ("files", "threads", "tasks", "streams")


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """What came after the warm-up: MiB and blocks per 10,000 cycles, and whether all that is counted stayed."""

    in_use: float
    rss: float
    blocks: float
    same: bool


async def holding(peer: Peer) -> dict[str, Any]:
    """Ask what the process holds; `streams` are open watches/sockets/upstream watches, from its own metrics."""
    now = await peer.ask({"do": "held"})
    now["streams"] = ""
    if "http_port" in peer.hello:
        reader, writer = await asyncio.open_connection("127.0.0.1", peer.hello["http_port"])
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        lines = (await reader.read()).decode().splitlines()
        writer.close()
        now["streams"] = "/".join(line.rpartition(" ")[2] for line in lines if line.startswith(GAUGES))
    return now


async def soak(peer: Peer, name: str, one: Cycle, *, cycles: int) -> Growth:
    """Do something many times, some at once, and print what the server holds after each tenth."""
    rows, held = [], [await holding(peer)]
    numbers = iter(range(cycles))
    for tenth in range(1, TENTHS + 1):
        began = time.monotonic()

        async def some(until: int) -> None:
            for number in numbers:
                await one(number)
                if number >= until:
                    return

        await asyncio.gather(*(some(cycles * tenth // TENTHS - TOGETHER) for _ in range(TOGETHER)))
        rate = cycles / TENTHS / (time.monotonic() - began)
        await asyncio.sleep(SETTLE_S)
        held.append(await holding(peer))
        grown = _growth(held[-2], held[-1], cycles / TENTHS)
        cells = [f"{held[-1]['in_use_bytes'] / MIB:.2f}", f"{grown.in_use:+.2f}", f"{grown.blocks:+,.0f}"]
        cells += [f"{held[-1]['rss_bytes'] / MIB:.1f}", *(str(held[-1][each]) for each in COUNTED), f"{rate:,.0f}"]
        rows.append([f"{cycles * tenth // TENTHS:,}", *cells])
    headings = ["in use MiB", "per 10,000", "blocks per 10,000", "RSS MiB", *COUNTED, "a second"]
    print_table(name, headings, rows)
    return _growth(held[WARM_TENTHS], held[-1], cycles * (TENTHS - WARM_TENTHS) / TENTHS)


def _growth(before: Mapping[str, Any], after: Mapping[str, Any], cycles: float) -> Growth:
    def per_10_000(name: str) -> float:
        return float(after[name] - before[name]) / cycles * 10_000

    return Growth(
        in_use=per_10_000("in_use_bytes") / MIB,
        rss=per_10_000("rss_bytes") / MIB,
        blocks=per_10_000("python_blocks"),
        same=all(before[each] == after[each] for each in COUNTED),
    )


async def ours(arguments: argparse.Namespace) -> dict[str, Growth]:
    """Soak our service; returns the growth by kind of cycle."""
    async with started(FOLDER / "soak_ours.py") as peer, _channel(peer) as channel:
        stub = ResumeServiceStub(channel)
        upload = upload_pb2.UploadRequest(filename="cv.txt", content=RESUME.read_bytes())
        resume_id = (await stub.Upload(upload)).resume.id
        async for _ in stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume_id)):
            pass  # until it is parsed
        watches = [
            watch_pb2.WatchProgressRequest(resume_id=resume_id, follow=True).SerializeToString(),
            watch_pb2.WatchProgressRequest(feed=True).SerializeToString(),
        ]
        request = resume_service_pb2.ListResumesRequest(page_size=10).SerializeToString()
        kinds = _kinds(channel, watches, request, arguments)
        kinds["sockets"] = (_socket(peer.hello["http_port"], resume_id), arguments.sockets)
        return {name: await soak(peer, name, one, cycles=cycles) for name, (one, cycles) in kinds.items()}


async def bare(arguments: argparse.Namespace) -> dict[str, Growth]:
    """Do the same to a bare grpc.aio."""
    async with started(FOLDER / "fanout_bare.py") as peer, _channel(peer) as channel:
        kinds = _kinds(channel, [b"0", b"0"], b"", arguments)
        return {name: await soak(peer, f"bare: {name}", one, cycles=cycles) for name, (one, cycles) in kinds.items()}


def _channel(peer: Peer) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(f"127.0.0.1:{peer.hello['port']}")


def _kinds(
    channel: grpc.aio.Channel, watches: list[bytes], request: bytes, arguments: argparse.Namespace
) -> dict[str, tuple[Cycle, int]]:
    watch: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(METHOD)
    answer: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(UNARY_METHOD)
    most = 0 if request else FIRST_MESSAGES

    async def left(number: int) -> None:
        call = watch(watches[number % 2])
        for count in itertools.count(1):
            message = await call.read()
            if not isinstance(message, bytes):
                raise SystemExit("a watch ended by itself: the figures would say nothing")
            # The bare one sends the same event three times, and no heartbeat.
            if watch_pb2.WatchProgressResponse.FromString(message).HasField("heartbeat") or count == most:
                break
        call.cancel()

    async def broken_off(number: int) -> None:
        call = watch(watches[number % 2])
        if number % 3:
            await call.read()
        call.cancel()

    async def cancelled(number: int) -> None:
        call = answer(request, timeout=0.001 if number % 2 else None)
        if number % 2 == 0:
            await asyncio.sleep(0)
            call.cancel()
        with suppress(grpc.aio.AioRpcError, asyncio.CancelledError):
            await call

    return {
        "watches left once caught up": (left, arguments.cycles),
        "watches broken off": (broken_off, arguments.cycles),
        "calls cancelled or out of time": (cancelled, arguments.cancelled),
    }


def _socket(port: int, resume_id: str) -> Cycle:
    async def one(number: int) -> None:
        came = asyncio.Event()

        def arrived(_socket: Socket, _beginning: bytes, _now: float) -> None:
            came.set()

        socket = await connect(port, f"/ws/resumes/{resume_id}" if number % 2 else "/ws", number, arrived)
        if number % 3:
            await came.wait()
        socket.close()

    return one


async def main() -> None:
    """Print a table a kind of cycle and side, and what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=100_000, help="watches left, and as many broken off")
    parser.add_argument("--cancelled", type=int, default=100_000, help="calls cancelled or out of time")
    parser.add_argument("--sockets", type=int, default=20_000, help="WebSockets opened and broken")
    arguments = parser.parse_args()
    print_machine()
    found, beside = await ours(arguments), await bare(arguments)
    rows = []
    for name, growth in found.items():
        other = beside.get(name)
        cells = [f"{growth.in_use:+.2f}", f"{other.in_use:+.2f}" if other else "–"]
        cells += [f"{growth.in_use - other.in_use:+.2f}" if other else "–", f"{growth.blocks:+,.0f}"]
        cells += [f"{growth.rss:+.2f}", f"{other.rss:+.2f}" if other else "–", "yes" if growth.same else "NO"]
        rows.append([name, *cells])
    headings = ["in use", "bare's", "ours beyond it", "blocks", "RSS", "bare's RSS", "streams, tasks, fds as before"]
    print_table(f"MiB per 10,000, after the first {WARM_TENTHS} tenths", headings, rows)
    print("expected: < 1 MiB per 10,000 beyond what grpc.aio itself keeps; streams, tasks and fds as before")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
