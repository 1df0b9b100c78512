"""Upload in one message and in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator

from resumate_grpc._gen.resumate.v1 import upload_pb2 as pb
from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.jobs.resumes import Resumes, Upload
from resumate_grpc.rpc.call import REQUEST_ID_KEY, Context, current_call
from resumate_grpc.rpc.codec_resume import decode_options, encode_resume
from resumate_grpc.rpc.fields import checked_batch_id, checked_request_id

__all__ = ["Uploads"]

MAX_CHUNK_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 4096
"""Enough of a file to tell its type by."""


class Uploads:
    """The rpcs that take a file."""

    def __init__(self, resumes: Resumes, *, epoch: str) -> None:
        self._resumes = resumes
        self._epoch = epoch

    async def upload(self, request: pb.UploadRequest, _: Context) -> pb.UploadResponse:
        """Take a whole file."""
        resume, deduplicated = await self._resumes.upload(current_call().owner, _upload(request, request.content))
        return pb.UploadResponse(resume=encode_resume(resume, epoch=self._epoch), deduplicated=deduplicated)

    async def upload_chunks(
        self, requests: AsyncIterator[pb.UploadChunksRequest], context: Context
    ) -> pb.UploadChunksResponse:
        """Take a file in pieces; raises, and so ends the rpc, as soon as the file is known to be refused."""
        header = await _header(requests)
        _upload(header, b"")  # a bad header is refused before the file is read
        content = await self._content(requests, header)
        # To grpc a client that gave up reads like one that is done. On a dead call this never comes back but is
        # cancelled, so half a file is not taken for a whole one.
        await context.send_initial_metadata(((REQUEST_ID_KEY, current_call().request_id),))
        resume, deduplicated = await self._resumes.upload(current_call().owner, _upload(header, content))
        return pb.UploadChunksResponse(resume=encode_resume(resume, epoch=self._epoch), deduplicated=deduplicated)

    async def _content(self, requests: AsyncIterator[pb.UploadChunksRequest], header: pb.UploadHeader) -> bytes:
        content = bytearray()
        self._resumes.check_upload(filename=header.filename, size_bytes=header.size_bytes, head=b"")
        judged = False
        async for request in requests:
            content += _chunk(request)
            if header.size_bytes and len(content) > header.size_bytes:
                raise InvalidFieldError("more bytes were sent than size_bytes says", field="header.size_bytes")
            head = b"" if judged or len(content) < HEAD_BYTES else bytes(content[:HEAD_BYTES])
            judged = judged or bool(head)
            self._resumes.check_upload(filename=header.filename, size_bytes=len(content), head=head)
        if header.size_bytes and len(content) < header.size_bytes:
            raise InvalidFieldError("fewer bytes were sent than size_bytes says", field="header.size_bytes")
        return bytes(content)


def _upload(request: pb.UploadRequest | pb.UploadHeader, content: bytes) -> Upload:
    return Upload(
        filename=request.filename,
        content=content,
        request_id=checked_request_id(request.request_id),
        batch_id=checked_batch_id(request.batch_id),
        options=decode_options(request.options),
    )


async def _header(requests: AsyncIterator[pb.UploadChunksRequest]) -> pb.UploadHeader:
    first = await anext(requests, None)
    if first is None or first.WhichOneof("data") != "header":
        raise InvalidFieldError("the first message must be `header`", field="header")
    if first.header.size_bytes < 0:
        raise InvalidFieldError("size_bytes must be the file's size, or 0 if not known", field="header.size_bytes")
    return first.header


def _chunk(request: pb.UploadChunksRequest) -> bytes:
    if request.WhichOneof("data") != "chunk":
        raise InvalidFieldError("after the header each message must be a `chunk`", field="chunk")
    if len(request.chunk) > MAX_CHUNK_BYTES:
        raise InvalidFieldError(f"a chunk may have {MAX_CHUNK_BYTES:,} bytes; send smaller ones", field="chunk")
    return request.chunk
