"""Files that leave: the original and the exports, under safe names."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import AsyncIterator
from contextlib import aclosing
from urllib.parse import quote

from aiohttp import hdrs, web

from resumate_bridge.context import bridge_of
from resumate_bridge.queries import export_format
from resumate_bridge.refusal import Refusal
from resumate_grpc._gen.resumate.v1.export_pb2 import DownloadFileResponse, ExportResumeRequest, FileHeader

__all__ = ["attachment", "download_file", "export"]

_log = logging.getLogger(__name__)

# A file is never shown as a page of ours, whatever it claims to be.
_SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'"}


async def export(request: web.Request) -> web.Response:
    """`GET /v1/resumes/{resume_id}/export?format=…`: the values as a file; formats as `queries.export_format` says."""
    wanted = ExportResumeRequest(
        resume_id=request.match_info["resume_id"], format=export_format(request.query.get("format", ""))
    )
    exported = await bridge_of(request).upstream.export_resume(wanted)
    headers = _SANDBOX | {
        hdrs.CONTENT_TYPE: exported.media_type,
        hdrs.CONTENT_DISPOSITION: attachment(exported.filename),
    }
    return web.Response(body=exported.content, headers=headers)


async def download_file(request: web.Request) -> web.StreamResponse:
    """`GET /v1/resumes/{resume_id}/file`: the original bytes, as they come from the server."""
    async with aclosing(bridge_of(request).upstream.download(request.match_info["resume_id"])) as parts:
        response = await _begin(request, await anext(parts, DownloadFileResponse()))
        await _copy(parts, request, response)
    return response


async def _begin(request: web.Request, first: DownloadFileResponse) -> web.StreamResponse:
    if not first.HasField("header"):
        raise Refusal("the server sent no file", code="INTERNAL")
    response = web.StreamResponse(headers=_SANDBOX | _describe(first.header))
    response.content_length = first.header.size_bytes
    await response.prepare(request)
    return response


async def _copy(parts: AsyncIterator[DownloadFileResponse], request: web.Request, response: web.StreamResponse) -> None:
    try:
        async for part in parts:
            await response.write(part.chunk)
    except Refusal as refusal:
        # The status has been sent: only a broken connection tells the browser that the file is not whole.
        _log.warning("download broke", extra={"code": refusal.code})
        if request.transport is not None:
            request.transport.abort()


def _describe(header: FileHeader) -> dict[str, str]:
    return {
        hdrs.CONTENT_TYPE: header.media_type or "application/octet-stream",
        hdrs.CONTENT_DISPOSITION: attachment(header.filename),
        hdrs.ETAG: f'"{header.sha256}"',
    }


def attachment(filename: str) -> str:
    """Return a Content-Disposition that saves under `filename` (RFC 6266), without what could end or fake a header.

    Control and direction characters, quotes and path separators become underscores.
    """
    safe = "".join("_" if unicodedata.category(char)[0] == "C" or char in '"\\/;%' else char for char in filename)
    safe = safe.strip(". ")[:150] or "file"
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
