"""A server that dies while it takes an upload: the client asks again, and there is one résumé."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import socket
import uuid
from contextlib import suppress
from pathlib import Path

import pytest

from resumate_grpc.client import Client, Resume, UnreachableError
from resumate_grpc.failpoints import VARIABLE
from tests.fire.checker import check
from tests.fire.databases import truth_of
from tests.fire.lines import Answered, Asked
from tests.fire.recording import Recorder
from tests.live import live_server

pytestmark = pytest.mark.slow
PLACES = ("upload.after-put", "store.before-commit", "store.after-commit", "upload.after-commit")
READY = "gRPC on"


@pytest.mark.parametrize("place", PLACES)
async def test_a_crash_during_an_upload_makes_one_resume(place: str, tmp_path: Path, ada: bytes) -> None:
    """Killed with the bytes stored, before, at and after the commit: one résumé once the client has its answer."""
    data_dir, recorder, request_id = tmp_path / "data", Recorder(), str(uuid.uuid4())
    env = {"RESUMATE_GRPC_LISTEN": f"127.0.0.1:{_free_port()}"}
    sha256 = hashlib.sha256(ada).hexdigest()
    recorder.write(Asked(id=1, call="Upload", request_id=request_id, sha256=sha256))
    with live_server("server", data_dir=data_dir, env={**env, VARIABLE: f"{place}=kill@1"}, last_line=READY) as server:
        async with Client(server.grpc_address, timeout_s=30) as client:
            uploading = asyncio.create_task(_until_answered(client, ada, request_id))
            assert await asyncio.to_thread(server.wait) == -signal.SIGKILL
            assert not uploading.done()
            with live_server("server", data_dir=data_dir, env=env, last_line=READY):
                resume = await uploading
                again = await client.upload(ada, filename="cv.txt", request_id=request_id)
                held = [each.id async for each in client.list()]
    assert held == [resume.id] == [again.id]
    recorder.write(Answered(id=1, code="OK", resume_id=resume.id, state="QUEUED", attempt=1, sequence=1))
    truth = truth_of(data_dir)
    assert [event.sequence for event in truth.events] == [1]
    check(recorder.recording(), truth)


async def _until_answered(client: Client, content: bytes, request_id: str) -> Resume:
    """Upload, for as long as the server's new start takes."""
    while True:
        with suppress(UnreachableError):
            return await client.upload(content, filename="cv.txt", request_id=request_id)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
