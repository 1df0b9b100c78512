"""A stream that can be checked: what a real client received, against what the server says that it sent."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_service_pb2, watch_pb2
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.work import NewEvent
from tests.docs.checking import digest, watch_digest
from tests.rpc.conftest import OpenStation, Station
from tests.rpc.samples import PARSED
from tests.surroundings import standing

WORDS = ("Reading page 2", "", "Überschrift — 履歴書", "e\u0301 and é", "🧾")
ON_SQLITE = (*WORDS, "n\u0000ul")
"""PostgreSQL takes no NUL in a text; no message of ours has one."""


async def live_through(station: Station, dice: random.Random, *, resumes: int, batch_id: str) -> list[str]:
    """Upload résumés and let chance decide what becomes of them; returns their ids."""
    ids = []
    for number in range(resumes):
        resume_id = (await station.upload(content=f"{number} {dice.random()}".encode(), batch_id=batch_id)).id
        ids.append(resume_id)
        for _ in range(dice.randint(1, 3)):
            fate = dice.random()
            if fate < 0.8:
                claim = await station.claim()
                for _ in range(dice.randint(0, 4)):
                    await report(station, claim, dice)
                if fate < 0.2:
                    station.bus.publish(await station.store.give_back(claim, message="Again", lost=False))
                    claim = await station.claim()
                await station.finish(claim, PARSED if fate < 0.5 else None)
            else:
                await station.stub.CancelResume(resume_service_pb2.CancelResumeRequest(resume_id=resume_id))
            await station.stub.RetryResume(resume_service_pb2.RetryResumeRequest(resume_id=resume_id))
        await station.stub.CancelResume(resume_service_pb2.CancelResumeRequest(resume_id=resume_id))
    return ids


async def report(station: Station, claim: Any, dice: random.Random) -> None:
    percent = dice.randint(0, 99)
    words = WORDS if standing() else ON_SQLITE
    news = [
        NewEvent(stage=Stage.NLP_PARSING, stage_percent=percent, percent=percent, message=dice.choice(words))
        for _ in range(dice.randint(1, 3))
    ]
    for event in await station.store.append(claim, news):
        station.bus.publish(event)


async def to_first_heartbeat(
    station: Station, **fields: Any
) -> tuple[list[progress_pb2.ProgressEvent], watch_pb2.Heartbeat]:
    call: Any = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(**fields))
    events: list[progress_pb2.ProgressEvent] = []
    async with asyncio.timeout(10):
        while (update := await call.read()) is not grpc.aio.EOF:
            if update.HasField("heartbeat"):
                call.cancel()
                return events, update.heartbeat
            if update.HasField("event"):
                events.append(update.event)
    raise AssertionError("the watch ended without a heartbeat")


@pytest.mark.parametrize("seed", range(3))
async def test_a_client_can_check_a_resume_from_any_position(station: Station, seed: int) -> None:
    """Recomputed over what arrived, from whatever event on, the digest is the event's and the heartbeat's."""
    dice = random.Random(seed)  # noqa: S311 - a test's dice
    (resume_id,) = await live_through(station, dice, resumes=1, batch_id="b")
    whole, beat = await to_first_heartbeat(station, resume_id=resume_id)
    assert [event.count for event in whole] == [event.sequence for event in whole]
    assert (beat.count, beat.digest) == (len(whole), whole[-1].digest)
    for after in range(len(whole) + 1):
        before = whole[after - 1].digest if after else bytes(32)
        rest, beat = await to_first_heartbeat(station, resume_id=resume_id, after_sequence=after)
        assert (beat.count, beat.digest) == (len(whole), digest(rest, before))
        for number, event in enumerate(rest, start=1):
            assert event.digest == digest(rest[:number], before)


@pytest.mark.parametrize("field", [{"feed": True}, {"batch_id": "b"}], ids=["feed", "batch"])
async def test_a_client_can_check_a_watch_of_many(station: Station, field: dict[str, Any]) -> None:
    """A heartbeat of a batch's or feed's watch is over what this watch sent, wherever it began."""
    dice = random.Random(5)  # noqa: S311 - a test's dice
    await live_through(station, dice, resumes=2, batch_id="other")
    await live_through(station, dice, resumes=2, batch_id="b")
    whole, _ = await to_first_heartbeat(station, **field)
    for after in (0, whole[0].feed_sequence, whole[len(whole) // 2].feed_sequence, whole[-1].feed_sequence):
        events, beat = await to_first_heartbeat(station, **field, after_sequence=after)
        assert [event for event in whole if event.feed_sequence > after] == events
        assert (beat.count, beat.digest) == (len(events), watch_digest(events))


async def test_live_events_join_the_digest(station: Station) -> None:
    """Over history and live events together, the terminal event's digest is the recomputed one."""
    resume = await station.upload()
    call: Any = station.stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume.id))
    events = [(await call.read()).event]
    beat = (await call.read()).heartbeat
    claim = await station.claim()
    await station.advance(claim)
    await station.finish(claim, PARSED)
    async with asyncio.timeout(10):
        while (update := await call.read()) is not grpc.aio.EOF:
            events.append(update.event)
    assert beat.digest == digest(events[:1])
    assert [event.digest for event in events] == [digest(events[: n + 1]) for n in range(len(events))]


async def test_every_way_to_read_an_event_gives_the_same_digest(station: Station) -> None:
    """A page of events and a résumé's latest progress bear the digests of the stream."""
    resume = await station.parsed(PARSED)
    events, _ = await to_first_heartbeat(station, resume_id=resume.id)
    page = await station.stub.ListProgress(watch_pb2.ListProgressRequest(resume_id=resume.id))
    got = await station.stub.GetResume(resume_service_pb2.GetResumeRequest(resume_id=resume.id))
    assert list(page.events) == events
    assert got.resume.progress == events[-1]


async def test_the_chain_goes_on_after_a_restart(open_station: OpenStation) -> None:
    """The next event after a restart continues the digest that is on disk."""
    async with open_station() as station:
        resume = await station.parsed(PARSED)
    async with open_station() as station:
        await station.stub.RetryResume(resume_service_pb2.RetryResumeRequest(resume_id=resume.id))
        events, beat = await to_first_heartbeat(station, resume_id=resume.id)
    assert len(events) == 4
    assert beat.digest == digest(events)
