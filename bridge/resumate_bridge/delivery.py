"""One watch of one socket: history, then live, without a hole or a repeat."""

from __future__ import annotations

import asyncio

from resumate_bridge.frames import Frame, batch_frame, event_frame, heartbeat_frame, is_terminal
from resumate_bridge.outbox import Outbox
from resumate_bridge.relay import ROUNDS_A_HEARTBEAT, Relay
from resumate_bridge.seen import Seen
from resumate_bridge.target import TargetKind
from resumate_bridge.upstream import Upstream
from resumate_grpc import failpoints
from resumate_grpc._gen.resumate.v1.progress_pb2 import BatchProgress
from resumate_grpc._gen.resumate.v1.resume_pb2 import ResumeView
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import GetResumeRequest

__all__ = ["Delivery"]

_PAGE_SIZE = 50


class Delivery:
    """Sends what comes after position `after` to `outbox`, reading the relay's ring and, before it, the server's log.

    The position is all its state: a frame is sent when it is the next one, waits while the socket is slow, and is read
    from the server's log when the ring has passed by. A watch of a résumé ends with the terminal frame of the last
    attempt; a room or the feed never ends by itself.
    """

    __slots__ = (
        "_active_at",
        "_announced",
        "_began_at",
        "_bell",
        "_counts",
        "_ends",
        "_heartbeat_s",
        "_is_checked",
        "_last",
        "_loop",
        "_outbox",
        "_queue_position",
        "_relay",
        "_seen",
        "_upstream",
        "position",
    )

    def __init__(self, relay: Relay, *, after: int, outbox: Outbox, upstream: Upstream, heartbeat_s: float) -> None:
        self.position = after
        self._began_at = after
        self._relay = relay
        self._outbox = outbox
        self._upstream = upstream
        self._heartbeat_s = heartbeat_s
        self._ends = relay.target.kind is TargetKind.RESUME
        self._seen = Seen() if after == 0 or not self._ends else None
        self._announced = False
        self._queue_position = 0
        self._is_checked = False
        self._counts: BatchProgress | None = None
        self._last: Frame | None = None
        self._loop = asyncio.get_running_loop()
        self._active_at = self._loop.time()
        self._bell: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Deliver until the terminal frame was sent; raises `Refusal` where the watch cannot go on."""
        relay = self._relay
        while True:
            # The short way first: nearly always the next frame is in the ring and ends nothing.
            ring = relay.ring
            frames = ring.after(self.position) if self._announced and self.position <= ring.high else None
            if frames is None:
                frames = await self._next()
            for frame in frames:
                if frame.is_terminal and self._ends:
                    if await self._deliver_end(frame):
                        return
                else:
                    await self._deliver(frame)
            if frames:
                continue
            if self._is_something_due:
                if await self._do_what_is_due():
                    return
                continue
            # Here and not in a method: most sockets are here most of the time, and each frame of a coroutine is memory.
            bell = self._bell = self._loop.create_future()
            relay.add(self)
            try:
                await bell
            finally:
                self._bell = None
                relay.remove(self)

    @property
    def due_at(self) -> float:
        """When the next heartbeat is due."""
        return self._active_at + self._heartbeat_s

    def take(self, frame: Frame, before: int) -> bool:
        """Send the frame that follows on position `before` at once, in the relay's own turn, where that can be."""
        bell = self._bell
        if bell is None or bell.done() or self.position != before or not self._announced:
            return False
        if frame.is_terminal and self._ends:
            return False
        failpoints.hit("bridge.before-send")
        if not self._outbox.write(frame.wire):
            return False
        self._note(frame)
        return True

    def wake(self) -> None:
        """Look what has happened."""
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    async def _next(self) -> list[Frame]:
        relay = self._relay
        frames = relay.ring.after(self.position)
        if frames is None:
            return await self._history()
        if self.position > relay.ring.high and relay.caught_up and not self._is_checked:
            # Nobody has sent such a number: the server refuses it, or the relay is a moment behind.
            self._is_checked = True
            return await self._history()
        return frames

    async def _history(self) -> list[Frame]:
        relay = self._relay
        low = relay.ring.low
        page = await self._upstream.list_progress(
            relay.target, after=self.position, page_size=_PAGE_SIZE, epoch=relay.epoch
        )
        frames = [event_frame(event, relay.target) for event in page.events]
        if not frames and not page.has_more:
            # A room has no events between its last one and where the ring begins.
            self.position = max(self.position, low)
        return frames

    async def _deliver_end(self, frame: Frame) -> bool:
        """Send the frame that ends an attempt; returns whether it ends the watch."""
        is_end = await self._is_last(frame)
        await self._deliver(frame if is_end else frame.superseded())
        return is_end

    async def _deliver(self, frame: Frame) -> None:
        failpoints.hit("bridge.before-send")
        await self._outbox.send_payload(frame.payload)
        self._note(frame)

    def _note(self, frame: Frame) -> None:
        self._active_at = self._outbox.last_sent_at
        if self._ends:
            self._last = frame
        else:
            self._seen = (self._seen or Seen()).plus(self._relay.target, position=frame.position, digest=frame.digest)
        self.position = frame.position

    async def _is_last(self, frame: Frame) -> bool:
        """Tell whether no later attempt has begun: known once the relay is past the frame, or at its end and live."""
        relay = self._relay
        while relay.ring.high <= frame.position and not (relay.caught_up and relay.ring.high == frame.position):
            if relay.refusal:
                raise relay.refusal
            await relay.changed(self._loop.create_future())
        return relay.ring.high == frame.position

    @property
    def _is_something_due(self) -> bool:
        relay = self._relay
        return bool(
            relay.refusal
            or (relay.counts is not self._counts and relay.counts)
            or (not self._announced and self._is_caught_up)
            or self._has_moved_up
            or self._loop.time() >= self.due_at - self._heartbeat_s / ROUNDS_A_HEARTBEAT
        )

    async def _do_what_is_due(self) -> bool:
        """Tell of counts or send a heartbeat: it says that all history was sent, and later that there are no news.

        Returns whether none can come: the browser had the terminal frame already when it connected.
        """
        relay = self._relay
        if relay.refusal:
            raise relay.refusal
        if relay.counts is not self._counts and relay.counts:
            self._counts = relay.counts
            await self._outbox.send(batch_frame(relay.counts, relay.target, position=self.position))
            return False
        is_first = not self._announced and self._is_caught_up
        self._announced = self._announced or is_first
        await self._beat()
        return is_first and await self._had_ended()

    async def _had_ended(self) -> bool:
        if not self._ends or self.position == 0 or self.position != self._began_at:
            return False
        got = await self._upstream.get_resume(
            GetResumeRequest(resume_id=self._relay.target.name, view=ResumeView.RESUME_VIEW_BASIC)
        )
        return got.resume.progress.sequence == self.position and is_terminal(got.resume.progress)

    @property
    def _has_moved_up(self) -> bool:
        """Whether the résumé waits at another place in line than the socket was told."""
        return self._is_caught_up and self._relay.queue_position not in {0, self._queue_position}

    @property
    def _is_caught_up(self) -> bool:
        return self._relay.caught_up and self.position >= self._relay.ring.high

    @property
    def _seen_before(self) -> Seen | None:
        """What a socket had that came back to a résumé's newest event; None while the relay does not know it."""
        relay = self._relay
        if self.position != relay.ring.high or not relay.digest:
            return None
        return Seen(count=self.position, digest=relay.digest)

    def _told(self) -> Seen | None:
        if self._last is not None:
            return Seen(count=self._last.position, digest=self._last.digest)
        return self._seen or self._seen_before

    async def _beat(self) -> None:
        self._active_at = self._loop.time()
        self._queue_position = self._relay.queue_position
        await self._outbox.send(
            heartbeat_frame(
                self._relay.target,
                position=self.position,
                epoch=self._relay.epoch,
                caught_up=self._is_caught_up,
                seen=self._told(),
                queue_position=self._queue_position,
            )
        )
