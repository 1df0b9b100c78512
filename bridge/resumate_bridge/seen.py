"""What a socket can check against what it got: how many events, and the digest over them; pure."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from resumate_bridge.target import TargetKind, WatchTarget

__all__ = ["Seen"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """`count` events with `digest`, as the contract's `Heartbeat` defines them for each kind of target.

    For a résumé all its events so far, for a room or the feed those that this watch has sent.
    """

    count: int = 0
    digest: bytes = bytes(32)

    def plus(self, target: WatchTarget, *, position: int, digest: bytes) -> Self:
        """Return what was seen after one more event at `position`, whose own digest is `digest`."""
        if target.kind is TargetKind.RESUME:
            return type(self)(count=position, digest=digest)
        return type(self)(count=self.count + 1, digest=sha256(self.digest + digest).digest())
