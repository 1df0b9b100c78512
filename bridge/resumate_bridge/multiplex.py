"""`/ws`: many watches over one WebSocket."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import WSMsgType, web

from resumate_bridge.context import Bridge, bridge_of
from resumate_bridge.delivery import Delivery
from resumate_bridge.frames import connection_frame, heartbeat_frame, pong_frame, refusal_frame
from resumate_bridge.json_body import (
    Command,
    JoinRoom,
    LeaveRoom,
    Ping,
    UnwatchFeed,
    UnwatchResume,
    WatchFeed,
    WatchResume,
    decode_command,
)
from resumate_bridge.outbox import Outbox
from resumate_bridge.queries import MAX_POSITION
from resumate_bridge.refusal import Refusal, bad_field
from resumate_bridge.sockets import OpenSocket, close_refused
from resumate_bridge.target import TargetKind, WatchTarget

__all__ = ["multiplex_socket"]

_log = logging.getLogger(__name__)


async def multiplex_socket(request: web.Request) -> web.WebSocketResponse:
    """Serve what the client asks for; a message that is no command closes the socket with 4400."""
    bridge = bridge_of(request)
    async with OpenSocket(request) as (socket, outbox), asyncio.TaskGroup() as group:
        await outbox.send(connection_frame(None, after=0, epoch="", heartbeat_s=bridge.config.heartbeat_s))
        session = _Session(bridge, outbox, group)
        beating = group.create_task(session.beat(), name="heartbeat")
        try:
            await _obey(socket, session)
        except Refusal as refusal:
            await close_refused(socket, refusal)
        beating.cancel()
        session.stop()
    return socket


async def _obey(socket: web.WebSocketResponse, session: _Session) -> None:
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            raise bad_field("", "commands are text frames")
        await session.obey(decode_command(message.data))


class _Session:
    """The watches of one socket, at most one a target; a second one for the same target takes the first one's place."""

    def __init__(self, bridge: Bridge, outbox: Outbox, group: asyncio.TaskGroup) -> None:
        self._bridge = bridge
        self._outbox = outbox
        self._group = group
        self._watches: dict[tuple[TargetKind, str], asyncio.Task[None]] = {}

    async def obey(self, command: Command) -> None:
        """Do what the client asks for; a refused watch is told in an `error` frame, and the socket stays."""
        match command:
            case WatchResume():
                target = WatchTarget(kind=TargetKind.RESUME, name=command.resume_id)
                await self._start(target, command.after, command.epoch)
            case WatchFeed():
                target = WatchTarget(kind=TargetKind.FEED, include_parsed=command.include_parsed)
                await self._start(target, command.after, command.epoch)
            case JoinRoom():
                target = WatchTarget(kind=TargetKind.ROOM, name=command.room, include_parsed=command.include_parsed)
                await self._start(target, command.after, command.epoch)
            case UnwatchResume():
                self._end(TargetKind.RESUME, command.resume_id)
            case UnwatchFeed():
                self._end(TargetKind.FEED, "")
            case LeaveRoom():
                self._end(TargetKind.ROOM, command.room)
            case Ping():
                await self._outbox.send(pong_frame())

    async def beat(self) -> None:
        """Show a sign of life where no watch does; `sequence` is 0 because it speaks of none."""
        interval_s = self._bridge.config.heartbeat_s
        while True:
            await asyncio.sleep(max(interval_s - self._outbox.silent_s, interval_s / 10))
            if self._outbox.silent_s >= interval_s:
                try:
                    await self._outbox.send(heartbeat_frame(None, position=0, epoch="", caught_up=True))
                except ConnectionError:
                    return

    def stop(self) -> None:
        """End all watches."""
        for task in self._watches.values():
            task.cancel()

    async def _start(self, target: WatchTarget, after: int, epoch: str) -> None:
        self._end(target.kind, target.name)
        if refusal := self._objection(after):
            await self._outbox.send(refusal_frame(refusal, target, after=0))
            return
        key = target.kind, target.name
        task = self._group.create_task(self._watch(target, after, epoch), name=f"watch {target.name}")
        self._watches[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def _objection(self, after: int) -> Refusal | None:
        if not 0 <= after <= MAX_POSITION:
            return bad_field("after", "after must be a position: 0 or the last number seen")
        if len(self._watches) >= self._bridge.config.max_watches_per_socket:
            return Refusal("too many watches on this socket", code="RESOURCE_EXHAUSTED", reason="TOO_MANY_STREAMS")
        return None

    async def _watch(self, target: WatchTarget, after: int, epoch: str) -> None:
        bridge, seen = self._bridge, after
        try:
            async with bridge.relays.watching(target, after=after, epoch=epoch) as relay:
                delivery = Delivery(
                    relay,
                    after=after,
                    outbox=self._outbox,
                    upstream=bridge.upstream,
                    heartbeat_s=bridge.config.heartbeat_s,
                )
                try:
                    await delivery.run()
                finally:
                    seen = delivery.position
        except Refusal as refusal:
            await self._tell(refusal, target, seen)
        except ConnectionError:
            _log.debug("browser is gone")
        except Exception:  # noqa: BLE001 - one watch's fault must not end the others'
            _log.exception("delivery failed")
            await self._tell(Refusal("the bridge failed; watch again", code="INTERNAL"), target, seen)

    async def _tell(self, refusal: Refusal, target: WatchTarget, seen: int) -> None:
        try:
            await self._outbox.send(refusal_frame(refusal, target, after=seen))
        except ConnectionError:
            _log.debug("browser is gone")

    def _end(self, kind: TargetKind, name: str) -> None:
        if task := self._watches.pop((kind, name), None):
            task.cancel()

    def _forget(self, key: tuple[TargetKind, str], task: asyncio.Task[None]) -> None:
        if self._watches.get(key) is task:
            del self._watches[key]
