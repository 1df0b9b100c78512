"""A watch through everything that can happen to a stream."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from google.protobuf.message import Message

from resumate_grpc._gen.resumate.v1.progress_pb2 import BatchProgress
from resumate_grpc._gen.resumate.v1.watch_pb2 import Draining, WatchProgressResponse
from resumate_grpc.client import (
    CallError,
    Client,
    DeniedError,
    EpochChangedError,
    HistoryGoneError,
    Interruption,
    NotFoundError,
    Reconnection,
    State,
    UnreachableError,
)
from tests.client.running import QUICK, use, watch
from tests.scripted_server import EPOCH, ID, ScriptedServer, event, heartbeat, reason, retry_after

DONE = State.STATE_SUCCEEDED
ENDINGS: dict[str, tuple[grpc.StatusCode, str, tuple[Message, ...]]] = {
    "the server was killed": (grpc.StatusCode.UNAVAILABLE, "Socket closed", ()),
    "the server drains": (
        grpc.StatusCode.UNAVAILABLE,
        "shutting down",
        (reason("SERVER_DRAINING"), retry_after(0.01)),
    ),
    "something between cancelled it": (grpc.StatusCode.CANCELLED, "RST_STREAM", ()),
    "a proxy's deadline": (grpc.StatusCode.DEADLINE_EXCEEDED, "upstream timeout", ()),
    "a proxy's reset": (grpc.StatusCode.INTERNAL, "Received RST_STREAM with error code 2", ()),
    "a limit was reached": (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "too many watches",
        (reason("TOO_MANY_STREAMS"), retry_after(0.01)),
    ),
    "it ended before the résumé did": (grpc.StatusCode.OK, "", ()),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_comes_back_after_the_last_event(scripted: ScriptedServer, ending: str) -> None:
    """A watch that is cut off comes back where it was, in the same epoch, and gives no event twice."""
    code, message, details = ENDINGS[ending]
    seen, running = watch(scripted, ID)
    first = scripted.stream()
    first.send(event(1), event(2), heartbeat(2), event(3))
    first.end(code, message, *details)
    second = scripted.stream()
    second.send(event(3), event(4), event(5, state=DONE))
    second.end()
    running.result(10)
    assert (first.request.after_sequence, first.request.epoch) == (0, "")
    assert (second.request.after_sequence, second.request.epoch) == (3, EPOCH)
    assert seen.numbers == [1, 2, 3, 4, 5]
    assert [cut.position for cut in seen.interruptions] == [3]


def test_hole_is_asked_for_again(scripted: ScriptedServer) -> None:
    """Where an event is missing in the middle or at the end, the watch asks again after the last one that came."""
    seen, running = watch(scripted, ID)
    first = scripted.stream()
    first.send(event(1), event(3))
    assert first.left()
    second = scripted.stream()
    second.send(event(2), heartbeat(3))
    assert second.left()
    third = scripted.stream()
    third.send(event(3, state=DONE))
    third.end()
    running.result(10)
    assert (second.request.after_sequence, third.request.after_sequence) == (1, 2)
    assert seen.numbers == [1, 2, 3]


def test_hole_that_stays_is_told(scripted: ScriptedServer) -> None:
    """A server that leaves the same event out call after call is not asked for ever."""
    seen, running = watch(scripted, ID, reconnection=Reconnection(first_s=0.001, most_s=0.001, patience_s=None))
    for _ in range(5):
        scripted.stream().send(event(2))
    with pytest.raises(UnreachableError, match="event 2 came after 0"):
        running.result(10)
    assert seen.events == []


def test_draining_tells_how_long_to_stay_away(scripted: ScriptedServer) -> None:
    """The pause before coming back is never shorter than the server asked for when it began to drain."""
    seen, running = watch(scripted, ID)
    first = scripted.stream()
    draining = Draining(sequence=1)
    draining.reconnect_after.FromMilliseconds(300)
    first.send(event(1), WatchProgressResponse(draining=draining))
    first.end(grpc.StatusCode.UNAVAILABLE, "shutting down", reason("SERVER_DRAINING"))
    second = scripted.stream()
    second.send(event(2, state=DONE))
    second.end()
    running.result(10)
    assert [0.3 <= cut.pause_s <= 0.35 for cut in seen.interruptions] == [True]


@pytest.mark.slow
def test_dead_link_is_noticed_by_two_missing_heartbeats(scripted: ScriptedServer) -> None:
    """A stream that neither brings anything nor ends is left, and the watch comes back after the last event."""
    seen, running = watch(scripted, ID, heartbeat_s=1.0)
    first = scripted.stream()
    first.send(event(1), heartbeat(1))
    assert first.left()
    second = scripted.stream()
    second.send(event(2, state=DONE))
    second.end()
    running.result(10)
    assert first.request.heartbeat_interval.ToMilliseconds() == 1000
    assert "nothing was heard for 2.5 s" in str(seen.interruptions[0].error)
    assert seen.numbers == [1, 2]


REFUSALS: dict[str, tuple[grpc.StatusCode, tuple[Message, ...], type[CallError]]] = {
    "deleted": (grpc.StatusCode.NOT_FOUND, (reason("RESUME_NOT_FOUND"),), NotFoundError),
    "purged": (grpc.StatusCode.OUT_OF_RANGE, (reason("HISTORY_GONE", first_available="41"),), HistoryGoneError),
    "restored": (grpc.StatusCode.FAILED_PRECONDITION, (reason("EPOCH_MISMATCH", epoch="e2"),), EpochChangedError),
    "not allowed": (grpc.StatusCode.PERMISSION_DENIED, (reason("PERMISSION_DENIED"),), DeniedError),
    "a fault": (grpc.StatusCode.INTERNAL, (), CallError),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_coming_back_cannot_mend_is_raised(scripted: ScriptedServer, name: str) -> None:
    """After a restart the server may refuse to go on: that is raised with all that it said, and not tried again."""
    code, details, kind = REFUSALS[name]
    seen, running = watch(scripted, ID)
    first = scripted.stream()
    first.send(event(1))
    first.end(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    scripted.stream().end(code, "no", *details)
    with pytest.raises(kind) as raised:
        running.result(10)
    assert type(raised.value) is kind
    assert (raised.value.code, raised.value.server) == (code.name, scripted.address)
    assert seen.numbers == [1]
    if isinstance(raised.value, HistoryGoneError):
        assert raised.value.first_available == 41
    if isinstance(raised.value, EpochChangedError):
        assert raised.value.epoch == "e2"


def test_patience_ends(scripted: ScriptedServer) -> None:
    """A server that stays away for longer than the watch has patience is told as such."""
    impatient = Reconnection(first_s=0.001, most_s=0.001, patience_s=0.0)
    seen, running = watch(scripted, ID, reconnection=impatient)
    first = scripted.stream()
    first.send(event(1))
    first.end(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    with pytest.raises(UnreachableError, match="Socket closed"):
        running.result(10)
    assert seen.numbers == [1]


def test_batch_and_feed_count_in_feed_sequence(scripted: ScriptedServer) -> None:
    """A batch's watch comes back by feed_sequence, which has nothing to do with each résumé's own numbers."""
    seen, running = watch(scripted, batch="spring", after=10, epoch=EPOCH)
    first = scripted.stream()
    late = event(15)
    late.event.sequence = 1
    first.send(event(11), late, WatchProgressResponse(batch=BatchProgress(batch_id="spring", total=2)))
    first.end(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    second = scripted.stream()
    second.end(grpc.StatusCode.NOT_FOUND, "enough", reason("RESUME_NOT_FOUND"))
    with pytest.raises(NotFoundError):
        running.result(10)
    assert (first.request.batch_id, first.request.after_sequence, first.request.epoch) == ("spring", 10, EPOCH)
    assert second.request.after_sequence == 15
    assert seen.numbers == [11, 15]


def test_leaving_a_watch_ends_its_call(scripted: ScriptedServer) -> None:
    """Whoever breaks off leaves no call behind, and another iteration goes on after the last event given."""

    async def work(client: Client) -> list[int]:
        watched = client.watch(ID)
        numbers = []
        async for update in watched:
            numbers.append(update.sequence)
            if update.sequence == 2:
                break
        assert await asyncio.to_thread(first.left)
        assert (watched.position, watched.epoch) == (2, EPOCH)
        return numbers + [update.sequence async for update in watched]

    running = use(scripted, work)
    first = scripted.stream()
    first.send(event(1), event(2), event(3))
    second = scripted.stream()
    second.send(event(3, state=DONE))
    second.end()
    assert running.result(10) == [1, 2, 3]
    assert second.request.after_sequence == 2


def test_cancelling_the_task_ends_the_watch(scripted: ScriptedServer) -> None:
    """Cancelling the task that watches is not mistaken for a lost connection: it ends, and so does the call."""

    async def work(client: Client) -> None:
        async def look() -> None:
            async for _ in client.watch(ID):
                heard.set()

        heard = asyncio.Event()
        task = asyncio.create_task(look())
        await heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(first.left)

    running = use(scripted, work)
    first = scripted.stream()
    first.send(event(1))
    running.result(10)


def test_watch_that_began_after_the_end_asks_twice(scripted: ScriptedServer) -> None:
    """Where a stream brings no event and ends with OK, another call confirms that there was nothing to say."""
    seen, running = watch(scripted, ID, after=5)
    for _ in range(2):
        stream = scripted.stream()
        stream.send(heartbeat(5))
        stream.end()
    running.result(10)
    assert seen.numbers == []


@pytest.mark.parametrize("targets", [{}, {"batch": "a", "feed": True}], ids=str)
def test_one_target(targets: dict[str, object]) -> None:
    """A watch is of one thing, and the client must be open."""

    async def ask() -> None:
        async with Client("127.0.0.1:1", reconnection=QUICK) as client:
            client.watch(**targets)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="one target"):
        asyncio.run(ask())


def test_who_is_cancelled_while_it_works_on_an_event_ends(scripted: ScriptedServer) -> None:
    """A cancellation that comes between two events, as by Ctrl-C, ends the watch; it is no lost connection."""
    told: list[Interruption] = []

    async def work(client: Client) -> None:
        async for _ in client.watch(ID, on_interruption=told.append):
            task = asyncio.current_task()
            assert task is not None
            task.cancel()

    running = use(scripted, work)
    scripted.stream().send(event(1))
    with pytest.raises(asyncio.CancelledError):
        running.result(10)
    assert told == []
