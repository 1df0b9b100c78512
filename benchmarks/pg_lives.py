"""Measure whole résumés a second through PostgreSQL: `python benchmarks/pg_lives.py [--seconds S] [--at-once N …]`.

A life is what the store is asked for from upload to result, without the file and the parse: create, claim, three
appends of four events, finish; 15 events in all. Many at once, in one process over one pool, as a server and its
workers would; first all of one owner, whose feed they share, then each of an owner of its own, in turns in the same
run. What an owner of its own gains is what waiting for the one feed costs. Processor time is that of this process and
of all of the database's, a life; unlike the figures a second it is much the same on a busy machine.

Starts a server of the system's package in a temporary folder, with fsync. Linux only. Trust ratios and processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from itertools import count
from pathlib import Path
from statistics import median

import uvloop
from report import print_machine, print_table

sys.path.insert(0, str(Path(__file__).parents[1]))

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.jobs.ids import new_resume_id
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import NewEvent, NewResume, Outcome, StageTimes
from resumate_grpc.store import SqlStore, migrate
from tests.postgres import found, running_cluster

ROUNDS = 3
APPENDS, EVENTS_EACH = 3, 4
PLENTY = 10_000_000
TIMES = StageTimes(
    media_type=MediaType.PDF,
    size_bytes=1000,
    page_count=1,
    text_extraction_s=0.02,
    nlp_parsing_s=0.01,
    ai_enhancement_s=0.0,
)


async def live(store: SqlStore, clock: SystemClock, owner: str, number: int) -> float:
    """Let one résumé be created and another be worked on to its end; returns how long the create took, in s."""
    new = NewResume(
        id=new_resume_id(clock.now()),
        owner=owner,
        filename="cv.pdf",
        media_type=MediaType.PDF,
        size_bytes=1000,
        sha256=f"{number:064x}",
        request_id="",
        batch_id="",
        options=ParseOptions(),
    )
    began = time.perf_counter()
    await store.create(new, max_queued=PLENTY)
    created_s = time.perf_counter() - began
    claim, _ = await store.claim("benchmark", lease_s=600, max_attempts=3)
    if claim is None:
        raise RuntimeError("nothing to claim")
    for step in range(APPENDS):
        events = [
            NewEvent(
                stage=Stage.NLP_PARSING,
                stage_percent=10 * step + part,
                percent=10 * step + part,
                message="Reading work experience",
                estimated_remaining_s=1.0,
            )
            for part in range(EVENTS_EACH)
        ]
        await store.append(claim, events)
    await store.finish(claim, Outcome(parsed=ParsedResume(), times=TIMES))
    return created_s


def database_cpu_s(postmaster: int) -> float:
    """Return the processor time of a server's processes, those that have ended included, in s."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if postmaster in {int(stat.parent.name), int(fields[1])}:
            total += sum(int(ticks) for ticks in fields[11:15])
    return total / os.sysconf("SC_CLK_TCK")


async def lives_a_second(store: SqlStore, *, at_once: int, owners: int, seconds: float) -> tuple[float, float, int]:
    """Return lives a second, the median wait for a create in ms, and how many lives there were."""
    clock, numbers, done, waits = SystemClock(), count(), 0, []
    began = time.perf_counter()

    async def one_after_the_other(place: int) -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            waits.append(await live(store, clock, f"owner-{place % owners}", next(numbers)))
            done += 1

    await asyncio.gather(*(one_after_the_other(place) for place in range(at_once)))
    return done / (time.perf_counter() - began), median(waits) * 1000, done


async def measure(url: str, postmaster: int, *, at_once: list[int], seconds: float) -> None:
    """Print the table."""
    rows = []
    async with SqlStore.open(url, clock=SystemClock(), connections=20) as store:
        for many in at_once:
            await lives_a_second(store, at_once=many, owners=1, seconds=seconds / 2)  # warm
            ours_s, theirs_s = time.process_time(), database_cpu_s(postmaster)
            rounds = [
                [await lives_a_second(store, at_once=many, owners=owners, seconds=seconds) for owners in (1, many)]
                for _ in range(ROUNDS)
            ]
            lives = sum(each[2] for pair in rounds for each in pair)
            ours_ms = 1000 * (time.process_time() - ours_s) / lives
            theirs_ms = 1000 * (database_cpu_s(postmaster) - theirs_s) / lives
            one = median(shared[0] for shared, _ in rounds)
            own = median(apart[0] for _, apart in rounds)
            ratio = median(apart[0] / shared[0] for shared, apart in rounds)
            wait = median(shared[1] for shared, _ in rounds)
            rows.append(
                [
                    f"{many} at once",
                    f"{one:,.0f}",
                    f"{own:,.0f}",
                    f"{ratio:.2f}",
                    f"{wait:.1f}",
                    f"{ours_ms:.2f}",
                    f"{theirs_ms:.2f}",
                ]
            )
    print_table(
        "lives a second", ["one owner", "an owner each", "ratio", "create p50 ms", "our CPU ms", "database's"], rows
    )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Whole résumés a second through PostgreSQL, one owner's and many's.")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each round")
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 8, 32])
    chosen = parser.parse_args()
    programs = found()
    if programs is None:
        sys.exit("PostgreSQL is not installed")
    print_machine()
    with running_cluster(programs, fsync="on") as cluster:
        url = cluster.url(cluster.create())
        migrate(url)
        postmaster = int((cluster.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        uvloop.run(measure(url, postmaster, at_once=chosen.at_once, seconds=chosen.seconds))


if __name__ == "__main__":
    main()
