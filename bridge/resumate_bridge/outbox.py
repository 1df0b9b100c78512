"""What leaves through one WebSocket."""

from __future__ import annotations

import asyncio

from aiohttp import WSMsgType
from aiohttp.web import WebSocketResponse

from resumate_bridge.activity import Activity
from resumate_bridge.json_body import encode
from resumate_bridge.proto_json import JsonObject

__all__ = ["Outbox"]

MAX_UNSENT_BYTES = 64 * 1024
"""What the system does not take of a socket is held here up to that; then the socket is served by its own task."""


class Outbox:
    """Sends to one socket; each send waits while the browser is slow, and that is all the buffering there is.

    A browser that is gone raises `ConnectionError` here, or is found out by the socket's own ping.
    """

    __slots__ = ("_activity", "_clock", "_socket", "_transport", "last_sent_at")

    def __init__(
        self, socket: WebSocketResponse, activity: Activity, transport: asyncio.Transport | None = None
    ) -> None:
        self._socket = socket
        self._activity = activity
        self._transport = transport
        self._clock = asyncio.get_running_loop().time
        self.last_sent_at = self._clock()

    @property
    def silent_s(self) -> float:
        """Seconds since the last frame left."""
        return self._clock() - self.last_sent_at

    def write(self, wire: bytes) -> bool:
        """Send a frame that is framed already, at once; False, and nothing sent, where it would have to wait.

        Compression is off, so that whole frames may be written beside those that the socket writes itself.
        """
        transport = self._transport
        if transport is None or self._socket.closed or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            return False
        transport.write(wire)
        self.last_sent_at = self._clock()
        self._activity.frames_sent += 1
        return True

    async def send(self, body: JsonObject) -> None:
        """Send one object as a text frame."""
        await self.send_payload(encode(body))

    async def send_payload(self, payload: bytes) -> None:
        """Send one text frame, of UTF-8."""
        await self._socket.send_frame(payload, WSMsgType.TEXT)
        self.last_sent_at = self._clock()
        self._activity.frames_sent += 1
