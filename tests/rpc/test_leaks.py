"""Watches that come and go leave nothing: no stream, no task, no file."""

from __future__ import annotations

import asyncio
import gc
import os
import tracemalloc
from contextlib import suppress

import grpc
import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1 import resume_service_pb2, upload_pb2, watch_pb2
from tests.leaks import Holding, holding_again
from tests.rpc.conftest import Station, eventually

pytestmark = pytest.mark.slow

CYCLES = 2000
TOGETHER = 50
REFUSED_BYTES = 1_000_000


@pytest.mark.embedded  # what SQLite opens is known; a pool opens connections as it likes
async def test_watches_that_come_and_go(station: Station) -> None:
    """2,000 watches, cancelled before, during and after their first message, leave what was there before."""
    await station.open_all_readers()
    resume = await station.upload()
    requests = [watch_pb2.WatchProgressRequest(resume_id=resume.id), watch_pb2.WatchProgressRequest(feed=True)]

    async def come_and_go(number: int) -> None:
        call = station.stub.WatchProgress(requests[number % 2])
        if number % 3:
            await call.read()
        if number % 3 == 2:
            await asyncio.sleep(0.001)
        call.cancel()

    await asyncio.gather(*(come_and_go(number) for number in range(TOGETHER)))
    await _nothing_is_open(station)
    before = Holding.now()
    for _ in range(CYCLES // TOGETHER):
        await asyncio.gather(*(come_and_go(number) for number in range(TOGETHER)))
    await _nothing_is_open(station)
    await holding_again(before)


@pytest.mark.embedded  # what SQLite opens is known; a pool opens connections as it likes
async def test_calls_that_are_given_up(station: Station) -> None:
    """1,000 calls that run out of time or are cancelled leave nothing either."""

    async def give_up(number: int) -> None:
        request = resume_service_pb2.ListResumesRequest(page_size=10)
        call = station.stub.ListResumes(request, timeout=0.001 if number % 2 else None)
        if not number % 2:
            await asyncio.sleep(0.0005)
            call.cancel()
        with suppress(grpc.aio.AioRpcError, asyncio.CancelledError):  # or it was answered in time, which is no fault
            await call

    await station.open_all_readers()
    await asyncio.gather(*(give_up(number) for number in range(TOGETHER)))
    await _nothing_is_open(station)
    before = Holding.now()
    for _ in range(1000 // TOGETHER):
        await asyncio.gather(*(give_up(number) for number in range(TOGETHER)))
    await _nothing_is_open(station)
    await holding_again(before)


async def test_what_a_refused_upload_brought_is_let_go_of_at_once(station: Station) -> None:
    """Twenty files of 1 MB that are refused do not wait in memory, all of them, for a garbage collection."""
    request = upload_pb2.UploadRequest(filename="cv.bin", content=os.urandom(REFUSED_BYTES))

    async def refused() -> None:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await station.stub.Upload(request)
        assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT

    await refused()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(20):
            await refused()
        await _nothing_is_open(station)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert kept < 2 * REFUSED_BYTES


async def _nothing_is_open(station: Station) -> None:
    watches = station.watches
    await eventually(lambda: not watches._open and not station.server._edge.running)  # noqa: SLF001 - nothing outside tells
    assert not watches._feeds, "no owner is watched"  # noqa: SLF001
    assert len(watches._shared.pulse) == 0, "nobody waits to be woken"  # noqa: SLF001
