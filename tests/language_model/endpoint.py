"""A local HTTP server that speaks OpenAI's chat completions, with the faults that a test asks for."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

__all__ = ["ScriptedEndpoint", "cut", "refused", "served", "streamed", "whole"]

Reply = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass
class ScriptedEndpoint:
    """Gives the replies in turn, the last one for ever; keeps what was asked. `left` is set when a client went away."""

    replies: list[Reply] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one question."""
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        self.started.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            return await reply(request, body)
        except (asyncio.CancelledError, ConnectionError):
            self.left.set()
            raise
        finally:
            self.at_once -= 1


@asynccontextmanager
async def served(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[ScriptedEndpoint, str]]:
    """Serve until the block ends; yields the script and its base URL."""
    script = ScriptedEndpoint(list(replies))
    app = web.Application()
    app.router.add_post("/v1/chat/completions", script.handle)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        port = runner.addresses[0][1]
        yield script, f"{'https' if tls else 'http'}://127.0.0.1:{port}/v1"
    finally:
        await runner.cleanup()


def whole(said: str, *, finish: str = "stop", tokens: int = 0) -> Reply:
    """Answer at once."""

    async def reply(_: web.Request, __: dict[str, Any]) -> web.StreamResponse:
        choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": finish}
        return web.json_response({"choices": [choice], "usage": {"total_tokens": tokens}})

    return reply


def streamed(said: str, *, piece: int = 20, pause_s: float = 0.0, ends: bool = True, stalls: bool = False) -> Reply:
    """Answer piece by piece, as the protocol's events; without an end the connection just closes, or hangs."""

    async def reply(request: web.Request, _: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b": keep-alive\r\n\r\n")
        for at in range(0, len(said), piece):
            delta = {"choices": [{"delta": {"content": said[at : at + piece]}, "finish_reason": None}]}
            event = f"data: {json.dumps(delta)}\r\n\r\n".encode()
            await response.write(event[:7])
            await response.write(event[7:])
            await asyncio.sleep(pause_s)
        if stalls:
            await asyncio.sleep(60)
        if ends:
            await response.write(b'data: {"choices": [], "usage": {"total_tokens": 77}}\n\ndata: [DONE]\n\n')
        return response

    return reply


def refused(status: int, complaint: str = "", *, retry_after: str = "", location: str = "") -> Reply:
    """Answer with an error."""

    async def reply(_: web.Request, __: dict[str, Any]) -> web.StreamResponse:
        headers = {"Retry-After": retry_after} if retry_after else {}
        headers |= {"Location": location} if location else {}
        return web.json_response({"error": {"message": complaint}}, status=status, headers=headers)

    return reply


def cut(data: bytes, content_type: str = "application/json", *, repeat: int = 1) -> Reply:
    """Answer with these bytes, so many times over."""

    async def reply(request: web.Request, _: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        for _each in range(repeat):
            await response.write(data)
        return response

    return reply
