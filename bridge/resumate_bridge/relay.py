"""One upstream watch, shared by all sockets that look at the same thing."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import aclosing
from typing import Protocol

from resumate_bridge.config import BridgeConfig
from resumate_bridge.frames import Frame, event_frame
from resumate_bridge.refusal import Refusal
from resumate_bridge.ring import Ring
from resumate_bridge.target import TargetKind, WatchTarget
from resumate_bridge.upstream import Upstream
from resumate_grpc._gen.resumate.v1.progress_pb2 import BatchProgress, State
from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressResponse

__all__ = ["ROUNDS_A_HEARTBEAT", "Relay", "Taker"]

_log = logging.getLogger(__name__)
ROUNDS_A_HEARTBEAT = 10
"""How often who waits is looked through for heartbeats that are due."""
_SILENT_INTERVALS = 2.5  # the server promises one sign of life each interval


class Taker(Protocol):
    """Who waits for frames that follow on what it has."""

    @property
    def due_at(self) -> float:
        """When it wants to be woken though nothing has happened, by the loop's clock."""
        ...

    def take(self, frame: Frame, before: int) -> bool:
        """Take the frame that follows on position `before`; False where it is to be woken instead."""
        ...

    def wake(self) -> None:
        """Wake up and look."""
        ...


class Relay:
    """Keeps the recent frames of `target`, from position `after` on, and wakes who waits for more.

    Who has everything and waits is handed each next frame in the relay's own turn of the loop, and need not wake up.
    All others read the ring at their own pace and go to the server's history for what is no longer there, so that a
    slow socket costs neither memory nor the others' time. A broken upstream stream is resumed from the last position,
    unnoticed but for `caught_up` being False meanwhile.
    """

    def __init__(self, target: WatchTarget, *, after: int, upstream: Upstream, config: BridgeConfig) -> None:
        self.target = target
        self.started_after = after
        self.watchers = 0
        self.ring = Ring(low=after, max_frames=config.ring_frames, max_bytes=config.ring_bytes)
        self.epoch = ""
        self.caught_up = False
        """Whether the ring's newest frame is the newest there is."""
        self.digest = b""
        """Of a résumé's log up to the ring's newest position; empty until known, and for other targets."""
        self.queue_position = 0
        """Place in line of a résumé that waits, 1 = next; else 0."""
        self.counts: BatchProgress | None = None
        """Latest counts of a room; None until there are any, and for other targets."""
        self.refusal: Refusal | None = None
        """Why no more will come; None while the watch is alive."""
        self._upstream = upstream
        self._config = config
        self._is_confirmed = False
        self._bells: set[asyncio.Future[None]] = set()
        self._takers: set[Taker] = set()
        self._rounds: asyncio.TimerHandle | None = None
        self._failures = 0
        self._pause_s = 0.0
        self.task = asyncio.create_task(self._run(), name=f"relay {target.kind.value} {target.name}")

    async def confirmed(self) -> None:
        """Wait until the server has accepted the watch; raises `Refusal` if it has not."""
        while not self._is_confirmed:
            if self.refusal:
                raise self.refusal
            await self.changed(asyncio.get_running_loop().create_future())

    def add(self, taker: Taker) -> None:
        """Hand frames to `taker`, and wake it for all else and once its `due_at` has come, until `remove`."""
        self._takers.add(taker)
        if self._rounds is None:
            self._plan_round()

    def remove(self, taker: Taker) -> None:
        """Do so no longer."""
        self._takers.discard(taker)
        if not self._takers and self._rounds is not None:
            self._rounds.cancel()
            self._rounds = None

    def _plan_round(self) -> None:
        loop = asyncio.get_running_loop()
        self._rounds = loop.call_later(self._config.heartbeat_s / ROUNDS_A_HEARTBEAT, self._go_round)

    def _go_round(self) -> None:
        """Wake those whose heartbeat is due before the next round: one timer for all."""
        self._plan_round()
        until = asyncio.get_running_loop().time() + self._config.heartbeat_s / ROUNDS_A_HEARTBEAT
        for taker in self._takers:
            if taker.due_at <= until:
                taker.wake()

    async def changed(self, bell: asyncio.Future[None]) -> None:
        """Wait until anything of this object changes, or somebody else rings `bell`."""
        self._bells.add(bell)
        try:
            await bell
        finally:
            self._bells.discard(bell)

    async def _run(self) -> None:
        try:
            self.refusal = await self._follow()
        except Exception:  # noqa: BLE001 - whatever it was, the sockets must learn that the watch has ended
            _log.exception("relay failed", extra={"target": self.target.name})
            self.refusal = Refusal("the bridge failed; reconnect", code="INTERNAL")
        finally:
            self.caught_up = False
            self._notify()

    async def _follow(self) -> Refusal:
        """Stream until resuming has failed too often or cannot succeed; returns why."""
        while True:
            try:
                await self._stream()
                refusal = Refusal("the server ended the watch; reconnect", code="UNAVAILABLE")
            except Refusal as raised:
                refusal = raised
            delays_s = self._config.reconnect_delays_s
            if not refusal.is_transient or self._failures >= len(delays_s):
                return refusal
            self.caught_up = False
            wait_s = max(delays_s[self._failures], min(self._pause_s, 5.0)) * random.uniform(0.8, 1.2)  # noqa: S311
            self._failures += 1
            _log.info("watch resumes", extra={"target": self.target.name, "code": refusal.code, "wait_s": wait_s})
            await asyncio.sleep(wait_s)

    async def _stream(self) -> None:
        interval_s = max(1.0, self._config.heartbeat_s)
        updates = self._upstream.watch(self.target, after=self.ring.high, epoch=self.epoch, heartbeat_s=interval_s)
        async with aclosing(updates):
            while True:
                try:
                    async with asyncio.timeout(interval_s * _SILENT_INTERVALS):
                        update = await anext(updates, None)
                except TimeoutError as error:
                    raise Refusal("the server is silent", code="UNAVAILABLE") from error
                if update is None:
                    return
                self._apply(update)

    def _apply(self, update: WatchProgressResponse) -> None:
        kind = update.WhichOneof("update")
        if kind == "draining":
            self._pause_s = update.draining.reconnect_after.ToMilliseconds() / 1000
            return
        self._failures, self._pause_s, self._is_confirmed = 0, 0.0, True
        if kind == "event":
            self.epoch = update.event.epoch or self.epoch
            frame, before = event_frame(update.event, self.target), self.ring.high
            self.ring.append(frame)
            if self.target.kind is TargetKind.RESUME:
                self.digest = update.event.digest
            if update.event.state != State.STATE_QUEUED:
                self.queue_position = 0
            for taker in self._takers:
                if not taker.take(frame, before):
                    taker.wake()
            self._ring_bells()
            return
        if kind == "heartbeat":
            self.epoch = update.heartbeat.epoch or self.epoch
            self.caught_up = update.heartbeat.caught_up
            self.queue_position = update.heartbeat.queue_position
            if self.target.kind is TargetKind.RESUME and update.heartbeat.sequence == self.ring.high:
                self.digest = update.heartbeat.digest
        elif kind == "batch":
            self.counts = update.batch
        self._notify()

    def _notify(self) -> None:
        for taker in self._takers:
            taker.wake()
        self._ring_bells()

    def _ring_bells(self) -> None:
        bells, self._bells = self._bells, set()
        for bell in bells:
            if not bell.done():
                bell.set_result(None)
