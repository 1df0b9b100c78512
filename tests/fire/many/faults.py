"""What is done to a fleet and its engines: each fault harms, waits, mends, and says what it has harmed.

A fault that turns out to have harmed nothing raises `AssertionError`: it would prove nothing.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.fire.many.engines import Engines
from tests.fire.many.fleet import LEASE_S, Fleet
from tests.fire.programs import LOOK_S, Program
from tests.fire.tcp_proxy import TcpProxy

__all__ = ["FAULTS", "Fault", "Field"]

STOPPED_S = LEASE_S + 1.5
BUSY_WITHIN_S = 30.0
GLANCE_S = 0.002
CUT_EACH_S = 0.4
UNAVAILABLE = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\nContent-Length: 38\r\n"
    b"Connection: close\r\n\r\n<Error><Code>SlowDown</Code></Error>\r\n"
)
HELD = "SELECT id, attempt, lease_worker FROM resumes WHERE state = 'PROCESSING' AND lease_worker IS NOT NULL"
AWAY = "the bus is away"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """Where faults strike."""

    fleet: Fleet
    engines: Engines


Strike: TypeAlias = Callable[[Field, float], Coroutine[Any, Any, str]]
"""Harms for some seconds and mends; returns what it has harmed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """`few_s` is how long it lasts in a test run, None = it is the command's alone; `all_s` in the command.

    `refuses` = while it lasts, somebody must have been refused or have had to try again.
    """

    name: str
    strike: Strike
    all_s: float
    few_s: float | None = None
    refuses: bool = False

    def __str__(self) -> str:
        return self.name


async def busy_worker(field: Field) -> Program:
    """Return a worker that holds a résumé just now."""
    async with asyncio.timeout(BUSY_WITHIN_S):
        while True:
            pids = {int(row["lease_worker"].rpartition(":")[2]) for row in await field.engines.rows(HELD)}
            for worker in field.fleet.workers:
                if worker.pid in pids:
                    return worker
            await asyncio.sleep(LOOK_S)


def _kill(*roles: str) -> Strike:
    """Kill the first of each role, of the workers one that is at work; "all …" are all of them."""

    async def strike(field: Field, _: float) -> str:
        fleet = field.fleet
        busy = await busy_worker(field)
        victims: dict[str, Sequence[Program]] = {
            "server": fleet.servers[:1],
            "worker": [busy],
            "bridge": fleet.bridges[:1],
            "all servers": fleet.servers,
            "all workers": fleet.workers,
            "all bridges": fleet.bridges,
        }
        hit = [program for role in roles for program in victims[role]]
        began = time.monotonic()
        await fleet.killed(*hit)
        return f"{len(hit)} killed, back after {time.monotonic() - began:.1f} s"

    return strike


async def _stop_worker(field: Field, seconds: float) -> str:
    """Stop one at work for longer than its lease: another must go on with what it held before it comes back."""
    worker = await busy_worker(field)
    async with field.fleet.stopped(worker):
        rows = await field.engines.rows(HELD)
        held = {row["id"]: row["attempt"] for row in rows if row["lease_worker"].endswith(f":{worker.pid}")}
        assert held, "it had just ended what it was at"
        taken: set[str] = set()
        async with asyncio.timeout(seconds + BUSY_WITHIN_S):
            while taken != held.keys():
                await asyncio.sleep(LOOK_S)
                rows = await field.engines.rows("SELECT id, attempt, state FROM resumes")
                now = {row["id"]: row for row in rows}
                # One that was cancelled or deleted meanwhile is nobody's any more.
                taken = {
                    name
                    for name, attempt in held.items()
                    if name not in now or now[name]["attempt"] > attempt or now[name]["state"] == "CANCELLED"
                }
    return f"{len(held)} taken over"


def _stop(role: str) -> Strike:
    async def strike(field: Field, seconds: float) -> str:
        programs = field.fleet.servers[:1] if role == "server" else field.fleet.bridges[:1]
        async with field.fleet.stopped(*programs):
            await asyncio.sleep(seconds)
        return f"stood still for {seconds:.0f} s"

    return strike


def _postgres(mode: str) -> Strike:
    """End it as `pg_ctl stop -m MODE` does, and start it again after some seconds."""

    async def strike(field: Field, seconds: float) -> str:
        postgres = field.engines.postgres
        before = postgres.pid
        await asyncio.to_thread(postgres.stop, mode)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(postgres.start)
        assert postgres.pid != before
        return f"away for {seconds:.0f} s"

    return strike


async def _nats(field: Field, seconds: float) -> str:
    """Kill it, remove what it has on disk, start it again: programs notice, and find it again by themselves."""
    nats, fleet = field.engines.nats, field.fleet
    noticed = fleet.logs().count(AWAY)
    await asyncio.to_thread(nats.kill)
    field.engines.wipe_nats()
    await asyncio.sleep(seconds)
    noticing = fleet.logs().count(AWAY) - noticed
    assert noticing, "nobody noticed"
    await asyncio.to_thread(nats.start)
    return f"{noticing} noticed"


