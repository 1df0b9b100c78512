"""The real use cases over a real SQLite database, on a clock and an event loop that move only when they are told to."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from resumate_grpc._gen.resumate.v1 import watch_pb2
from resumate_grpc.errors import ResumateError
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.progress import AttemptProgress
from resumate_grpc.jobs.resumes import Resumes
from resumate_grpc.jobs.updates import Update
from resumate_grpc.jobs.watch import Watches
from resumate_grpc.model.work import Claim
from resumate_grpc.model.work import Target as WatchTarget
from resumate_grpc.rpc.codec_watch import Frames
from resumate_grpc.rpc.status import CODES
from resumate_grpc.store import SqlStore
from tests.fire.databases import Database
from tests.fire.lines import Closed, Event, Heartbeat, Opened
from tests.fire.lying_bus import LyingBus
from tests.fire.recording import Recorder, Target
from tests.fire.seen import from_update
from tests.fire.truth import OWNER, Truth
from tests.jobs.conftest import MemoryFiles, NoMetrics
from tests.store.conftest import ManualClock

__all__ = ["HEARTBEAT_S", "Hold", "Onlooker", "World"]

T = TypeVar("T")
HEARTBEAT_S = 15.0
TURNS = 20
"""Turns of the event loop after which everybody has had a chance to do what there is to do."""


class ManualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is a manual clock's: timers go off when the clock was advanced, and only then."""

    def __init__(self, clock: ManualClock) -> None:
        self._manual = clock
        super().__init__()

    def time(self) -> float:
        """See `AbstractEventLoop.time`."""
        return self._manual.monotonic()


@dataclass(kw_only=True)
class Hold:
    """A worker at work on a claim; its parser's progress so far."""

    claim: Claim
    progress: AttemptProgress = field(default_factory=lambda: AttemptProgress(None))
    stage: int = 0
    stage_percent: int = 0


class Onlooker:
    """Whoever watches; may stall, may be cut off, and keeps its position."""

    def __init__(self, name: str, target: Target, recorder: Recorder, *, after: int, follow: bool) -> None:
        self.name = name
        self.target = target
        self.position = after
        self.task: asyncio.Task[None] | None = None
        self.done = False
        self.told = 0
        """How often it was told that it has caught up."""
        self.reading = asyncio.Event()
        self.reading.set()
        self._recorder = recorder
        self._follow = follow

    async def watch(self, watches: Watches) -> None:
        """Watch once, from its position, until the stream ends."""
        opened = Opened(
            watch=f"{self.name}#{self._recorder.new_id()}",
            client=self.name,
            target=str(self.target),
            after=self.position,
            follow=self._follow,
        )
        self._recorder.write(opened)
        code = "LEFT"
        try:
            await self._read(opened.watch, watches)
            code = "OK"
            self.done = True
        except ResumateError as error:
            code = CODES[type(error)].name
            self.done = code != "UNAVAILABLE"
        finally:
            self._recorder.write(Closed(watch=opened.watch, code=code))

    async def _read(self, watch: str, watches: Watches) -> None:
        frames = Frames(watches.epoch)
        target = WatchTarget(owner=OWNER, resume_id=self.target.resume_id, batch_id=self.target.batch_id)
        opening = watches.watch(target, after=self.position, epoch="", follow=self._follow, heartbeat_s=HEARTBEAT_S)
        async with opening as watcher:
            while updates := await watcher.next():
                for update in updates:
                    await self._note(watch, update, frames)

    async def _note(self, watch: str, update: Update, frames: Frames) -> None:
        await self.reading.wait()
        message = watch_pb2.WatchProgressResponse.FromString(frames.encode(update))
        line = from_update(watch, message)
        self._recorder.write(line)
        if isinstance(line, Event):
            self.position = self.target.number(line)
        self.told += isinstance(line, Heartbeat) and line.caught_up


class World:
    """One service after the other on one database; `run` lets it do something and returns the result."""

    def __init__(self, database: Database, folder: Path, seed: int) -> None:
        self.clock = ManualClock()
        self.recorder = Recorder()
        self.files = MemoryFiles()
        self.onlookers: list[Onlooker] = []
        self.holds: list[Hold] = []
        self.zombies: list[Hold] = []
        self.ids: list[str] = []
        self.leases: dict[str, str] = {}
        """The lease under which each résumé that is held is held, as claims and their ends have told."""
        self.store: SqlStore
        self.bus: LyingBus
        self.resumes: Resumes
        self.watches: Watches
        self._chance = random.Random(seed)  # noqa: S311 - what the bus does to a notice
        self._loop = ManualLoop(self.clock)
        self._database = database
        self._url = database.new(folder)
        self._open = AsyncExitStack()
        self.run(self._start())

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Run to its end, then give everybody else some turns."""
        result = self._loop.run_until_complete(doing)
        self._loop.run_until_complete(self.turns())
        return result

    async def turns(self) -> None:
        """Let tasks, and the store's threads, do what they have to do now."""
        for turn in range(TURNS):
            await asyncio.sleep(0)
            if turn % 5 == 0:
                await self.store.bounds(WatchTarget(owner=OWNER))

    def attach(self, onlooker: Onlooker) -> None:
        """Let it watch, if it does not and may still see something."""
        if onlooker.done or (onlooker.task and not onlooker.task.done()):
            return
        onlooker.task = self._loop.create_task(onlooker.watch(self.watches), name=onlooker.name)

    async def cut(self, onlooker: Onlooker) -> None:
        """End its stream, as its network does."""
        if onlooker.task:
            onlooker.task.cancel()
            await asyncio.gather(onlooker.task, return_exceptions=True)

    async def restart(self, *, drained: bool) -> None:
        """Start anew on the same database, after a drain, or as after a kill: then nobody is told anything."""
        if drained:
            self.watches.drain()
            await self.turns()
        for onlooker in self.onlookers:
            await self.cut(onlooker)
        await self._open.aclose()
        await self._start()

    def truth(self) -> Truth:
        """Return what is held."""
        held = {sha256: hashlib.sha256(content).hexdigest() for sha256, content in self.files.kept.items()}
        truth = self._loop.run_until_complete(self._database.truth(self._url))
        return Truth(**{**vars(truth), "files": held})

    def close(self) -> None:
        """End all."""
        try:
            for onlooker in self.onlookers:
                self._loop.run_until_complete(self.cut(onlooker))
            self._loop.run_until_complete(self._open.aclose())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()

    async def _start(self) -> None:
        self._open = AsyncExitStack()
        self.store = await self._open.enter_async_context(SqlStore.open(self._url, clock=self.clock, use_clock=True))
        self.bus = LyingBus(self._chance)
        metrics = NoMetrics()
        self.resumes = Resumes(
            store=self.store,
            files=self.files,
            bus=self.bus,
            estimator=Estimator(statistics=self.store, clock=self.clock, workers=1),
            clock=self.clock,
            metrics=metrics,
            max_file_bytes=1000,
            max_queued=1000,
        )
        self.watches = Watches(log=self.store, bus=self.bus, clock=self.clock, metrics=metrics, max_watches=1000)
