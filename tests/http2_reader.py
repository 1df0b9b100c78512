"""A client that costs next to nothing: opens server-streaming rpcs over bare HTTP/2 and counts what arrives.

A grpc client needs 25 to 35 µs a message, more than a server, and would be what is measured. This one reads frames and
message lengths, never their content. Written for a server that is well-behaved and near: it speaks just enough of
RFC 9113 (settings, pings, windows wide from the start) and of HPACK (literals only; answers' headers are skipped).
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Sequence
from typing import cast

__all__ = ["Connection", "Stream", "connect"]

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0x0, 0x1, 0x3, 0x4, 0x6, 0x7, 0x8
END_STREAM, END_HEADERS, ACK = 0x1, 0x4, 0x1
INITIAL_WINDOW_SIZE = 0x4
LARGEST_WINDOW = (1 << 31) - 1
DEFAULT_WINDOW = 65_535
WIDE_WINDOW = 1 << 28
REFILL_BYTES = 1 << 28
FRAME_HEADER = 9
MESSAGE_HEADER = 5

Arrival = Callable[["Stream", float], None]


class Stream:
    """One rpc: `messages` counts what came, `ended` says that no more will."""

    __slots__ = ("ended", "messages", "missing", "name", "tail")

    def __init__(self, name: int) -> None:
        self.name = name
        self.messages = 0
        self.ended = False
        self.missing = 0
        """Bytes of the message under way that are still to come."""
        self.tail = b""
        """The beginning of a message's header, where a frame ended within it."""


class Connection(asyncio.Protocol):
    """One HTTP/2 connection with many streams; `arrived` is called for each message, in the order of their arrival."""

    def __init__(self, *, authority: str, window: int, arrived: Arrival) -> None:
        self._authority = authority
        self._window = window
        self._arrived = arrived
        self._streams: dict[int, Stream] = {}
        self._next_id = 1
        self._buffer = b""
        self._taken = 0
        self._transport: asyncio.Transport | None = None
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, and open the windows."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so
        settings = struct.pack(">HI", INITIAL_WINDOW_SIZE, self._window)
        widened = struct.pack(">I", LARGEST_WINDOW - DEFAULT_WINDOW)
        self._write(PREFACE + _frame(SETTINGS, 0, 0, settings) + _frame(WINDOW_UPDATE, 0, 0, widened))

    def connection_lost(self, exc: Exception | None) -> None:
        """Mark every stream as ended."""
        for stream in self._streams.values():
            stream.ended = True
        if not self.lost.done():
            self.lost.set_result(exc)

    def data_received(self, data: bytes) -> None:
        """Go through whole frames; what is left of the last one waits for more."""
        now = time.monotonic()
        buffer = self._buffer + data if self._buffer else data
        end, at = len(buffer), 0
        while end - at >= FRAME_HEADER:
            length = int.from_bytes(buffer[at : at + 3], "big")
            after = at + FRAME_HEADER + length
            if after > end:
                break
            kind = buffer[at + 3]
            stream_id = int.from_bytes(buffer[at + 5 : at + 9], "big")
            if kind == DATA:
                self._data(stream_id, buffer, at + FRAME_HEADER, after, now)
            else:
                self._control(kind, buffer[at + 4], stream_id, buffer[at + FRAME_HEADER : after])
            if kind in (DATA, HEADERS) and buffer[at + 4] & END_STREAM:
                self._end(stream_id)
            at = after
        self._buffer = buffer[at:]
        self._refill()

    def open(self, method: str, requests: Sequence[tuple[int, bytes]]) -> list[Stream]:
        """Start one rpc for each (name, request message); returns their streams."""
        headers = _headers(method, self._authority)
        streams, out = [], bytearray()
        for name, message in requests:
            body = b"\0" + struct.pack(">I", len(message)) + message
            out += _frame(HEADERS, END_HEADERS, self._next_id, headers)
            out += _frame(DATA, END_STREAM, self._next_id, body)
            stream = self._streams[self._next_id] = Stream(name)
            streams.append(stream)
            self._next_id += 2
        self._write(bytes(out))
        return streams

    def close(self) -> None:
        """End the connection, and every rpc with it."""
        if self._transport:
            self._transport.close()

    def _data(self, stream_id: int, buffer: bytes, at: int, after: int, now: float) -> None:
        self._taken += after - at
        stream = self._streams.get(stream_id)
        if stream is None:
            return
        if stream.tail:
            buffer, at = stream.tail + buffer[at:after], 0
            after, stream.tail = len(buffer), b""
        while at < after:
            if not stream.missing:
                if after - at < MESSAGE_HEADER:
                    stream.tail = buffer[at:after]
                    return
                stream.missing = int.from_bytes(buffer[at + 1 : at + 5], "big")
                at += MESSAGE_HEADER
            taken = min(stream.missing, after - at)
            stream.missing -= taken
            at += taken
            if not stream.missing:
                stream.messages += 1
                self._arrived(stream, now)

    def _control(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if kind == SETTINGS and not flags & ACK:
            self._write(_frame(SETTINGS, ACK, 0, b""))
        elif kind == PING and not flags & ACK:
            self._write(_frame(PING, ACK, 0, payload))
        elif kind == RST_STREAM:
            self._end(stream_id)
        elif kind == GOAWAY:
            self.close()

    def _end(self, stream_id: int) -> None:
        if stream := self._streams.pop(stream_id, None):
            stream.ended = True

    def _refill(self) -> None:
        if self._taken >= REFILL_BYTES:
            self._write(_frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", self._taken)))
            self._taken = 0

    def _write(self, data: bytes) -> None:
        if self._transport:
            self._transport.write(data)


async def connect(port: int, *, arrived: Arrival, window: int = WIDE_WINDOW) -> Connection:
    """Connect to a server on this machine; `window` is how many bytes of a stream it may send at all."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        lambda: Connection(authority=f"127.0.0.1:{port}", window=window, arrived=arrived), "127.0.0.1", port
    )
    return connection


def _frame(kind: int, flags: int, stream_id: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream_id) + payload


def _headers(method: str, authority: str) -> bytes:
    fields = (
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", method.encode()),
        (b":authority", authority.encode()),
        (b"te", b"trailers"),
        (b"content-type", b"application/grpc"),
    )
    return b"".join(b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in fields)
