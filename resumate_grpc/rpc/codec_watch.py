"""Updates of a watch → the bytes that go over the wire, each event serialised once however many watch it."""

from __future__ import annotations

from collections import OrderedDict

from resumate_grpc._gen.resumate.v1 import watch_pb2 as pb
from resumate_grpc.jobs.updates import Beat, Counted, Drained, Occurred, Update
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.rpc.codec_progress import encode_counts, encode_duration, encode_event, encode_time

__all__ = ["Frames"]

KEPT_FRAMES = 4096
"""About 1 MiB; more watchers of one résumé than this many events apart serialise again, no more."""


class Frames:
    """Serialises updates of one log, keeping the latest events' bytes.

    Events never change, so their bytes may be shared. A result may change (UpdateResume), so an event with its result
    attached is serialised each time.
    """

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._latest: tuple[Update | None, bytes] = None, b""

    def encode(self, update: Update, *, parsed: ParsedResume | None = None) -> bytes:
        """Return a serialised `WatchProgressResponse`; `parsed` is attached where the update is an event."""
        latest, frame = self._latest
        if update is latest and parsed is None:
            return frame  # as for each of a crowd that waits for the same event
        match update:
            case Occurred(event=event):
                if parsed:
                    return self._with_result(event, parsed)
                frame = self._shared(event)
                self._latest = update, frame
                return frame
            case Counted(counts=counts):
                message = pb.WatchProgressResponse(batch=encode_counts(counts))
            case Beat():
                message = pb.WatchProgressResponse(heartbeat=self._heartbeat(update))
            case Drained():
                message = pb.WatchProgressResponse(draining=_draining(update))
        return message.SerializeToString()

    def _with_result(self, event: ProgressEvent, parsed: ParsedResume) -> bytes:
        message = encode_event(event, epoch=self._epoch, parsed=parsed)
        return pb.WatchProgressResponse(event=message).SerializeToString()

    def _shared(self, event: ProgressEvent) -> bytes:
        key = (event.resume_id, event.sequence)
        frame = self._kept.get(key)
        if frame is None:
            message = encode_event(event, epoch=self._epoch)
            frame = self._kept[key] = pb.WatchProgressResponse(event=message).SerializeToString()
            if len(self._kept) > KEPT_FRAMES:
                self._kept.popitem(last=False)
        return frame

    def _heartbeat(self, beat: Beat) -> pb.Heartbeat:
        return pb.Heartbeat(
            sequence=beat.sequence,
            time=encode_time(beat.time),
            caught_up=beat.caught_up,
            epoch=self._epoch,
            count=beat.count,
            digest=beat.digest,
            queue_position=beat.queue_position,
        )


def _draining(update: Drained) -> pb.Draining:
    return pb.Draining(sequence=update.sequence, reconnect_after=encode_duration(update.reconnect_after_s))
