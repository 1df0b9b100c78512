"""Something between client and server that does not pass everything on as it came."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio

from resumate_grpc._gen.resumate.v1.progress_pb2 import Stage, State
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressRequest, WatchProgressResponse

__all__ = ["TAMPERINGS", "Tampering", "relay"]

Updates = AsyncIterator[WatchProgressResponse]
Tampering = Callable[[Updates], Updates]


def _is_event(update: WatchProgressResponse, number: int) -> bool:
    return update.HasField("event") and update.event.sequence == number


async def drops(updates: Updates) -> Updates:
    """Leave the second event out."""
    async for update in updates:
        if not _is_event(update, 2):
            yield update


async def drops_the_last(updates: Updates) -> Updates:
    """Leave the last event out, and with it the end."""
    async for update in updates:
        if update.event.stage != Stage.STAGE_COMPLETE:
            yield update


async def repeats(updates: Updates) -> Updates:
    """Pass the second event on twice."""
    async for update in updates:
        yield update
        if _is_event(update, 2):
            yield update


async def reorders(updates: Updates) -> Updates:
    """Pass the third event on before the second."""
    held = None
    async for update in updates:
        if _is_event(update, 2):
            held = update
            continue
        yield update
        if held and _is_event(update, 3):
            yield held


def altering(change: Callable[[Any], None]) -> Tampering:
    """Change the second event."""

    async def alters(updates: Updates) -> Updates:
        async for update in updates:
            if _is_event(update, 2):
                change(update.event)
            yield update

    return alters


def _set(field: str, value: object) -> Tampering:
    return altering(lambda event: setattr(event, field, value))


async def invents(updates: Updates) -> Updates:
    """Renumber all after the first event, to put another in between."""
    async for update in updates:
        if update.HasField("event") and update.event.sequence > 1:
            if update.event.sequence == 2:
                yield update
            update.event.sequence += 1
            update.event.count += 1
            update.event.feed_sequence += 1
        yield update


TAMPERINGS: dict[str, Tampering] = {
    "an event is dropped": drops,
    "the last event is dropped": drops_the_last,
    "an event is repeated": repeats,
    "events are reordered": reorders,
    "an event is invented": invents,
    "a message is altered": _set("message", "All is well"),
    "a percent is altered": _set("percent", 99),
    "a stage's percent is altered": _set("stage_percent", 99),
    "a stage is altered": _set("stage", Stage.STAGE_AI_ENHANCEMENT),
    "a state is altered": _set("state", State.STATE_SUCCEEDED),
    "an attempt is altered": _set("attempt", 2),
    "a time is altered": altering(lambda event: event.create_time.FromMilliseconds(1)),
    "a count is altered": _set("count", 7),
    "a digest is altered": _set("digest", bytes(31) + b"x"),
    "a digest is taken out": _set("digest", b""),
    "another log's event is put in": _set("epoch", "another"),
}


@asynccontextmanager
async def relay(address: str, tampering: Tampering, *, cut_first_after: int = 0) -> AsyncIterator[str]:
    """Give the address of something that passes watches on to a server; the first is cut after so many messages."""
    calls = 0

    async def watch(request: WatchProgressRequest, context: Any) -> Updates:
        nonlocal calls
        calls += 1
        passed, cut = 0, cut_first_after if calls == 1 else 0
        call = ResumeServiceStub(channel).WatchProgress(request)
        try:
            async for update in tampering(aiter(call)):
                yield update
                passed += 1
                if passed == cut:
                    await context.abort(grpc.StatusCode.UNAVAILABLE, "the line was cut")
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details() or "", error.trailing_metadata() or ())
        finally:
            call.cancel()

    handler = grpc.unary_stream_rpc_method_handler(
        watch,
        request_deserializer=WatchProgressRequest.FromString,
        response_serializer=WatchProgressResponse.SerializeToString,
    )
    between = grpc.aio.server()
    between.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("resumate.v1.ResumeService", {"WatchProgress": handler}),)
    )
    port = between.add_insecure_port("127.0.0.1:0")
    async with grpc.aio.insecure_channel(address) as channel:
        await between.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            await between.stop(None)
