"""Measure how long a client waits: a real `resumate serve`, a real gRPC client, one upload at a time and several.

Usage: python benchmarks/latency.py [--files DIR …] [--uploads N] [--concurrent K]

A watch opened right after the upload's answer, and a feed watch that was open before, tell when the first event came
and when the result. The answer is compared with that of a bare gRPC server that echoes the same bytes, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import echo_server
import grpc.aio
from documents import Document, add_files_option, documents_in
from report import p95, print_machine, print_table

from resumate_grpc._gen.resumate.v1 import progress_pb2, upload_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1 import resume_service_pb2_grpc as services
from resumate_grpc.model.resume import MediaType
from tests.live import live_server

ROUND_TIMEOUT_S = 120.0
ENDS = {progress_pb2.STATE_SUCCEEDED, progress_pb2.STATE_FAILED, progress_pb2.STATE_CANCELLED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """What one client waited for, in milliseconds; what follows the answer is counted from it."""

    answer: float
    first_event: float
    first_on_feed: float
    at_work: float
    result: float


@dataclass(slots=True)
class Feed:
    """When the first event of each résumé came over the watch of everything."""

    first: dict[str, float] = field(default_factory=dict)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, calls: AsyncIterable[watch_pb2.WatchProgressResponse]) -> None:
        """Note arrivals until cancelled."""
        async for response in calls:
            if response.WhichOneof("update") == "event":
                self.first.setdefault(response.event.resume_id, time.perf_counter())
            self.heard.set()
            self.heard = asyncio.Event()

    async def arrival(self, resume_id: str) -> float:
        """Wait until the résumé's first event has come; returns when it did."""
        async with asyncio.timeout(ROUND_TIMEOUT_S):
            while resume_id not in self.first:
                await self.heard.wait()
        return self.first[resume_id]


async def main() -> None:
    """Print all tables."""
    arguments = _arguments()
    print_machine()
    documents = documents_in(arguments.files)
    with tempfile.TemporaryDirectory() as folder, live_server(data_dir=Path(folder) / "data") as server:
        async with grpc.aio.insecure_channel(server.grpc_address) as channel:
            stub = services.ResumeServiceStub(channel)
            documents = await _parseable(stub, documents)
            async with _feed(stub) as feed:
                await _one_at_a_time(stub, feed, documents, uploads=arguments.uploads)
                await _several_at_once(stub, feed, documents, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_files_option(parser)
    parser.add_argument("--uploads", type=int, default=40, help="uploads of each format, and of all at once")
    parser.add_argument("--concurrent", type=int, default=8, help="clients that upload at the same time")
    return parser.parse_args()


async def _parseable(stub: services.ResumeServiceAsyncStub, documents: Sequence[Document]) -> list[Document]:
    """Upload each file once, which warms the server, and leave out what ends FAILED (scans)."""
    kept = []
    for document in documents:
        if await _end(stub, document) == progress_pb2.STATE_SUCCEEDED:
            kept.append(document)
        else:
            print(f"left out: {document.path.name} cannot be parsed")
    return kept


async def _end(stub: services.ResumeServiceAsyncStub, document: Document) -> progress_pb2.State.ValueType:
    resume_id = await _upload(stub, document)
    state: progress_pb2.State.ValueType = progress_pb2.STATE_UNSPECIFIED
    async for response in stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume_id)):
        state = response.event.state or state
    return state


async def _upload(stub: services.ResumeServiceAsyncStub, document: Document) -> str:
    request = upload_pb2.UploadRequest(filename=document.path.name, content=document.content)
    return (await stub.Upload(request)).resume.id


