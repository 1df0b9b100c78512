"""A WebSocket client that costs next to nothing: counts the frames that begin as it is told, and reads no others."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from typing import cast

__all__ = ["Socket", "connect"]

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
SHORT, MEDIUM, LONG = 125, 126, 127
MASK = 0x80
FIN = 0x80


class Socket(asyncio.Protocol):
    """One connection. `arrived` is called with the socket, the payload's beginning and the time of each text frame."""

    def __init__(self, name: int, path: str, host: str, arrived: Callable[[Socket, bytes, float], None]) -> None:
        self.name = name
        self.messages = 0
        self.ended = False
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self._arrived = arrived
        self._buffer = b""
        self._is_open = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request.encode())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio gives it
        """Note the end."""
        self.ended = True

    def data_received(self, data: bytes) -> None:
        """Go through whole frames; what is left of the last one waits for more."""
        now = time.monotonic()
        buffer = self._buffer + data if self._buffer else data
        if not self._is_open:
            head, separator, buffer = buffer.partition(b"\r\n\r\n")
            if not separator:
                self._buffer = head
                return
            self._is_open = True
        at, end = 0, len(buffer)
        while end - at >= 2:  # noqa: PLR2004 - the least header
            length, start = buffer[at + 1], at + 2
            if length == MEDIUM:
                length, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif length == LONG:
                length, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if end < start + length:
                break
            kind = buffer[at] & 0x0F
            if kind == TEXT:
                self._arrived(self, buffer[start : start + 24], now)
            elif kind == PING and self._transport:
                payload = buffer[start : start + length]
                self._transport.write(struct.pack("BB4x", FIN | PONG, MASK | length) + payload)  # masked with zeros
            at = start + length
        self._buffer = buffer[at:]

    def close(self) -> None:
        """Break the connection."""
        if self._transport:
            self._transport.abort()


async def connect(
    port: int, path: str, name: int, arrived: Callable[[Socket, bytes, float], None], *, source: str = "127.0.0.1"
) -> Socket:
    """Connect to a server on this machine, from one of its own addresses."""
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(
        lambda: Socket(name, path, f"127.0.0.1:{port}", arrived), "127.0.0.1", port, local_addr=(source, 0)
    )
    return socket
