"""What is watched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["TargetKind", "WatchTarget"]


class TargetKind(Enum):
    """Whose events a watch brings."""

    RESUME = "resume"
    ROOM = "room"
    FEED = "feed"


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchTarget:
    """One watch's object; equal targets share one upstream stream.

    `name` is the résumé's id or the room's name (a batch id), empty for the feed. Positions in a résumé are its
    `sequence`, in a room or feed the `feed_sequence`. `include_parsed` asks for the result in `complete` frames.
    """

    kind: TargetKind
    name: str = ""
    include_parsed: bool = True
