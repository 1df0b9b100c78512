"""Progress, streamed and polled, through a real client."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_service_pb2, watch_pb2
from resumate_grpc.errors import ResumeNotFoundError, StorageUnavailableError
from resumate_grpc.model.work import LogPage, LogQuery
from resumate_grpc.rpc.codec_parsed import encode_parsed
from resumate_grpc.store import SqlStore
from tests.rpc.conftest import OpenStation, Station, eventually
from tests.rpc.refusals import read_refusal
from tests.rpc.samples import PARSED

Update = watch_pb2.WatchProgressResponse


def watch(station: Station, **fields: Any) -> Any:
    return station.stub.WatchProgress(watch_pb2.WatchProgressRequest(**fields))


async def rest(call: Any) -> list[Update]:
    async with asyncio.timeout(10):
        updates = []
        while (update := await call.read()) is not grpc.aio.EOF:
            updates.append(update)
        return updates


def sequences(updates: list[Update]) -> list[int]:
    return [update.event.sequence for update in updates if update.HasField("event")]


async def test_from_the_first_to_the_last(station: Station) -> None:
    """A watch sends history, a heartbeat when it has caught up, then what happens, and ends with OK at the end."""
    resume = await station.upload()
    call = watch(station, resume_id=resume.id)
    first, beat = await call.read(), await call.read()
    claim = await station.claim()
    await station.advance(claim)
    await station.finish(claim, PARSED)
    live = await rest(call)
    assert first.event.sequence == 1
    assert (beat.heartbeat.sequence, beat.heartbeat.caught_up) == (1, True)
    assert beat.heartbeat.epoch == station.store.epoch
    assert sequences(live) == [2, 3, 4]
    assert live[-1].event.state == progress_pb2.STATE_SUCCEEDED
    assert not live[-1].event.HasField("parsed")
    assert await call.code() is grpc.StatusCode.OK


async def test_with_the_result(station: Station) -> None:
    """With include_parsed the event that ends in success bears the result, in a stream as in a page."""
    resume = await station.parsed(PARSED)
    streamed = await rest(watch(station, resume_id=resume.id, include_parsed=True))
    page = await station.stub.ListProgress(watch_pb2.ListProgressRequest(resume_id=resume.id, include_parsed=True))
    events = [update.event for update in streamed if update.HasField("event")]
    assert [event.HasField("parsed") for event in events] == [False, False, True]
    assert events[-1].parsed == encode_parsed(PARSED)
    assert list(page.events) == events


async def test_after_a_reading_that_failed(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was refused because the log could not be read ends nobody else's watch, nor any that comes later."""
    resume = await station.upload()
    pages, reading, let_fail = station.store.pages, asyncio.Event(), asyncio.Event()

    async def failing(_store: SqlStore, _queries: Sequence[LogQuery]) -> Sequence[LogPage | ResumeNotFoundError]:
        monkeypatch.setattr(SqlStore, "pages", lambda _store, queries: pages(queries))
        reading.set()
        await let_fail.wait()
        raise StorageUnavailableError

    monkeypatch.setattr(SqlStore, "pages", failing)
    refused = watch(station, resume_id=resume.id)
    await reading.wait()
    others = [watch(station, resume_id=resume.id, after_sequence=1), watch(station, feed=True)]
    asked = station.watches._shared.reader._asked  # noqa: SLF001 - nothing outside tells who waits for a reading
    await eventually(lambda: len(asked) == len(others))
    let_fail.set()
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await refused.read()
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    async with asyncio.timeout(10):
        firsts = [await call.read() for call in (*others, watch(station, resume_id=resume.id))]
    assert [first.WhichOneof("update") for first in firsts] == ["heartbeat", "event", "event"]


async def test_the_result_of_another_attempt(station: Station) -> None:
    """An event does not bear the result of a later attempt."""
    resume = await station.parsed(PARSED)
    await station.stub.RetryResume(resume_service_pb2.RetryResumeRequest(resume_id=resume.id))
    await station.finish(await station.claim(), PARSED)
    updates = await rest(watch(station, resume_id=resume.id, include_parsed=True))
    ends = [update.event for update in updates if update.event.state == progress_pb2.STATE_SUCCEEDED]
    assert [(event.attempt, event.HasField("parsed")) for event in ends] == [(1, False), (2, True)]


async def test_a_failure_is_an_event(station: Station) -> None:
    """A parse that fails is an event with its reason, and the watch ends with OK."""
    resume = await station.upload()
    await station.finish(await station.claim())
    call = watch(station, resume_id=resume.id)
    last = (await rest(call))[-2].event
    assert (last.state, last.stage) == (progress_pb2.STATE_FAILED, progress_pb2.STAGE_ERROR)
    assert last.error.message == "damaged"
    assert await call.code() is grpc.StatusCode.OK


@pytest.mark.parametrize("after", [0, 1, 2, 3])
async def test_resuming(station: Station, after: int) -> None:
    """A watch after a position begins with the next number."""
    resume = await station.parsed(PARSED)
    assert sequences(await rest(watch(station, resume_id=resume.id, after_sequence=after))) == [1, 2, 3][after:]


