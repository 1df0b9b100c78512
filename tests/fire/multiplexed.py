"""`/ws` as a page uses it: one WebSocket for many watches, opened when one is wanted and anew after it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from tests.fire.lines import Closed, Line, Opened
from tests.fire.recording import Target
from tests.fire.seen import from_frame

__all__ = ["SharedSocket"]

ENDS = {"complete", "error", "cancelled"}
OPENED_WITHIN_S = 10.0
SILENT_S = 40.0
"""Two and a half heartbeats of the bridge, after which a page takes the connection for dead."""


@dataclass(kw_only=True)
class _Route:
    """Where the frames of one target go. `take` None = it was left, and what is still under way is of no interest."""

    watch: str
    ended: asyncio.Future[Closed]
    take: Callable[[Line], None] | None


@dataclass(kw_only=True)
class _Connection:
    socket: aiohttp.ClientWebSocketResponse
    routes: dict[str, _Route] = field(default_factory=dict)
    pongs: list[asyncio.Future[None]] = field(default_factory=list)


class SharedSocket:
    """A `Stream` for any number of watchers at a time, one a target; `url` is the bridge's. Use it with `async with`.

    `strays` are frames of targets that nobody watches. There must be none: whoever leaves a watch waits for the answer
    to a ping, and nothing of that watch may come after it.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.strays: list[Mapping[str, Any]] = []
        self._session = session
        self._url = f"{url}/ws"
        self._connection: _Connection | None = None
        self._opening = asyncio.Lock()
        self._reading: set[asyncio.Task[None]] = set()
        self._leaving: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [*self._reading, *self._leaving.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def __call__(self, opened: Opened, take: Callable[[Line], None]) -> Closed:
        """Watch one target until it ends, over the socket that is there."""
        if leaving := self._leaving.pop(opened.target, None):
            await leaving
        route = _Route(watch=opened.watch, ended=asyncio.get_running_loop().create_future(), take=take)
        try:
            async with asyncio.timeout(OPENED_WITHIN_S):
                connection = await self._connected()
            connection.routes[opened.target] = route
            await connection.socket.send_json(_wish(opened))
        except (aiohttp.ClientError, OSError) as error:
            return Closed(watch=opened.watch, code="UNREACHABLE", message=str(error))
        except TimeoutError:
            return Closed(watch=opened.watch, code="SILENT")
        try:
            return await route.ended
        finally:
            if route.ended.cancelled() or not route.ended.done():
                route.take = None
                self._leaving[opened.target] = asyncio.create_task(self._leave(connection, opened.target))

    def cut(self) -> None:
        """Break the connection, as a network does; all its watches end and come back over another."""
        if self._connection:
            transport = self._connection.socket.get_extra_info("socket")
            self._connection = None
            if transport is not None:
                with suppress(OSError):
                    transport.shutdown(2)

    async def _connected(self) -> _Connection:
        async with self._opening:
            if self._connection is None:
                # No frame of a connection before it can come over this one.
                self._connection = _Connection(socket=await self._session.ws_connect(self._url))
                task = asyncio.create_task(self._read(self._connection), name="shared socket")
                self._reading.add(task)
                task.add_done_callback(self._reading.discard)
            return self._connection

    async def _read(self, connection: _Connection) -> None:
        socket, code = connection.socket, "SILENT"
        try:
            while True:
                async with asyncio.timeout(SILENT_S):
                    message = await socket.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    code = str(socket.close_code)
                    return
                self._pass_on(connection, message.json())
        except TimeoutError:
            pass
        finally:
            if self._connection is connection:
                self._connection = None
            for route in connection.routes.values():
                if not route.ended.done():
                    route.ended.set_result(Closed(watch=route.watch, code=code))
            for pong in connection.pongs:
                if not pong.done():
                    pong.set_result(None)
            await socket.close()

    def _pass_on(self, connection: _Connection, frame: Mapping[str, Any]) -> None:
        kind = frame["type"]
        if kind == "pong":
            connection.pongs.pop(0).set_result(None)
            return
        if kind == "connection_established" or (kind == "heartbeat" and not frame.get("epoch")):
            return  # of the socket, and of no watch
        target = _target_of(frame)
        route = connection.routes.get(target)
        if route is None:
            self.strays.append(frame)
            return
        line = from_frame(route.watch, frame)
        if line is not None and route.take is not None:
            route.take(line)
        if kind in ENDS and (not frame["attempt"] or "feed_sequence" not in frame):
            self._end(connection, target, frame)

    def _end(self, connection: _Connection, target: str, frame: Mapping[str, Any]) -> None:
        route = connection.routes[target]
        is_refused = not frame["attempt"]
        code = str(frame["data"]["close_code"]) if is_refused else "OK"
        if not route.ended.done():
            del connection.routes[target]
            reason = frame["data"]["error_code"] if is_refused else ""
            route.ended.set_result(Closed(watch=route.watch, code=code, reason=reason, message=frame["status"]))

    async def _leave(self, connection: _Connection, name: str) -> None:
        """End a watch, and wait until nothing more of it can come."""
        target = Target.of(name)
        farewell: dict[str, str] = {"type": "unwatch_feed"}
        if target.resume_id:
            farewell = {"type": "unwatch_resume", "resume_id": target.resume_id}
        elif target.batch_id:
            farewell = {"type": "leave_room", "room": target.batch_id}
        if connection.socket.closed:
            return
        pong = asyncio.get_running_loop().create_future()
        connection.pongs.append(pong)
        with suppress(aiohttp.ClientError, OSError):
            await connection.socket.send_json(farewell)
            await connection.socket.send_json({"type": "ping"})
            await pong
        connection.routes.pop(name, None)


def _wish(opened: Opened) -> dict[str, object]:
    target = Target.of(opened.target)
    place: dict[str, object] = {"after": opened.after, "epoch": opened.epoch}
    if target.resume_id:
        return {"type": "watch_resume", "resume_id": target.resume_id, **place}
    if target.batch_id:
        return {"type": "join_room", "room": target.batch_id, "include_parsed": False, **place}
    return {"type": "watch_feed", "include_parsed": False, **place}


def _target_of(frame: Mapping[str, Any]) -> str:
    if "room" in frame:
        return str(Target(batch_id=frame["room"]))
    return str(Target()) if "feed_sequence" in frame else str(Target(resume_id=frame["resume_id"]))
