"""Watches whose client is there and reads nothing: bounded, ended, and nobody else's trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1 import watch_pb2
from resumate_grpc.jobs import mailbox
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.work import Claim, NewEvent
from tests.http2_reader import Stream, connect
from tests.rpc.conftest import OpenStation, Station, eventually
from tests.rpc.refusals import refused

pytestmark = pytest.mark.slow

METHOD = "/resumate.v1.ResumeService/WatchProgress"
FEW_BYTES = 2_000
MESSAGE = "x" * 400


@asynccontextmanager
async def stalled(station: Station, request: watch_pb2.WatchProgressRequest) -> AsyncIterator[Stream]:
    """Open a watch of which the client takes a few bytes and no more, ever; its connection is in good health."""
    connection = await connect(station.server.port, arrived=lambda _stream, _now: None, window=FEW_BYTES)
    try:
        (stream,) = connection.open(METHOD, [(1, request.SerializeToString())])
        yield stream
    finally:
        connection.close()


async def advance(station: Station, claim: Claim, count: int) -> None:
    """Append events with long messages, a few at a time as a worker does."""
    event = NewEvent(stage=Stage.NLP_PARSING, stage_percent=50, percent=50, message=MESSAGE)
    for _ in range(count // 10):
        for appended in await station.store.append(claim, [event] * 10):
            station.bus.publish(appended)


async def opened(station: Station, count: int) -> None:
    """Wait until so many watches are open."""
    await eventually(lambda: f"resumate_open_watches {count}.0".encode() in station.metrics.render())


async def test_a_stalled_watch_holds_a_bounded_number_of_events(station: Station) -> None:
    """However much happens, what waits for who does not read stays below 128 events; its neighbour misses nothing."""
    resume = await station.upload()
    claim = await station.claim()
    request = watch_pb2.WatchProgressRequest(resume_id=resume.id)
    async with stalled(station, request):
        await opened(station, 1)
        healthy = station.stub.WatchProgress(request)
        reading = asyncio.create_task(_sequences(healthy, until=1002))
        await opened(station, 2)
        held = 0
        for _ in range(10):
            await advance(station, claim, 100)
            boxes = list(station.watches._open)  # noqa: SLF001 - nothing outside tells
            held = max(held, *(len(box.events) for box in boxes))
        async with asyncio.timeout(20):
            assert await reading == list(range(1, 1003))
        assert held <= mailbox.MAX_EVENTS
        assert any(box.overflowed for box in boxes), "the stalled one is parked"
        healthy.cancel()
    await opened(station, 0)


async def test_a_watch_that_is_never_read_ends(open_station: OpenStation) -> None:
    """Past its time it gives its place back, and the client that reads at last is told to watch again."""
    async with open_station(stall_s=0.4) as station:
        resume = await station.upload()
        claim = await station.claim()
        async with stalled(station, watch_pb2.WatchProgressRequest(resume_id=resume.id)) as stream:
            await opened(station, 1)
            await advance(station, claim, 50)
            await opened(station, 0)
            assert not stream.ended, "the connection lives: only reading lets the status through"
        healthy = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume.id, after_sequence=52))
        await healthy.read()
        await asyncio.sleep(1.0)
        await advance(station, claim, 10)
        event = await healthy.read()
        assert isinstance(event, watch_pb2.WatchProgressResponse)
        assert event.event.sequence == 53, "one that reads is left alone, however little happens"
        healthy.cancel()


async def test_a_late_reader_is_told_that_it_stalled(open_station: OpenStation) -> None:
    """Who reads on after its watch was ended gets what was written, then WATCH_STALLED with when to come back."""
    options = [("grpc.http2.lookahead_bytes", 1024), ("grpc.http2.bdp_probe", 0)]
    async with open_station(stall_s=0.4) as station:
        resume = await station.upload()
        claim = await station.claim()
        async with grpc.aio.insecure_channel(station.address, options=options) as channel:
            watch = channel.unary_stream(
                METHOD,
                request_serializer=watch_pb2.WatchProgressRequest.SerializeToString,
                response_deserializer=watch_pb2.WatchProgressResponse.FromString,
            )
            call = watch(watch_pb2.WatchProgressRequest(resume_id=resume.id))
            await opened(station, 1)
            await advance(station, claim, 2000)
            await opened(station, 0)
            answer = await refused(_drained(call))
    assert (answer.code, answer.reason) == ("RESOURCE_EXHAUSTED", "WATCH_STALLED")
    assert answer.retry_after_s


async def test_a_drain_does_not_wait_for_who_does_not_read(open_station: OpenStation) -> None:
    """A stalled watch delays the end by its farewell's time, and not by the whole grace time."""
    async with open_station() as station:
        resume = await station.upload()
        claim = await station.claim()
        async with stalled(station, watch_pb2.WatchProgressRequest(resume_id=resume.id)):
            await opened(station, 1)
            await advance(station, claim, 50)
            async with asyncio.timeout(15):
                await station.server.drain(grace_s=60)
            await opened(station, 0)


async def _sequences(call: Any, *, until: int) -> list[int]:
    seen: list[int] = []
    async for update in call:
        if update.HasField("event"):
            seen.append(update.event.sequence)
            if update.event.sequence == until:
                break
    return seen


async def _drained(call: Any) -> None:
    async with asyncio.timeout(20):
        async for _ in call:
            pass
