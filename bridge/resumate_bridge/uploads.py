"""`POST /v1/resumes/upload`: a multipart form, streamed to the server as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping

from aiohttp import BodyPartReader, MultipartReader, hdrs, web

from resumate_bridge.answers import answer
from resumate_bridge.context import Bridge, bridge_of
from resumate_bridge.frames import state_name
from resumate_bridge.queries import flag, ocr_mode
from resumate_bridge.refusal import Refusal, bad_field
from resumate_grpc._gen.resumate.v1.resume_pb2 import ParseOptions
from resumate_grpc._gen.resumate.v1.upload_pb2 import UploadChunksResponse, UploadHeader

__all__ = ["upload"]

_CHUNK_BYTES = 64 * 1024
_FORM_OVERHEAD_BYTES = 64 * 1024
_FIELD_BYTES = 1024
_IDLE_S = 60.0  # a client that stops in the middle must not hold a call for ever
_FIELDS = frozenset({"request_id", "batch_id", "ocr", "ai_enhancement", "language"})


async def upload(request: web.Request) -> web.Response:
    """Take the form's `file` and answer 202 as soon as the server has it on disk.

    `request_id`, `batch_id`, `ocr`, `ai_enhancement` and `language` are query parameters or form fields before the
    file: they go ahead of its bytes, which are never held whole.
    """
    bridge = bridge_of(request)
    if request.content_type != "multipart/form-data":
        raise bad_field("file", "send the file as multipart/form-data, field file")
    limit = bridge.config.max_file_bytes
    if (request.content_length or 0) > limit + _FORM_OVERHEAD_BYTES:
        raise _too_large(limit)
    try:
        accepted = await _receive(await request.multipart(), dict(request.query), bridge)
    except (ValueError, AssertionError) as error:  # what aiohttp raises for a body that is no form
        raise bad_field("file", "the form is damaged") from error
    bridge.activity.uploads += 1
    return _accepted(request, accepted)


async def _receive(reader: MultipartReader, fields: MutableMapping[str, str], bridge: Bridge) -> UploadChunksResponse:
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise bad_field("", "forms inside forms are not read")
        if part.name == "file":
            header = _header(part, fields)
            return await bridge.upstream.upload(header, _file(reader, part, bridge.config.max_file_bytes))
        fields[_known(part)] = await _text(part)
    raise bad_field("file", "the form has no field named file")


async def _file(reader: MultipartReader, part: BodyPartReader, limit: int) -> AsyncIterator[bytes]:
    size_bytes = 0
    while chunk := await _read(part):
        size_bytes += len(chunk)
        if size_bytes > limit:
            raise _too_large(limit)
        yield chunk
    # The upload is not finished before its form is: a field that comes too late must not be lost silently.
    if await reader.next() is not None:
        raise bad_field("file", "one file a form, and its other fields before it")


async def _read(part: BodyPartReader) -> bytes:
    try:
        async with asyncio.timeout(_IDLE_S):
            return await part.read_chunk(_CHUNK_BYTES)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text=f"nothing came for {_IDLE_S} seconds") from error


def _header(part: BodyPartReader, fields: MutableMapping[str, str]) -> UploadHeader:
    if not part.filename:
        raise bad_field("filename", "the file must have a name")
    return UploadHeader(
        filename=part.filename,
        request_id=fields.get("request_id", ""),
        batch_id=fields.get("batch_id", ""),
        options=ParseOptions(
            ocr=ocr_mode(fields.get("ocr", "")),
            ai_enhancement=flag(fields.get("ai_enhancement", ""), name="ai_enhancement"),
            language=fields.get("language", ""),
        ),
    )


def _known(part: BodyPartReader) -> str:
    if part.name not in _FIELDS:
        raise bad_field(part.name or "", f"the form has an unknown field; known are file, {', '.join(sorted(_FIELDS))}")
    return part.name


async def _text(part: BodyPartReader) -> str:
    content = b""
    while chunk := await part.read_chunk(_FIELD_BYTES):
        content += chunk
        if len(content) > _FIELD_BYTES:
            raise bad_field(part.name or "", f"the field is longer than {_FIELD_BYTES} bytes")
    return content.decode()


def _accepted(request: web.Request, accepted: UploadChunksResponse) -> web.Response:
    resume = accepted.resume
    has_estimate = resume.HasField("estimated_duration")
    response = answer(
        {
            "resume_id": resume.id,
            "status": state_name(resume.state),
            "estimated_time_seconds": (resume.estimated_duration.ToMilliseconds() / 1000 if has_estimate else None),
            "file_hash": resume.sha256,
            "websocket_url": _socket_url(request, resume.id),
            "deduplicated": accepted.deduplicated,
        },
        status=202,
    )
    response.headers[hdrs.LOCATION] = f"/v1/resumes/{resume.id}"
    return response


def _socket_url(request: web.Request, resume_id: str) -> str:
    is_secure = request.secure or request.headers.get(hdrs.X_FORWARDED_PROTO, "") == "https"
    return f"{'wss' if is_secure else 'ws'}://{request.host}/ws/resumes/{resume_id}"


def _too_large(limit: int) -> Refusal:
    return Refusal(
        f"the file is over {limit} bytes",
        code="INVALID_ARGUMENT",
        reason="FILE_TOO_LARGE",
        field="file",
        metadata={"max_bytes": str(limit)},
    )