@asynccontextmanager
async def _feed(stub: services.ResumeServiceAsyncStub) -> AsyncIterator[Feed]:
    feed = Feed()
    listening = asyncio.create_task(feed.listen(stub.WatchProgress(watch_pb2.WatchProgressRequest(feed=True))))
    await feed.heard.wait()
    try:
        yield feed
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _one_at_a_time(
    stub: services.ResumeServiceAsyncStub, feed: Feed, documents: Sequence[Document], *, uploads: int
) -> None:
    rows = []
    for media_type in MediaType:
        own = [document for document in documents if document.media_type is media_type]
        if own:
            waits = [await _waits(stub, feed, document) for document in islice(cycle(own), uploads)]
            rows.append([media_type.name, *_columns(waits)])
    _print("one at a time, ms p50 / p95", rows)
    await _against_echo(stub, documents, uploads=uploads)


async def _several_at_once(
    stub: services.ResumeServiceAsyncStub, feed: Feed, documents: Sequence[Document], arguments: argparse.Namespace
) -> None:
    todo = islice(cycle(documents), arguments.uploads * 2)
    waits: list[Waits] = []

    async def client() -> None:
        waits.extend([await _waits(stub, feed, document) for document in todo])

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(arguments.concurrent):
            group.create_task(client())
    rate = len(waits) / (time.perf_counter() - started)
    _print(f"{arguments.concurrent} at once, ms p50 / p95", [["all formats", *_columns(waits)]])
    print(f"{rate:.1f} résumés a second with one worker process")


async def _waits(stub: services.ResumeServiceAsyncStub, feed: Feed, document: Document) -> Waits:
    started = time.perf_counter()
    resume_id = await _upload(stub, document)
    answered = time.perf_counter()
    first = at_work = ended = 0.0
    async for response in stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume_id)):
        if response.WhichOneof("update") != "event":
            continue
        now = time.perf_counter()
        first = first or now
        if response.event.state != progress_pb2.STATE_QUEUED:
            at_work = at_work or now
        if response.event.state in ENDS:
            ended = now
    on_feed = await feed.arrival(resume_id)
    return Waits(
        answer=(answered - started) * 1e3,
        first_event=(first - answered) * 1e3,
        first_on_feed=(on_feed - answered) * 1e3,
        at_work=(at_work - answered) * 1e3,
        result=(ended - started) * 1e3,
    )


async def _against_echo(stub: services.ResumeServiceAsyncStub, documents: Sequence[Document], *, uploads: int) -> None:
    """Upload and echo the same files in turns."""
    ours, theirs = [], []
    with _echo_address() as address:
        async with grpc.aio.insecure_channel(address) as channel:
            echo: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(echo_server.ECHO)
            await echo(b"warm")
            for document in islice(cycle(documents), uploads):
                started = time.perf_counter()
                await echo(document.content)
                theirs.append((time.perf_counter() - started) * 1e3)
                started = time.perf_counter()
                resume_id = await _upload(stub, document)
                ours.append((time.perf_counter() - started) * 1e3)
                async for _ in stub.WatchProgress(watch_pb2.WatchProgressRequest(resume_id=resume_id)):
                    pass
    rows = [
        ["upload to answer (file and row synced to disk)", _spread(ours)],
        ["bare gRPC echo of the same bytes", _spread(theirs)],
        ["ratio of medians", f"{median(ours) / median(theirs):.1f}"],
    ]
    print_table("in turns, ms p50 / p95", [""], rows)


@contextmanager
def _echo_address() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, echo_server.__file__], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield f"127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def _columns(waits: Sequence[Waits]) -> list[str]:
    return [
        str(len(waits)),
        _spread([each.answer for each in waits]),
        _spread([each.first_event for each in waits]),
        _spread([each.first_on_feed for each in waits]),
        _spread([each.at_work for each in waits]),
        _spread([each.result for each in waits]),
    ]


def _print(title: str, rows: Sequence[Sequence[str]]) -> None:
    headings = ["uploads", "upload→answer", "answer→first event", "…on an open feed", "answer→at work", "upload→result"]
    print_table(title, headings, rows)
    print("expected: answer→first event ≤ 50 ms; below 0 it came before the answer")


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):.1f} / {p95(values):.1f}"


if __name__ == "__main__":
    asyncio.run(main())
