"""A service on a disk that fills up, turns read-only or is damaged: clear errors, and nothing accepted is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import grpc.aio
import pytest

from resumate_grpc._gen.resumate.v1 import resume_service_pb2 as pb
from resumate_grpc._gen.resumate.v1 import upload_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.conftest import missing
from tests.fire.calling import Caller
from tests.fire.checker import check
from tests.fire.disks import NoDiskError, SmallDisk, small_disk
from tests.fire.lines import Rested
from tests.fire.promises.logs import ENDINGS
from tests.fire.recording import Recorder, Target
from tests.fire.truth import Truth
from tests.fire.watching import CHANNEL_OPTIONS, Watcher, grpc_stream, reason_of, watching
from tests.live import LiveServer, live_server

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

MIB = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    try:
        with small_disk(tmp_path / "disk", size_bytes=16 * MIB) as mounted:
            yield mounted
    except NoDiskError:
        missing("the right to mount a tmpfs")


@asynccontextmanager
async def used(server: LiveServer, recorder: Recorder) -> AsyncIterator[tuple[Caller, ResumeServiceAsyncStub, Watcher]]:
    """Call and watch a server."""
    async with grpc.aio.insecure_channel(server.grpc_address, options=CHANNEL_OPTIONS) as channel:
        stub = ResumeServiceStub(channel)
        feed = Watcher("feed", Target(), recorder)
        async with watching(grpc_stream(stub), feed):
            yield Caller(stub, recorder), stub, feed


def _ended(truth: Truth) -> bool:
    return all(row.state in ENDINGS.values() for row in truth.rows.values())


async def at_rest(data: Path, recorder: Recorder, *watchers: Watcher) -> Truth:
    """Wait until all has ended and everybody knows."""
    async with asyncio.timeout(60):
        while not _ended(Truth.read(data / "resumate.db")):  # noqa: ASYNC110 - the database tells nothing
            await asyncio.sleep(0.1)
        await asyncio.gather(*(watcher.caught_up() for watcher in watchers))
    recorder.write(Rested(clients=tuple(watcher.name for watcher in watchers)))
    return Truth.read(data / "resumate.db", data / "files")


async def refused(stub: ResumeServiceAsyncStub, content: bytes) -> tuple[str, str]:
    """Upload, and return code and reason of the refusal; OK if there was none."""
    try:
        await stub.Upload(upload_pb2.UploadRequest(filename="cv.txt", content=content))
    except grpc.aio.AioRpcError as error:
        return error.code().name, reason_of(error)
    return "OK", ""


async def test_a_full_disk_refuses_and_recovers(disk: SmallDisk, ada: bytes) -> None:
    """Uploads are refused with STORAGE_FULL while there is no room, reading goes on, and with room all is as before."""
    data, recorder = disk.path / "data", Recorder()
    with live_server(data_dir=data) as server:
        async with used(server, recorder) as (caller, stub, feed):
            kept = await caller.upload(ada)
            await feed.caught_up()
            disk.fill()
            for number in range(3):
                large = ada + bytes([65 + number]) * 300_000
                assert await refused(stub, large) == ("RESOURCE_EXHAUSTED", "STORAGE_FULL")
            got = await stub.GetResume(pb.GetResumeRequest(resume_id=kept))
            assert got.resume.id == kept
            assert not list((data / "files/incoming").iterdir()), "half a file takes the room that others wait for"
            disk.make_room()
            await caller.upload(ada + b"again")
            truth = await at_rest(data, recorder, feed)
        check(recorder.recording(), truth)
    assert "Traceback" not in server.log()


async def test_a_disk_that_fills_up_anywhere_keeps_what_was_accepted(disk: SmallDisk, ada: bytes) -> None:
    """Whether file, row or result finds no room: each call is answered as full or done, and all comes to an end."""
    data, recorder = disk.path / "data", Recorder()
    answers: Counter[str] = Counter()
    with live_server(data_dir=data, env={"RESUMATE_LEASE_S": "1", "RESUMATE_LOG_FORMAT": "json"}) as server:
        async with used(server, recorder) as (caller, _, feed):
            for number, leave in enumerate(range(0, 200_000, 8_000)):
                disk.make_room()
                disk.fill(leave_bytes=leave)
                resume_id = await caller.upload(ada + bytes([65 + number]) * 40_000)
                if number % 3 == 0 and resume_id:
                    await caller.cancel(resume_id)
                if number % 5 == 0:
                    disk.make_room()
                    await caller.upload(ada + f"between {number}".encode())
            answers.update(answered.code for _, answered in recorder.recording().calls.values() if answered)
            disk.make_room()
            truth = await at_rest(data, recorder, feed)
        check(recorder.recording(), truth)
    assert '"the database failed"' in server.log()
    assert '"the file store failed"' in server.log()
    assert answers["OK"]
    assert answers["RESOURCE_EXHAUSTED"]
    assert set(answers) <= {"OK", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"}
    assert truth.files is not None
    assert set(truth.files) == {row.sha256 for row in truth.rows.values()}, "a refused upload left its bytes behind"
