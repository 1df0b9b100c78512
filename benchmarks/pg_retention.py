"""Measure retention on PostgreSQL: `python benchmarks/pg_retention.py [--resumes N]`.

Résumés of 15 events each, which ended long ago, lose all events but their last: once row by row, as what is of no
period does, 256 events a transaction; and once as a period of which all may go, whose table is dropped. Both without
the pauses that a server makes between two steps. Beside the time: the journal (WAL) and the processor time of the
database, with the vacuum that has to follow a deletion. And pages of the feed and of a résumé's log where as many
events lie in 1 period, in as many as there are with a retention, and in those of ten years without one.

Starts a server of the system's package in a temporary folder, with fsync. Linux only. Trust ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import asyncpg
import uvloop
from pg_lives import database_cpu_s
from report import print_machine, print_table

sys.path.insert(0, str(Path(__file__).parents[1]))

from collections.abc import AsyncIterator

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.model.work import Target
from resumate_grpc.store import SqlStore, migrate
from resumate_grpc.store.postgres.periods import id_at
from tests.postgres import Cluster, found, running_cluster

EVENTS = 15
KEPT = timedelta(days=32)
DAY_MS = 86_400_000
FILL = """
INSERT INTO resumes (id, owner, filename, filename_search, media_type, size_bytes, sha256, options, state, attempt,
    revision, create_time, update_time, last_sequence, last_event_time, percent, queue_rank, queue_time, lost_count,
    complete_time)
SELECT {id}, 'local', 'cv.pdf', 'cv.pdf', 'application/pdf', 1, 'ab', '{{}}', 'SUCCEEDED', 1, 1, 1, 1, 15, 1, 100, 1, n,
    0, 1 + n
FROM generate_series(0, $1::int - 1) AS n;
INSERT INTO events (resume_id, sequence, owner, feed_sequence, attempt, stage, stage_percent, percent, message, state,
    create_time, estimated_remaining_s, digest)
SELECT {id}, s, 'local', n::bigint * 15 + s, 1, 'NLP_PARSING', s, s, 'Reading work experience',
    CASE WHEN s = 15 THEN 'SUCCEEDED' ELSE 'PROCESSING' END, 1, 1.5, sha256('x')
FROM generate_series(0, $1::int - 1) AS n CROSS JOIN generate_series(1, 15) AS s;
"""
HEX = "lpad(to_hex({begin}::bigint + n::bigint * {step}), 12, '0')"
ID = "left({hex}, 8) || '-' || right({hex}, 4) || '-7000-8000-000000000000'"


async def fill(url: str, resumes: int, *, begin_ms: int, step_ms: int) -> None:
    """Write résumés that were uploaded one after the other, from a time on."""
    hexed = HEX.format(begin=begin_ms, step=step_ms)
    connection = await asyncpg.connect(url)
    for statement in FILL.format(id=ID.format(hex=hexed)).split(";"):
        if statement.strip():
            await connection.execute(statement.replace("$1", str(resumes)))
    await connection.execute("INSERT INTO feeds VALUES ('local', $1, 1)", resumes * EVENTS)
    for table in ("resumes", "events"):
        await connection.execute(f"VACUUM ANALYZE {table}")
    await connection.execute("CHECKPOINT")
    await connection.close()


@asynccontextmanager
async def measured(cluster: Cluster, url: str, title: str, events: int, rows: list[list[str]]) -> AsyncIterator[None]:
    """Add a row of what the block cost."""
    connection = await asyncpg.connect(url)
    postmaster = cluster.pid if not cluster.as_user else server_pid(cluster)
    cpu_s, began = database_cpu_s(postmaster), time.perf_counter()
    before = await connection.fetchval("SELECT pg_current_wal_lsn()")
    yield
    seconds = time.perf_counter() - began
    cpu_s = database_cpu_s(postmaster) - cpu_s
    journal = await connection.fetchval("SELECT pg_current_wal_lsn() - $1::pg_lsn", before)
    left = await connection.fetchval("SELECT count(*) FROM events")
    await connection.close()
    each = [1e6 * seconds / events, 1e6 * cpu_s / events, float(journal) / events]
    rows.append([title, f"{seconds:.1f}", *(f"{one:.1f}" for one in each), f"{left:,}"])


def server_pid(cluster: Cluster) -> int:
    """Return the server's process."""
    return int((cluster.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])


async def row_by_row(store: SqlStore, url: str) -> None:
    """Delete, then vacuum, as PostgreSQL will do by itself."""
    while await store.purge_events(ended_before=datetime.now(UTC), limit=256):
        pass
    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM events")
    await connection.execute("VACUUM resumes")
    await connection.close()


