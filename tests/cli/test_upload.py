"""`resumate upload` against answers that a real server can hardly be made to give."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import grpc
import pytest

from resumate_grpc._gen.resumate.v1.error_reason_pb2 import ErrorReason
from resumate_grpc._gen.resumate.v1.progress_pb2 import ParseError, State
from resumate_grpc._gen.resumate.v1.resume_pb2 import Resume
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import GetResumeResponse
from resumate_grpc._gen.resumate.v1.upload_pb2 import UploadChunksResponse
from tests.cli.script import ID, ScriptedCommands, event, reason, retry_after

QUEUED = UploadChunksResponse(resume=Resume(id=ID, filename="cv.txt", state=State.STATE_QUEUED))


@pytest.fixture
def cv(tmp_path: Path) -> Path:
    """Write a small file."""
    path = tmp_path / "cv.txt"
    path.write_text("Ada Beispiel\nada@beispiel.example\n", encoding="utf-8")
    return path


LOST = {
    "the server went away": (grpc.StatusCode.UNAVAILABLE, ()),
    "the queue is full": (grpc.StatusCode.RESOURCE_EXHAUSTED, (reason("QUEUE_FULL"), retry_after(0.05))),
}


@pytest.mark.parametrize("how", LOST)
def test_lost_answer_is_repeated_with_the_same_request_id(server: ScriptedCommands, cv: Path, how: str) -> None:
    """An upload whose answer was lost is sent again, whole and under the same request_id, so nothing is made twice."""
    code, details = LOST[how]
    running = server.run("upload", str(cv))
    first, _, refuse = server.upload()
    refuse(code, "gone", *details)
    second, answer, _ = server.upload()
    answer(QUEUED)
    result = running.result(10)
    assert uuid.UUID(first[0].header.request_id).version == 4
    assert second == first
    assert b"".join(message.chunk for message in second) == cv.read_bytes()
    assert result.stdout.split() == [ID, "queued", "cv.txt"]
    assert result.exit_code == 0


@pytest.mark.slow
def test_full_queue_is_given_up_with_advice(server: ScriptedCommands, cv: Path) -> None:
    """After a few tries a full queue is reported with its reason and how long to wait."""
    running = server.run("upload", str(cv), "-q")
    for _ in range(5):
        _, _, refuse = server.upload()
        refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "10000 wait", reason("QUEUE_FULL"), retry_after(0.01))
    result = running.result(30)
    assert result.exit_code == 5
    assert "10000 wait [QUEUE_FULL]" in result.stderr
    assert "try again in 0.01 s" in result.stderr


def test_refused_file_is_not_sent_again(server: ScriptedCommands, cv: Path) -> None:
    """Bad input is told once, with reason and exit status 5, and stdout stays empty."""
    running = server.run("upload", str(cv))
    _, _, refuse = server.upload()
    refuse(grpc.StatusCode.INVALID_ARGUMENT, "an EXE; send a PDF", reason("UNSUPPORTED_FORMAT"))
    result = running.result(10)
    assert (result.exit_code, result.stdout) == (5, "")
    assert f"{cv}: an EXE; send a PDF [UNSUPPORTED_FORMAT]" in result.stderr


def test_watch_waits_for_the_end_and_prints_the_result(server: ScriptedCommands, cv: Path) -> None:
    """With --watch, progress goes to stderr through an interruption and the finished résumé to stdout as JSON."""
    running = server.run("upload", str(cv), "--watch", "--json", "--batch-id", "spring", "--language", "de")
    messages, answer, _ = server.upload()
    answer(QUEUED)
    first = server.stream()
    first.send(event(1))
    first.end(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    second = server.stream()
    second.send(event(2, state=State.STATE_SUCCEEDED))
    second.end()
    _, give, _ = server.unary("GetResume")
    finished = Resume(id=ID, filename="cv.txt", state=State.STATE_SUCCEEDED)
    finished.parsed.personal_info.full_name = "Ada Beispiel"
    give(GetResumeResponse(resume=finished))
    result = running.result(10)
    assert (messages[0].header.batch_id, messages[0].header.options.language) == ("spring", "de")
    assert second.request.after_sequence == 1
    printed = json.loads(result.stdout)
    assert printed["parsed"]["personal_info"]["full_name"] == "Ada Beispiel"
    assert printed["batch_id"] == ""
    assert "nlp_parsing 1% message 1" in result.stderr
    assert result.exit_code == 0


def test_failed_parse_is_data_and_an_error(server: ScriptedCommands, cv: Path) -> None:
    """A parse that failed leaves the résumé's line on stdout, the reason on stderr and exit status 1."""
    running = server.run("upload", str(cv), "--watch", "-q")
    server.upload()[1](QUEUED)
    stream = server.stream()
    stream.send(event(1, state=State.STATE_FAILED))
    stream.end()
    error = ParseError(reason=ErrorReason.NO_TEXT_FOUND, message="no text in the file", retryable=False)
    failed = Resume(id=ID, filename="cv.txt", state=State.STATE_FAILED, error=error)
    server.unary("GetResume")[1](GetResumeResponse(resume=failed))
    result = running.result(10)
    assert result.exit_code == 1
    assert result.stdout.startswith(ID)
    assert "no text in the file [NO_TEXT_FOUND]" in result.stderr


def test_one_bad_file_does_not_stop_the_others(server: ScriptedCommands, cv: Path) -> None:
    """Of several files the refused one is named on stderr; the others' results come in the order given."""
    paths = [cv.with_name(f"{name}.txt") for name in ("one", "two", "three")]
    for path in paths:
        path.write_text(path.name, encoding="utf-8")
    running = server.run("upload", "-q", *map(str, paths))
    for _ in paths:
        messages, answer, refuse = server.upload()
        name = messages[0].header.filename
        if name == "two.txt":
            refuse(grpc.StatusCode.INVALID_ARGUMENT, "no", reason("UNSUPPORTED_FORMAT"))
        else:
            answer(UploadChunksResponse(resume=Resume(id=name, filename=name, state=State.STATE_QUEUED)))
    result = running.result(10)
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["one.txt", "three.txt"]
    assert "two.txt: no [UNSUPPORTED_FORMAT]" in result.stderr
    assert result.exit_code == 5


def test_request_id_names_one_upload(server: ScriptedCommands, cv: Path) -> None:
    """--request-id with several files is refused before anything is sent."""
    other = cv.with_name("other.txt")
    other.write_text("x", encoding="utf-8")
    result = server.run("upload", "--request-id", str(uuid.uuid4()), str(cv), str(other)).result(10)
    assert result.exit_code == 2
    assert "--request-id names one upload" in result.stderr
