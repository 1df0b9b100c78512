"""What both sides of the fan-out have in common: the method, a message, and events at a steady rate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from resumate_bridge.frames import event_frame
from resumate_bridge.target import TargetKind, WatchTarget

from resumate_grpc.jobs.updates import Occurred
from resumate_grpc.model.progress import ProgressEvent, Stage, State
from resumate_grpc.rpc.codec_progress import encode_event
from resumate_grpc.rpc.codec_watch import Frames

__all__ = ["METHOD", "UNARY_METHOD", "paced", "sample_response", "sample_text"]

METHOD = "/resumate.v1.ResumeService/WatchProgress"
UNARY_METHOD = "/resumate.v1.ResumeService/ListResumes"
_FRAMES = Frames("0190aaaa-0000-7000-8000-000000000000")


def sample_response(number: int) -> bytes:
    """Return the bytes of a watch's message like those that ours sends, serialised once."""
    return _FRAMES.encode(Occurred(event=_event(number)))


def sample_text(number: int) -> str:
    """Return a frame like those that our bridge sends, as JSON."""
    message = encode_event(_event(number), epoch="")
    return event_frame(message, WatchTarget(kind=TargetKind.RESUME, name=message.resume_id)).payload.decode()


def _event(number: int) -> ProgressEvent:
    return ProgressEvent(
        resume_id="0190aaaa-0000-7000-8000-000000000001",
        owner="local",
        batch_id="",
        sequence=number,
        feed_sequence=number,
        attempt=1,
        stage=Stage.NLP_PARSING,
        stage_percent=50,
        percent=50,
        message="Reading work experience",
        state=State.PROCESSING,
        create_time=datetime.now(UTC),
        digest=bytes(32),
        estimated_remaining_s=1.4,
    )


async def paced(
    publish: Callable[[int], Awaitable[float]], *, topics: int, rate: float, seconds: float
) -> list[list[float]]:
    """Publish `rate` events a second, the topics in turn, never waiting for one; returns each topic's commit times."""
    loop = asyncio.get_running_loop()
    stamps: list[list[float]] = [[] for _ in range(topics)]
    running: set[asyncio.Task[None]] = set()

    async def one(topic: int) -> None:
        stamps[topic].append(await publish(topic))

    start = loop.time()
    for number in range(max(1, round(rate * seconds / topics)) * topics):  # each topic gets as many
        await asyncio.sleep(max(0.0, start + number / rate - loop.time()))
        task = asyncio.create_task(one(number % topics))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    return stamps