async def by_period(store: SqlStore, url: str) -> None:
    """Drop, and vacuum what was changed."""
    await store.keep_periods(KEPT)
    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM resumes")
    await connection.close()


async def measure_retention(cluster: Cluster, resumes: int) -> None:
    """Print the table of both ways."""
    rows: list[list[str]] = []
    ways: tuple[tuple[str, Callable[[SqlStore, str], Awaitable[None]]], ...] = (
        ("row by row, and vacuum", row_by_row),
        ("a period's table dropped", by_period),
    )
    for title, way in ways:
        url = cluster.url(cluster.create())
        await asyncio.to_thread(migrate, url)
        await fill(url, resumes, begin_ms=1_700_000_000_000, step_ms=1)
        connection = await asyncpg.connect(url)  # the table of before ends long ago, so that all of it may go
        await connection.execute("ALTER TABLE events_under_way DETACH PARTITION events_first")
        bound = id_at(1_700_000_000_000 + DAY_MS)
        await connection.execute(
            f"ALTER TABLE events_under_way ATTACH PARTITION events_first FOR VALUES FROM (MINVALUE) TO ('{bound}')"
        )
        await connection.close()
        async with (
            SqlStore.open(url, clock=SystemClock()) as store,
            measured(cluster, url, title, resumes * (EVENTS - 1), rows),
        ):
            await way(store, url)
    print_table(
        f"{resumes * (EVENTS - 1):,} events expire",
        ["s", "µs an event", "database's CPU µs", "WAL bytes", "events left"],
        rows,
    )


async def measure_pages(cluster: Cluster, resumes: int) -> None:
    """Print how long pages take by the number of periods."""
    rows = []
    for periods in (1, 11, 130):
        url = cluster.url(cluster.create())
        await asyncio.to_thread(migrate, url)
        connection = await asyncpg.connect(url)
        begin_ms = 1_800_000_000_000 + 40 * DAY_MS
        step_ms = 28 * DAY_MS
        for number in range(periods):
            lower, upper = (id_at(begin_ms + (number + further) * step_ms) for further in (0, 1))
            await connection.execute(f'CREATE TABLE "p{lower}" (LIKE events_rest INCLUDING ALL)')
            span = f"FROM ('{lower}') TO ('{upper}')"
            await connection.execute(f'ALTER TABLE events_under_way ATTACH PARTITION "p{lower}" FOR VALUES {span}')
        await connection.close()
        await fill(url, resumes, begin_ms=begin_ms, step_ms=periods * step_ms // resumes)
        async with SqlStore.open(url, clock=SystemClock()) as store:
            rows.append([f"{periods} period(s)", *(await waits(store, url, resumes))])
    print_table(
        f"pages of 100 of {resumes * EVENTS:,} events",
        ["feed p50 ms", "feed p99 ms", "résumé p50 ms", "résumé p99 ms"],
        rows,
    )


async def waits(store: SqlStore, url: str, resumes: int) -> list[str]:
    """Return p50 and p99 of pages from anywhere in the middle."""
    connection = await asyncpg.connect(url)
    some = await connection.fetch("SELECT id FROM resumes ORDER BY random() LIMIT 1000")
    await connection.close()
    dice = random.Random(7)  # noqa: S311 - places to read at, no secret
    told: list[str] = []
    for feed in (True, False):
        seconds = []
        for number in range(1100):
            target = Target(owner="local", resume_id="" if feed else some[number % len(some)][0])
            after = dice.randrange(resumes * EVENTS // 4, resumes * EVENTS * 3 // 4) if feed else 3
            began = time.perf_counter()
            events = await store.history(target, after=after, limit=100)
            seconds.append(time.perf_counter() - began)
            if not events:
                raise RuntimeError("an empty page")
        figures = quantiles(seconds[100:], n=100)
        told += [f"{figures[49] * 1e3:.2f}", f"{figures[98] * 1e3:.2f}"]
    return told


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Retention on PostgreSQL: rows deleted, and tables dropped.")
    parser.add_argument("--resumes", type=int, default=20_000)
    chosen = parser.parse_args()
    programs = found()
    if programs is None:
        sys.exit("PostgreSQL is not installed")
    print_machine()
    with running_cluster(programs, fsync="on", shared_buffers="256MB", max_wal_size="4GB", autovacuum="off") as cluster:
        uvloop.run(measure_retention(cluster, chosen.resumes))
        uvloop.run(measure_pages(cluster, chosen.resumes))


if __name__ == "__main__":
    main()
