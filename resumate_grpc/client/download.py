"""Fetching a résumé's original file, and checking that it arrived whole."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from resumate_grpc._gen.resumate.v1.export_pb2 import DownloadFileRequest, DownloadFileResponse, FileHeader
from resumate_grpc.client.calls import Calls
from resumate_grpc.client.errors import DamagedFileError

__all__ = ["Download", "download"]

SILENCE_S = 60.0


class Download:
    """A file under way: what is known of it, then its bytes. Iterate over it once."""

    def __init__(self, header: FileHeader, answers: AsyncGenerator[DownloadFileResponse, None]) -> None:
        self._answers = answers
        self.filename = header.filename
        """Name as uploaded: what somebody called it, so check it before you write to it."""
        self.media_type = header.media_type
        """Sniffed from the content."""
        self.size_bytes = header.size_bytes
        """Size of the file."""
        self.sha256 = header.sha256
        """SHA-256 of the file, 64 lower-case hex digits."""

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        """Yield the bytes; raises `DamagedFileError` at their end if they are not what was promised."""
        digest = hashlib.sha256()
        async for answer in self._answers:
            digest.update(answer.chunk)
            yield answer.chunk
        if digest.hexdigest() != self.sha256:
            raise DamagedFileError("the file did not arrive whole: its checksum differs; fetch it again")

    async def read(self) -> bytes:
        """Return all bytes. Raises as iterating does."""
        return b"".join([chunk async for chunk in self])


@asynccontextmanager
async def download(calls: Calls, resume_id: str) -> AsyncIterator[Download]:
    """Begin a download, and end it however the block is left."""
    stream = calls.stream(calls.stub.DownloadFile, DownloadFileRequest(resume_id=resume_id), silence_s=SILENCE_S)
    async with aclosing(stream) as answers:
        header = (await anext(answers)).header
        yield Download(header, answers)
