"""Measure the way from a worker's commit to a client at another server: `python benchmarks/across.py [--seconds S]`.

A worker's part (claim, appends, the bus) runs in this process; one `resumate server`, or two, in processes of their
own; PostgreSQL with fsync and NATS beside them. Clients in this process watch the owner's feed at the servers.

The wait is from the append's answer, which comes after its commit, to the event in the client's hand: both by this
process's clock. Events come one at a time, at a steady rate. For fan-out, many clients watch at one server, and then
as many at each of two: what counts is a server's processor time a message, which would rise if the second server cost
the first one anything. Messages a second over both are shown too, but on two cores, which servers, database, broker
and clients share, they cannot double. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from statistics import median, quantiles

import grpc.aio
import uvloop
from report import print_machine, print_table

sys.path.insert(0, str(Path(__file__).parents[1]))

from resumate_grpc._gen.resumate.v1 import resume_service_pb2_grpc as services
from resumate_grpc._gen.resumate.v1 import watch_pb2
from resumate_grpc.app.clock import SystemClock
from resumate_grpc.bus import open_bus
from resumate_grpc.jobs.ids import new_resume_id
from resumate_grpc.jobs.ports import EventBus
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import Claim, NewEvent, NewResume
from resumate_grpc.store import SqlStore, migrate
from resumate_grpc.telemetry.metrics import PrometheusMetrics
from tests.bus.brokers import nats_server
from tests.live import LiveServer, live_server
from tests.postgres import found, running_cluster

EVENT = NewEvent(stage=Stage.NLP_PARSING, stage_percent=50, percent=50, message="Reading work experience")
ROUNDS = 3


class Clients:
    """Watches of the feed; notes when each event came, by the first that has it, and how many messages came."""

    def __init__(self) -> None:
        self.arrived: dict[int, float] = {}
        self.messages = 0
        self.caught_up = 0

    async def watch(self, stub: services.ResumeServiceStub) -> None:
        """Watch until cancelled."""
        call = stub.WatchProgress(watch_pb2.WatchProgressRequest(feed=True))
        try:
            async for answer in call:  # type: ignore[attr-defined]  # the stub has the types of the blocking client
                if answer.HasField("event"):
                    self.messages += 1
                    self.arrived.setdefault(answer.event.feed_sequence, time.perf_counter())
                elif answer.HasField("heartbeat") and answer.heartbeat.caught_up:
                    self.caught_up += 1
        finally:
            call.cancel()


@asynccontextmanager
async def watching(servers: Sequence[LiveServer], each: int) -> AsyncIterator[Clients]:
    """Hold watches at servers, all of them caught up."""
    clients = Clients()
    async with AsyncExitStack() as stack:
        tasks = []
        for server in servers:
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(server.grpc_address))
            stub = services.ResumeServiceStub(channel)
            tasks += [asyncio.create_task(clients.watch(stub)) for _ in range(each)]
        while clients.caught_up < len(tasks):  # noqa: ASYNC110 - heartbeats repeat it
            await asyncio.sleep(0.05)
        yield clients
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def worked_on(store: SqlStore) -> Claim:
    """Make a résumé and claim it."""
    clock = SystemClock()
    new = NewResume(
        id=new_resume_id(clock.now()),
        owner="local",
        filename="cv.pdf",
        media_type=MediaType.PDF,
        size_bytes=1,
        sha256="0" * 64,
        request_id="",
        batch_id="",
        options=ParseOptions(),
    )
    await store.create(new, max_queued=1_000_000)
    claim, _ = await store.claim("benchmark", lease_s=36_000, max_attempts=3)
    if claim is None:
        raise RuntimeError("nothing to claim")
    return claim


async def measure_waits(store: SqlStore, bus: EventBus, server: LiveServer, *, seconds: float, rate: float) -> None:
    """Print how long events are on their way."""
    async with watching([server], 1) as clients:
        claim, committed = await worked_on(store), {}
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            (event,) = await store.append(claim, [EVENT])
            committed[event.feed_sequence] = time.perf_counter()
            bus.publish(event)
            await asyncio.sleep(1 / rate)
        await asyncio.sleep(2.0)
        waits = [1e3 * (clients.arrived[number] - at) for number, at in committed.items()]
    figures = quantiles(waits, n=100)
    row = [f"{len(waits)} events, {rate:.0f} a second", *(f"{figures[place]:.2f}" for place in (49, 94, 98))]
    print_table("commit to a client at another server", ["p50 ms", "p95 ms", "p99 ms"], [row])


def cpu_s(server: LiveServer) -> float:
    """Return a server's processor time, in s."""
    stat = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


async def measure_fan_out(
    store: SqlStore, bus: EventBus, servers: Sequence[LiveServer], *, watchers: int, events: int
) -> None:
    """Print messages a second and processor time a message, with one server and with two."""
    rows, costs = [], []
    for used in (servers[:1], servers):
        rates, cpus = [], []
        for _ in range(ROUNDS):
            async with watching(used, watchers) as clients:
                claim, before = await worked_on(store), [cpu_s(server) for server in used]
                await asyncio.sleep(1.0)
                clients.messages, expected = 0, events * watchers * len(used)
                began = time.perf_counter()
                for _ in range(events // 50):
                    for event in await store.append(claim, [EVENT] * 50):
                        bus.publish(event)
                async with asyncio.timeout(120):
                    while clients.messages < expected:  # noqa: ASYNC110 - counted, not announced
                        await asyncio.sleep(0.01)
                rates.append(expected / (time.perf_counter() - began))
                spent = sum(cpu_s(server) - was for server, was in zip(used, before, strict=True))
                cpus.append(1e6 * spent / expected)
        costs.append(median(cpus))
        rows.append([f"{len(used)} server(s)", f"{median(rates):,.0f}", f"{median(cpus):.1f}"])
    print_table(f"fan-out to {watchers} watchers at each", ["messages a second", "server's CPU µs a message"], rows)
    print(f"two servers by processor time: {2 * costs[0] / costs[1]:.2f} × one")


async def measure(database_url: str, bus_url: str, servers: Sequence[LiveServer], chosen: argparse.Namespace) -> None:
    """Print all tables."""
    metrics = PrometheusMetrics()
    async with (
        SqlStore.open(database_url, clock=SystemClock()) as store,
        open_bus(bus_url, metrics=metrics) as bus,
    ):
        await asyncio.sleep(1.0)  # until the broker is found
        await measure_waits(store, bus, servers[0], seconds=chosen.seconds, rate=chosen.rate)
        await measure_fan_out(store, bus, servers, watchers=chosen.watchers, events=chosen.events)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="From a worker's commit to a client at another server.")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rate", type=float, default=50.0, help="events a second")
    parser.add_argument("--watchers", type=int, default=100, help="at each server, for the fan-out")
    parser.add_argument("--events", type=int, default=500, help="of each round of the fan-out")
    chosen = parser.parse_args()
    programs = found()
    if programs is None:
        sys.exit("PostgreSQL is not installed")
    print_machine()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(running_cluster(programs, fsync="on"))
        broker = stack.enter_context(nats_server(folder))
        url = cluster.url(cluster.create())
        migrate(url)
        env = {
            "RESUMATE_DATABASE_URL": url,
            "RESUMATE_BUS_URL": broker.url,
            "RESUMATE_FILES_URL": (folder / "files").as_uri(),
        }
        servers = [
            stack.enter_context(
                live_server("server", data_dir=folder / f"{number}", env=env, last_line="start `resumate worker`")
            )
            for number in range(2)
        ]
        uvloop.run(measure(url, broker.url, servers, chosen))


if __name__ == "__main__":
    main()
