"""Measure durable writes of the store: `python benchmarks/store.py [WRITES]`.

Creates and appends, one caller at a time and 64 at once, beside the least that could be done: sqlite3 inserting one
row of 200 bytes a commit, with the same durability (WAL, synchronous=FULL), before and after in the same run. Trust the
ratios; the microseconds are this machine's.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import fmean, quantiles

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import NewEvent, NewResume
from resumate_grpc.store import SqlStore

CALLERS = 64
PLENTY = 10_000_000


def raw_writes(folder: Path, count: int) -> float:
    """Return the seconds of one durable row, written without anything in between."""
    connection = sqlite3.connect(folder / f"raw-{time.monotonic_ns()}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events (resume_id TEXT, sequence INTEGER, content TEXT)")
    started = time.perf_counter()
    for number in range(count):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO events VALUES ('resume', ?, ?)", (number, "x" * 200))
        connection.execute("COMMIT")
    elapsed = time.perf_counter() - started
    connection.close()
    return elapsed / count


async def timed(write: Callable[[int], Awaitable[object]], *, count: int, callers: int) -> tuple[float, list[float]]:
    """Return the seconds a write took from the first to the last, and the wait of each."""
    waits: list[float] = []
    numbers = iter(range(count))

    async def caller() -> None:
        for number in numbers:
            began = time.perf_counter()
            await write(number)
            waits.append(time.perf_counter() - began)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return (time.perf_counter() - started) / count, waits


def new_resume(name: str) -> NewResume:
    """Return an upload."""
    return NewResume(
        id=name,
        owner="local",
        filename="resume.pdf",
        media_type=MediaType.PDF,
        size_bytes=100_000,
        sha256=name,
        request_id=name,
        batch_id="",
        options=ParseOptions(),
    )


async def writes(store: SqlStore) -> dict[str, Callable[[int], Awaitable[object]]]:
    """Return what is measured; every write has its own name for each run of it."""
    await store.create(new_resume("claimed"), max_queued=PLENTY)
    claim, _ = await store.claim("benchmark", lease_s=3600, max_attempts=3)
    if claim is None:
        raise RuntimeError("nothing to claim")
    event = NewEvent(stage=Stage.NLP_PARSING, stage_percent=50, percent=50, message="Reading work experience")
    runs = iter(range(PLENTY))
    return {
        "append": lambda _: store.append(claim, [event]),
        "create": lambda _: store.create(new_resume(f"resume-{next(runs)}"), max_queued=PLENTY),
    }


async def measure(folder: Path, count: int) -> None:
    """Print one line a kind of write."""
    before = raw_writes(folder, count)
    results = []
    async with SqlStore.open(str(folder / "store.db"), clock=SystemClock()) as store:
        for name, write in (await writes(store)).items():
            await timed(write, count=50, callers=1)
            results += [(name, callers, *await timed(write, count=count, callers=callers)) for callers in (1, CALLERS)]
    raw = fmean((before, raw_writes(folder, count)))
    print(f"sqlite3, one row a commit: {1 / raw:,.0f} a second, {raw * 1e6:,.0f} µs each (x 1.00)")
    for name, callers, each, waits in results:
        p50, p99 = (quantiles(waits, n=100)[index] * 1e3 for index in (49, 98))
        print(
            f"{name}, {callers:2} at a time: {1 / each:,.0f} a second, {each * 1e6:,.0f} µs each (x {raw / each:.2f}); "
            f"answered after p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(measure(Path(temporary), int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
