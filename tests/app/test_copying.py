"""`resumate copy`: what ran on a laptop goes on on PostgreSQL and S3, and nobody who watches notices."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from resumate_grpc._gen.resumate.v1 import export_pb2, progress_pb2, resume_service_pb2, watch_pb2
from tests.app.test_serve import run, upload, watch
from tests.app.test_serve_postgres import assert_done
from tests.files.services import ObjectService, object_service
from tests.live import LiveServer, live_server

pytestmark = [pytest.mark.slow, pytest.mark.embedded]


@pytest.fixture(scope="module")
def s3() -> Iterator[ObjectService]:
    with object_service() as service:
        yield service


ADA = (Path(__file__).parents[1] / "ada.txt").read_bytes()


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[progress_pb2.ProgressEvent]]:
    """An installation that has parsed three résumés and was stopped; and its whole feed."""
    data_dir = tmp_path_factory.mktemp("laptop") / "data"
    with live_server(data_dir=data_dir) as server:
        for number in range(3):
            assert_done(server, upload(server, ADA + str(number).encode(), request_id=request_id(number)))
        return data_dir, feed(server, after=0, epoch="")


def request_id(number: int) -> str:
    return f"7f8b3c1e-3d9f-4a52-9a53-0d9fb0a3c11{number}"


def feed(server: LiveServer, *, after: int, epoch: str) -> list[progress_pb2.ProgressEvent]:
    """Return what is in the feed after a number."""
    events: list[progress_pb2.ProgressEvent] = []
    with server.client() as client:
        request = watch_pb2.WatchProgressRequest(feed=True, after_sequence=after, epoch=epoch)
        for answer in client.WatchProgress(request, timeout=60):
            if answer.HasField("heartbeat") and answer.heartbeat.caught_up:
                return events
            if answer.HasField("event"):
                events.append(answer.event)
    raise AssertionError("it never caught up")


def copied(data_dir: Path, url: str, files_url: str, **env: str) -> subprocess.CompletedProcess[str]:
    source = f"sqlite:///{data_dir}/resumate.db"
    return run(
        "copy", "--from", source, data_dir=data_dir, RESUMATE_DATABASE_URL=url, RESUMATE_FILES_URL=files_url, **env
    )


def test_who_watches_goes_on_where_they_were(
    laptop: tuple[Path, list[progress_pb2.ProgressEvent]],
    tmp_path: Path,
    postgres_url: str,
    s3: ObjectService,
    ada: bytes,
) -> None:
    """The same epoch and numbers, no hole, the same digests; files from S3; a repeated upload makes no second one."""
    data_dir, before = laptop
    files_url = f"{s3.new_bucket()}/prefix"
    secret = postgres_url.replace("resumate@", "resumate:hunter2@")
    told = copied(data_dir, secret, files_url, **s3.environment)
    assert told.returncode == 0, told.stderr
    assert f"3 resumes, 3 parsed, 1 feeds, {len(before)} events, 3 stage_times; epoch {before[0].epoch}" in told.stdout
    assert "Files: 3" in told.stdout
    assert "check of rows:" in told.stderr
    assert "hunter2" not in told.stdout + told.stderr
    env = {"RESUMATE_DATABASE_URL": postgres_url, "RESUMATE_FILES_URL": files_url, **s3.environment}
    with live_server(data_dir=tmp_path / "new", env=env) as server:
        middle = before[len(before) // 2]
        assert feed(server, after=middle.feed_sequence, epoch=middle.epoch) == before[middle.feed_sequence :]
        one = before[-1].resume_id
        assert watch(server, one, after=2) == [event for event in watch(server, one) if event.sequence > 2]
        assert_done(server, upload(server, ada + b"new"))
        after = feed(server, after=before[-1].feed_sequence, epoch=before[-1].epoch)
        assert [event.feed_sequence for event in after] == list(range(len(before) + 1, len(before) + 1 + len(after)))
        assert upload(server, ada + b"0", request_id=request_id(0)) == before[0].resume_id
        with server.client() as client:
            pieces = client.DownloadFile(export_pb2.DownloadFileRequest(resume_id=before[0].resume_id), timeout=30)
            assert b"".join(piece.chunk for piece in pieces) == ada + b"0"
            client.RetryResume(resume_service_pb2.RetryResumeRequest(resume_id=one), timeout=30)
        again = watch(server, one, after=max(event.sequence for event in before if event.resume_id == one))
        assert again[-1].state == progress_pb2.STATE_SUCCEEDED


def test_a_copy_that_the_object_store_breaks_off(
    laptop: tuple[Path, list[progress_pb2.ProgressEvent]], postgres_url: str, s3: ObjectService
) -> None:
    """No row is there before its file; run again, only what is missing is copied; and again, all is there."""
    data_dir, before = laptop
    broken = copied(data_dir, postgres_url, "s3://nobody-made-this", **s3.environment)
    assert broken.returncode == 1
    assert "a store of files failed" in broken.stderr
    assert "404 Not Found" in broken.stderr
    assert "Traceback" not in broken.stderr
    bucket = s3.new_bucket()
    first, second = (copied(data_dir, postgres_url, bucket, **s3.environment) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "Copied, and compared" in first.stdout
    assert f"Was there already, and equal: 3 resumes, 3 parsed, 1 feeds, {len(before)} events" in second.stdout
    assert "files: " not in second.stderr.replace("check of files: ", "")


def test_files_that_the_source_lacks_are_named(
    laptop: tuple[Path, list[progress_pb2.ProgressEvent]], tmp_path: Path, postgres_url: str, ada: bytes
) -> None:
    """One is gone, one is damaged: their résumés are copied, the status says that not all went well."""
    data_dir, before = laptop
    files = tmp_path / "files"
    shutil.copytree(data_dir / "files", files)
    sha256s = [hashlib.sha256(ada + str(number).encode()).hexdigest() for number in range(3)]
    (files / sha256s[0][:2] / sha256s[0]).unlink()
    (files / sha256s[1][:2] / sha256s[1]).write_bytes(b"rotten")
    told = run(
        "copy", "--from", f"{data_dir}/resumate.db", "--to", postgres_url, "--files-from", str(files),
        "--files-to", (tmp_path / "target").as_uri(), "--quiet", data_dir=data_dir,
    )  # fmt: skip
    assert told.returncode == 1
    assert "Files: 1" in told.stdout
    ids = list(dict.fromkeys(event.resume_id for event in before))
    assert f"file {sha256s[0]} is not there; of {ids[0]}" in told.stderr
    assert f"file {sha256s[1]} is damaged: 6 bytes that are not those of its name; of {ids[1]}" in told.stderr


def test_an_installation_at_work_is_not_copied(tmp_path: Path, postgres_url: str) -> None:
    """It says what to stop, and copies nothing."""
    with live_server(data_dir=tmp_path / "data"):
        told = copied(tmp_path / "data", postgres_url, "")
    assert told.returncode == 2
    assert "a program is at work on" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_folder_of_files_that_is_not_there(tmp_path: Path, postgres_url: str) -> None:
    """It is not made and taken for an empty one."""
    with live_server(data_dir=tmp_path / "data") as server:
        pass
    assert server.process.returncode == 0
    told = run(
        "copy", "--from", f"{tmp_path}/data/resumate.db", "--to", postgres_url, "--files-from", str(tmp_path / "none"),
        "--files-to", str(tmp_path / "target"), data_dir=tmp_path / "data",
    )  # fmt: skip
    assert told.returncode == 2
    assert "there is no folder" in told.stderr
