"""Hosts whose clocks are five minutes fast or slow: real programs under libfaketime, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.components import missing
from tests.fire.calling import Caller
from tests.fire.checker import check
from tests.fire.lines import Rested
from tests.fire.many.engines import Engines, running_engines
from tests.fire.many.faults import Field, busy_worker
from tests.fire.many.fleet import LEASE_S, Size, running_fleet
from tests.fire.programs import Program
from tests.fire.recording import Recorder, Target
from tests.fire.truth import Truth
from tests.fire.watching import CHANNEL_OPTIONS, Watcher, grpc_stream, watching

pytestmark = pytest.mark.slow

SKEW_S = 300
NEARLY_S = 60
"""A busy machine may take that long between a line of a log and its reading."""
RESUMES = 6
LONG_S = LEASE_S + 1.5
"""How long each document takes: its lease must be renewed, or is lost."""
WITHIN_S = 120.0


@pytest.fixture(scope="module")
def libfaketime() -> Path:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return found[0] if found else missing("libfaketime (Debian's package libfaketime)")


def skew_of(number: int) -> int:
    """The first of each role is fast, the second slow, the third right."""
    return {1: SKEW_S, 2: -SKEW_S}.get(number, 0)


def logged_skew_s(program: Program) -> float:
    """By how much the clock of a program that was started just now is fast, as the times in its log tell."""
    lines = (json.loads(line) for line in program.log().splitlines() if line.startswith("{"))
    last = max(datetime.fromisoformat(line["timestamp"]) for line in lines)
    return (last - datetime.now(UTC)).total_seconds()


async def ended(engines: Engines) -> Truth:
    async with asyncio.timeout(WITHIN_S):
        while (await engines.rows("SELECT count(*) FROM resumes WHERE state IN ('QUEUED', 'PROCESSING')"))[0][0]:  # noqa: ASYNC110 - the database tells nothing
            await asyncio.sleep(0.1)
    return await engines.truth()


async def test_clocks_that_are_wrong_end_no_lease_and_turn_nothing_round(
    tmp_path: Path, ada: bytes, libfaketime: Path
) -> None:
    """Leases of living workers hold, a dead one's runs out in its time, and all times are the database's."""

    def env_of(role: str, number: int) -> Mapping[str, str]:
        faked = {
            "LD_PRELOAD": str(libfaketime),
            "FAKETIME": f"{skew_of(number):+d}",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # that of a host with a wrong clock is right
        }
        slow = {"RESUMATE_FAILPOINTS": f"parse.text_extraction=delay({LONG_S})"} if role == "worker" else {}
        return {**(faked if skew_of(number) else {}), **slow}

    recorder, began = Recorder(), datetime.now(UTC)
    async with AsyncExitStack() as stack:
        engines = await stack.enter_async_context(running_engines(tmp_path))
        fleet = await stack.enter_async_context(running_fleet(tmp_path, engines, size=Size(bridges=0), env_of=env_of))
        for role in (fleet.servers, fleet.workers):
            for number, program in enumerate(role, start=1):
                assert abs(logged_skew_s(program) - skew_of(number)) < NEARLY_S, fleet.names[program]
        stubs = [
            ResumeServiceStub(
                await stack.enter_async_context(grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS))
            )
            for address in fleet.grpc_addresses
        ]
        feeds = [Watcher(f"feed-{number}", Target(), recorder) for number in range(len(stubs))]
        for stub, feed in zip(stubs, feeds, strict=True):
            await stack.enter_async_context(watching(grpc_stream(stub), feed))
        callers = [Caller(stub, recorder) for stub in stubs]

        for number in range(RESUMES):
            await callers[number % 2].upload(ada + str(number).encode())
        truth = await ended(engines)
        assert {row.attempt for row in truth.rows.values()} == {1}
        assert {row.state for row in truth.rows.values()} == {"SUCCEEDED"}

        for number in range(len(fleet.workers)):
            await callers[number % 2].upload(ada + f"more {number}".encode())
        await fleet.killed(await busy_worker(Field(fleet=fleet, engines=engines)))
        truth = await ended(engines)
        assert {row.state for row in truth.rows.values()} == {"SUCCEEDED"}
        assert max(row.attempt for row in truth.rows.values()) == 2

        async with asyncio.timeout(WITHIN_S):
            await asyncio.gather(*(feed.caught_up() for feed in feeds))
        recorder.write(Rested(clients=tuple(feed.name for feed in feeds)))
        check(recorder.recording(), truth)
    times = [event.create_time_ms for event in truth.events]
    assert began.timestamp() * 1000 - 1 <= min(times) <= max(times) <= datetime.now(UTC).timestamp() * 1000
    for row in truth.rows.values():
        assert all(earlier.create_time_ms <= later.create_time_ms for earlier, later in pairwise(truth.of(row.id))), (
            row.id
        )
