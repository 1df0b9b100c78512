"""Measure the store on PostgreSQL: `python benchmarks/pg_append.py [--url postgresql://…] [--seconds S] [--history N]`.

Without a URL it starts a server from the system's package in a temporary folder, with fsync and otherwise as it comes.

Appends: 1, 2 and 4 writers, each a process of its own with 64 attempts at work, one append after the other each, of 16
events or of one. Each append is fenced by its lease, moves the résumé on, takes the next numbers of the one owner's
feed, chains the digests and inserts the events. Beside it, in turns in the same run, as many processes that insert rows
of the same columns with asyncpg by `unnest`, 1,024 a statement, into a table with the key by which a log is read.

Claims: slots that claim one after the other until the queue is empty, 1 and 8 at once; beside them as many loops over
asyncpg that do nothing but `UPDATE … WHERE id = (SELECT … FOR UPDATE SKIP LOCKED LIMIT 1)` on a table with one index.

History: pages of 100 events from the middle of a feed, and of a résumé in it, with the database's plan.

Trust the ratios; the figures a second are this machine's, at its load.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles

import asyncpg
import uvloop
from report import print_machine, print_table

sys.path.insert(0, str(Path(__file__).parents[1]))

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import Claim, NewEvent, NewResume, Target
from resumate_grpc.store import SqlStore, migrate
from tests.postgres import Cluster, found, running_cluster

ROUNDS = 3
ATTEMPTS = 64
RAW_ROWS = 1024
PAST = 20_000
MOST_WAITS = 4000
MESSAGE = "Reading work experience"
EVENT = NewEvent(stage=Stage.NLP_PARSING, stage_percent=50, percent=50, message=MESSAGE, estimated_remaining_s=1.5)
RAW_TABLES = """
CREATE TABLE IF NOT EXISTS raw (resume_id text COLLATE "C", sequence bigint, owner text, feed_sequence bigint,
    batch_id text, attempt int, stage text, stage_percent int, percent int, message text, state text,
    create_time bigint, estimated_remaining_s float8, digest bytea, PRIMARY KEY (resume_id, sequence));
CREATE TABLE IF NOT EXISTS raw_queue (id text COLLATE "C" PRIMARY KEY, state text COLLATE "C", queue_time bigint);
CREATE INDEX IF NOT EXISTS raw_line ON raw_queue (state, queue_time);
"""
RAW_INSERT = """
INSERT INTO raw SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::int[],
    $7::text[], $8::int[], $9::int[], $10::text[], $11::text[], $12::bigint[], $13::float8[], $14::bytea[])
