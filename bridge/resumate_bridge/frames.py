"""The messages to the browser: pure, one JSON object a frame, fields as documented in docs/api.md."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from resumate_bridge.enum_names import full_name, short_name
from resumate_bridge.json_body import encode
from resumate_bridge.proto_json import JsonObject, message_object
from resumate_bridge.refusal import Refusal
from resumate_bridge.seen import Seen
from resumate_bridge.target import TargetKind, WatchTarget
from resumate_grpc._gen.resumate.v1.error_reason_pb2 import ErrorReason
from resumate_grpc._gen.resumate.v1.progress_pb2 import BatchProgress, ProgressEvent, Stage, State

__all__ = [
    "Frame",
    "batch_frame",
    "connection_frame",
    "event_frame",
    "event_frames",
    "heartbeat_frame",
    "is_terminal",
    "pong_frame",
    "refusal_frame",
    "state_name",
]

_FINAL_TEXT = 0x81
_SHORT, _IN_2_BYTES, _IN_8_BYTES = 125, 126, 127
_TERMINAL = {Stage.STAGE_COMPLETE: "complete", Stage.STAGE_ERROR: "error", Stage.STAGE_CANCELLED: "cancelled"}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One event as the browser gets it.

    `position` is what the watch counts in (see `WatchTarget`). `is_terminal` says that it ends an attempt. `digest` is
    that of the résumé's log up to the event.
    """

    position: int
    is_terminal: bool
    body: JsonObject
    digest: bytes = b""

    @cached_property
    def payload(self) -> bytes:
        """The frame as JSON in UTF-8, encoded once however many sockets get it."""
        return encode(self.body)

    @cached_property
    def wire(self) -> bytes:
        """The payload as a WebSocket text frame (RFC 6455, 5.2), unmasked as a server's are: the same for all."""
        payload = self.payload
        size = len(payload)
        if size <= _SHORT:
            return bytes((_FINAL_TEXT, size)) + payload
        if size < 1 << 16:
            return bytes((_FINAL_TEXT, _IN_2_BYTES)) + size.to_bytes(2, "big") + payload
        return bytes((_FINAL_TEXT, _IN_8_BYTES)) + size.to_bytes(8, "big") + payload

    def superseded(self) -> Frame:
        """Return this terminal frame as a mere update, for who reads it when a later attempt is already there.

        A watch of a résumé has exactly one terminal frame, and still no hole in its numbers.
        """
        return replace(self, is_terminal=False, body={**self.body, "type": "progress_update", "data": {}})


def event_frame(event: ProgressEvent, target: WatchTarget) -> Frame:
    """Return `event` as a watch of `target` shows it."""
    kind = _TERMINAL.get(event.stage, "progress_update")
    body: JsonObject = {
        "type": kind,
        "resume_id": event.resume_id,
        "sequence": event.sequence,
        "attempt": event.attempt,
        "stage": short_name(Stage, event.stage, prefix="STAGE_"),
        "progress": event.stage_percent,
        "overall_progress": event.percent,
        "status": event.message,
        "estimated_seconds_remaining": _seconds_remaining(event),
        "data": _data(event),
        "timestamp": _timestamp(event.create_time.ToDatetime(tzinfo=UTC)),
        "count": event.count,
        "digest": event.digest.hex(),
    }
    position = event.sequence
    if target.kind is not TargetKind.RESUME:
        position = event.feed_sequence
        body |= _place(target, event.feed_sequence)
    return Frame(position=position, is_terminal=is_terminal(event), body=body, digest=event.digest)


def is_terminal(event: ProgressEvent) -> bool:
    """Tell whether `event` ends its attempt."""
    return event.stage in _TERMINAL


def event_frames(events: list[ProgressEvent], target: WatchTarget, *, has_more: bool) -> list[Frame]:
    """Return a page of a résumé's events; only the log's last event can be terminal (`has_more`: more follow)."""
    frames = [event_frame(event, target) for event in events]
    last = len(frames) - 1
    return [
        frame.superseded() if frame.is_terminal and (index < last or has_more) else frame
        for index, frame in enumerate(frames)
    ]


