"""Sending one file so that a lost answer does no harm: every try bears the same request_id."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from resumate_grpc._gen.resumate.v1.resume_pb2 import ParseOptions
from resumate_grpc._gen.resumate.v1.upload_pb2 import UploadChunksRequest, UploadChunksResponse, UploadHeader
from resumate_grpc.client.backoff import Backoff, Reconnection
from resumate_grpc.client.calls import Calls
from resumate_grpc.client.errors import CallError

__all__ = ["Outgoing", "Resending", "upload"]

CHUNK_BYTES = 256 << 10
MOST_TRIES = 5
SLOWEST_BYTES_PER_S = 64 << 10  # a slow mobile line; the deadline grows with the file by it
PAUSES = Reconnection(first_s=0.2, most_s=5.0, patience_s=None)
UNEXPLAINED = "Internal error from Core"
"""What grpc.aio says, under INTERNAL, where a write met the end of its call before the end's own status was read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A file on its way. `content` is the bytes or where they are; `request_id` a UUID that this upload alone bears."""

    content: bytes | Path
    filename: str
    request_id: str
    batch_id: str = ""
    options: ParseOptions = field(default_factory=ParseOptions)

    async def size_bytes(self) -> int:
        """Raises `OSError` where the file cannot be read."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return (await asyncio.to_thread(os.stat, self.content)).st_size

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the bytes from the first on. Raises `OSError`."""
        if isinstance(self.content, bytes):
            for start in range(0, len(self.content), CHUNK_BYTES):
                yield self.content[start : start + CHUNK_BYTES]
            return
        file = await asyncio.to_thread(self.content.open, "rb")
        try:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield chunk
        finally:
            file.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Resending:
    """An upload's answer was lost to `error`; the same upload will be sent again in `pause_s` seconds."""

    error: CallError
    pause_s: float


async def upload(
    calls: Calls,
    file: Outgoing,
    *,
    on_sent: Callable[[int, int], None] | None = None,
    on_resending: Callable[[Resending], None] | None = None,
) -> UploadChunksResponse:
    """Upload a file in pieces, again where the server went away or asked to wait, five times in all.

    Where gRPC does not know what ended the call, it is made once more: then the reason is met, or was passing.
    `on_sent` is told bytes sent and bytes in all. Raises `CallError`, or `OSError` where the file cannot be read.
    """
    backoff = Backoff(PAUSES)
    size_bytes = await file.size_bytes()
    timeout_s = calls.timeout_s + size_bytes / SLOWEST_BYTES_PER_S
    may_be_unexplained = True
    while True:
        try:
            async with aclosing(_messages(file, size_bytes, on_sent)) as messages:
                return await calls.send(calls.stub.UploadChunks, messages, timeout_s=timeout_s)
        except CallError as error:
            is_unexplained = error.code == "INTERNAL" and not error.reason and UNEXPLAINED in error.message
            may_pass = error.may_pass or (is_unexplained and may_be_unexplained)
            if not may_pass or backoff.failures + 1 >= MOST_TRIES:
                raise
            may_be_unexplained = may_be_unexplained and not is_unexplained
            pause_s = backoff.pause_s(error.retry_after_s)
            if on_resending:
                on_resending(Resending(error=error, pause_s=pause_s))
            await asyncio.sleep(pause_s)


async def _messages(
    file: Outgoing, size_bytes: int, on_sent: Callable[[int, int], None] | None
) -> AsyncGenerator[UploadChunksRequest, None]:
    yield UploadChunksRequest(
        header=UploadHeader(
            filename=file.filename,
            size_bytes=size_bytes,
            request_id=file.request_id,
            batch_id=file.batch_id,
            options=file.options,
        )
    )
    sent = 0
    async with aclosing(file.chunks()) as chunks:
        async for chunk in chunks:
            yield UploadChunksRequest(chunk=chunk)
            sent += len(chunk)
            if on_sent:
                on_sent(sent, size_bytes)