"""
RAW_CLAIM = """
UPDATE raw_queue SET state = 'PROCESSING' WHERE id = (
    SELECT id FROM raw_queue WHERE state = 'QUEUED' ORDER BY queue_time LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id
"""
QUEUE = """
INSERT INTO resumes (id, owner, filename, filename_search, media_type, size_bytes, sha256, options, state, attempt,
    revision, create_time, update_time, last_sequence, last_event_time, percent, queue_rank, queue_time, lost_count)
SELECT 'q' || n, 'local', 'cv.pdf', 'cv.pdf', 'application/pdf', 1, 'ab', '{}', 'QUEUED', 1, 1, 1, 1, 1, 1, 0, 1, n, 0
FROM generate_series(1, $1::int) AS n
"""
QUEUE_EVENTS = """
INSERT INTO events (resume_id, sequence, owner, feed_sequence, attempt, stage, stage_percent, percent, message, state,
    create_time, digest)
SELECT 'q' || n, 1, 'local', (SELECT last_sequence FROM feeds WHERE owner = 'local') + n, 1, 'QUEUED', 0, 0, 'Waiting',
    'QUEUED', 1, '' FROM generate_series(1, $1::int) AS n
"""
HISTORY = """
INSERT INTO events (resume_id, sequence, owner, feed_sequence, attempt, stage, stage_percent, percent, message, state,
    create_time, digest)
SELECT 'h' || n % ($1::int / 100), 1 + n / ($1::int / 100), 'historian', n + 1, 1, 'NLP_PARSING', 50, 50,
    'Reading work experience', 'PROCESSING', n, sha256(n::text::bytea) FROM generate_series(0, $1::int - 1) AS n
"""


async def append_for(url: str, seconds: float, each: int, name: str) -> tuple[int, float, list[float]]:
    """Append with many attempts at once; returns events, seconds that it took, and the waits of the appends."""
    async with SqlStore.open(url, clock=SystemClock()) as store:
        claims = await claims_of(store, name)
        waits: list[float] = []
        events = [EVENT] * each
        await asyncio.gather(*(store.append(claim, events) for claim in claims))  # warm
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.perf_counter()

        async def attempt(claim: Claim) -> None:
            while (now := time.perf_counter()) - began < seconds:
                await store.append(claim, events)
                waits.append(time.perf_counter() - now)

        await asyncio.gather(*(attempt(claim) for claim in claims))
        return len(waits) * each, time.perf_counter() - began, waits


async def claims_of(store: SqlStore, name: str) -> list[Claim]:
    """Return claims, each on a résumé of its own."""
    for number in range(ATTEMPTS):
        new = NewResume(
            id=f"{name}-{number:05}-{'0' * 24}",
            owner="local",
            filename="cv.pdf",
            media_type=MediaType.PDF,
            size_bytes=1,
            sha256=f"{number:064x}",
            request_id="",
            batch_id="",
            options=ParseOptions(),
        )
        await store.create(new, max_queued=10_000_000)
    asked = (store.claim(name, lease_s=36_000, max_attempts=3) for _ in range(ATTEMPTS))
    return [claim for claim, _ in await asyncio.gather(*asked) if claim is not None]


async def insert_for(url: str, seconds: float, _each: int, name: str) -> tuple[int, float, list[float]]:
    """Insert batches, one after the other; returns likewise."""
    connection = await asyncpg.connect(url)
    waits: list[float] = []
    rows = 0
    try:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.perf_counter()
        while (now := time.perf_counter()) - began < seconds:
            numbers = range(rows + 1, rows + 1 + RAW_ROWS)
            await connection.execute(RAW_INSERT, *raw_columns(f"{name}-{now}", numbers))
            waits.append(time.perf_counter() - now)
            rows += RAW_ROWS
        return rows, time.perf_counter() - began, waits
    finally:
        await connection.close()


def raw_columns(name: str, numbers: Sequence[int]) -> list[list[object]]:
    """Return rows like those of events, a column each."""
    count, digest = len(numbers), sha256(MESSAGE.encode()).digest()
    ids: list[object] = [f"{name}-{number % ATTEMPTS:05}" for number in numbers]
    same: Callable[[object], list[object]] = lambda value: [value] * count  # noqa: E731 - one letter a column
    return [
        ids,
        list(numbers),
        same("local"),
        list(numbers),
        same(None),
        same(1),
        same("NLP_PARSING"),
        same(50),
        same(50),
        same(MESSAGE),
        same("PROCESSING"),
        same(1),
        same(1.5),
        same(digest),
    ]


def together(kind: str, url: str, *, writers: int, seconds: float, each: int, turn: int) -> tuple[float, list[float]]:
    """Run writers at the same time, each a process; returns events a second over all, and the waits."""
    command = [sys.executable, __file__, "--url", url, "--seconds", str(seconds), "--each", str(each)]
    processes = [
        subprocess.Popen(
            [*command, "--writer", kind, "--name", f"{kind}{turn}-{writers}-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(writers)
    ]
    results = []
    for process in processes:
        assert process.stdout is not None  # noqa: S101 - a pipe
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("a writer did not start")
    for process in processes:
        assert process.stdin is not None  # noqa: S101 - a pipe
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate()
        results.append(json.loads(out))
    return sum(result["events"] / result["seconds"] for result in results), [
        wait for result in results for wait in result["waits"]
    ]


def measure_appends(url: str, seconds: float) -> None:
    """Print the table of appends."""
    rows = []
    turn = 0
    for writers in (1, 2, 4):
        for each in (16, 1):
            ours: list[float] = []
            raw: list[float] = []
            waits: list[float] = []
            for _ in range(ROUNDS):
                turn += 1
                raw.append(together("raw", url, writers=writers, seconds=seconds, each=each, turn=turn)[0])
                rate, some = together("ours", url, writers=writers, seconds=seconds, each=each, turn=turn)
                ours.append(rate)
                waits += some
            ratio = median(one / other for one, other in zip(ours, raw, strict=True))
            p99_ms = quantiles(waits, n=100)[98] * 1e3
            rows.append(
                [f"{writers} writer(s), {each} event(s) an append", f"{median(ours):,.0f}", f"{median(raw):,.0f}",
                 f"{ratio:.2f}", f"{p99_ms:.1f}"]
            )  # fmt: skip
    print_table("events appended", ["a second", "raw rows", "ratio", "p99 ms"], rows)


async def measure_claims(url: str, count: int) -> None:
    """Print the table of claims: slots of one worker process, beside as many bare loops, and beside one."""
    rows, one_loop = [], 0.0
    connection = await asyncpg.connect(url)
    async with SqlStore.open(url, clock=SystemClock()) as store:
        for slots in (1, 8):
            ours, raw = [], []
            for _ in range(ROUNDS):
                await connection.execute("TRUNCATE raw_queue")
                await connection.execute(
                    "INSERT INTO raw_queue SELECT 'q' || n, 'QUEUED', n FROM generate_series(1, $1::int) AS n", count
                )
                await connection.execute("TRUNCATE resumes, events, parsed")
                await connection.execute(QUEUE, count)
                await connection.execute(QUEUE_EVENTS, count)
                await connection.execute("UPDATE feeds SET last_sequence = last_sequence + $1", count)
                for table in ("raw_queue", "resumes", "events"):
                    await connection.execute(f"VACUUM ANALYZE {table}")
                loops = [await asyncpg.connect(url) for _ in range(slots)]
                raw.append(count / await until_none([partial(loop.fetchval, RAW_CLAIM) for loop in loops]))
                for loop in loops:
                    await loop.close()
                ours.append(count / await until_none([lambda: claim_one(store)] * slots))
            ratio = median(one / other for one, other in zip(ours, raw, strict=True))
            one_loop = one_loop or median(raw)
            rows.append(
                [f"{slots} at a time", f"{median(ours):,.0f}", f"{median(raw):,.0f}", f"{ratio:.2f}",
                 f"{median(ours) / one_loop:.2f}"]
            )  # fmt: skip
    await connection.close()
    print_table("claims", ["a second", "as many bare loops", "ratio", "of one loop"], rows)


async def claim_one(store: SqlStore) -> Claim | None:
    """Claim what is next."""
    return (await store.claim("benchmark", lease_s=36_000, max_attempts=3))[0]


async def until_none(calls: Sequence[Callable[[], Awaitable[object]]]) -> float:
    """Repeat each call until it gives None, all at once; returns the seconds that it took."""

    async def repeat(call: Callable[[], Awaitable[object]]) -> None:
        while await call() is not None:
            pass

    began = time.perf_counter()
    await asyncio.gather(*(repeat(call) for call in calls))
    return time.perf_counter() - began


async def measure_history(url: str, count: int) -> None:
    """Print how long pages take, and the plan of one."""
    connection = await asyncpg.connect(url)
    await connection.execute("TRUNCATE events, resumes, parsed")
    await connection.execute(HISTORY, count)
    await connection.execute("VACUUM ANALYZE events")
    dice = random.Random(7)  # noqa: S311 - places to read at, no secret
    async with SqlStore.open(url, clock=SystemClock()) as store:
        rows = []
        feed: Callable[[], Target] = lambda: Target(owner="historian")  # noqa: E731 - a pair
        one: Callable[[], Target] = lambda: Target(owner="historian", resume_id=f"h{dice.randrange(count // 100)}")  # noqa: E731
        for title, target, most in (("of a feed", feed, count), ("of a résumé", one, 100)):
            waits = []
            for _ in range(1100):
                after = dice.randrange(most // 4, most * 3 // 4)
                began = time.perf_counter()
                events = await store.history(target(), after=after, limit=100)
                waits.append(time.perf_counter() - began)
                if not events:
                    raise RuntimeError("an empty page")
            figures = quantiles(waits[100:], n=100)
            rows.append([f"page {title}", f"{figures[49] * 1e3:.2f}", f"{figures[98] * 1e3:.2f}"])
    print_table(f"history of {count:,} events", ["p50 ms", "p99 ms"], rows)
    plan = await connection.fetch(
        "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM events WHERE owner = 'historian' AND feed_sequence > $1::bigint "
        "ORDER BY feed_sequence LIMIT 100",
        count // 2,
    )
    print("\n".join(row[0] for row in plan))
    await connection.close()


@contextmanager
def database(url: str) -> Iterator[str]:
    """Give a migrated database: that of the URL, or one of a server of its own."""
    if url:
        migrate(url)
        yield url
        return
    programs = found()
    if programs is None:
        raise SystemExit("there is no PostgreSQL here; give --url")
    with running_cluster(programs, fsync="on", shared_buffers="256MB", autovacuum_naptime="1min") as cluster:
        yield new_database(cluster)


def new_database(cluster: Cluster) -> str:
    """Make one."""
    url = cluster.url(cluster.create())
    migrate(url)
    return url


async def prepare(url: str) -> None:
    """Make the tables of those that are measured beside, and a past of 20,000 résumés, as a service at work has it."""
    connection = await asyncpg.connect(url)
    await connection.execute(RAW_TABLES)
    await connection.execute(QUEUE.replace("'q'", "'past'").replace("'QUEUED'", "'CANCELLED'"), PAST)
    for table in ("resumes", "events"):
        await connection.execute(f"VACUUM ANALYZE {table}")
    await connection.close()


def main() -> None:
    """Measure, or be one of the writers."""
    parser = argparse.ArgumentParser(description="Appends, claims and pages on PostgreSQL, beside raw asyncpg.")
    parser.add_argument("--url", default="")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--claims", type=int, default=4000)
    parser.add_argument("--history", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=16, help=argparse.SUPPRESS)
    parser.add_argument("--writer", choices=("ours", "raw"), help=argparse.SUPPRESS)
    parser.add_argument("--name", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.writer:
        run = append_for if chosen.writer == "ours" else insert_for
        events, seconds, waits = uvloop.run(run(chosen.url, chosen.seconds, chosen.each, chosen.name))
        some = waits[:: 1 + len(waits) // MOST_WAITS]  # a pipe holds 64 KiB
        print(json.dumps({"events": events, "seconds": seconds, "waits": [round(wait, 6) for wait in some]}))
        return
    print_machine()
    with database(chosen.url) as url:
        uvloop.run(prepare(url))
        measure_appends(url, chosen.seconds)
        if chosen.claims:
            uvloop.run(measure_claims(url, chosen.claims))
        if chosen.history:
            uvloop.run(measure_history(url, chosen.history))


if __name__ == "__main__":
    main()
