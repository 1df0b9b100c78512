"""The other client commands: what they ask, print and exit with."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import grpc
import pytest

from resumate_grpc._gen.resumate.v1.export_pb2 import (
    DownloadFileResponse,
    ExportFormat,
    ExportResumeResponse,
    FileHeader,
)
from resumate_grpc._gen.resumate.v1.parsed_resume_pb2 import Evidence, WorkExperience
from resumate_grpc._gen.resumate.v1.progress_pb2 import State
from resumate_grpc._gen.resumate.v1.resume_pb2 import Resume
from resumate_grpc._gen.resumate.v1.resume_service_pb2 import (
    CancelResumeResponse,
    DeleteResumeResponse,
    GetResumeResponse,
    ListResumesResponse,
    RetryResumeResponse,
)
from tests.cli.script import ID, ScriptedCommands, event, reason


def parsed_resume() -> Resume:
    """Make a résumé that has been parsed."""
    resume = Resume(id=ID, filename="cv.pdf", media_type="application/pdf", size_bytes=12_345, attempt=1)
    resume.state = State.STATE_SUCCEEDED
    parsed = resume.parsed
    parsed.personal_info.full_name = "Ada Beispiel"
    parsed.personal_info.email = "ada@beispiel.example"
    parsed.work_experience.append(
        WorkExperience(company="Muster AG", title="Engineer", start_date="2020-01", end_date="present", confidence=0.9)
    )
    parsed.skills.technical.extend(["Python", "Go"])
    parsed.text = "Ada Beispiel\nada@beispiel.example\nEngineer, Muster AG\n"
    parsed.evidence.extend(
        [
            Evidence(field_path="personal_info.full_name", confidence=0.97, page=1, start=0, end=12),
            Evidence(field_path="personal_info.email", confidence=0.4, start=13, end=33),
            Evidence(field_path="work_experience[0].company", confidence=0.8, page=2, start=43, end=52),
        ]
    )
    return resume


def test_get_shows_confidence_and_place(server: ScriptedCommands) -> None:
    """The summary says of each value how sure it is and where it stands; doubtful ones are marked."""
    running = server.run("get", ID)
    request, give, _ = server.unary("GetResume")
    give(GetResumeResponse(resume=parsed_resume()))
    result = running.result(10)
    lines = {line.split("  ")[0].strip() or line: line for line in result.stdout.splitlines()}
    assert request.resume_id == ID
    assert lines["Ada Beispiel"].endswith(" 97%  page 1")
    assert next(line for line in result.stdout.splitlines() if "email" in line).endswith(" 40%? line 2")
    assert next(line for line in result.stdout.splitlines() if "Muster" in line).split() == [
        "Engineer", "·", "Muster", "AG", "90%", "page", "2",
    ]  # fmt: skip
    assert "2020-01 – present" in result.stdout
    assert "Python, Go" in result.stdout


def test_get_json_is_proto_json_on_one_line(server: ScriptedCommands) -> None:
    """--json prints snake_case names on one line, fields without a value included."""
    running = server.run("get", ID, "--json")
    server.unary("GetResume")[1](GetResumeResponse(resume=parsed_resume()))
    output = running.result(10).stdout
    printed = json.loads(output)
    assert output.count("\n") == 1
    assert printed["size_bytes"] == "12345"
    assert printed["parsed"]["personal_info"]["phone"] == ""
    assert printed["state"] == "STATE_SUCCEEDED"


def test_unknown_resume_exits_with_4(server: ScriptedCommands) -> None:
    """A résumé that is not there is told with its reason and where to look."""
    running = server.run("get", ID)
    server.unary("GetResume")[2](grpc.StatusCode.NOT_FOUND, "no résumé", reason("RESUME_NOT_FOUND"))
    result = running.result(10)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "no résumé [RESUME_NOT_FOUND]" in result.stderr


def test_list_goes_through_the_pages_up_to_the_limit(server: ScriptedCommands) -> None:
    """The list asks for no more than the limit, page after page, and says how many there are in all."""
    running = server.run("list", "--limit", "3", "--state", "failed", "--state", "queued", "--text", "go", "--json")
    page_1, page_2 = "page 1", "page 2"
    first, give, _ = server.unary("ListResumes")
    give(ListResumesResponse(resumes=[Resume(id="a"), Resume(id="b")], next_page_token=page_1, total_size=9))
    second, give, _ = server.unary("ListResumes")
    give(ListResumesResponse(resumes=[Resume(id="c")], next_page_token=page_2, total_size=9))
    result = running.result(10)
    assert list(first.states) == [State.STATE_FAILED, State.STATE_QUEUED]
    assert (first.page_size, first.text, first.page_token) == (3, "go", "")
    assert (second.page_size, second.page_token) == (1, page_1)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "b", "c"]
    assert result.stderr == "3 of 9; --all lists all\n"


def test_retry_watch_starts_with_the_new_attempt(server: ScriptedCommands) -> None:
    """Retry --watch reads on from the attempt's own first event, so the last attempt's end does not end it."""
    running = server.run("retry", ID, "--watch", "-q")
    queued = Resume(id=ID, filename="cv.pdf", state=State.STATE_QUEUED, attempt=2)
    queued.progress.sequence = 8
    server.unary("RetryResume")[1](RetryResumeResponse(resume=queued))
    stream = server.stream()
    stream.send(event(8), event(9, state=State.STATE_SUCCEEDED))
    stream.end()
    server.unary("GetResume")[1](GetResumeResponse(resume=parsed_resume()))
    result = running.result(10)
    assert stream.request.after_sequence == 7
    assert "succeeded" in result.stdout
    assert result.exit_code == 0


def test_cancel_prints_the_state(server: ScriptedCommands) -> None:
    """Cancel prints the résumé as it is now; that it is cancelled is what was wanted."""
    running = server.run("cancel", ID)
    cancelled = Resume(id=ID, filename="cv.pdf", state=State.STATE_CANCELLED)
    server.unary("CancelResume")[1](CancelResumeResponse(resume=cancelled))
    result = running.result(10)
    assert (result.exit_code, result.stdout.split()) == (0, [ID, "cancelled", "cv.pdf"])


def test_delete_goes_on_after_one_that_is_not_there(server: ScriptedCommands) -> None:
    """Of several ids the unknown one is told and the others are removed; the exit status is the failure's."""
    running = server.run("delete", "--yes", "one", "two")
    server.unary("DeleteResume")[2](grpc.StatusCode.NOT_FOUND, "no résumé one", reason("RESUME_NOT_FOUND"))
    request, give, _ = server.unary("DeleteResume")
    give(DeleteResumeResponse())
    result = running.result(10)
    assert request.resume_id == "two"
    assert "two removed" in result.stderr
    assert (result.exit_code, result.stdout) == (4, "")


