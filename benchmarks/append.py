"""Measure durable appends and uploads a second: `python benchmarks/append.py [--events N] [--uploads N] [--callers …]`.

Ours is the store as the server uses it: each append checks the lease, moves the résumé on, takes the next numbers of
the feed, chains the digest and inserts the event. Beside it, in turns in the same run, the least that a durable log can
be: one writer thread over sqlite3 that inserts whatever waits, one row each, and commits it together, with the same
pragmas (WAL, synchronous=FULL), rows of the same size and the key by which a log is read, asked and answered through
the same event loop by as many callers. An upload is a file of 100 KB and its row; its peer writes, syncs, renames and
syncs the folder, then inserts a row. Trust the ratios; the figures a second are this machine's, at its load.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median, quantiles

import uvloop
from report import print_machine, print_table

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.bus.in_process import InProcessBus
from resumate_grpc.files import ObjectFileStore
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.resumes import Resumes, Upload
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import Claim, NewEvent, NewResume
from resumate_grpc.store import SqlStore
from resumate_grpc.telemetry.metrics import PrometheusMetrics

ROUNDS = 3
PLENTY = 10_000_000
GROUP_LIMIT = 256
FILE_BYTES = 100_000
INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
MESSAGE = "Reading work experience"

Write = Callable[[int], Awaitable[object]]


class RawLog:
    """A writer thread that inserts what waits and commits it together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: deque[tuple[asyncio.Future[None], tuple[object, ...]]] = deque()
        self._thread = ThreadPoolExecutor(1)
        self._numbers = count(1)
        self._draining = False

    async def open(self) -> None:
        """Make the table."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def append(self, name: str) -> None:
        """Insert one row; returns when it is durable."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        number = next(self._numbers)
        digest = hashlib.sha256(MESSAGE.encode()).digest()
        row = (name, number, "local", number, None, 1, "NLP_PARSING", 50, 50, MESSAGE, "PROCESSING", 1, 1.5, digest)
        self._waiting.append((future, row))
        if not self._draining:
            self._draining = True
            self._thread.submit(self._drain, loop)
        await future

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _open(self) -> None:
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE events (resume_id TEXT, sequence INTEGER, owner TEXT, feed_sequence INTEGER, batch_id TEXT, "
            "attempt INTEGER, stage TEXT, stage_percent INTEGER, percent INTEGER, message TEXT, state TEXT, "
            "create_time INTEGER, estimated_remaining_s FLOAT, digest BLOB, "
            "PRIMARY KEY (resume_id, sequence)) WITHOUT ROWID"
        )

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting:
            self._commit_some(loop)
        self._draining = False
        while self._waiting:
            self._commit_some(loop)

    def _commit_some(self, loop: asyncio.AbstractEventLoop) -> None:
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_LIMIT))]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(INSERT, [row for _, row in group])
        self._connection.execute("COMMIT")
        loop.call_soon_threadsafe(_settle, [future for future, _ in group])


def _settle(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        future.set_result(None)


@dataclass(kw_only=True)
class Figures:
    """What the rounds of one kind of write gave."""

    a_second: list[float] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)

    @property
    def p99_ms(self) -> float:
        """Wait that one write in a hundred exceeds."""
        return quantiles(self.waits_s, n=100)[98] * 1e3


async def timed(write: Write, figures: Figures, *, writes: int, callers: int) -> None:
    """Let callers write one after the other, all at once."""
    numbers = iter(range(writes))

    async def caller(number: int) -> None:
        for _ in numbers:
            began = time.perf_counter()
            await write(number)
            figures.waits_s.append(time.perf_counter() - began)

    started = time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(callers)))
    figures.a_second.append(writes / (time.perf_counter() - started))


async def claims_of(store: SqlStore, callers: int) -> list[Claim]:
    """Return a claim for each caller: every worker has its own résumé."""
    held = []
    for number in range(callers):
        new = NewResume(
            id=f"resume-{number:05}",
            owner="local",
            filename="cv.pdf",
            media_type=MediaType.PDF,
            size_bytes=FILE_BYTES,
            sha256=f"{number:064x}",
            request_id="",
            batch_id="",
            options=ParseOptions(),
        )
        await store.create(new, max_queued=PLENTY)
        claim, _ = await store.claim("benchmark", lease_s=36000, max_attempts=3)
        if claim is None:
            raise RuntimeError("nothing to claim")
        held.append(claim)
    return held


