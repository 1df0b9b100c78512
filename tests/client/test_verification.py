"""A watch that verifies notices whatever was done to the stream on its way, and nothing where nothing was done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resumate_grpc._gen.resumate.v1.watch_pb2 import Heartbeat, WatchProgressResponse
from resumate_grpc.client import Client, NotFoundError, Reconnection, Verification, VerificationError
from tests.client.tampering import TAMPERINGS, Tampering, Updates, relay
from tests.rpc.conftest import OpenStation, Station
from tests.rpc.samples import PARSED
from tests.scripted_server import EPOCH, ID, log

pytestmark = pytest.mark.slow

QUICK = Reconnection(first_s=0.01, most_s=0.05, patience_s=5)


async def as_it_is(updates: Updates) -> Updates:
    """Change nothing."""
    async for update in updates:
        yield update


async def ended(station: Station) -> str:
    """Make a résumé with five events, the last of which is its end."""
    resume = await station.upload()
    claim = await station.claim()
    for percent in (20, 60):
        await station.advance(claim, percent)
    await station.finish(claim, PARSED)
    return resume.id


async def watched(station: Station, tampering: Tampering, *, cut: int = 0, **options: Any) -> tuple[int, int]:
    """Verify a watch; returns how many events were verified and how many trusted."""
    async with (
        asyncio.timeout(20),
        relay(station.address, tampering, cut_first_after=cut) as address,
        Client(address, reconnection=QUICK) as client,
    ):
        watch = client.watch(verify=True, **options)
        async for _ in watch:
            if watch.position == 5 and not options.get("resume_id"):
                break
        assert watch.verification is not None
        return watch.verification.verified, watch.verification.trusted


@pytest.mark.parametrize("cut", [0, 1, 3])
async def test_nothing_is_found_where_nothing_was_done(station: Station, cut: int) -> None:
    """All events of a résumé, a batch and the feed are verified, over a new call too; from the middle, all but one."""
    resume_id = await ended(station)
    assert await watched(station, as_it_is, cut=cut, resume_id=resume_id) == (5, 0)
    assert await watched(station, as_it_is, cut=cut, feed=True) == (5, 0)
    assert await watched(station, as_it_is, cut=cut, resume_id=resume_id, after=2) == (2, 1)


VERIFIED_BEFORE = {"the last event is dropped": 4, "an event is repeated": 2, "an event is invented": 2}


@pytest.mark.parametrize("target", ["resume_id", pytest.param("feed", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_is_noticed(station: Station, name: str, target: str) -> None:
    """Whatever is dropped, repeated, reordered, invented or altered on the way is noticed, and the watch raises."""
    resume_id = await ended(station)
    wanted: dict[str, Any] = {"resume_id": resume_id} if target == "resume_id" else {"feed": True}
    with pytest.raises(VerificationError) as raised:
        await watched(station, TAMPERINGS[name], **wanted)
    assert raised.value.difference
    assert raised.value.events == VERIFIED_BEFORE.get(name, 1)


async def test_several_resumes_in_one_feed(open_station: OpenStation) -> None:
    """Each résumé of a batch has its own chain; one that was deleted is missed by nobody, a hidden one is noticed."""
    async with open_station() as station:
        kept = await station.upload(b"one", batch_id="b")
        gone = await station.upload(b"two", batch_id="b")
        await station.upload(b"three", batch_id="b")
        async with Client(station.address) as client:
            await client.delete(gone.id)

        async def hides(updates: Updates) -> Updates:
            async for update in updates:
                if update.event.resume_id != kept.id:
                    yield update

        for tampering, differs in ((as_it_is, False), (hides, True)):
            async with relay(station.address, tampering) as address, Client(address) as client, asyncio.timeout(10):
                watch = client.watch(batch="b", verify=True, heartbeat_s=1)
                try:
                    async for update in watch.updates():
                        if update.HasField("heartbeat"):
                            break
                    assert not differs
                    assert watch.verification is not None
                    assert watch.verification.verified == 2
                except VerificationError:
                    assert differs


async def test_deletion_is_no_tampering(station: Station) -> None:
    """A résumé that is deleted while it is watched is told as such."""
    resume = await station.upload()
    async with Client(station.address) as client, asyncio.timeout(10):
        events = aiter(client.watch(resume.id, verify=True))
        await anext(events)
        await client.delete(resume.id)
        with pytest.raises(NotFoundError):
            await anext(events)


def verify(updates: list[WatchProgressResponse]) -> None:
    verification = Verification(resume_id=ID)
    verification.begin()
    for update in updates:
        verification.take(update)
    verification.end()


def beat(number: int, digest: bytes) -> WatchProgressResponse:
    return WatchProgressResponse(heartbeat=Heartbeat(sequence=number, count=number, digest=digest, epoch=EPOCH))


@given(st.data())
def test_every_single_change_is_noticed(data: st.DataObject) -> None:
    """Of any log with heartbeats anywhere: left out, swapped, repeated or changed in one place, it does not pass."""
    events = log(data.draw(st.integers(2, 8)))
    sent = list(events)
    place = data.draw(st.integers(0, len(events) - 1))
    kind = data.draw(st.sampled_from(["drop", "repeat", "swap", "percent", "message"]))
    if kind == "drop":
        del sent[place]
    elif kind == "repeat":
        sent.insert(place, events[place])
    elif kind == "swap":
        place = min(place, len(events) - 2)
        sent[place], sent[place + 1] = sent[place + 1], sent[place]
    elif kind == "percent":
        sent[place].event.percent += 1
    else:
        sent[place].event.message += "\u0301"
    with pytest.raises(VerificationError):
        verify(sent)


@given(st.integers(1, 8), st.sets(st.integers(1, 8)), st.sets(st.integers(1, 8)))
def test_what_was_sent_passes_whatever_calls_it_took(count: int, cuts: set[int], beats: set[int]) -> None:
    """Cut anywhere into calls, with heartbeats anywhere, an untouched log passes whole."""
    verification = Verification(resume_id=ID)
    verification.begin()
    for number, update in enumerate(log(count), 1):
        verification.take(update)
        if number in beats:
            verification.take(beat(number, update.event.digest))
        if number in cuts:
            verification.begin()
            verification.take(beat(number, update.event.digest))
    verification.end()
    assert (verification.verified, verification.trusted) == (count, 0)


def test_digest_of_an_earlier_run() -> None:
    """Who kept the digest with the position verifies from there on without trusting anything."""
    events = log(4)
    verification = Verification(resume_id=ID, after=2, digest=events[1].event.digest)
    verification.begin()
    for update in events[2:]:
        verification.take(update)
    verification.end()
    assert (verification.verified, verification.trusted) == (2, 0)


def test_empty_stream_has_said_nothing() -> None:
    """A stream that ends with OK and brought neither event nor heartbeat has hidden something."""
    verification = Verification(resume_id=ID)
    verification.begin()
    with pytest.raises(VerificationError, match="without having said all"):
        verification.end()
