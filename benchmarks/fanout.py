"""Measure the fan-out of progress: our server beside a bare one, each in a process of its own, in turns in one run.

Usage: python benchmarks/fanout.py [--watchers N …] [--rates R …] [--seconds S] [--opens N] [--messages N]

Ours: events are committed to a real SQLite log, published on the real bus, and go through watches, edge and grpc.aio on
uvloop. Bare: grpc.aio on uvloop writes bytes that were serialised beforehand, from a deque a watcher. The reader is the
same for both: raw HTTP/2 in this process, 4 connections.

Flat out, events follow one another as quickly as the event loop turns, and all watchers watch one résumé. At a steady
rate (messages a second, all watchers together), they watch 100 résumés; the wait is from the commit's answer (ours) or
the moment of queueing (bare) to the arrival here. Opening is from the first request to the last watch that has caught
up; memory is what that added to the server's resident memory, a watch.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import uvloop
from fanout_load import METHOD
from peer import Peer, started
from report import print_machine, print_table

from resumate_grpc._gen.resumate.v1 import watch_pb2
from tests.http2_reader import Connection, Stream, connect

FOLDER = Path(__file__).parent
SIDES = ("ours", "bare")
CONNECTIONS = 4
TOPICS = 100
FIRST_MESSAGES = 3
"""What a stream gets before anything happens: ours two events and a heartbeat, the bare one as many."""
TIMEOUT_S = 300.0
SETTLING_S = 0.5


@dataclass(slots=True)
class Reader:
    """The streams that were opened, and when their messages came."""

    streams: list[Stream] = field(default_factory=list)
    arrivals: list[tuple[int, int, float]] = field(default_factory=list)
    """Topic, how many messages the stream had then, and the time."""
    count: int = 0
    last: float = 0.0
    keeps: bool = False

    def arrived(self, stream: Stream, now: float) -> None:
        """Count a message, and keep its time while that is asked for."""
        self.count += 1
        self.last = now
        if self.keeps:
            self.arrivals.append((stream.name, stream.messages, now))

    async def counted(self, count: int) -> None:
        """Wait until so many messages have come."""
        async with asyncio.timeout(TIMEOUT_S):
            while self.count < count:
                if any(stream.ended for stream in self.streams):
                    ended = sum(stream.ended for stream in self.streams)
                    raise RuntimeError(f"{ended} of {len(self.streams)} streams were ended by the server")
                await asyncio.sleep(0.002)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """Watches that are open at a server."""

    side: str
    peer: Peer
    reader: Reader
    watchers: int
    seconds: float
    cpu_s: float
    bytes_each: float


@asynccontextmanager
async def opened(side: str, *, watchers: int, topics: int, under: Sequence[str] = ()) -> AsyncIterator[Opened]:
    """Start a server and open watches, spread over the topics; wait until all have caught up.

    `under` is a command that runs the server, such as a profiler's.
    """
    async with started(FOLDER / f"fanout_{side}.py", str(topics), under=under) as peer:
        reader = Reader()
        connections = [await connect(peer.hello["port"], arrived=reader.arrived) for _ in range(CONNECTIONS)]
        await _open(reader, connections, peer, side, range(topics))  # what a first watch loads is no watch's memory
        first = len(reader.streams) * FIRST_MESSAGES
        await reader.counted(first)
        await asyncio.sleep(SETTLING_S)
        before, cpu, begun = peer.rss_bytes, peer.cpu_s, time.monotonic()
        rest = [number % topics for number in range(topics, watchers)]
        await _open(reader, connections, peer, side, rest)
        await reader.counted(watchers * FIRST_MESSAGES)
        seconds, cpu_s = reader.last - begun, peer.cpu_s - cpu
        await asyncio.sleep(SETTLING_S)
        bytes_each = (peer.rss_bytes - before) / max(1, len(rest))
        try:
            yield Opened(
                side=side,
                peer=peer,
                reader=reader,
                watchers=watchers,
                seconds=seconds,
                cpu_s=cpu_s,
                bytes_each=bytes_each,
            )
        finally:
            for connection in connections:
                connection.close()


async def _open(
    reader: Reader, connections: Sequence[Connection], peer: Peer, side: str, topics: Sequence[int]
) -> None:
    requests = [(topic, _request(peer, side, topic)) for topic in topics]
    for index, connection in enumerate(connections):
        reader.streams += connection.open(METHOD, requests[index :: len(connections)])


def _request(peer: Peer, side: str, topic: int) -> bytes:
    if side == "bare":
        return str(topic).encode()
    request = watch_pb2.WatchProgressRequest(resume_id=peer.hello["ids"][topic])
    request.heartbeat_interval.FromSeconds(3600)
    return request.SerializeToString()


async def flat_out(side: str, *, watchers: int, messages: int) -> tuple[float, float]:
    """Return messages a second and the server's µs of processor time a message."""
    events = max(1, messages // watchers)
    async with opened(side, watchers=watchers, topics=1) as watches:
        reader, peer = watches.reader, watches.peer
        await burst(watches, max(1, events // 10))
        cpu, begun, done = peer.cpu_s, time.monotonic(), reader.count
        await peer.ask({"do": "burst", "events": events})
        await reader.counted(done + events * watchers)
        return events * watchers / (reader.last - begun), (peer.cpu_s - cpu) / (events * watchers) * 1e6


async def burst(watches: Opened, events: int) -> None:
    """Have so many events sent to all of them, as quickly as it goes, and wait until they are here."""
    done = watches.reader.count
    await watches.peer.ask({"do": "burst", "events": events})
    await watches.reader.counted(done + events * watches.watchers)


async def steady(watches: Opened, *, rate: float, seconds: float, topics: int = TOPICS) -> tuple[list[float], float]:
    """Return the waits in milliseconds at `rate` messages a second, and the share of a core that the server used."""
    reader, peer = watches.reader, watches.peer
    reader.arrivals.clear()
    reader.keeps = True
    done, cpu, before = reader.count, peer.cpu_s, {stream.name: stream.messages for stream in reader.streams}
    load = {"topics": topics, "rate": rate * topics / watches.watchers, "seconds": seconds}
    stamps = (await peer.ask({"do": "pace", "load": load}))["stamps"]
    await reader.counted(done + sum(map(len, stamps)) * (watches.watchers // topics))
    reader.keeps = False
    share = (peer.cpu_s - cpu) / seconds
    waits = [(came - stamps[topic][messages - before[topic] - 1]) * 1e3 for topic, messages, came in reader.arrivals]
    return waits, share


async def main() -> None:
    """Print all tables."""
    arguments = _arguments()
    print_machine()
    await _compare_flat_out(arguments)
    await _compare_steady(arguments)
    await _compare_opening(arguments)


async def _compare_flat_out(arguments: argparse.Namespace) -> None:
    rows = []
    for watchers in arguments.watchers:
        rates: dict[str, list[float]] = {side: [] for side in SIDES}
        costs: dict[str, list[float]] = {side: [] for side in SIDES}
        for _ in range(arguments.rounds):
            for side in SIDES:
                rate, cost = await flat_out(side, watchers=watchers, messages=arguments.messages)
                rates[side].append(rate)
                costs[side].append(cost)
        row = [f"{watchers:,} watchers"]
        row += [f"{max(rates[side]):,.0f}" for side in SIDES] + [f"{max(rates['ours']) / max(rates['bare']):.2f}"]
        row += [f"{min(costs[side]):.1f}" for side in SIDES] + [f"{min(costs['ours']) / min(costs['bare']):.2f}"]
        rows.append(row)
    headings = ["ours msg/s", "bare msg/s", "ratio", "ours µs CPU", "bare µs CPU", "ratio"]
    print_table(f"flat out, best of {arguments.rounds}", headings, rows)
    print("expected: ≥ 0.8 × the messages a second")


async def _compare_steady(arguments: argparse.Namespace) -> None:
    for watchers in arguments.watchers:
        rows = []
        found: dict[str, list[list[str | float]]] = {}
        for side in SIDES:
            async with opened(side, watchers=watchers, topics=TOPICS) as watches:
                await steady(watches, rate=min(arguments.rates), seconds=0.5)
                found[side] = []
                for rate in arguments.rates:
                    waits, share = await steady(watches, rate=rate, seconds=arguments.seconds)
                    cuts = quantiles(waits, n=100)
                    found[side].append([cuts[49], cuts[98], share])
        for index, rate in enumerate(arguments.rates):
            ours, bare = (found[side][index] for side in SIDES)
            cells = [f"{rate:,} msg/s"]
            cells += [f"{side[0]:.2f} / {side[1]:.2f}" for side in (ours, bare)]
            cells += [f"{float(ours[1]) / float(bare[1]):.2f}", f"{ours[2]:.0%}", f"{bare[2]:.0%}"]
            rows.append(cells)
        headings = ["ours ms p50 / p99", "bare ms p50 / p99", "p99 ratio", "ours CPU", "bare CPU"]
        print_table(f"{watchers:,} watchers of {TOPICS} résumés", headings, rows)
    print("expected: p99 ≤ 3 × bare's")


async def _compare_opening(arguments: argparse.Namespace) -> None:
    rows = []
    for topics in (1, min(arguments.opens, 1000)):
        found = {}
        for side in SIDES:
            async with opened(side, watchers=arguments.opens, topics=topics) as watches:
                found[side] = watches
        row = [f"{arguments.opens:,} of {topics:,} résumés"]
        row += [f"{found[side].seconds:.2f}" for side in SIDES]
        row += [f"{found[side].cpu_s / arguments.opens * 1e6:.0f}" for side in SIDES]
        row += [f"{found[side].bytes_each / 1024:.1f}" for side in SIDES]
        row += [f"{found['ours'].bytes_each / found['bare'].bytes_each:.2f}"]
        rows.append(row)
    print_table(
        "opened at once",
        ["ours s", "bare s", "ours µs CPU each", "bare µs CPU", "ours KiB each", "bare KiB each", "ratio"],
        rows,
    )
    print("expected: ≤ 1.3 × the memory")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--watchers", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 5000], help="messages a second, all together")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each rate is kept up")
    parser.add_argument("--opens", type=int, default=5000, help="watches opened at once")
    parser.add_argument("--messages", type=int, default=100_000, help="messages of each flat-out round")
    parser.add_argument("--rounds", type=int, default=2, help="flat-out rounds of each side")
    return parser.parse_args()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
