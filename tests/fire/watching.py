"""Clients that watch, write down what they see, and come back by themselves whatever ends their watch."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import grpc
import grpc.aio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from resumate_grpc._gen.resumate.v1 import watch_pb2
from tests.fire.lines import Closed, Event, Heartbeat, Line, Opened
from tests.fire.recording import Recorder, Target
from tests.fire.seen import from_frame, from_update

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

__all__ = ["CHANNEL_OPTIONS", "Stream", "Watcher", "grpc_stream", "reason_of", "roaming", "socket_stream", "watching"]

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.5
HEARTBEAT_S = 1
SILENT_INTERVALS = 2.5
FINAL = {"INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "OUT_OF_RANGE", "4400", "4404", "4409"}
"""Endings after which coming back is of no use."""
CHANNEL_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.use_local_subchannel_pool", 1),
    # A stopped server keeps its sockets open and says nothing.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 2_000),
)


class Stream(Protocol):
    """One stream of a transport: calls back with each line until it ends, and returns how."""

    async def __call__(self, opened: Opened, take: Callable[[Line], None]) -> Closed: ...


class Watcher:
    """One client. It keeps its position and nothing else, as any client would."""

    def __init__(
        self,
        name: str,
        target: Target,
        recorder: Recorder,
        *,
        after: int = 0,
        transport: str = "grpc",
        follow: bool = True,
    ) -> None:
        self.name = name
        self.target = target
        self.position = after
        self.done = asyncio.Event()
        """It will not come back: its résumé has ended, or it was refused for good."""
        self._recorder = recorder
        self._transport = transport
        self._follow = follow and bool(target.resume_id) and transport == "grpc"
        self._epoch = ""
        self._told = asyncio.Event()
        self._leaving: asyncio.Event = asyncio.Event()

    async def run(self, stream: Stream) -> None:
        """Watch, and come back, until `done` or cancelled."""
        pause_s = FIRST_PAUSE_S
        while not self.done.is_set():
            before, closed = self.position, await self._watch_once(stream)
            if closed.code == "OK" or closed.code in FINAL:
                self.done.set()
                self._told.set()
                return
            pause_s = FIRST_PAUSE_S if self.position > before else min(LONGEST_PAUSE_S, pause_s * 2)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - so that not all come back at once

    async def _watch_once(self, stream: Stream) -> Closed:
        opened = Opened(
            watch=f"{self.name}#{self._recorder.new_id()}",
            client=self.name,
            target=str(self.target),
            after=self.position,
            epoch=self._epoch,
            follow=self._follow,
            transport=self._transport,
        )
        self._recorder.write(opened)
        closed = Closed(watch=opened.watch, code="LEFT")
        streaming = asyncio.create_task(stream(opened, self._take), name=opened.watch)
        leaving = asyncio.create_task(self._leaving.wait())
        try:
            await asyncio.wait({streaming, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if streaming.done():
                closed = streaming.result()
        finally:
            for task in (streaming, leaving):
                task.cancel()
            await asyncio.gather(streaming, leaving, return_exceptions=True)
            self._leaving.clear()
            self._recorder.write(closed)
        return closed

    def leave(self) -> None:
        """Cut the stream, as a network does; the client comes back."""
        self._leaving.set()

    async def caught_up(self) -> None:
        """Wait until it was told twice that it has caught up (the first may have been under way before), or is done."""
        for _ in range(2):
            self._told.clear()
            if not self.done.is_set():
                if self._transport == "websocket":
                    self.leave()  # the bridge shows life every 15 s; who comes anew is told at once
                await self._told.wait()

    def _take(self, line: Line) -> None:
        self._recorder.write(line)
        if isinstance(line, Event):
            self.position = self.target.number(line)
            if isinstance(line.epoch, str):
                self._epoch = line.epoch
        elif isinstance(line, Heartbeat):
            self._epoch = line.epoch
            if line.caught_up:
                self._told.set()


def grpc_stream(stub: ResumeServiceAsyncStub, *, heartbeat_s: int = HEARTBEAT_S) -> Stream:
    """Watch by gRPC."""

    async def stream(opened: Opened, take: Callable[[Line], None]) -> Closed:
        target = Target.of(opened.target)
        request = watch_pb2.WatchProgressRequest(after_sequence=opened.after, epoch=opened.epoch, follow=opened.follow)
        request.heartbeat_interval.FromSeconds(heartbeat_s)
        if target.resume_id:
            request.resume_id = target.resume_id
        elif target.batch_id:
            request.batch_id = target.batch_id
        else:
            request.feed = True
        call = stub.WatchProgress(request)
        try:
            while True:
                async with asyncio.timeout(heartbeat_s * SILENT_INTERVALS):
                    update = await call.read()
                if not isinstance(update, watch_pb2.WatchProgressResponse):  # the end of the stream
                    return Closed(watch=opened.watch, code=(await call.code()).name)
                take(from_update(opened.watch, update))
        except grpc.aio.AioRpcError as error:
            return Closed(
                watch=opened.watch, code=error.code().name, reason=reason_of(error), message=error.details() or ""
            )
        except TimeoutError:
            return Closed(watch=opened.watch, code="SILENT")
        except asyncio.CancelledError:
            # grpc.aio raises this also where the server, dying, has cancelled the call: that is an ending like others.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return Closed(watch=opened.watch, code="CANCELLED")
        finally:
            call.cancel()

    return stream


def socket_stream(session: aiohttp.ClientSession, url: str) -> Stream:
    """Watch by WebSocket, through the bridge at `url`; only a résumé's own socket."""

    async def stream(opened: Opened, take: Callable[[Line], None]) -> Closed:
        target = Target.of(opened.target)
        place = f"{url}/ws/resumes/{target.resume_id}"
        query = {"after": str(opened.after), **({"epoch": opened.epoch} if opened.epoch else {})}
        try:
            async with asyncio.timeout(30), session.ws_connect(place, params=query) as socket:
                return await _read(socket, opened.watch, take)
        except (aiohttp.ClientError, OSError) as error:
            return Closed(watch=opened.watch, code="UNREACHABLE", message=str(error))
        except TimeoutError:
            return Closed(watch=opened.watch, code="SILENT")

    return stream


def roaming(*streams: Stream) -> Stream:
    """Watch by one stream after the other, from the first on: whoever was cut off comes back elsewhere."""
    turns = count()

    async def stream(opened: Opened, take: Callable[[Line], None]) -> Closed:
        return await streams[next(turns) % len(streams)](opened, take)

    return stream


async def _read(socket: aiohttp.ClientWebSocketResponse, watch: str, take: Callable[[Line], None]) -> Closed:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            line = from_frame(watch, message.json())
            if line is not None:
                take(line)
    code = "OK" if socket.close_code == aiohttp.WSCloseCode.OK else str(socket.close_code)
    return Closed(watch=watch, code=code)


@asynccontextmanager
async def watching(stream: Stream, *watchers: Watcher) -> AsyncIterator[None]:
    """Let clients watch until the block ends."""
    tasks = [asyncio.create_task(watcher.run(stream), name=watcher.name) for watcher in watchers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


def reason_of(error: Any) -> str:
    """Return the reason in a refusal's details; empty if it has none."""
    status = rpc_status.from_call(error)
    for detail in status.details if status is not None else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return str(info.reason)
    return ""
