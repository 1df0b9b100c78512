"""What a watch yields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from resumate_grpc.model.progress import BatchCounts, ProgressEvent

__all__ = ["Beat", "Counted", "Drained", "Occurred", "Update"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurred:
    """The next event."""

    event: ProgressEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Counts of the batch watched."""

    counts: BatchCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """A sign of life; `sequence` is the number of the last event passed on.

    `count` and `digest` tell which events those up to `sequence` were: a résumé's, else those that this watch sent.
    `queue_position` is a waiting résumé's place in line, 1 = next, else 0.
    """

    sequence: int
    time: datetime
    caught_up: bool
    count: int
    digest: bytes
    queue_position: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Drained:
    """The server is going away; the watch ends next and can be resumed after `sequence`."""

    sequence: int
    reconnect_after_s: float


Update = Occurred | Counted | Beat | Drained
