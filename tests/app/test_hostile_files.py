"""Every hostile file of the design, through the whole service: its error, and the next upload works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from resumate_grpc._gen.resumate.v1 import error_reason_pb2, progress_pb2, upload_pb2, watch_pb2
from tests.live import LiveServer
from tests.samples import hostile

pytestmark = pytest.mark.slow

MIB = 1 << 20
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("cv.pdf", lambda: b"", "EMPTY_FILE"),
    "11 MiB": ("cv.txt", lambda: b"Ada Fernwick\n" * (11 * MIB // 13), "FILE_TOO_LARGE"),
    "exe renamed pdf": ("cv.pdf", lambda: b"MZ\x90\x00" + bytes(range(256)) * 8, "UNSUPPORTED_FORMAT"),
    "workbook renamed doc": ("cv.doc", lambda: hostile.old_office("Workbook"), "UNSUPPORTED_FORMAT"),
    "zip that is no document": ("cv.docx", lambda: b"PK\x03\x04" + bytes(200), "UNSUPPORTED_FORMAT"),
    "request id that is no UUID": ("cv.txt", lambda: b"Ada Fernwick", "INVALID_FIELD"),
}
FAILED: dict[str, tuple[str, Callable[[], bytes], int]] = {
    "truncated": (
        "cv.pdf",
        lambda: hostile.truncated(bytes(hostile.text_pdf().output())),
        error_reason_pb2.CORRUPT_FILE,
    ),
    "encrypted": ("cv.pdf", lambda: hostile.encrypted_pdf(for_its_reader=True), error_reason_pb2.PASSWORD_PROTECTED),
    "5,000 pages": ("cv.pdf", lambda: hostile.many_pages_pdf(5000), error_reason_pb2.TOO_MANY_PAGES),
    "picture only": ("cv.pdf", hostile.picture_only_pdf, error_reason_pb2.NO_TEXT_FOUND),
    "cut off doc": ("cv.doc", lambda: hostile.old_office("WordDocument"), error_reason_pb2.CORRUPT_FILE),
    "zip bomb": ("cv.docx", lambda: hostile.zip_bomb(1100), error_reason_pb2.RESOURCE_LIMIT),
}
READ: dict[str, tuple[str, bytes]] = {
    "UTF-16": ("cv.txt", "Ada Fernwick\nada@example.org".encode("utf-16")),
    "NUL bytes": ("cv.txt", b"Ada Fernwick\x00\nada@example.org\n"),
    "path in its name": ("../../etc/cv.txt", b"Ada Fernwick\nada@example.org"),
    "300 characters": ("n" * 300 + ".txt", b"Ada Fernwick\nada@example.org"),
    "direction marks": ("\u202etxt.vc\u202c.txt", b"Ada Fernwick\nada@example.org"),
}


def reason_of(error: Any) -> str:
    status = rpc_status.from_call(error)
    assert status is not None
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            assert info.domain == "resumate.v1"
            return str(info.reason)
    raise AssertionError(status)


def outcome(live: LiveServer, filename: str, content: bytes) -> progress_pb2.ProgressEvent:
    with live.client() as client:
        resume = client.Upload(upload_pb2.UploadRequest(filename=filename, content=content), timeout=30).resume
        request = watch_pb2.WatchProgressRequest(resume_id=resume.id, include_parsed=True)
        events = [answer.event for answer in client.WatchProgress(request, timeout=60) if answer.HasField("event")]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return events[-1]


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused(live: LiveServer, what: str) -> None:
    """The refusal bears its reason, and nothing else suffers."""
    filename, make, reason = REFUSED[what]
    request_id = "not-a-uuid" if reason == "INVALID_FIELD" else ""
    with live.client() as client, pytest.raises(grpc.RpcError) as refused:
        client.Upload(upload_pb2.UploadRequest(filename=filename, content=make(), request_id=request_id), timeout=30)
    error: Any = refused.value
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason_of(error) == reason


@pytest.mark.parametrize("what", FAILED)
def test_a_file_that_cannot_be_read_fails_with_its_reason(live: LiveServer, what: str) -> None:
    """It is accepted, ends FAILED as an event, and the next file is read."""
    filename, make, reason = FAILED[what]
    last = outcome(live, filename, make())
    assert (last.state, last.error.reason) == (progress_pb2.STATE_FAILED, reason), last.error.message
    assert last.error.message
    assert outcome(live, "next.txt", b"Ada Fernwick\nada@example.org").state == progress_pb2.STATE_SUCCEEDED


@pytest.mark.parametrize("what", READ)
def test_an_odd_file_is_read_all_the_same(live: LiveServer, what: str) -> None:
    """Encodings and names that trip others up give the same values."""
    filename, content = READ[what]
    last = outcome(live, filename, content)
    assert last.state == progress_pb2.STATE_SUCCEEDED, last.error.message
    assert last.parsed.personal_info.email == "ada@example.org"
    assert last.parsed.personal_info.full_name == "Ada Fernwick"
