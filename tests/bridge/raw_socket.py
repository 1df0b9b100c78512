"""A WebSocket client that sends whatever bytes a test wants, and reads frames as they are."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

__all__ = ["CLOSE", "CONTINUATION", "FIN", "PING", "PONG", "TEXT", "RawFrame", "RawSocket", "frame", "raw_socket"]

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, MASK = 0x80, 0x80
KEY = b"\x12\x34\x56\x78"


def frame(opcode: int, payload: bytes = b"", *, first: int = FIN, masked: bool = True) -> bytes:
    """Return a client's frame; `first` are the bits beside the opcode (FIN, RSV1 to 3)."""
    size = len(payload)
    flag = MASK if masked else 0
    if size < 126:
        head = struct.pack(">BB", first | opcode, flag | size)
    elif size < 1 << 16:
        head = struct.pack(">BBH", first | opcode, flag | 126, size)
    else:
        head = struct.pack(">BBQ", first | opcode, flag | 127, size)
    if not masked:
        return head + payload
    return head + KEY + bytes(byte ^ KEY[index % 4] for index, byte in enumerate(payload))


@dataclass(frozen=True, kw_only=True)
class RawFrame:
    """A frame of the bridge's."""

    opcode: int
    payload: bytes

    @property
    def close_code(self) -> int:
        """The code of a close frame; 0 where it has none."""
        return int(struct.unpack(">H", self.payload[:2])[0]) if len(self.payload) >= 2 else 0


class RawSocket:
    """An open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, path: str) -> Self:
        """Shake hands."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, "the key's answer in RFC 6455, section 1.3"
        return cls(reader, writer)

    def send(self, *data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(b"".join(data))

    async def receive(self) -> RawFrame | None:
        """Return the next frame; None when the connection has ended. Fails where one is masked or in parts."""
        try:
            first, second = await self._reader.readexactly(2)
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
            payload = await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        assert first & 0xF0 == FIN, "final, no reserved bit"
        assert not second & MASK, "a server must not mask"
        return RawFrame(opcode=first & 0x0F, payload=payload)

    async def until(self, opcode: int) -> RawFrame | None:
        """Return the next frame of a kind; None when the connection ended before."""
        async with asyncio.timeout(10):
            while (got := await self.receive()) is not None and got.opcode != opcode:
                pass
        return got

    def vanish(self) -> None:
        """Break the connection without a word."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """End the connection."""
        self._writer.close()


@asynccontextmanager
async def raw_socket(port: int, path: str) -> AsyncIterator[RawSocket]:
    """Hold a connection open until the block ends."""
    socket = await RawSocket.open(port, path)
    try:
        yield socket
    finally:
        await socket.close()
