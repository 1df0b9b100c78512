"""Scans and text through the whole service, at the same time."""

from __future__ import annotations

import pytest

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_service_pb2, upload_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc.parsing import tessdata, tesseract
from tests.conftest import missing
from tests.live import LiveServer
from tests.samples.make import FILES
from tests.samples.scans import Scanner, as_pdf

pytestmark = pytest.mark.slow

SCANS = 4


def upload(client: ResumeServiceStub, filename: str, content: bytes) -> str:
    return str(client.Upload(upload_pb2.UploadRequest(filename=filename, content=content), timeout=30).resume.id)


def events_of(client: ResumeServiceStub, resume_id: str) -> list[progress_pb2.ProgressEvent]:
    request = watch_pb2.WatchProgressRequest(resume_id=resume_id, include_parsed=True)
    return [answer.event for answer in client.WatchProgress(request, timeout=180) if answer.HasField("event")]


def test_a_text_ends_while_scans_are_read(live: LiveServer) -> None:
    """With scans at work and in line, a text is parsed before they are; each scan ends in its first attempt."""
    if not tesseract.available() or tessdata.installed() is None:
        missing("Tesseract")
    pages = Scanner(dpi=200).jpegs((FILES / "one_column_en.pdf").read_bytes())
    with live.client() as client:
        scans = [upload(client, "scan.pdf", as_pdf(*pages)) for _ in range(SCANS)]
        scans.append(upload(client, "scan.jpeg", pages[0]))
        text = events_of(client, upload(client, "cv.txt", b"Ada Fernwick\nada@example.org"))
        assert text[-1].state == progress_pb2.STATE_SUCCEEDED
        still = [
            client.GetResume(resume_service_pb2.GetResumeRequest(resume_id=scan), timeout=30).resume.state
            for scan in scans
        ]
        assert sum(state in {progress_pb2.STATE_QUEUED, progress_pb2.STATE_PROCESSING} for state in still) >= SCANS - 1
        for scan in scans:
            events = events_of(client, scan)
            assert events[-1].state == progress_pb2.STATE_SUCCEEDED, events[-1].error.message
            assert events[-1].parsed.personal_info.full_name == "Ada Merriweather"
            assert {event.attempt for event in events} == {1}
            assert [event.percent for event in events] == sorted(event.percent for event in events)
