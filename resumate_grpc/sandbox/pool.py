"""The pool of warm worker processes: so many at work, a spare beside them, each replaced when a document breaks it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from resumate_grpc.jobs.ports import unheard
from resumate_grpc.model.page_image import PageImage
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import Doing, StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.recognised import RecognisedPage
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.process import SandboxProcess, StartError
from resumate_grpc.sandbox.verdict import Cause, on_unavailable

__all__ = ["SandboxPool"]

TARGET = "resumate_grpc.parsing.pipeline"
FIRST_BACKOFF_S = 0.5
MAX_BACKOFF_S = 60.0
FAILURES_TO_GIVE_UP = 3

NO_PROCESS = Doing(what="no worker process has been free")
READING = Doing(what="the document has been read")

logger = logging.getLogger(__name__)


class SandboxPool:
    """Parses untrusted documents in warm processes; implements `jobs.ports.Parser`. Use it with `async with`.

    At most `workers` documents are parsed at once, others wait in order of arrival; `spares` more processes are kept
    warm, so that a document does not wait for the replacement of a broken one. Entering returns at once: processes
    warm up in the background, and documents wait for the first. Leaving kills them all; documents still being parsed
    then get WORKER_LOST. `target` names the module whose `warm_up` and `parse` the processes run. `on_restart` is
    called in the event loop with a `Cause`'s value whenever a process has gone and is replaced, or failed to start.

    While no process can be started, starts are tried with growing pauses (0.5 s to 60 s), and after three failures
    `parse` raises WORKER_LOST instead of waiting.
    """

    def __init__(
        self,
        *,
        workers: int,
        spares: int = 1,
        limits: Limits | None = None,
        target: str = TARGET,
        on_restart: Callable[[str], None] | None = None,
    ) -> None:
        self.restarts: Counter[str] = Counter()
        self._limits = limits or Limits()
        self._target = target
        self._on_restart = on_restart
        self._places = workers + spares
        self._slots = asyncio.Semaphore(workers)
        self._starting = asyncio.Semaphore(max(1, workers // 2))
        self._idle: list[SandboxProcess] = []
        self._alive: set[SandboxProcess] = set()
        self._changed = asyncio.Event()
        self._failures = 0
        self._closing = False
        self._keepers = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self._keepers.__aenter__()
        self._tasks = [
            self._keepers.create_task(self._keep(), name=f"sandbox-place-{place}") for place in range(self._places)
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._changed.set()
        for task in self._tasks:
            task.cancel()
        # A keeper that failed has cancelled our body: the group must see that, to raise the keeper's error instead. The
        # body's own errors pass it by, or it would wrap them.
        if isinstance(error, asyncio.CancelledError):
            await self._keepers.__aexit__(kind, error, trace)
        else:
            await self._keepers.__aexit__(None, None, None)

    @property
    def warm(self) -> int:
        """How many processes are warm, at work or idle."""
        return len(self._alive)

    async def parse(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
        recognised: Sequence[RecognisedPage] | None = None,
    ) -> ParsedResume:
        """Parse one document, as `jobs.ports.Parser` says; `recognised` as in `SandboxProcess.parse`."""
        async with self._process(on_doing, READING) as process:
            return await process.parse(
                content, media_type=media_type, options=options, on_progress=on_progress, recognised=recognised
            )

    async def recognise(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        page: int,
        on_start: Callable[[], None] = lambda: None,
    ) -> RecognisedPage:
        """Read one page by OCR, counted from 1; `on_start` is called once a process has been found for it."""
        async with self._process() as process:
            on_start()
            return await process.recognise(content, media_type=media_type, options=options, page=page)

    async def explain(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        pictures: bool = True,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
        recognised: Sequence[RecognisedPage] | None = None,
    ) -> Explanation:
        """Parse one document likewise, and return what the parser saw in it; without `pictures` no page is drawn."""
        async with self._process(on_doing, READING) as process:
            return await process.explain(
                content,
                media_type=media_type,
                options=options,
                pictures=pictures,
                on_progress=on_progress,
                recognised=recognised,
            )

    async def draw(
        self, content: bytes, *, media_type: MediaType, page: int, width_pixels: int, with_words: bool
    ) -> PageImage:
        """Draw one page, as `jobs.ports.PageDrawer` says; the pool's `target` must be `DRAWING`."""
        async with self._process() as process:
            return await process.draw(
                content, media_type=media_type, page=page, width_pixels=width_pixels, with_words=with_words
            )

    @asynccontextmanager
    async def _process(
        self, on_doing: Callable[[Doing], None] = unheard, then: Doing = READING
    ) -> AsyncIterator[SandboxProcess]:
        if self._slots.locked() or not self._idle:
            on_doing(NO_PROCESS)
        async with self._slots:
            process = await self._take()
            on_doing(then)
            try:
                yield process
            finally:
                self._give_back(process)

    async def _take(self) -> SandboxProcess:
        while True:
            if self._closing:
                raise on_unavailable("the server is shutting down; try again after its restart")
            while self._idle:
                process = self._idle.pop()  # the last one used: its caches are warm
                if process.usable:
                    self._failures = 0
                    return process
                self._dismiss(process, Cause.CRASHED)
            if self._failures >= FAILURES_TO_GIVE_UP and not self._alive:
                raise on_unavailable("no worker process can be started; the server's log says why")
            self._changed.clear()
            await self._changed.wait()

    def _give_back(self, process: SandboxProcess) -> None:
        if process.usable and not process.due and not self._closing:
            self._idle.append(process)
            self._changed.set()
        else:
            self._dismiss(process, Cause.RETIRED)

    def _dismiss(self, process: SandboxProcess, cause: Cause) -> None:
        """End a process that nobody uses, and tell why it had to go: `cause`, unless it is known better."""
        process.end(cause)
        self._observe(process.cause or cause)

    async def _keep(self) -> None:
        """Keep one place of the pool filled, for ever."""
        while True:
            process = await self._start()
            self._alive.add(process)
            self._idle.append(process)
            self._changed.set()
            try:
                await asyncio.wait([process.exited])
            finally:
                self._alive.discard(process)
                await self._bury(process)

    async def _start(self) -> SandboxProcess:
        while True:
            async with self._starting:
                await asyncio.sleep(self._backoff_s())
                try:
                    return await SandboxProcess.start(self._target, self._limits)
                except StartError as error:
                    self._count_failure(str(error))
                    self._observe(Cause.START_FAILED)

    async def _bury(self, process: SandboxProcess) -> None:
        """See a process off that died, or that dies with the pool; one at work is closed by whoever works with it."""
        process.kill()
        if process in self._idle:
            self._idle.remove(process)
            self._dismiss(process, Cause.CRASHED)
            if process.documents == 0 and not self._closing:
                self._count_failure("ended before its first document")
        await process.gone()

    def _observe(self, cause: Cause) -> None:
        if self._closing:
            return
        self.restarts[cause.value] += 1
        if self._on_restart is not None:
            self._on_restart(cause.value)

    def _count_failure(self, why: str) -> None:
        self._failures += 1
        logger.error(
            "worker process failed to start",
            extra={"why": why, "failures": self._failures, "next_try_in_s": self._backoff_s(), "target": self._target},
        )
        self._changed.set()  # whoever waits for a process may have to stop waiting

    def _backoff_s(self) -> float:
        if self._failures == 0:
            return 0.0
        return min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(self._failures - 1, 10))