def connection_frame(target: WatchTarget | None, *, after: int, epoch: str, heartbeat_s: float) -> JsonObject:
    """Return the first message of a socket; `target` None is the socket for many."""
    return {
        "type": "connection_established",
        "resume_id": target.name if target else "",
        "sequence": after,
        "epoch": epoch,
        "heartbeat_seconds": heartbeat_s,
        "timestamp": _now(),
    }


def heartbeat_frame(
    target: WatchTarget | None,
    *,
    position: int,
    epoch: str,
    caught_up: bool,
    seen: Seen | None = None,
    queue_position: int = 0,
) -> JsonObject:
    """Return a sign of life: everything of `target` up to `position` was sent; `caught_up` = what follows is live.

    `seen` tells which events those were; None where it is not known yet. `queue_position` is the place in line of a
    résumé that waits, 1 = next, else 0.
    """
    body: JsonObject = {
        "type": "heartbeat",
        "sequence": position,
        "caught_up": caught_up,
        "epoch": epoch,
        "timestamp": _now(),
    }
    if seen:
        body |= {"count": seen.count, "digest": seen.digest.hex()}
    if target and target.kind is TargetKind.RESUME:
        body |= {"resume_id": target.name, "queue_position": queue_position}
    elif target:
        body |= _place(target, position)
    return body


def batch_frame(counts: BatchProgress, target: WatchTarget, *, position: int) -> JsonObject:
    """Return the counts of a batch, exact at their own `feed_sequence`, after the room's events up to `position`.

    The two differ: the feed's last event may be another room's, or not be delivered yet.
    """
    data = message_object(counts)
    data["feed_sequence"] = counts.feed_sequence
    body: JsonObject = {"type": "notification", "kind": "batch_progress", "data": data, "timestamp": _now()}
    return body | _place(target, position)


def refusal_frame(refusal: Refusal, target: WatchTarget | None, *, after: int) -> JsonObject:
    """Return the end of a watch that was refused, on a socket that stays open."""
    body: JsonObject = {
        "type": "error",
        "resume_id": target.name if target and target.kind is TargetKind.RESUME else "",
        "sequence": after,
        "attempt": 0,
        "stage": "error",
        "progress": 0,
        "overall_progress": 0,
        "status": refusal.message,
        "estimated_seconds_remaining": None,
        "data": {
            "error_code": refusal.name,
            "error_message": refusal.message,
            "retryable": refusal.is_transient or refusal.code == "RESOURCE_EXHAUSTED",
            "close_code": refusal.close_code,
        },
        "timestamp": _now(),
    }
    if target and target.kind is not TargetKind.RESUME:
        body |= _place(target, after)
    return body


def pong_frame() -> JsonObject:
    """Return the answer to a ping."""
    return {"type": "pong", "timestamp": _now()}


def state_name(state: State.ValueType) -> str:
    """Return the state as browsers see it: `queued`, `processing`, `succeeded`, `failed`, `cancelled`."""
    return short_name(State, state, prefix="STATE_")


def _data(event: ProgressEvent) -> JsonObject:
    if event.stage == Stage.STAGE_ERROR:
        return {
            "error_code": full_name(ErrorReason, event.error.reason),
            "error_message": event.error.message,
            "retryable": event.error.retryable,
        }
    if event.stage == Stage.STAGE_COMPLETE and event.HasField("parsed"):
        return message_object(event.parsed)
    return {}


def _place(target: WatchTarget, position: int) -> JsonObject:
    # The feed's or room's own number beside the résumé's: what such a watch is resumed with.
    place: JsonObject = {"feed_sequence": position}
    if target.kind is TargetKind.ROOM:
        place["room"] = target.name
    return place


def _seconds_remaining(event: ProgressEvent) -> float | None:
    if not event.HasField("estimated_remaining"):
        return None
    return event.estimated_remaining.ToMilliseconds() / 1000


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _now() -> str:
    return _timestamp(datetime.now(UTC))
