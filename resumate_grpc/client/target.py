"""What a watch is of."""

from __future__ import annotations

from dataclasses import dataclass

from resumate_grpc._gen.resumate.v1.progress_pb2 import ProgressEvent
from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressRequest

__all__ = ["Target"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One résumé, one batch, or with both empty the feed: all of the caller's résumés."""

    resume_id: str = ""
    batch_id: str = ""

    def number(self, event: ProgressEvent) -> int:
        """Return the event's number in this target's counting: `sequence` for a résumé, else `feed_sequence`."""
        return event.sequence if self.resume_id else event.feed_sequence

    def aim(self, request: WatchProgressRequest) -> None:
        """Write the target into a request."""
        if self.resume_id:
            request.resume_id = self.resume_id
        elif self.batch_id:
            request.batch_id = self.batch_id
        else:
            request.feed = True
