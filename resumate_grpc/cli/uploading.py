"""Sending one file so that a lost answer does no harm: every try bears the same request_id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from resumate_grpc._gen.resumate.v1.resume_pb2 import ParseOptions
from resumate_grpc._gen.resumate.v1.upload_pb2 import UploadChunksRequest, UploadChunksResponse, UploadHeader
from resumate_grpc.cli.backoff import Backoff
from resumate_grpc.cli.connection import Connection
from resumate_grpc.cli.failure import CallError

__all__ = ["FileToUpload", "upload"]

CHUNK_BYTES = 256 << 10
TRIES = 4
SLOWEST_BYTES_PER_S = 64 << 10  # a slow mobile line; the deadline grows with the file by it


@dataclass(frozen=True, kw_only=True, slots=True)
class FileToUpload:
    """A file on its way; `request_id` is a UUID of its own, which makes sending it again safe."""

    path: Path
    request_id: str
    batch_id: str = ""
    language: str = ""
    ai_enhancement: bool = False


def upload(
    connection: Connection, file: FileToUpload, *, on_sent: Callable[[int, int], None], on_lost: Callable[[str], None]
) -> UploadChunksResponse:
    """Upload a file in pieces, trying again where the server went away or asked to wait.

    `on_sent` is told bytes sent and bytes in all, `on_lost` a sentence before each further try. Raises `CallError`,
    or `OSError` where the file cannot be read.
    """
    backoff = Backoff(tries=TRIES, first_s=0.2, most_s=5.0)
    size_bytes = file.path.stat().st_size
    while True:
        try:
            with file.path.open("rb") as content:
                return connection.send(
                    connection.stub.UploadChunks,
                    _messages(file, content, size_bytes, on_sent),
                    timeout_s=connection.timeout_s + size_bytes / SLOWEST_BYTES_PER_S,
                )
        except CallError as error:
            if not error.may_pass or backoff.exhausted:
                raise
            pause_s = backoff.pause_s(error.failure.retry_after_s)
            on_lost(f"{error}; sending it again in {pause_s:.1f} s")
            if connection.wait(pause_s):
                raise


def _messages(
    file: FileToUpload, content: BinaryIO, size_bytes: int, on_sent: Callable[[int, int], None]
) -> Iterator[UploadChunksRequest]:
    yield UploadChunksRequest(
        header=UploadHeader(
            filename=file.path.name,
            size_bytes=size_bytes,
            request_id=file.request_id,
            batch_id=file.batch_id,
            options=ParseOptions(language=file.language, ai_enhancement=file.ai_enhancement),
        )
    )
    sent = 0
    for chunk in _chunks(content):
        yield UploadChunksRequest(chunk=chunk)
        sent += len(chunk)
        on_sent(sent, size_bytes)


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    """Read on until the end, or until the file is closed because the server refused it before its end."""
    while True:
        try:
            chunk = content.read(CHUNK_BYTES)
        except ValueError:
            return
        if not chunk:
            return
        yield chunk
