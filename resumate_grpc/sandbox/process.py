"""One worker process, seen from the supervisor: started, warmed, given documents, ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from resumate_grpc.errors import ParsingError
from resumate_grpc.model.page_image import PageImage
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.recognised import RecognisedPage, ScansFoundError
from resumate_grpc.sandbox.channel import Channel
from resumate_grpc.sandbox.exit import Exit, watch_exit
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.memory import oom_kills, rss_bytes
from resumate_grpc.sandbox.spawn import spawn
from resumate_grpc.sandbox.verdict import Cause, Verdict, on_exit, on_fault, on_output, on_parser_bug, on_timeout
from resumate_grpc.sandbox.wire import (
    Advanced,
    Crashed,
    Drawn,
    Explained,
    Outcome,
    OutputTooLargeError,
    PageRead,
    Parsed,
    ProtocolError,
    Ready,
    Refused,
    Reply,
    ReplyReader,
    ScansFound,
    Task,
    encode_frame,
)

__all__ = ["SandboxProcess", "StartError"]

REAP_S = 5.0
Result = TypeVar("Result", Parsed, Explained, Drawn, PageRead)

logger = logging.getLogger(__name__)


class StartError(Exception):
    """A worker process could not be started or warmed; the message says why."""


class SandboxProcess:
    """A warm process and its two pipes. Whoever made it must `end` it, whatever happened.

    `exited` is resolved when the process is gone and reaped, for whatever reason; `cause` says why it had to go, once
    that is known. `documents` counts what it was given.
    """

    def __init__(self, *, pid: int, channel: Channel, limits: Limits) -> None:
        self.pid = pid
        self.exited: asyncio.Future[Exit] = watch_exit(pid)
        self.cause: Cause | None = None
        self.documents = 0
        self._channel = channel
        self._limits = limits
        self._replies = ReplyReader(limits.output_bytes)
        self._busy = False
        self._warm_rss_bytes = 0
        self._warm_peak_rss_bytes = 0
        self._oom_kills = 0

    @classmethod
    async def start(cls, target: str, limits: Limits) -> SandboxProcess:
        """Spawn a process and wait until it is warm; raises `StartError`, having ended it."""
        try:
            pid, channel = spawn(target, limits)  # in the event loop's thread, which outlives the process
        except OSError as error:
            raise StartError(f"no process: {error}") from error
        process = cls(pid=pid, channel=channel, limits=limits)
        try:
            await process.warm()
        except BaseException:
            process.end(Cause.START_FAILED)
            await process.gone()
            raise
        return process

    @property
    def usable(self) -> bool:
        """Whether it may be given a document: warm, idle, sound."""
        return self.cause is None and not self._busy and not self.exited.done()

    @property
    def due(self) -> bool:
        """Whether it has done its work and should be retired rather than used again."""
        return (
            self.documents >= self._limits.documents
            or rss_bytes(self.pid) > self._warm_rss_bytes + self._limits.growth_bytes
        )

    def kill(self) -> None:
        """Kill the process, and what it may have started, at once; whoever uses it sees it break off."""
        if not self.exited.done():
            # Its own session: the group's number is taken until we have reaped its leader.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def end(self, cause: Cause) -> None:
        """Kill the process and close its pipes, by whoever uses it. The first cause given stands."""
        if self.cause is None:
            self.cause = cause
        self.kill()
        self._channel.close()

    async def gone(self) -> None:
        """Wait until a killed process is reaped; after 5 s (it hangs in the kernel) it is left to be reaped later."""
        await asyncio.wait([self.exited], timeout=REAP_S)

    async def warm(self) -> None:
        """Wait until the process is warm; raises `StartError`, and then it is of no use."""
        try:
            async with asyncio.timeout(self._limits.warm_up_s):
                reply = await self._next_reply()
        except TimeoutError:
            raise StartError(f"not warm after {self._limits.warm_up_s:g} s") from None
        except (ProtocolError, OutputTooLargeError) as fault:
            raise StartError(f"spoke nonsense ({fault})") from None
        except EOFError:
            raise StartError("ended before it was warm; it may have told why on standard error") from None
        if isinstance(reply, Crashed):
            raise StartError(reply.exception)
        if not isinstance(reply, Ready):
            raise StartError("spoke before it was warm")
        self._warm_peak_rss_bytes = reply.peak_rss_bytes
        self._warm_rss_bytes = rss_bytes(self.pid)
        self._oom_kills = oom_kills()

    async def parse(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        on_progress: Callable[[StageProgress], None],
        recognised: Sequence[RecognisedPage] | None = None,
    ) -> ParsedResume:
        """Parse one document, as `jobs.ports.Parser` says. Afterwards the process is `usable`, or was ended.

        Of two things that go wrong at once the first seen is told. An exception out of `on_progress` ends the process
        and passes through. With `recognised`, scanned pages come from there, and `ScansFoundError` is raised for those
        that it lacks; None = they are read by OCR as they are met.
        """
        given = None if recognised is None else tuple(recognised)
        task = Task(media_type=media_type, options=options, size=len(content), recognised=given)
        return (await self._work(task, content, Parsed, on_progress)).resume

    async def explain(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        pictures: bool = True,
        on_progress: Callable[[StageProgress], None],
        recognised: Sequence[RecognisedPage] | None = None,
    ) -> Explanation:
        """Parse one document likewise, and return what the parser saw in it; without `pictures` no page is drawn."""
        given = None if recognised is None else tuple(recognised)
        told = Task(media_type=media_type, options=options, size=len(content), recognised=given)
        task = msgspec.structs.replace(told, explain=True, pictures=pictures)
        return (await self._work(task, content, Explained, on_progress)).explanation

    async def recognise(
        self, content: bytes, *, media_type: MediaType, options: ParseOptions, page: int
    ) -> RecognisedPage:
        """Read one page by OCR, counted from 1; else as `parse`."""
        task = Task(media_type=media_type, options=options, size=len(content), ocr_page=page)
        return (await self._work(task, content, PageRead, lambda _: None)).page

    async def draw(
        self, content: bytes, *, media_type: MediaType, page: int, width_pixels: int, with_words: bool
    ) -> PageImage:
        """Draw one page of a document, as `jobs.ports.PageDrawer` says."""
        task = Task(
            media_type=media_type,
            options=ParseOptions(),
            size=len(content),
            page=page,
            width_pixels=width_pixels,
            with_words=with_words,
        )
        return (await self._work(task, content, Drawn, lambda _: None)).image

    async def _work(
        self, task: Task, content: bytes, expected: type[Result], on_progress: Callable[[StageProgress], None]
    ) -> Result:
        self._begin()
        try:
            async with asyncio.timeout(self._limits.wall_s) as deadline:
                await self._hand_over(task, content)
                reply = _answer(await self._final_reply(on_progress), expected)
        except TimeoutError:
            if not deadline.expired():  # it is the callback's
                raise
            self.end(Cause.TIMEOUT)
            raise on_timeout(self._limits) from None
        except (ProtocolError, OutputTooLargeError, BrokenPipeError, EOFError) as fault:
            verdict = await self._judge(fault)
            self.end(verdict.cause)
            raise verdict.error from None
        finally:
            if self._busy:
                self.end(Cause.CANCELLED)
        return _unpack(reply)

    def _begin(self) -> None:
        self._busy = True
        self.documents += 1
        self._replies.start()

    async def _hand_over(self, task: Task, content: bytes) -> None:
        try:
            async with asyncio.timeout(self._limits.stall_s):
                await self._channel.write([encode_frame(task), content])
        except TimeoutError:
            raise ProtocolError("it did not take the document") from None

    async def _final_reply(self, on_progress: Callable[[StageProgress], None]) -> Outcome:
        while True:
            reply = await self._next_reply()
            match reply:
                case Advanced(progress=progress):
                    on_progress(progress)
                case Ready():
                    raise ProtocolError("it said twice that it was ready")
                case _:
                    if self._replies.in_frame:
                        raise ProtocolError("it went on after its result")
                    self._busy = False
                    return reply

    async def _next_reply(self) -> Reply:
        """Read one reply; raises `EOFError` where the process has closed its end."""
        while (reply := self._replies.next()) is None:
            try:
                # A frame once begun must be finished: only between frames may the parser think.
                async with asyncio.timeout(self._limits.stall_s if self._replies.in_frame else None):
                    data = await self._channel.read()
            except TimeoutError:
                raise ProtocolError("it stopped in the middle of a frame") from None
            if not data:
                raise EOFError
            self._replies.feed(data)
        return reply

    async def _judge(self, fault: Exception) -> Verdict:
        if isinstance(fault, OutputTooLargeError):
            return on_output(self._limits)
        if isinstance(fault, ProtocolError):
            return on_fault(str(fault))
        oom_killed = oom_kills() > self._oom_kills
        await asyncio.wait([self.exited], timeout=self._limits.stall_s)
        if not self.exited.done():
            return on_fault("it closed its pipe")
        return on_exit(
            self.exited.result(), self._limits, warm_peak_rss_bytes=self._warm_peak_rss_bytes, oom_killed=oom_killed
        )


def _answer(reply: Outcome, expected: type[Result]) -> Result | ScansFound | Refused | Crashed:
    if isinstance(reply, expected | Refused | Crashed) or (
        isinstance(reply, ScansFound) and expected in {Parsed, Explained}
    ):
        return reply
    raise ProtocolError("it answered what it was not asked")


def _unpack(reply: Result | ScansFound | Refused | Crashed) -> Result:
    match reply:
        case ScansFound():
            raise ScansFoundError(reply.pages)
        case Refused():
            raise ParsingError(reply.reason, reply.message, retryable=reply.retryable)
        case Crashed():
            logger.error("parser bug", extra={"exception": reply.exception, "frames": list(reply.frames)})
            raise on_parser_bug(reply.exception)
        case _:
            return reply
