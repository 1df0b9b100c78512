"""What leaves through one WebSocket."""

from __future__ import annotations

import asyncio

from aiohttp import WSMsgType
from aiohttp.web import WebSocketResponse

from resumate_bridge.activity import Activity
from resumate_bridge.json_body import encode
from resumate_bridge.proto_json import JsonObject

__all__ = ["Outbox"]


class Outbox:
    """Sends to one socket; each send waits while the browser is slow, and that is all the buffering there is.

    A browser that is gone raises `ConnectionError` here, or is found out by the socket's own ping.
    """

    __slots__ = ("_activity", "_clock", "_socket", "last_sent_at")

    def __init__(self, socket: WebSocketResponse, activity: Activity) -> None:
        self._socket = socket
        self._activity = activity
        self._clock = asyncio.get_running_loop().time
        self.last_sent_at = self._clock()

    @property
    def silent_s(self) -> float:
        """Seconds since the last frame left."""
        return self._clock() - self.last_sent_at

    async def send(self, body: JsonObject) -> None:
        """Send one object as a text frame."""
        await self.send_payload(encode(body))

    async def send_payload(self, payload: bytes) -> None:
        """Send one text frame, of UTF-8."""
        await self._socket.send_frame(payload, WSMsgType.TEXT)
        self.last_sent_at = self._clock()
        self._activity.frames_sent += 1
