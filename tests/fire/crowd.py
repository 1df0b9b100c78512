"""A crowd of clients at one service that is stopped, or killed, and started again: all come back and miss nothing."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grpc.aio

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_service_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.fire.calling import Caller
from tests.fire.checker import check
from tests.fire.databases import truth_of
from tests.fire.lines import Closed, Draining, Heartbeat, Rested
from tests.fire.recording import Recorder, Target
from tests.fire.watching import CHANNEL_OPTIONS, Watcher, grpc_stream, watching
from tests.live import LiveServer, live_server

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

__all__ = ["CrowdFigures", "restarted_under_a_crowd"]

CHANNELS = 10
HEARTBEAT_S = 10
RESUMES = 10
TIMEOUT_S = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class CrowdFigures:
    """How long it took, in seconds; how the watches that were open at the end of the first service ended, by code.

    `told` is how many clients heard from it that it was going away.
    """

    opened_s: float
    stopped_s: float
    back_s: float
    told: int
    endings: Mapping[str, int]


async def restarted_under_a_crowd(
    folder: Path, content: bytes, *, watches: int, number: signal.Signals
) -> CrowdFigures:
    """Open watches, end the service with a signal while things happen, start it again, and check what everybody saw.

    Raises `AssertionError` where anything was missed or repeated.
    """
    recorder = Recorder()
    env = {"RESUMATE_GRPC_LISTEN": f"127.0.0.1:{_free_port()}"}
    async with AsyncExitStack() as stack:
        with live_server(data_dir=folder / "data", env=env) as server:
            stubs = [stub async for stub in _stubs(stack, server)]
            caller = Caller(stubs[0], recorder, timeout_s=30.0)
            ids = [await caller.upload(content + str(index).encode()) for index in range(RESUMES)]
            everybody = [
                Watcher(f"client-{index}", Target(resume_id=ids[index % RESUMES]) if index % 50 else Target(), recorder)
                for index in range(watches)
            ]
            began = time.monotonic()
            for index, stub in enumerate(stubs):
                stream = grpc_stream(stub, heartbeat_s=HEARTBEAT_S)
                await stack.enter_async_context(watching(stream, *everybody[index :: len(stubs)]))
            await _all_caught_up(recorder, everybody, since=0)
            opened_s = time.monotonic() - began
            uploading = asyncio.create_task(_upload_more(caller, content, ids))
            await asyncio.sleep(0.3)
            mark, began = len(recorder.lines), time.monotonic()
            status = await asyncio.to_thread(server.stop, number)
            stopped_s = time.monotonic() - began
            assert status == (0 if number is signal.SIGTERM else -number), server.log()
        with live_server(data_dir=folder / "data", env=env):
            began, back = time.monotonic(), len(recorder.lines)
            await uploading
            await _all_caught_up(recorder, everybody, since=back)
            back_s = time.monotonic() - began
            await _all_at_rest(stubs[0])
            await _all_caught_up(recorder, everybody, since=len(recorder.lines))
            recorder.write(Rested(clients=tuple(watcher.name for watcher in everybody)))
    check(recorder.recording(), truth_of(folder / "data"))
    lines = recorder.lines[mark:]
    endings = Counter(line.code for line in lines if isinstance(line, Closed) and line.code != "LEFT")
    told = len({line.watch.partition("#")[0] for line in lines if isinstance(line, Draining)})
    return CrowdFigures(opened_s=opened_s, stopped_s=stopped_s, back_s=back_s, told=told, endings=endings)


async def _stubs(stack: AsyncExitStack, server: LiveServer) -> AsyncIterator[ResumeServiceAsyncStub]:
    for _ in range(CHANNELS):
        channel = grpc.aio.insecure_channel(server.grpc_address, options=CHANNEL_OPTIONS)
        yield ResumeServiceStub(await stack.enter_async_context(channel))


async def _upload_more(caller: Caller, content: bytes, ids: Sequence[str]) -> None:
    """Let things happen before, during and after the end: new résumés, and retries of those that are watched."""
    for index, resume_id in enumerate(ids):
        await caller.upload(content + f"more {index}".encode())
        await caller.retry(resume_id)


async def _all_at_rest(stub: ResumeServiceAsyncStub) -> None:
    """Wait until nothing more can happen."""
    request = resume_service_pb2.ListResumesRequest(page_size=1000)
    async with asyncio.timeout(TIMEOUT_S):
        while any(  # noqa: ASYNC110 - asked over the network
            resume.state in {progress_pb2.STATE_QUEUED, progress_pb2.STATE_PROCESSING}
            for resume in (await stub.ListResumes(request)).resumes
        ):
            await asyncio.sleep(0.2)


async def _all_caught_up(recorder: Recorder, everybody: Sequence[Watcher], *, since: int) -> None:
    """Wait until each client was told, in a watch begun after line `since`, that it has caught up."""
    waiting = {watcher.name for watcher in everybody}
    async with asyncio.timeout(TIMEOUT_S):
        while waiting:
            lines, since = recorder.lines[since:], len(recorder.lines)
            for line in lines:
                if isinstance(line, Heartbeat) and line.caught_up:
                    waiting.discard(line.watch.partition("#")[0])
            await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