@asynccontextmanager
async def appends(folder: Path, callers: int) -> AsyncIterator[tuple[Write, Write]]:
    """Give our append and the raw one."""
    raw = RawLog(folder / "raw.db")
    await raw.open()
    async with SqlStore.open(str(folder / "store.db"), clock=SystemClock()) as store:
        held = await claims_of(store, callers)
        event = NewEvent(
            stage=Stage.NLP_PARSING, stage_percent=50, percent=50, message=MESSAGE, estimated_remaining_s=1.5
        )
        yield lambda number: store.append(held[number], [event]), lambda number: raw.append(f"resume-{number:05}")
    raw.close()


@asynccontextmanager
async def uploads(folder: Path) -> AsyncIterator[tuple[Write, Write]]:
    """Give our upload and the raw one."""
    raw, numbers = RawLog(folder / "raw.db"), count()
    await raw.open()
    clock = SystemClock()
    plain = folder / "plain"
    plain.mkdir()
    async with (
        SqlStore.open(str(folder / "store.db"), clock=clock) as store,
        ObjectFileStore.open(str(folder / "files")) as files,
    ):
        resumes = Resumes(
            store=store,
            files=files,
            bus=InProcessBus(),
            estimator=Estimator(statistics=store, clock=clock, workers=1),
            clock=clock,
            metrics=PrometheusMetrics(),
            max_file_bytes=PLENTY,
            max_queued=PLENTY,
        )

        async def ours(_: int) -> None:
            await resumes.upload("local", Upload(filename="cv.txt", content=_content(next(numbers))))

        async def theirs(_: int) -> None:
            number = next(numbers)
            await asyncio.to_thread(_keep, plain, _content(number))
            await raw.append(str(number))

        yield ours, theirs
    raw.close()


def _content(number: int) -> bytes:
    return (f"Ada Example {number}\n" + "Engineer, Example Works, 2020 - present\n" * FILE_BYTES)[:FILE_BYTES].encode()


def _keep(folder: Path, content: bytes) -> None:
    name = hashlib.sha256(content).hexdigest()
    temporary = folder / f"{name}.new"
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


async def compare(title: str, pair: tuple[Write, Write], *, writes: int, callers: int) -> list[str]:
    """Measure ours and theirs in turns; returns a row of the table."""
    ours, theirs = Figures(), Figures()
    for write, figures in ((pair[0], Figures()), (pair[1], Figures())):
        await timed(write, figures, writes=max(callers, writes // 20), callers=callers)  # warm
    for _ in range(ROUNDS):
        await timed(pair[1], theirs, writes=writes, callers=callers)
        await timed(pair[0], ours, writes=writes, callers=callers)
    ratio = median(one / other for one, other in zip(ours.a_second, theirs.a_second, strict=True))
    return [
        f"{title}, {callers} at a time",
        f"{median(ours.a_second):,.0f}",
        f"{median(theirs.a_second):,.0f}",
        f"{ratio:.2f}",
        f"{ours.p99_ms:.1f}",
        f"{theirs.p99_ms:.1f}",
    ]


async def measure(*, events: int, files: int, callers: list[int]) -> None:
    """Print the table."""
    rows = []
    for many in callers:
        with tempfile.TemporaryDirectory() as folder:
            async with appends(Path(folder), many) as pair:
                rows.append(await compare("append", pair, writes=events if many > 1 else events // 10, callers=many))
    if files:
        with tempfile.TemporaryDirectory() as folder:
            async with uploads(Path(folder)) as pair:
                rows.append(await compare("upload of 100 KB", pair, writes=files, callers=32))
    print_table("durable", ["a second", "raw", "ratio", "p99 ms", "raw's"], rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Durable appends and uploads a second, beside raw sqlite3.")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--uploads", type=int, default=400)
    parser.add_argument("--callers", type=int, nargs="*", default=[1, 64, 512])
    chosen = parser.parse_args()
    print_machine()
    uvloop.run(measure(events=chosen.events, files=chosen.uploads, callers=chosen.callers))