def _both(*strikes: Strike) -> Strike:
    """Let some strike at once."""

    async def strike(field: Field, seconds: float) -> str:
        return ", ".join(await asyncio.gather(*(each(field, seconds) for each in strikes)))

    return strike


def _network(proxies: Callable[[Field], Sequence[TcpProxy]], how: str) -> Strike:
    """Refuse, stall or answer 503 for some seconds, or cut again and again; the fault must have met connections."""

    async def strike(field: Field, seconds: float) -> str:
        struck = proxies(field)
        before = sum(proxy.harmed for proxy in struck)
        try:
            if how == "cut":
                await _cut_again_and_again(struck, seconds)
            else:
                for proxy in struck:
                    _harm(proxy, how)
                await asyncio.sleep(seconds)
        finally:
            for proxy in struck:
                await proxy.listen()
        harmed = sum(proxy.harmed for proxy in struck) - before
        assert harmed or how == "refuse", "no connection was there to be harmed"
        return f"{harmed} connections"

    return strike


def _harm(proxy: TcpProxy, how: str) -> None:
    match how:
        case "refuse":
            proxy.refuse()
        case "stall":
            proxy.stall()
        case "503":
            proxy.answer(UNAVAILABLE)
        case _:
            raise ValueError(how)


async def _cut_again_and_again(proxies: Sequence[TcpProxy], seconds: float) -> None:
    """Cut, each time once there is something to cut: a request to S3 takes a connection for some milliseconds only."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(proxy.is_used for proxy in proxies):
            await asyncio.sleep(GLANCE_S)
            continue
        for proxy in proxies:
            proxy.cut()
        await asyncio.sleep(random.uniform(0.5, 1.0) * CUT_EACH_S)  # noqa: S311 - moments to cut at


def _objects(field: Field) -> Sequence[TcpProxy]:
    return [field.engines.to_objects]


def _database(field: Field) -> Sequence[TcpProxy]:
    return [field.engines.to_postgres]


def _clients(field: Field) -> Sequence[TcpProxy]:
    return [*field.fleet.to_servers, *field.fleet.to_bridges]


def _everything(field: Field) -> Sequence[TcpProxy]:
    return [*_objects(field), *_database(field), field.engines.to_nats, *_clients(field)]


FAULTS = (
    Fault(name="kill one of each", strike=_kill("server", "worker", "bridge"), all_s=0, few_s=0),
    Fault(name="kill a server", strike=_kill("server"), all_s=0),
    Fault(name="kill a worker", strike=_kill("worker"), all_s=0),
    Fault(name="kill a bridge", strike=_kill("bridge"), all_s=0),
    Fault(name="kill all workers", strike=_kill("all workers"), all_s=0),
    Fault(name="kill all servers", strike=_kill("all servers"), all_s=0),
    Fault(name="kill everything", strike=_kill("all servers", "all workers", "all bridges"), all_s=0),
    Fault(name="stop a worker", strike=_stop_worker, all_s=STOPPED_S),
    Fault(name="stop a server", strike=_stop("server"), all_s=STOPPED_S),
    Fault(name="stop a bridge", strike=_stop("bridge"), all_s=STOPPED_S),
    Fault(name="PostgreSQL restarts", strike=_postgres("fast"), all_s=0),
    Fault(name="PostgreSQL crashes", strike=_postgres("immediate"), all_s=0),
    Fault(name="PostgreSQL is away", strike=_postgres("immediate"), all_s=30, few_s=4),
    Fault(name="NATS is killed and wiped", strike=_nats, all_s=8),
    Fault(name="stop a worker, NATS wiped", strike=_both(_stop_worker, _nats), all_s=STOPPED_S, few_s=STOPPED_S),
    Fault(name="S3 refuses", strike=_network(_objects, "refuse"), all_s=30, few_s=4, refuses=True),
    Fault(name="S3 says 503", strike=_network(_objects, "503"), all_s=30, refuses=True),
    Fault(name="S3 stalls", strike=_network(_objects, "stall"), all_s=30, refuses=True),
    Fault(name="PostgreSQL stalls", strike=_network(_database, "stall"), all_s=12),
    Fault(name="servers and bridges stall", strike=_network(_clients, "stall"), all_s=12),
    Fault(name="connections to PostgreSQL are cut", strike=_network(_database, "cut"), all_s=5),
    Fault(name="connections to S3 are cut", strike=_network(_objects, "cut"), all_s=5),
    Fault(name="connections of clients are cut", strike=_network(_clients, "cut"), all_s=5),
    Fault(name="all connections are cut", strike=_network(_everything, "cut"), all_s=5, few_s=2),
)
