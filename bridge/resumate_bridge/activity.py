"""What this process is doing: counted here, shown by /ws/status and /metrics."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp.web import WebSocketResponse

__all__ = ["Activity"]


@dataclass(kw_only=True, slots=True)
class Activity:
    """Open sockets, and how many frames and uploads there were since the start."""

    sockets: set[WebSocketResponse] = field(default_factory=set)
    frames_sent: int = 0
    uploads: int = 0
    refusals: int = 0
