"""A live service, watched by clients whose network breaks: the checker finds every promise kept."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.fire.calling import Caller
from tests.fire.checker import check
from tests.fire.databases import truth_of
from tests.fire.lines import Rested
from tests.fire.multiplexed import SharedSocket
from tests.fire.recording import Recorder, Target
from tests.fire.watching import CHANNEL_OPTIONS, Watcher, grpc_stream, socket_stream, watching
from tests.live import live_server

pytestmark = pytest.mark.slow
SHARED_CUTS = 0.2


async def test_watchers_whose_network_breaks_see_everything_once(tmp_path: Path, ada: bytes) -> None:
    """Cut at random moments, each client sees every event once, in order: by gRPC, by WebSockets, by one for all."""
    with live_server(data_dir=tmp_path / "data") as server:
        recorder = Recorder(tmp_path / "recording.jsonl")
        async with AsyncExitStack() as stack:
            channel = await stack.enter_async_context(
                grpc.aio.insecure_channel(server.grpc_address, options=CHANNEL_OPTIONS)
            )
            session = await stack.enter_async_context(aiohttp.ClientSession())
            stub = ResumeServiceStub(channel)
            caller = Caller(stub, recorder)
            wide = [Watcher("feed", Target(), recorder), Watcher("batch", Target(batch_id="x"), recorder)]
            await stack.enter_async_context(watching(grpc_stream(stub), *wide))
            ids = [
                await caller.upload(ada + str(number).encode(), batch_id="x" if number % 2 else "")
                for number in range(6)
            ]
            narrow = [Watcher(f"of-{number}", Target(resume_id=name), recorder) for number, name in enumerate(ids)]
            await stack.enter_async_context(watching(grpc_stream(stub), *narrow))
            pages = [
                Watcher(f"page-{number}", Target(resume_id=name), recorder, transport="websocket")
                for number, name in enumerate(ids)
            ]
            await stack.enter_async_context(watching(socket_stream(session, server.http_url), *pages))
            shared = await stack.enter_async_context(SharedSocket(session, server.http_url))
            targets = [Target(), Target(batch_id="x"), *(Target(resume_id=name) for name in ids)]
            rooms = [
                Watcher(f"room-{number}", target, recorder, transport="websocket")
                for number, target in enumerate(targets)
            ]
            await stack.enter_async_context(watching(shared, *rooms))
            rng = random.Random(3)  # noqa: S311 - moments to cut at
            everybody = [*wide, *narrow, *pages, *rooms]
            while not all(page.done.is_set() for page in (*pages, *rooms[2:])):
                await asyncio.sleep(rng.uniform(0.0, 0.3))
                rng.choice(everybody).leave()
                if rng.random() < SHARED_CUTS:
                    shared.cut()
            await asyncio.gather(*(watcher.caught_up() for watcher in everybody))
            recorder.write(Rested(clients=tuple(watcher.name for watcher in everybody)))
        recorder.close()
        assert shared.strays == []
        check(recorder.recording(), truth_of(tmp_path / "data"))
