"""Watching through interruptions: comes back where it left off, so that every event arrives once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from resumate_grpc._gen.resumate.v1.progress_pb2 import BatchProgress, ProgressEvent
from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressRequest, WatchProgressResponse
from resumate_grpc.client.backoff import Backoff, Reconnection
from resumate_grpc.client.calls import Calls
from resumate_grpc.client.course import Course, HoleError
from resumate_grpc.client.errors import CallError, call_error
from resumate_grpc.client.target import Target
from resumate_grpc.client.verification import Verification

__all__ = ["Interruption", "Watch", "WatchOptions"]

SILENT_HEARTBEATS = 2.5
"""A link is dead when two heartbeats are missing; the half is for those that are only late."""
MOST_HOLES = 5
"""Calls in a row that left the same events out, after which the server itself has not got them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruption:
    """A watch was cut off by `error` after event `position` and will be taken up in `pause_s` seconds."""

    error: CallError
    position: int
    pause_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchOptions:
    """How to watch: the fields are those of `Client.watch`."""

    after: int = 0
    epoch: str = ""
    follow: bool = False
    include_parsed: bool = False
    verify: bool = False
    heartbeat_s: float = 15.0
    on_interruption: Callable[[Interruption], None] | None = None


class Watch:
    """One watch, however many calls it takes. Iterate over it for its events, or over `updates()` for all it hears.

    Each event comes once and in order. When the server goes away, drains, is silent for two heartbeats or ends the
    call otherwise than as its contract says, the watch comes back after the last event. What coming back cannot mend
    is raised: `NotFoundError`, `HistoryGoneError`, `EpochChangedError`, `DeniedError`, …, and `UnreachableError` once
    the server has been away for longer than `Reconnection.patience_s`. With `verify`, what arrives is compared with the
    log's digests, and `VerificationError` raised at the first difference: holes and repeats too, which would be mended
    without.

    A résumé's watch ends after its terminal event unless `follow`; a batch's or feed's goes on until you leave it.
    After an iteration was left, by `break` or an error, another one goes on after the last event given.
    """

    def __init__(self, calls: Calls, target: Target, options: WatchOptions, reconnection: Reconnection) -> None:
        self._calls = calls
        self._target = target
        self._options = options
        self._reconnection = reconnection
        self._course = Course(target, after=options.after, epoch=options.epoch)
        self._verification = Verification(resume_id=target.resume_id, after=options.after) if options.verify else None
        self._asked_s: float | None = None
        self._holes = 0

    @property
    def position(self) -> int:
        """Number of the last event given (`sequence` of a résumé, else `feed_sequence`): pass it as `after`."""
        return self._course.position

    @property
    def epoch(self) -> str:
        """Identity of the log that `position` counts in: keep it with `position`. Empty until something was heard."""
        return self._course.epoch

    @property
    def caught_up(self) -> bool:
        """Whether all history has been given and what comes is live."""
        return self._course.caught_up

    @property
    def counts(self) -> BatchProgress | None:
        """A batch's latest counts; None until they came."""
        return self._course.counts

    @property
    def verification(self) -> Verification | None:
        """What was verified so far; None unless `verify`."""
        return self._verification

    async def __aiter__(self) -> AsyncGenerator[ProgressEvent, None]:
        async with aclosing(self.updates()) as updates:
            async for update in updates:
                if update.WhichOneof("update") == "event":
                    yield update.event

    async def updates(self) -> AsyncGenerator[WatchProgressResponse, None]:
        """Yield events, a batch's counts (`batch`) and signs of life (`heartbeat`)."""
        backoff = Backoff(self._reconnection)
        asked_twice = False
        while True:
            try:
                async with aclosing(self._one_call()) as updates:
                    async for update in updates:
                        backoff.heard()
                        self._holes = 0
                        yield update
                if self._verification:
                    self._verification.end()
                if self._course.at_end or (self._course.may_be_after_end and asked_twice):
                    return
                if not self._course.may_be_after_end:
                    await self._wait_out(self._interrupted("the stream ended early"), backoff)
                asked_twice = True
            except HoleError as error:
                self._holes += 1
                await self._wait_out(self._interrupted(str(error)), backoff)
            except CallError as error:
                await self._wait_out(error, backoff)

    async def _one_call(self) -> AsyncGenerator[WatchProgressResponse, None]:
        """Yield what one call brings, as far as it is new."""
        self._course.begin()
        if self._verification:
            self._verification.begin()
        silence_s = self._options.heartbeat_s * SILENT_HEARTBEATS
        stream = self._calls.stream(self._calls.stub.WatchProgress, self._request(), silence_s=silence_s)
        async with aclosing(stream) as updates:
            async for update in updates:
                if self._verification:
                    self._verification.take(update)
                if update.WhichOneof("update") == "draining":
                    self._asked_s = update.draining.reconnect_after.ToMilliseconds() / 1000
                elif self._course.take(update):
                    yield update

    def _request(self) -> WatchProgressRequest:
        request = WatchProgressRequest(
            after_sequence=self._course.position,
            epoch=self._course.epoch,
            follow=self._options.follow,
            include_parsed=self._options.include_parsed,
        )
        request.heartbeat_interval.FromMilliseconds(round(self._options.heartbeat_s * 1000))
        self._target.aim(request)
        return request

    def _interrupted(self, message: str) -> CallError:
        return call_error(message, code="CANCELLED", server=self._calls.server)

    async def _wait_out(self, error: CallError, backoff: Backoff) -> None:
        """Pause before the next call, or raise the error if there should be none."""
        if not error.may_pass or backoff.exhausted or self._holes >= MOST_HOLES:
            raise error
        asked_s, self._asked_s = self._asked_s, None
        pause_s = backoff.pause_s(asked_s if asked_s is not None else error.retry_after_s)
        if self._options.on_interruption:
            self._options.on_interruption(Interruption(error=error, position=self.position, pause_s=pause_s))
        await asyncio.sleep(pause_s)
