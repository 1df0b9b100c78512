"""Two servers and two bridges on PostgreSQL and NATS: a watch begins anywhere, and goes on anywhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.fire.calling import Caller
from tests.fire.checker import check
from tests.fire.lines import Rested
from tests.fire.many.engines import Engines, running_engines
from tests.fire.many.fleet import Fleet, Size, of_workers, running_fleet
from tests.fire.recording import Client, Recorder, Target
from tests.fire.tcp_proxy import TcpProxy
from tests.fire.watching import CHANNEL_OPTIONS, Stream, Watcher, grpc_stream, roaming, socket_stream, watching

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

pytestmark = pytest.mark.slow

IN_TWO_PARTS = {"RESUMATE_FAILPOINTS": "parse.nlp_parsing=delay(1.5)"}
"""Between what is told of extraction and of parsing there is time to cut a watcher off."""
SEEN = 2
"""So many events come before that time."""
WITHIN_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Two servers and two bridges, and a client of each."""

    engines: Engines
    fleet: Fleet
    recorder: Recorder
    stubs: list[ResumeServiceAsyncStub]
    session: aiohttp.ClientSession

    async def at_rest(self, *watchers: Watcher) -> None:
        """Wait until each of the watchers has seen its résumé's end, and let the checker judge."""
        async with asyncio.timeout(WITHIN_S):
            for watcher in watchers:
                await watcher.done.wait()
        self.recorder.write(Rested(clients=tuple(watcher.name for watcher in watchers)))
        check(self.recorder.recording(), await self.engines.truth())

    def client(self, watcher: Watcher) -> Client:
        """Return what a watcher wrote down."""
        return self.recorder.recording().clients[watcher.name]


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """Run them until the block ends."""
    async with AsyncExitStack() as stack:
        engines = await stack.enter_async_context(running_engines(folder))
        fleet = await stack.enter_async_context(
            running_fleet(folder, engines, size=Size(workers=1), env_of=of_workers(IN_TWO_PARTS))
        )
        channels = [
            await stack.enter_async_context(grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS))
            for address in fleet.grpc_addresses
        ]
        yield Scene(
            engines=engines,
            fleet=fleet,
            recorder=Recorder(),
            stubs=[ResumeServiceStub(channel) for channel in channels],
            session=await stack.enter_async_context(aiohttp.ClientSession()),
        )


async def cut_off(watcher: Watcher, proxy: TcpProxy) -> None:
    """Let nothing through once it has seen some."""
    async with asyncio.timeout(WITHIN_S):
        while watcher.position < SEEN:  # noqa: ASYNC110 - it has no bell
            await asyncio.sleep(0.01)
    proxy.refuse()


async def test_a_watch_begins_and_goes_on_anywhere(tmp_path: Path, ada: bytes) -> None:
    """Uploaded at server 1, watched at server 2 and bridge 2; who is cut off goes on elsewhere at its number."""
    async with scene(tmp_path) as at:
        servers: list[Stream] = [grpc_stream(stub) for stub in at.stubs]
        bridges: list[Stream] = [socket_stream(at.session, url) for url in at.fleet.http_urls]
        caller = Caller(at.stubs[0], at.recorder)

        first = Target(resume_id=await caller.upload(ada + b"first"))
        elsewhere = Watcher("server 2", first, at.recorder, follow=False)
        page = Watcher("bridge 2", first, at.recorder, transport="websocket")
        async with watching(servers[1], elsewhere), watching(bridges[1], page):
            await at.at_rest(elsewhere, page)
        assert [len(at.client(watcher).watches) for watcher in (elsewhere, page)] == [1, 1]

        second = Target(resume_id=await caller.upload(ada + b"second"))
        moving = Watcher("from server 1 to 2", second, at.recorder, follow=False)
        async with watching(roaming(*servers), moving):
            await cut_off(moving, at.fleet.to_servers[0])
            await at.at_rest(moving)
        assert_went_on(at.client(moving))
        await at.fleet.to_servers[0].listen()

        third = Target(resume_id=await caller.upload(ada + b"third"))
        browser = Watcher("from bridge 1 to 2", third, at.recorder, transport="websocket")
        async with watching(roaming(*bridges), browser):
            await cut_off(browser, at.fleet.to_bridges[0])
            await at.at_rest(browser)
        assert_went_on(at.client(browser))


def assert_went_on(client: Client) -> None:
    """Its second stream is the rest of its first."""
    before, after = client.watches
    assert SEEN <= before.position < client.events[-1].sequence
    assert after.opened.after == before.position
    assert [event.sequence for event in client.events] == list(range(1, len(client.events) + 1))
    assert after.events[-1].stage == "COMPLETE"