async def test_following(station: Station) -> None:
    """With follow the watch stays after the end and sees the next attempt, numbered on."""
    resume = await station.parsed(PARSED)
    call = watch(station, resume_id=resume.id, follow=True, after_sequence=3)
    assert (await call.read()).heartbeat.sequence == 3
    await station.stub.RetryResume(resume_service_pb2.RetryResumeRequest(resume_id=resume.id))
    event = (await call.read()).event
    call.cancel()
    assert (event.sequence, event.attempt) == (4, 2)


async def test_a_batch(station: Station) -> None:
    """A batch watch sends its members' events and the batch's counts, and no stranger's."""
    await station.upload(filename="stranger.txt")
    members = [await station.upload(filename=f"{number}.txt", batch_id="b") for number in range(2)]
    call = watch(station, batch_id="b")
    seen = [await call.read() for _ in range(4)]
    call.cancel()
    counts = [update.batch for update in seen if update.HasField("batch")]
    assert {update.event.resume_id for update in seen if update.HasField("event")} == {resume.id for resume in members}
    assert [(count.total, count.queued, count.feed_sequence) for count in counts] == [(2, 2, 3)]


async def test_a_feed(station: Station) -> None:
    """A feed watch numbers by feed_sequence over all résumés."""
    for number in range(3):
        await station.upload(filename=f"{number}.txt")
    call = watch(station, feed=True, after_sequence=1)
    seen = [await call.read() for _ in range(3)]
    call.cancel()
    assert [update.event.feed_sequence for update in seen[:2]] == [2, 3]
    assert seen[2].heartbeat.sequence == 3


@pytest.mark.slow
async def test_silence_is_broken(station: Station) -> None:
    """A watch on which nothing happens sends a heartbeat after the interval asked for."""
    resume = await station.upload()
    call = watch(station, resume_id=resume.id, after_sequence=1, heartbeat_interval={"seconds": 1})
    await call.read()
    start = asyncio.get_running_loop().time()
    beat = (await call.read()).heartbeat
    call.cancel()
    assert beat.sequence == 1
    assert 0.9 < asyncio.get_running_loop().time() - start < 3


async def test_polling(station: Station) -> None:
    """Pages of events follow one another by next_after_sequence."""
    resume = await station.parsed(PARSED)
    request = watch_pb2.ListProgressRequest(resume_id=resume.id, page_size=2)
    first = await station.stub.ListProgress(request)
    request.after_sequence = first.next_after_sequence
    second = await station.stub.ListProgress(request)
    request.after_sequence = second.next_after_sequence
    third = await station.stub.ListProgress(request)
    assert [event.sequence for event in (*first.events, *second.events)] == [1, 2, 3]
    assert [(page.has_more, page.next_after_sequence) for page in (first, second, third)] == [
        (True, 2),
        (False, 3),
        (False, 3),
    ]
    assert {page.epoch for page in (first, second, third)} == {station.store.epoch}


async def test_many_watch_one(station: Station) -> None:
    """All who watch a résumé see the same."""
    resume = await station.upload()
    calls = [watch(station, resume_id=resume.id) for _ in range(20)]
    reading = [asyncio.create_task(rest(call)) for call in calls]
    await eventually(lambda: b"resumate_open_watches 20.0" in station.metrics.render())
    await station.finish(await station.claim(), PARSED)
    seen = [sequences(updates) for updates in await asyncio.gather(*reading)]
    assert seen == [[1, 2, 3]] * 20
    await eventually(lambda: b"resumate_open_watches 0.0" in station.metrics.render())


async def test_draining_is_told(open_station: OpenStation) -> None:
    """When the server drains, a watch gets its position, then UNAVAILABLE; resumed there, nothing is missing."""
    async with open_station() as station:
        resume = await station.upload()
        call = watch(station, resume_id=resume.id)
        await call.read()
        await call.read()
        draining = asyncio.create_task(station.server.drain(grace_s=5))
        farewell = (await call.read()).draining
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
        await draining
    answer = read_refusal(caught.value)
    assert (answer.code, answer.reason) == ("UNAVAILABLE", "SERVER_DRAINING")
    assert answer.retry_after_s is not None
    assert farewell.sequence == 1
    assert farewell.reconnect_after.ToMilliseconds() > 0
    async with open_station() as station:
        await station.finish(await station.claim(), PARSED)
        again = await rest(watch(station, resume_id=resume.id, after_sequence=farewell.sequence))
    assert sequences(again) == [2, 3]


@pytest.mark.slow
async def test_two_thousand_watches_at_once(station: Station) -> None:
    """2,000 watches opened in one moment all open: gRPC's own limit would refuse some at random."""
    resume = await station.upload()
    async with grpc.aio.insecure_channel(station.address) as channel:
        path = "/resumate.v1.ResumeService/WatchProgress"
        open_one = channel.unary_stream(
            path,
            request_serializer=watch_pb2.WatchProgressRequest.SerializeToString,
            response_deserializer=Update.FromString,
        )
        calls = [open_one(watch_pb2.WatchProgressRequest(resume_id=resume.id)) for _ in range(2000)]
        async with asyncio.timeout(60):
            first: list[Any] = await asyncio.gather(*(call.read() for call in calls))
        await station.finish(await station.claim(), PARSED)
        async with asyncio.timeout(60):
            updates = await asyncio.gather(*(rest(call) for call in calls))
    assert {update.event.sequence for update in first} == {1}
    assert {tuple(sequences(seen)) for seen in updates} == {(2, 3)}
