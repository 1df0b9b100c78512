"""Measure what the sandbox costs and saves: `python benchmarks/handover.py [ROUNDS]`.

Hand-over of a document to a warm process and of its (empty) result back, beside a `ProcessPoolExecutor` in the same
run; and how long the next document waits after a process was killed, with a spare, without one, and with an executor.
Trust the ratios; the milliseconds are this machine's.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from statistics import median, quantiles

import uvloop
from handover_target import measure, warm_up
from report import print_machine

from resumate_grpc.errors import ParsingError
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.sandbox.pool import SandboxPool

TARGET = "handover_target"
OPTIONS = ParseOptions()
SIZES = {"1 KB": 1 << 10, "100 KB": 100 << 10, "1 MB": 1 << 20, "10 MB": 10 << 20}
KILLS = 3

Run = Callable[[bytes], Awaitable[ParsedResume]]


def through_pool(pool: SandboxPool) -> Run:
    """Parse through the sandbox."""
    return lambda content: pool.parse(content, media_type=MediaType.PDF, options=OPTIONS, on_progress=lambda _: None)


def through_executor(executor: ProcessPoolExecutor) -> Run:
    """Parse through an executor, as a service would."""
    loop = asyncio.get_running_loop()
    return lambda content: loop.run_in_executor(executor, measure, content, MediaType.PDF, OPTIONS)


def new_executor() -> ProcessPoolExecutor:
    """Make an executor of one warm process, spawned as the sandbox's are."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=context, initializer=warm_up)


async def seconds(run: Run, content: bytes) -> float:
    """Time one document."""
    started = time.perf_counter()
    result = await run(content)
    elapsed = time.perf_counter() - started
    assert result.page_count == len(content)  # noqa: S101 - a benchmark of the wrong answer is worth nothing
    return elapsed


async def hand_over(rounds: int) -> None:
    """Print the table of hand-over times; both sides take turns, so that noise hits both."""
    print(f"{'hand-over':<12}{'sandbox p50':>14}{'p99':>10}{'executor p50':>16}{'p99':>10}{'ratio':>8}")
    async with SandboxPool(workers=1, target=TARGET) as pool:
        with new_executor() as executor:
            sides = [through_pool(pool), through_executor(executor)]
            for name, size in SIZES.items():
                content = os.urandom(size)
                for run in sides * 3:
                    await run(content)
                times = [[await seconds(run, content) for run in sides] for _ in range(rounds)]
                ours, theirs = ([pair[side] * 1e3 for pair in times] for side in (0, 1))
                print(
                    f"{name:<12}{median(ours):>11.3f} ms{p99(ours):>7.2f} ms{median(theirs):>13.3f} ms"
                    f"{p99(theirs):>7.2f} ms{median(ours) / median(theirs):>8.2f}"
                )


async def replacement() -> None:
    """Print how long the next document waits after the process of the one before was killed."""
    print(f"\n{'next document after a kill':<44}{'p50':>12}")
    rows = {
        "sandbox with a spare": await after_cancel(spares=1),
        "sandbox without": await after_cancel(spares=0),
        "executor (all its documents fail, then anew)": await after_broken_executor(),
    }
    for name, times in rows.items():
        print(f"{name:<44}{median(times) * 1e3:>9.1f} ms")


async def after_cancel(*, spares: int) -> list[float]:
    """Kill the worker as an operator would, once all are warm."""
    times = []
    async with SandboxPool(workers=1, spares=spares, target=TARGET) as pool:
        for _ in range(KILLS):
            await all_warm(pool, 1 + spares)
            doomed = asyncio.ensure_future(through_pool(pool)(b"x" * (64 << 20)))
            await asyncio.sleep(0.001)
            doomed.cancel()
            with contextlib.suppress(asyncio.CancelledError, ParsingError):
                await doomed
            times.append(await seconds(through_pool(pool), b"next"))
    return times


async def all_warm(pool: SandboxPool, count: int) -> None:
    """Wait until every process of the pool is warm."""
    while pool.warm < count:  # noqa: ASYNC110 - outside of what is timed
        await asyncio.sleep(0.01)


async def after_broken_executor() -> list[float]:
    """Kill the executor's only process; the pool is broken and has to be made again."""
    times = []
    for _ in range(KILLS):
        executor = new_executor()
        await through_executor(executor)(b"warm")
        for process in executor._processes.values():  # noqa: SLF001 - there is no other way to one process
            process.kill()
        started = time.perf_counter()
        try:
            await through_executor(executor)(b"next")
        except BrokenProcessPool:
            executor.shutdown(wait=False)
            with new_executor() as fresh:
                await through_executor(fresh)(b"next")
                times.append(time.perf_counter() - started)
    return times


async def main() -> None:
    """Print the machine and both tables."""
    print_machine()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    await hand_over(rounds)
    await replacement()


def p99(times: list[float]) -> float:
    """Take the 99th percentile."""
    return quantiles(times, n=100)[98]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
