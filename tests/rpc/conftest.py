"""A gRPC server on a free port over a real SQLite database and a real directory, and a real client."""

from __future__ import annotations

import asyncio
import math
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1 import resume_pb2, upload_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc.app.clock import SystemClock
from resumate_grpc.bus import open_bus
from resumate_grpc.bus.in_process import InProcessBus
from resumate_grpc.errors import ErrorReason
from resumate_grpc.files.object_store import ObjectFileStore
from resumate_grpc.jobs.estimates import Estimator
from resumate_grpc.jobs.line import Line
from resumate_grpc.jobs.pages import Pages
from resumate_grpc.jobs.ports import EventBus
from resumate_grpc.jobs.resumes import Resumes
from resumate_grpc.jobs.watch import Watches
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ParseFailure, Stage
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import Claim, NewEvent, Outcome, StageTimes
from resumate_grpc.rpc.identity import Identity, LocalIdentity
from resumate_grpc.rpc.server import RpcServer, serve
from resumate_grpc.rpc.tls import Tls
from resumate_grpc.sandbox.drawer import SandboxDrawer
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.store import SqlStore
from resumate_grpc.store.sqlite import READER_THREADS
from resumate_grpc.telemetry.metrics import PrometheusMetrics
from tests.surroundings import bus_url, database_url, standing

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

MAX_FILE_BYTES = 1024 * 1024
TEXT = b"Ada Example\nada@example.org\n\nExperience\nEngineer, Example Works, 2020 - present\n"


@dataclass(kw_only=True)
class Station:
    """A running server with what a test needs to look behind it."""

    server: RpcServer
    address: str
    channel: grpc.aio.Channel
    stub: ResumeServiceAsyncStub
    store: SqlStore
    bus: EventBus
    """As a worker has it: scaled out it is another process's, and what it publishes comes by the broker."""
    files: ObjectFileStore
    watches: Watches
    metrics: PrometheusMetrics
    database: Path

    async def open_all_readers(self) -> None:
        """Have the store open every connection that it may open, so that none counts as left behind later."""
        together = threading.Barrier(READER_THREADS)
        readers = self.store._readers  # noqa: SLF001 - no port makes reads meet
        await asyncio.gather(*(readers.read(lambda _tx: together.wait(10)) for _ in range(READER_THREADS)))

    async def upload(self, content: bytes = TEXT, **fields: Any) -> resume_pb2.Resume:
        """Upload as a client does."""
        request = upload_pb2.UploadRequest(filename=fields.pop("filename", "cv.txt"), content=content, **fields)
        return (await self.stub.Upload(request)).resume

    async def claim(self) -> Claim:
        """Take up the next résumé as a worker does."""
        claim, events = await self.store.claim("test worker", lease_s=60, max_attempts=3)
        for event in events:
            self.bus.publish(event)
        assert claim is not None
        return claim

    async def advance(self, claim: Claim, percent: int = 50) -> None:
        """Report progress as a worker does."""
        step = NewEvent(stage=Stage.NLP_PARSING, stage_percent=percent, percent=percent, message="Reading")
        for event in await self.store.append(claim, [step]):
            self.bus.publish(event)

    async def finish(self, claim: Claim, parsed: ParsedResume | None = None) -> None:
        """End the attempt as a worker does; None = it failed."""
        failure = ParseFailure(
            reason=ErrorReason.CORRUPT_FILE, message="damaged", stage=Stage.TEXT_EXTRACTION, retryable=False
        )
        times = StageTimes(
            media_type=MediaType.TXT,
            size_bytes=len(TEXT),
            page_count=0,
            text_extraction_s=0.25,
            nlp_parsing_s=0.5,
            ai_enhancement_s=0.0,
        )
        outcome = Outcome(parsed=parsed, times=times) if parsed else Outcome(failure=failure)
        self.bus.publish(await self.store.finish(claim, outcome))

    async def parsed(self, result: ParsedResume, **fields: Any) -> resume_pb2.Resume:
        """Upload a résumé and parse it to `result`; returns it as of the upload."""
        resume = await self.upload(**fields)
        await self.finish(await self.claim(), result)
        return resume


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait, at most 5 s, for what the server does in its own time."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


@asynccontextmanager
async def buses(folder: Path) -> AsyncIterator[tuple[EventBus, EventBus]]:
    """Open a server's bus and a worker's: the same one, or scaled out two that meet at the broker."""
    url = bus_url(folder)
    if not url:
        bus = InProcessBus()
        yield bus, bus
        return
    here, there = PrometheusMetrics(), PrometheusMetrics()
    async with open_bus(url, metrics=here) as servers, open_bus(url, metrics=there) as workers:
        told = [metrics.registry for metrics in (here, there)]
        await eventually(lambda: all(each.get_sample_value("resumate_bus_connected") == 1 for each in told))
        yield servers, workers


OpenStation = Callable[..., AbstractAsyncContextManager[Station]]


@pytest.fixture
def open_station(tmp_path: Path, empty_database: Path) -> OpenStation:
    """Start servers that share a database; each has its own settings."""
    database = tmp_path / "resumate.db"
    url = database_url(tmp_path)
    if not url:
        shutil.copy(empty_database, database)
        url = f"sqlite:///{database}"

    @asynccontextmanager
    async def start(
        *,
        identity: Identity | None = None,
        listen: str = "127.0.0.1:0",
        tls: Tls | None = None,
        channel_credentials: grpc.ChannelCredentials | None = None,
        max_queued: int = 1000,
        max_watches: int = 5000,
        stall_s: float = math.inf,
    ) -> AsyncIterator[Station]:
        clock, metrics = SystemClock(), PrometheusMetrics()
        async with (
            SqlStore.open(url, clock=clock) as store,
            buses(tmp_path) as (bus, workers_bus),
            ObjectFileStore.open(str(tmp_path / "files")) as files,
            SandboxDrawer(limits=Limits()) as drawer,
        ):
            resumes = Resumes(
                store=store,
                files=files,
                bus=bus,
                estimator=Estimator(statistics=store, clock=clock, workers=1),
                clock=clock,
                metrics=metrics,
                max_file_bytes=MAX_FILE_BYTES,
                max_queued=max_queued,
            )
            watches = Watches(
                log=store,
                bus=bus,
                clock=clock,
                metrics=metrics,
                max_watches=max_watches,
                poll_s=1.0 if standing() else math.inf,  # as the programs have it
                stall_s=stall_s,
                line=Line(statistics=store, clock=clock),
            )
            async with serve(
                resumes=resumes,
                watches=watches,
                pages=Pages(store=store, files=files, drawer=drawer),
                listen=listen,
                identity=identity or LocalIdentity(),
                metrics=metrics,
                max_file_bytes=MAX_FILE_BYTES,
                tls=tls,
            ) as server:
                address = listen if listen.startswith("unix:") else f"127.0.0.1:{server.port}"
                channel = (
                    grpc.aio.secure_channel(address, channel_credentials)
                    if channel_credentials
                    else grpc.aio.insecure_channel(address)
                )
                async with channel:
                    yield Station(
                        server=server,
                        address=address,
                        channel=channel,
                        stub=ResumeServiceStub(channel),
                        store=store,
                        bus=workers_bus,
                        files=files,
                        watches=watches,
                        metrics=metrics,
                        database=database,
                    )

    return start


@pytest.fixture
async def station(open_station: OpenStation) -> AsyncIterator[Station]:
    """A server with ordinary settings."""
    async with open_station() as running:
        yield running
