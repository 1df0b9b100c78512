"""Measure what one stalled watcher costs 999 others: `python benchmarks/stalled.py [--rates R …] [--pairs N]`.

Our server (`fanout_ours.py`), 999 watchers of 111 résumés who read at once, and now and then one more who watches
everything and reads nothing: its HTTP/2 window is a few bytes, so that the server's second write to it waits for ever.
Short blocks with it and without it take turns in one run, the order within a pair changing, so that a machine that is
busier falls on both alike. The wait is from a commit's answer to the arrival here; the cost is the server's processor
time a message.

What is told is the median of the pairs' ratios and its 95 % confidence interval, by the pairs' order alone: no shape of
the noise is presumed. An interval that ends below 1.10 shows the promise, one that begins above refutes it, any other
says that more pairs or a quieter machine are needed. Pairs of blocks that were both without it are the control.
"""

from __future__ import annotations

import argparse
import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

import uvloop
from fanout import Opened, opened, steady
from fanout_load import METHOD
from report import print_machine, print_table

from resumate_grpc._gen.resumate.v1 import watch_pb2
from tests.http2_reader import connect

HEALTHY, TOPICS = 999, 111
NARROW_BYTES = 16
HISTORY = 2_000
"""Events that are there before, so that it stalls at once and has overflowed."""
QUIET_S, QUIET_CPU_S = 0.3, 0.03
TIMEOUT_S = 300.0
PROMISED = 1.10
DOUBT = 0.025
"""On either side of the interval."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block: median and 99th percentile of the waits in milliseconds, and how much of a core the server took."""

    p50: float
    p99: float
    cpu: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratio:
    """The median of pairs' ratios and its interval."""

    at: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.at:.2f} ({self.low:.2f} to {self.high:.2f})"

    @property
    def verdict(self) -> str:
        """What the interval says of the promise."""
        if self.high <= PROMISED:
            return "shown"
        return "refuted" if self.low > PROMISED else "undecided"


def ratio_of(pairs: Sequence[tuple[float, float]]) -> Ratio:
    """Return the median of first / second, and the order statistics that hold the true one in 95 of 100 runs."""
    ratios = sorted(first / second for first, second in pairs)
    count = len(ratios)
    outside, rank = 0.0, 0
    while rank < count // 2:
        outside += math.comb(count, rank) / 2**count
        if outside > DOUBT:
            break
        rank += 1
    low = ratios[rank - 1] if rank else 0.0
    high = ratios[count - rank] if rank else math.inf
    return Ratio(at=median(ratios), low=low, high=high)


async def quiet(watches: Opened) -> None:
    """Wait until the server has nothing more to do for whoever came or went."""
    async with asyncio.timeout(TIMEOUT_S):
        used = -1.0
        while watches.peer.cpu_s - used > QUIET_CPU_S:
            used = watches.peer.cpu_s
            await asyncio.sleep(QUIET_S)


async def block(watches: Opened, *, rate: float, seconds: float, is_stalled: bool) -> Block:
    """Measure once, beside a stalled watcher or not."""
    connection = None
    if is_stalled:
        everything = watch_pb2.WatchProgressRequest(feed=True).SerializeToString()
        connection = await connect(watches.peer.hello["port"], window=NARROW_BYTES, arrived=lambda *_: None)
        connection.open(METHOD, [(0, everything)])
        await quiet(watches)
    waits, cpu = await steady(watches, rate=rate, seconds=seconds, topics=TOPICS)
    if connection is not None:
        connection.close()
        await quiet(watches)
    cuts = quantiles(waits, n=100)
    return Block(p50=cuts[49], p99=cuts[98], cpu=cpu)


async def pairs_of(watches: Opened, *, rate: float, seconds: float, count: int) -> list[tuple[Block, Block]]:
    """Return pairs of blocks: with the stalled watcher, and without."""
    pairs = []
    for number in range(count):
        found = {}
        for is_stalled in (True, False) if number % 2 else (False, True):
            found[is_stalled] = await block(watches, rate=rate, seconds=seconds, is_stalled=is_stalled)
        pairs.append((found[True], found[False]))
    return pairs


async def main() -> None:
    """Print a row a rate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 5000], help="messages a second, all together")
    parser.add_argument("--pairs", type=int, default=60, help="blocks with the stalled watcher, and as many without")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a block is")
    arguments = parser.parse_args()
    print_machine()
    rows = []
    async with opened("ours", watchers=HEALTHY, topics=TOPICS) as watches:
        done = watches.reader.count
        await watches.peer.ask({"do": "burst", "events": HISTORY})
        await watches.reader.counted(done + HISTORY * HEALTHY // TOPICS)
        for rate in arguments.rates:
            await steady(watches, rate=rate, seconds=1.0, topics=TOPICS)
            pairs = await pairs_of(watches, rate=rate, seconds=arguments.seconds, count=arguments.pairs)
            tail = ratio_of([(one.p99, other.p99) for one, other in pairs])
            # The blocks without it of neighbouring pairs: what the same method finds where nothing differs.
            without = [other for _, other in pairs]
            control = ratio_of([(one.p99, other.p99) for one, other in zip(without[::2], without[1::2], strict=False)])
            middle = ratio_of([(one.p50, other.p50) for one, other in pairs])
            cost = ratio_of([(one.cpu, other.cpu) for one, other in pairs])
            p99 = f"{median(other.p99 for other in without):.2f}"
            cells = [p99, str(tail), tail.verdict, str(control), str(middle), str(cost)]
            rows.append([f"{rate:,} a second", *cells])
    headings = ["p99 ms without", "p99 with / without", "≤ 1.10", "control", "p50", "processor time"]
    print_table(f"{HEALTHY} watchers beside one that is stalled, {arguments.pairs} pairs", headings, rows)
    print("ratios with their 95 % intervals; expected: p99 ≤ 1.10")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
