"""The use cases over a real SQLite database, with a parser that does what a test tells it."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.bus.in_process import InProcessBus
from resumate_grpc.errors import FileMissingError, StorageUnavailableError
from resumate_grpc.files.holds import ProcessHolds
from resumate_grpc.jobs.attempt import AttemptPorts
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.line import Line
from resumate_grpc.jobs.ports import unheard
from resumate_grpc.jobs.resumes import Resumes, Upload
from resumate_grpc.jobs.updates import Update
from resumate_grpc.jobs.watch import Watches
from resumate_grpc.jobs.worker import Worker
from resumate_grpc.model.parsed import ParsedResume, PersonalInfo
from resumate_grpc.model.progress import Doing, Stage, StageProgress, State
from resumate_grpc.model.resume import MediaType, ParseOptions, Resume
from resumate_grpc.model.work import Target
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.store import SqlStore
from tests.surroundings import database_url

OWNER = "local"
PARSED = ParsedResume(personal_info=PersonalInfo(full_name="Ada Example"), text="Ada Example", page_count=1)
Script = Callable[[Callable[[StageProgress], None]], object]


class MemoryFiles:
    """Bytes in a dictionary; `away` is all of it, `refused` are files that it keeps back."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.away = False
        self.refused: set[str] = set()
        self.holds = ProcessHolds()

    async def put(self, sha256: str, content: bytes) -> None:
        self.kept[sha256] = content

    async def answers(self) -> bool:
        return not self.away

    async def get(self, sha256: str) -> bytes:
        if self.away or sha256 in self.refused:
            raise StorageUnavailableError
        if sha256 not in self.kept:
            raise FileMissingError("gone")
        return self.kept[sha256]

    async def stream(self, sha256: str, *, chunk_bytes: int) -> AsyncIterator[bytes]:
        content = await self.get(sha256)
        for start in range(0, len(content), chunk_bytes):
            yield content[start : start + chunk_bytes]

    async def delete(self, sha256: str) -> None:
        self.kept.pop(sha256, None)

    async def names(self) -> AsyncIterator[str]:
        for sha256 in tuple(self.kept):
            yield sha256

    def keeping(self, sha256: str) -> AbstractAsyncContextManager[None]:
        return self.holds.hold(sha256, alone=False)

    def removing(self, sha256: str) -> AbstractAsyncContextManager[None]:
        return self.holds.hold(sha256, alone=True)


class ScriptedParser:
    """Parses as the test says: `failures` are raised, `gate` holds it back, `left` and `cancelled` tell of endings.

    Without `has_process` it has none for a document, and says nothing of it.
    """

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.has_process = asyncio.Event()
        self.has_process.set()
        self.started = asyncio.Event()
        self.left = asyncio.Event()
        self.failures: list[Exception] = []
        self.doing: Doing | None = None
        self.cancelled = 0

    async def parse(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
    ) -> ParsedResume:
        self.started.set()
        if self.doing is not None:
            on_doing(self.doing)
        await self.has_process.wait()
        on_progress(StageProgress(stage=Stage.TEXT_EXTRACTION, stage_percent=100, message="Read 1 page"))
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            self.left.set()
            raise
        if self.failures:
            raise self.failures.pop(0)
        on_progress(StageProgress(stage=Stage.NLP_PARSING, stage_percent=100, message="Understood"))
        return PARSED

    async def explain(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        pictures: bool,
        on_progress: Callable[[StageProgress], None],
        on_doing: Callable[[Doing], None] = unheard,
    ) -> Explanation:
        parsed = await self.parse(
            content, media_type=media_type, options=options, on_progress=on_progress, on_doing=on_doing
        )
        document = Document(text=parsed.text, media_type=media_type, pages=())
        return Explanation(parsed=parsed, document=document, sections=(), pictures=())


class NoMetrics:
    """Hears everything and keeps the endings."""

    def __init__(self) -> None:
        self.endings: list[tuple[State, str]] = []
        self.open = 0

    def stage_finished(self, stage: Stage, media_type: MediaType, seconds: float) -> None:
        assert seconds >= 0

    def attempt_ended(self, state: State, reason: str) -> None:
        self.endings.append((state, reason))

    def watch_opened(self) -> None:
        self.open += 1

    def watch_closed(self) -> None:
        self.open -= 1


@dataclass
class World:
    """Everything that a test of the use cases needs."""

    store: SqlStore
    bus: InProcessBus
    files: MemoryFiles
    parser: ScriptedParser
    metrics: NoMetrics
    resumes: Resumes
    watches: Watches
    ports: AttemptPorts
    uploads: int = field(default=0)

    async def upload(self, *, owner: str = OWNER, batch_id: str = "", text: str = "") -> Resume:
        """Upload a text file unlike any before, unless `text` is given."""
        self.uploads += 1
        content = (text or f"Ada Example\nresume number {self.uploads}").encode()
        upload = Upload(filename="cv.txt", content=content, batch_id=batch_id)
        return (await self.resumes.upload(owner, upload))[0]

    @asynccontextmanager
    async def working(self, slots: int = 1, *, ocr_slots: int = 0) -> AsyncIterator[Worker]:
        """Run a worker; it is drained at the end."""
        worker = Worker(name="tests", slots=slots, ports=self.ports, ocr_slots=ocr_slots)
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            try:
                yield worker
            finally:
                await worker.drain(grace_s=2.0)

    def has_bytes_of(self, text: str) -> bool:
        """Tell whether a text is in the file store."""
        return hashlib.sha256(text.encode()).hexdigest() in self.files.kept


@pytest.fixture
async def world(tmp_path: Path, empty_database: Path) -> AsyncIterator[World]:
    """Real use cases over a real database in a temporary folder."""
    clock = SystemClock()
    url = database_url(tmp_path) or str(shutil.copy(empty_database, tmp_path / "test.db"))
    async with SqlStore.open(url, clock=clock) as store:
        bus, files, parser, metrics = InProcessBus(), MemoryFiles(), ScriptedParser(), NoMetrics()
        estimator = Estimator(statistics=store, clock=clock, workers=1)
        yield World(
            store=store,
            bus=bus,
            files=files,
            parser=parser,
            metrics=metrics,
            resumes=Resumes(
                store=store,
                files=files,
                bus=bus,
                estimator=estimator,
                clock=clock,
                metrics=metrics,
                max_file_bytes=1000,
                max_queued=100,
            ),
            watches=Watches(
                log=store,
                bus=bus,
                clock=clock,
                metrics=metrics,
                max_watches=50,
                line=Line(statistics=store, clock=clock),
            ),
            ports=AttemptPorts(
                queue=store,
                files=files,
                parser=parser,
                bus=bus,
                estimator=estimator,
                metrics=metrics,
                clock=clock,
                lease_s=30.0,
                max_attempts=3,
            ),
        )
        assert metrics.open == 0, "a watch was left open"


async def stream_of(
    world: World, target: Target, *, after: int, epoch: str, follow: bool, heartbeat_s: float
) -> AsyncGenerator[Update, None]:
    """Give what a watch gives, one update after the other."""
    opening = world.watches.watch(target, after=after, epoch=epoch, follow=follow, heartbeat_s=heartbeat_s)
    async with opening as watcher:
        while updates := await watcher.next():
            for update in updates:
                yield update
