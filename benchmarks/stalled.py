"""Measure what one stalled watcher costs 999 others: `python benchmarks/stalled.py [--rates R …] [--rounds N]`.

Our server (`fanout_ours.py`), 999 watchers of 111 résumés who read at once, and now and then one more who watches
everything and reads nothing: its HTTP/2 window is a few bytes, so that the server's second write to it waits for ever.
Rounds with it and without it take turns in one run. The wait is from a commit's answer to the arrival here; what two
halves of the rounds without it differ by is what such a figure is worth here.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
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
QUIET_S, QUIET_CPU_S = 0.5, 0.03
TIMEOUT_S = 60.0


def p99(waits: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return quantiles(waits, n=100)[98]


async def quiet(watches: Opened) -> None:
    """Wait until the server has nothing more to do for whoever came or went."""
    async with asyncio.timeout(TIMEOUT_S):
        used = -1.0
        while watches.peer.cpu_s - used > QUIET_CPU_S:
            used = watches.peer.cpu_s
            await asyncio.sleep(QUIET_S)


async def rounds(
    watches: Opened, *, rate: float, seconds: float, count: int
) -> tuple[list[list[float]], list[list[float]]]:
    """Return the waits of each round without the stalled watcher, and with it, in milliseconds."""
    without: list[list[float]] = []
    beside: list[list[float]] = []
    everything = watch_pb2.WatchProgressRequest(feed=True).SerializeToString()
    for number in range(2 * count):
        # Which comes first changes too: a machine that grows busier falls on both alike.
        is_stalled = number % 4 in {1, 2}
        connection = None
        if is_stalled:
            connection = await connect(watches.peer.hello["port"], window=NARROW_BYTES, arrived=lambda *_: None)
            connection.open(METHOD, [(0, everything)])
            await quiet(watches)
        waits, _ = await steady(watches, rate=rate, seconds=seconds, topics=TOPICS)
        (beside if is_stalled else without).append(waits)
        if connection is not None:
            connection.close()
            await quiet(watches)
    return without, beside


async def main() -> None:
    """Print a row a rate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 5000], help="messages a second, all together")
    parser.add_argument("--rounds", type=int, default=6, help="with the stalled watcher, and as many without")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long a round is")
    arguments = parser.parse_args()
    print_machine()
    rows = []
    async with opened("ours", watchers=HEALTHY, topics=TOPICS) as watches:
        done = watches.reader.count
        await watches.peer.ask({"do": "burst", "events": HISTORY})
        await watches.reader.counted(done + HISTORY * HEALTHY // TOPICS)
        await steady(watches, rate=min(arguments.rates), seconds=1.0, topics=TOPICS)
        for rate in arguments.rates:
            without, beside = await rounds(watches, rate=rate, seconds=arguments.seconds, count=arguments.rounds)
            alone, with_it = (p99([wait for waits in some for wait in waits]) for some in (without, beside))
            halves = [p99([wait for waits in without[start::2] for wait in waits]) for start in (0, 1)]
            turns = median(p99(one) / p99(other) for one, other in zip(beside, without, strict=True))
            noise = max(halves) / min(halves)
            cells = [f"{alone:.2f}", f"{with_it:.2f}", f"{with_it / alone:.2f}", f"{turns:.2f}", f"{noise:.2f}"]
            rows.append([f"{rate:,} a second", *cells])
    headings = ["p99 ms without", "with", "ratio", "median of rounds", "two halves without"]
    print_table(f"{HEALTHY} watchers beside one that is stalled", headings, rows)
    print("expected: ratio ≤ 1.10")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
