"""From what a transport delivered to the lines of a recording."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, UnsetType

from resumate_grpc._gen.resumate.v1 import progress_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1.error_reason_pb2 import ErrorReason
from tests.fire.lines import Counts, Draining, Event, Heartbeat, Line

__all__ = ["from_event", "from_frame", "from_update"]

EPOCH_START = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
FRAMES_OF_EVENTS = {"progress_update", "complete", "error", "cancelled"}


def from_update(watch: str, update: watch_pb2.WatchProgressResponse) -> Line:
    """Return the line of a gRPC message."""
    match update.WhichOneof("update"):
        case "event":
            return from_event(watch, update.event)
        case "heartbeat":
            beat = update.heartbeat
            return Heartbeat(
                watch=watch,
                position=beat.sequence,
                caught_up=beat.caught_up,
                epoch=beat.epoch,
                count=_field(beat, "count"),
                digest=_hex(_field(beat, "digest")),
            )
        case "batch":
            counts = update.batch
            return Counts(
                watch=watch,
                batch_id=counts.batch_id,
                total=counts.total,
                queued=counts.queued,
                processing=counts.processing,
                succeeded=counts.succeeded,
                failed=counts.failed,
                cancelled=counts.cancelled,
                feed_sequence=counts.feed_sequence,
            )
        case "draining":
            return Draining(watch=watch, position=update.draining.sequence)
    raise ValueError(f"a message of no known kind: {update}")


def from_event(watch: str, event: progress_pb2.ProgressEvent) -> Event:
    """Return the line of an event, all of it but its result."""
    microseconds = event.create_time.ToMicroseconds()
    failure = event.error
    return Event(
        watch=watch,
        resume_id=event.resume_id,
        sequence=event.sequence,
        feed_sequence=event.feed_sequence,
        attempt=event.attempt,
        stage=progress_pb2.Stage.Name(event.stage).removeprefix("STAGE_"),
        stage_percent=event.stage_percent,
        percent=event.percent,
        message=event.message,
        state=progress_pb2.State.Name(event.state).removeprefix("STATE_"),
        create_time_ms=microseconds // 1000,
        create_time_us=microseconds,
        batch_id=event.batch_id,
        epoch=event.epoch,
        estimated_remaining_s=(
            event.estimated_remaining.ToMicroseconds() / 1e6 if event.HasField("estimated_remaining") else None
        ),
        error=(
            (ErrorReason.Name(failure.reason), failure.message, failure.retryable) if event.HasField("error") else None
        ),
        count=_field(event, "count"),
        digest=_hex(_field(event, "digest")),
    )


def from_frame(watch: str, frame: Mapping[str, Any]) -> Line | None:
    """Return the line of a WebSocket's frame; None for what says nothing of the watch."""
    if frame["type"] == "heartbeat":
        return Heartbeat(
            watch=watch,
            position=frame.get("feed_sequence", frame["sequence"]),
            caught_up=frame["caught_up"],
            epoch=frame["epoch"],
            count=frame.get("count", UNSET),
            digest=frame.get("digest", UNSET),
        )
    if frame["type"] == "notification" and frame["kind"] == "batch_progress":
        counts = frame["data"]
        named = {name: counts[name] for name in ("total", "queued", "processing", "succeeded", "failed", "cancelled")}
        return Counts(watch=watch, batch_id=counts["batch_id"], feed_sequence=counts["feed_sequence"], **named)
    if frame["type"] not in FRAMES_OF_EVENTS or not frame["attempt"]:
        return None
    failure = frame["data"] if frame["type"] == "error" else {}
    return Event(
        watch=watch,
        resume_id=frame["resume_id"],
        sequence=frame["sequence"],
        feed_sequence=frame.get("feed_sequence", UNSET),
        attempt=frame["attempt"],
        stage=frame["stage"].upper(),
        stage_percent=frame["progress"],
        percent=frame["overall_progress"],
        message=frame["status"],
        create_time_ms=_milliseconds(frame["timestamp"]),
        batch_id=frame.get("room", UNSET),
        estimated_remaining_s=frame["estimated_seconds_remaining"],
        error=(failure["error_code"], failure["error_message"], failure["retryable"]) if failure else UNSET,
        count=frame.get("count", UNSET),
        digest=frame.get("digest", UNSET),
    )


def _milliseconds(timestamp: str) -> int:
    return (datetime.fromisoformat(timestamp) - EPOCH_START) // timedelta(milliseconds=1)


def _field(message: Any, name: str) -> Any:
    """Return a field that an older contract does not have: UNSET then."""
    return getattr(message, name) if name in message.DESCRIPTOR.fields_by_name else UNSET


def _hex(digest: bytes | UnsetType) -> str | UnsetType:
    return digest.hex() if isinstance(digest, bytes) and digest else UNSET