def test_delete_without_anybody_to_ask_needs_yes(server: ScriptedCommands) -> None:
    """Where stdin is no terminal nothing is removed without --yes."""
    result = server.run("delete", ID).result(10)
    assert result.exit_code == 2
    assert "--yes" in result.stderr


FORMATS = {
    "json-resume": ExportFormat.EXPORT_FORMAT_JSON_RESUME,
    "text": ExportFormat.EXPORT_FORMAT_PLAIN_TEXT,
    "csv": ExportFormat.EXPORT_FORMAT_CSV,
}


@pytest.mark.parametrize("name", FORMATS)
def test_export_writes_the_bytes_as_they_are(server: ScriptedCommands, name: str) -> None:
    """The export's bytes reach stdout unchanged."""
    content = "field_path,value\r\nnäme,Ada\r\n".encode()
    running = server.run("export", ID, "--format", name)
    request, give, _ = server.unary("ExportResume")
    give(ExportResumeResponse(content=content))
    result = running.result(10)
    assert request.format == FORMATS[name]
    assert result.stdout_bytes == content
    assert len(list(csv.reader(result.stdout.splitlines()))) == 2


def test_export_leaves_a_file_that_is_there(server: ScriptedCommands, tmp_path: Path) -> None:
    """An existing file is not written over without --force."""
    target = tmp_path / "out.json"
    target.write_text("mine", encoding="utf-8")
    running = server.run("export", ID, "-o", str(target))
    server.unary("ExportResume")[1](ExportResumeResponse(content=b"{}"))
    assert running.result(10).exit_code == 2
    assert target.read_text(encoding="utf-8") == "mine"
    running = server.run("export", ID, "-o", str(target), "--force")
    server.unary("ExportResume")[1](ExportResumeResponse(content=b"{}"))
    assert running.result(10).exit_code == 0
    assert target.read_bytes() == b"{}"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


NAMES = {
    "cv.pdf": "cv.pdf",
    "../../etc/cron.d/job": "job",
    "..\\boot.ini": "boot.ini",
    ".bashrc": "bashrc",
    "a\x1b[2J.pdf": "a[2J.pdf",
    "..": "resume",
}


@pytest.mark.parametrize("name", NAMES)
def test_download_stays_in_this_folder(
    server: ScriptedCommands, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever name the server gives, the file lands in the current folder, under a visible name."""
    monkeypatch.chdir(tmp_path)
    running = server.run("download", ID)
    stream = server.stream("DownloadFile")
    digest = hashlib.sha256(b"abcdef").hexdigest()
    stream.send(DownloadFileResponse(header=FileHeader(filename=name, size_bytes=6, sha256=digest)))
    stream.send(DownloadFileResponse(chunk=b"abc"), DownloadFileResponse(chunk=b"def"))
    stream.end()
    assert running.result(10).exit_code == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {NAMES[name]: b"abcdef"}


def test_damaged_download_leaves_nothing(
    server: ScriptedCommands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose checksum differs is not kept."""
    monkeypatch.chdir(tmp_path)
    running = server.run("download", ID)
    stream = server.stream("DownloadFile")
    stream.send(DownloadFileResponse(header=FileHeader(filename="cv.pdf", sha256="0" * 64)))
    stream.send(DownloadFileResponse(chunk=b"abc"))
    stream.end()
    result = running.result(10)
    assert result.exit_code == 1
    assert "did not arrive whole" in result.stderr
    assert list(tmp_path.iterdir()) == []
