"""Measure the bridge: our WebSockets beside bare aiohttp ones, each in a process of its own, in turns in one run.

Usage: python benchmarks/bridge_fanout.py [--sockets N …] [--rates R …] [--seconds S]

Ours: events are committed by our server (`fanout_ours.py`, a process more), come to the bridge over one gRPC watch a
résumé, and go to its sockets. Bare: aiohttp on uvloop sends text that was made beforehand to each socket in turn, no
compression. The reader is the same for both: raw frames in this process.

Flat out, all sockets watch one résumé. At a steady rate (frames a second, all sockets together) they watch 20; the wait
is from the commit (ours: two hops away) or from the sending (bare: one) to the arrival here. Memory is
what opening the sockets added to the bridge's resident memory.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import uvloop
from peer import Peer, started
from report import print_machine, print_table
from ws_reader import Socket, connect

FOLDER = Path(__file__).parent
SIDES = ("ours", "bare")
TOPICS = 20
AT_ONCE = 200
SETTLING_S = 0.5
TIMEOUT_S = 60.0
EVENT, BEAT = b'{"type":"progress_update"'[:24], b'{"type":"heartbeat"'


@dataclass(slots=True)
class Reader:
    """What came."""

    sockets: list[Socket] = field(default_factory=list)
    arrivals: list[tuple[int, int, float]] = field(default_factory=list)
    events: int = 0
    beats: int = 0
    last: float = 0.0
    keeps: bool = False

    def arrived(self, socket: Socket, beginning: bytes, now: float) -> None:
        """Count a frame, and keep its time while that is asked for."""
        if beginning.startswith(BEAT):
            self.beats += 1
        elif beginning == EVENT:
            socket.messages += 1
            self.events += 1
            self.last = now
            if self.keeps:
                self.arrivals.append((socket.name, socket.messages, now))

    async def seen(self, *, events: int = 0, beats: int = 0) -> None:
        """Wait until so many have come."""
        async with asyncio.timeout(TIMEOUT_S):
            while self.events < events or self.beats < beats:
                if any(socket.ended for socket in self.sockets):
                    raise RuntimeError("the server closed sockets")
                await asyncio.sleep(0.002)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """Sockets that are open at a bridge; `source` commits or sends events."""

    bridge: Peer
    source: Peer
    reader: Reader
    sockets: int
    seconds: float
    bytes_each: float


@asynccontextmanager
async def opened(side: str, *, sockets: int, topics: int) -> AsyncIterator[Opened]:
    """Start a bridge and open sockets, spread over the topics; wait until all have caught up."""
    async with AsyncExitStack() as stack:
        if side == "ours":
            source = await stack.enter_async_context(started(FOLDER / "fanout_ours.py", str(topics)))
            target = f"127.0.0.1:{source.hello['port']}"
            bridge = await stack.enter_async_context(started(FOLDER / "bridge_ours.py", target))
            paths = [f"/ws/resumes/{resume_id}" for resume_id in source.hello["ids"]]
        else:
            bridge = source = await stack.enter_async_context(started(FOLDER / "bridge_bare.py"))
            paths = [f"/{topic}" for topic in range(topics)]
        reader = Reader()
        await _open(reader, bridge, paths, range(topics))
        await reader.seen(beats=topics)
        await asyncio.sleep(SETTLING_S)
        before, begun = bridge.rss_bytes, time.monotonic()
        await _open(reader, bridge, paths, range(topics, sockets))
        await reader.seen(beats=sockets)
        seconds = time.monotonic() - begun
        await asyncio.sleep(SETTLING_S)
        bytes_each = (bridge.rss_bytes - before) / max(1, sockets - topics)
        try:
            yield Opened(
                bridge=bridge, source=source, reader=reader, sockets=sockets, seconds=seconds, bytes_each=bytes_each
            )
        finally:
            for socket in reader.sockets:
                socket.close()


async def _open(reader: Reader, bridge: Peer, paths: list[str], numbers: range) -> None:
    for start in range(0, len(numbers), AT_ONCE):
        opening = (
            connect(bridge.hello["port"], paths[number % len(paths)], number % len(paths), reader.arrived)
            for number in numbers[start : start + AT_ONCE]
        )
        reader.sockets += await asyncio.gather(*opening)


async def flat_out(watches: Opened, *, frames: int) -> tuple[float, float]:
    """Return frames a second and the bridge's µs of processor time a frame."""
    events = max(1, frames // watches.sockets)
    reader, bridge = watches.reader, watches.bridge
    for count in (max(1, events // 10), events):
        cpu, begun, done = bridge.cpu_s, time.monotonic(), reader.events
        await watches.source.ask({"do": "burst", "events": count})
        await reader.seen(events=done + count * watches.sockets)
    total = events * watches.sockets
    return total / (reader.last - begun), (bridge.cpu_s - cpu) / total * 1e6


async def steady(watches: Opened, *, rate: float, seconds: float) -> tuple[list[float], float]:
    """Return the waits in milliseconds at `rate` frames a second, and the share of a core that the bridge used."""
    reader, each = watches.reader, watches.sockets // TOPICS
    reader.arrivals.clear()
    reader.keeps = True
    done, cpu, before = reader.events, watches.bridge.cpu_s, reader.sockets[0].messages
    load = {"topics": TOPICS, "rate": rate / each, "seconds": seconds}
    stamps = (await watches.source.ask({"do": "pace", "load": load}))["stamps"]
    await reader.seen(events=done + sum(map(len, stamps)) * each)
    reader.keeps = False
    share = (watches.bridge.cpu_s - cpu) / seconds
    waits = [(came - stamps[topic][messages - before - 1]) * 1e3 for topic, messages, came in reader.arrivals]
    return waits, share


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 5000], help="frames a second, all together")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each rate is kept up")
    parser.add_argument("--frames", type=int, default=200_000, help="frames of each flat-out round")
    arguments = parser.parse_args()
    print_machine()
    for sockets in arguments.sockets:
        await _compare_flat_out(sockets, arguments.frames)
        await _compare_steady(sockets, arguments.rates, arguments.seconds)


async def _compare_flat_out(sockets: int, frames: int) -> None:
    cells = []
    found = {}
    for side in SIDES:
        async with opened(side, sockets=sockets, topics=1) as watches:
            found[side] = (*await flat_out(watches, frames=frames), watches.bytes_each / 1024, watches.seconds)
    for index, form in enumerate(("{:,.0f}", "{:.1f}", "{:.1f}", "{:.1f}")):
        ours, bare = found["ours"][index], found["bare"][index]
        cells.append(f"{form.format(ours)} / {form.format(bare)} ({ours / bare:.2f})")
    headings = ["frames a second", "µs CPU a frame", "KiB a socket", "opened s"]
    print_table("ours / bare (ratio)", headings, [[f"{sockets:,} sockets of one résumé", *cells]])
    print("expected: ≥ 0.8 × the frames a second, ≤ 1.3 × the memory")


async def _compare_steady(sockets: int, rates: list[int], seconds: float) -> None:
    found: dict[str, list[tuple[float, float, float]]] = {}
    for side in SIDES:
        async with opened(side, sockets=sockets, topics=TOPICS) as watches:
            await steady(watches, rate=min(rates), seconds=0.5)
            found[side] = []
            for rate in rates:
                waits, share = await steady(watches, rate=rate, seconds=seconds)
                cuts = quantiles(waits, n=100)
                found[side].append((cuts[49], cuts[98], share))
    rows = []
    for index, rate in enumerate(rates):
        ours, bare = (found[side][index] for side in SIDES)
        waits_of = [f"{side[0]:.2f} / {side[1]:.2f}" for side in (ours, bare)]
        rows.append([f"{rate:,} a second", *waits_of, f"{ours[1] / bare[1]:.2f}", f"{ours[2]:.0%}", f"{bare[2]:.0%}"])
    headings = ["ours ms p50 / p99", "bare ms p50 / p99", "p99 ratio", "bridge CPU", "bare CPU"]
    print_table(f"{sockets:,} sockets of {TOPICS} résumés", headings, rows)
    print("expected: p99 ≤ 3 × bare's")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
