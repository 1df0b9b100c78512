"""A cancel ends the parsing process, also one that hears nothing because it is deep in native code."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_service_pb2, upload_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1 import resume_service_pb2_grpc as services
from tests.fire.stuck import ENVIRONMENT, is_gone, reading_process, scan
from tests.live import LiveServer, live_server
from tests.scripted_server import in_background

pytestmark = pytest.mark.slow
GONE_WITHIN_S = 15.0
"""Against hanging; how quick it is, `benchmarks/cancel.py` measures."""
Setting = Callable[[Path], AbstractContextManager[tuple[LiveServer, LiveServer]]]
"""Starts a service on a folder: the program that answers, and the one that parses."""


__all__ = ["all_in_one", "apart", "upload", "watch"]


@contextmanager
def all_in_one(data_dir: Path) -> Iterator[tuple[LiveServer, LiveServer]]:
    with live_server(data_dir=data_dir, env=ENVIRONMENT) as server:
        yield server, server


@contextmanager
def apart(data_dir: Path) -> Iterator[tuple[LiveServer, LiveServer]]:
    with (
        live_server("server", data_dir=data_dir, last_line="gRPC on") as server,
        live_server("worker", data_dir=data_dir, env=ENVIRONMENT, last_line="worker(s) on") as worker,
    ):
        yield server, worker


@pytest.mark.parametrize("setting", [all_in_one, apart])
def test_cancelling_ends_a_parse_in_native_code(setting: Setting, tmp_path: Path, ada: bytes) -> None:
    """Its process is gone, the log has one ending, and the next document is read."""
    with setting(tmp_path / "data") as (server, worker), server.client() as client:
        name = upload(client, "cv.png", scan())
        seen: list[progress_pb2.ProgressEvent] = []
        watching = in_background(watch, server, name, seen)
        process = reading_process(worker.process.pid, seen)
        answer = client.CancelResume(resume_service_pb2.CancelResumeRequest(resume_id=name), timeout=30)
        assert answer.resume.state == progress_pb2.STATE_CANCELLED
        deadline = time.monotonic() + GONE_WITHIN_S
        while not is_gone(process):
            assert time.monotonic() < deadline, "the process went on after the cancellation was answered"
            time.sleep(0.02)
        watching.result(30)
        assert [event.sequence for event in seen] == list(range(1, len(seen) + 1))
        assert [event.state for event in seen if event.state != progress_pb2.STATE_PROCESSING] == [
            progress_pb2.STATE_QUEUED,
            progress_pb2.STATE_CANCELLED,
        ]
        assert seen[-1].sequence == answer.resume.progress.sequence
        after = list[progress_pb2.ProgressEvent]()
        watch(server, upload(client, "cv.txt", ada), after)
        assert after[-1].state == progress_pb2.STATE_SUCCEEDED


def upload(client: services.ResumeServiceStub, filename: str, content: bytes) -> str:
    request = upload_pb2.UploadRequest(filename=filename, content=content)
    return client.Upload(request, timeout=30).resume.id


def watch(server: LiveServer, resume_id: str, seen: list[progress_pb2.ProgressEvent]) -> None:
    """Watch to the end; what is seen is in `seen` at once."""
    request = watch_pb2.WatchProgressRequest(resume_id=resume_id)
    with server.client() as client:
        answers = client.WatchProgress(request, timeout=90)
        seen.extend(answer.event for answer in answers if answer.HasField("event"))
