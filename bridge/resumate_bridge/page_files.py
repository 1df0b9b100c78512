"""The page's own files, read once when the bridge starts: without comments, and packed for who takes them so."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import hdrs, web

__all__ = ["PageFile", "page_files", "serving"]

_COMMENTS = re.compile(r"^[ \t]*(?:/\*.*?\*/[ \t]*$|//[^\n]*$)", re.MULTILINE | re.DOTALL)
"""Comments that have their lines to themselves; others are left alone, as they cannot be told from text by looking."""
_WITH_COMMENTS = frozenset({".js", ".css"})
_LEAST_PACKED_BYTES = 1024
_CHARSET = "; charset=utf-8"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageFile:
    """One file as browsers get it. `packed` is the same in gzip; empty where that saves nothing worth having."""

    body: bytes
    packed: bytes
    media_type: str
    etag: str


def page_files(folder: Path) -> dict[str, PageFile]:
    """Read all files below `folder`, by their path in it.

    Lines stay where they are, so that a browser's complaints tell the line of the source.
    """
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): _read(path) for path in paths}


def _read(path: Path) -> PageFile:
    body = path.read_bytes()
    if path.suffix in _WITH_COMMENTS:
        body = _COMMENTS.sub(lambda found: "\n" * found[0].count("\n"), body.decode()).encode()
    packed = gzip.compress(body, 9, mtime=0) if len(body) >= _LEAST_PACKED_BYTES else b""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return PageFile(
        body=body,
        packed=packed if len(packed) < len(body) else b"",
        media_type=kind + (_CHARSET if kind.startswith("text/") else ""),
        etag=hashlib.sha256(body).hexdigest()[:24],
    )


def serving(files: Mapping[str, PageFile], *, name: str = "") -> _Handler:
    """Return what answers with `name`, or with the file that the address names; 304 where the browser has it."""

    async def serve(request: web.Request) -> web.StreamResponse:
        file = files.get(name or request.match_info["path"])
        if file is None:
            raise web.HTTPNotFound
        takes_gzip = bool(file.packed) and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
        # Two forms of one file are two entities (RFC 9110, 8.8.3).
        etag = f"{file.etag}-gzip" if takes_gzip else file.etag
        headers = {hdrs.CACHE_CONTROL: "no-cache", hdrs.VARY: hdrs.ACCEPT_ENCODING, hdrs.ETAG: f'"{etag}"'}
        if any(known.value in {etag, "*"} for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = file.media_type
        if takes_gzip:
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=file.packed if takes_gzip else file.body, headers=headers)

    return serve
