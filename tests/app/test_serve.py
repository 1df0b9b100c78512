"""`resumate serve` as a stranger meets it: starts, refuses politely, survives, stops cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from resumate_grpc._gen.resumate.v1 import progress_pb2, resume_service_pb2, upload_pb2, watch_pb2
from tests.live import LiveServer, live_server

pytestmark = pytest.mark.slow


def run(*args: str, data_dir: Path, **env: str) -> subprocess.CompletedProcess[str]:
    settings = {"RESUMATE_DATA_DIR": str(data_dir), "RESUMATE_GRPC_LISTEN": "127.0.0.1:0",
                "RESUMATE_HTTP_LISTEN": "127.0.0.1:0", **env}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "resumate_grpc.cli", *args],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def watch(live: LiveServer, resume_id: str, after: int = 0) -> list[progress_pb2.ProgressEvent]:
    with live.client() as client:
        request = watch_pb2.WatchProgressRequest(resume_id=resume_id, after_sequence=after, include_parsed=True)
        answers = client.WatchProgress(request, timeout=60, wait_for_ready=True)
        return [answer.event for answer in answers if answer.HasField("event")]


def upload(live: LiveServer, content: bytes, request_id: str = "") -> str:
    with live.client() as client:
        request = upload_pb2.UploadRequest(filename="ada.txt", content=content, request_id=request_id)
        return client.Upload(request, timeout=30, wait_for_ready=True).resume.id


def test_a_resume_goes_in_and_its_values_come_out(live: LiveServer, ada: bytes) -> None:
    """Upload, watch, read: every event once and in order, every value with its evidence."""
    events = watch(live, upload(live, ada))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert [event.percent for event in events] == sorted(event.percent for event in events)
    last = events[-1]
    assert (last.state, last.percent) == (progress_pb2.STATE_SUCCEEDED, 100)
    parsed = last.parsed
    assert parsed.personal_info.full_name == "Ada Fernwick"
    assert parsed.personal_info.email == "ada.fernwick@example.org"
    assert [work.company for work in parsed.work_experience] == ["Northgate Freight Inc.", "Bluepine Payments LLC"]
    assert [work.start_date for work in parsed.work_experience] == ["2019-03", "2015-06"]
    assert [study.institution for study in parsed.education] == ["University of Washington"]
    assert "Kubernetes" in parsed.skills.technical
    evidence = {item.field_path: item for item in parsed.evidence}
    email = evidence["personal_info.email"]
    assert parsed.text[email.start : email.end] == "ada.fernwick@example.org"
    assert 0.5 < email.confidence <= 1.0


def test_what_was_accepted_survives_kill_9(tmp_path: Path, ada: bytes) -> None:
    """A power cut right after the answer loses nothing: after the restart the résumé is parsed, history goes on."""
    with live_server(data_dir=tmp_path / "data") as server:
        ids = [upload(server, ada + str(number).encode()) for number in range(5)]
        server.kill()
    with live_server(data_dir=tmp_path / "data") as server:
        for resume_id in ids:
            events = watch(server, resume_id)
            assert [event.sequence for event in events] == list(range(1, len(events) + 1))
            assert [event.state for event in events if event.state >= progress_pb2.STATE_SUCCEEDED] == [
                progress_pb2.STATE_SUCCEEDED
            ]


def test_a_repeated_request_makes_one_resume_across_a_restart(tmp_path: Path, ada: bytes) -> None:
    """The same request_id answers with the first résumé, also after a crash."""
    request_id = "7f8b3c1e-3d9f-4a52-9a53-0d9fb0a3c111"
    with live_server(data_dir=tmp_path / "data") as server:
        first = upload(server, ada, request_id)
        server.kill()
    with live_server(data_dir=tmp_path / "data") as server:
        assert upload(server, ada, request_id) == first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Status 0 or the shell's word for Ctrl-C, no traceback, and open watches are told to come back."""
    with live_server(data_dir=tmp_path / "data") as server, server.client() as client:
        stream = client.WatchProgress(watch_pb2.WatchProgressRequest(feed=True), timeout=30)
        assert next(stream).HasField("heartbeat")
        server.process.send_signal(number)
        assert next(stream).HasField("draining")
        with pytest.raises(grpc.RpcError) as ended:
            next(stream)
        assert ended.value.code() is grpc.StatusCode.UNAVAILABLE
        assert server.wait() == 0
    assert "Traceback" not in server.log()


def test_a_signal_that_comes_twice_at_once_is_one(tmp_path: Path) -> None:
    """Who ends a process group (make, timeout, systemd) signals us again through our parent: it still ends cleanly."""
    with live_server(data_dir=tmp_path / "data") as server:
        for _ in range(3):
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.02)
        assert server.wait() == 0
    assert "stopped" in server.log()


def test_a_data_directory_without_room_for_the_lock_is_refused(tmp_path: Path) -> None:
    """What the file system refuses only when it is written is told like any other setting that cannot be used."""
    (tmp_path / "data" / "resumate.lock").mkdir(parents=True)
    refused = run("serve", data_dir=tmp_path / "data")
    assert refused.returncode == 2
    assert str(tmp_path / "data") in refused.stderr
    assert "--data-dir" in refused.stderr


def test_a_second_instance_is_refused(live: LiveServer) -> None:
    """The data directory is one instance's at a time; the refusal names it and says what to do."""
    refused = run("serve", data_dir=live.data_dir)
    assert refused.returncode == 2
    assert "in use by another instance" in refused.stderr
    assert "--data-dir" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("setting", ["RESUMATE_GRPC_LISTEN", "RESUMATE_HTTP_LISTEN"])
def test_a_taken_port_is_refused(tmp_path: Path, setting: str) -> None:
    """The refusal names the address and the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        refused = run("serve", data_dir=tmp_path / "data", **{setting: address})
    assert refused.returncode == 2
    assert address in refused.stderr
    assert setting in refused.stderr
    assert "Traceback" not in refused.stderr


def test_it_does_not_listen_to_the_world_unasked(tmp_path: Path) -> None:
    """Without credentials another address than loopback is refused unless told that it is meant."""
    refused = run("serve", data_dir=tmp_path / "data", RESUMATE_GRPC_LISTEN="0.0.0.0:0")
    assert refused.returncode == 2
    assert "RESUMATE_ALLOW_REMOTE" in refused.stderr


def test_health_speaks_for_the_service(live: LiveServer) -> None:
    """Health is per service name, for probes and load balancers."""
    with grpc.insecure_channel(live.grpc_address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        for service in ("", "resumate.v1.ResumeService"):
            answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_roles_work_together_as_processes(tmp_path: Path, ada: bytes) -> None:
    """Server, worker and bridge apart, on one database: the same job is done, and cancelling reaches the worker."""
    data_dir = tmp_path / "data"
    with live_server("server", data_dir=data_dir, last_line="gRPC on") as server:
        bridge_env = {"RESUMATE_GRPC_TARGET": server.grpc_address}
        with (
            live_server("worker", data_dir=data_dir, last_line="worker(s) on"),
            live_server("bridge", data_dir=tmp_path / "other", env=bridge_env, last_line="Page and bridge") as bridge,
        ):
            assert bridge.http_url
            events = watch(server, upload(server, ada))
            assert events[-1].state == progress_pb2.STATE_SUCCEEDED
        waiting = upload(server, ada + b"again")
        with server.client() as client:
            cancelled = client.CancelResume(resume_service_pb2.CancelResumeRequest(resume_id=waiting), timeout=10)
        assert cancelled.resume.state == progress_pb2.STATE_CANCELLED


def test_servers_do_not_load_the_models() -> None:
    """SpaCy is imported where documents are read, and not by server and bridge, which it would keep from starting."""
    look = "import resumate_grpc.app.roles, sys; print(sorted({'spacy', 'thinc'} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_second_start_takes_up_what_was_left(tmp_path: Path, ada: bytes) -> None:
    """What a killed program had accepted is parsed by the next one, and the watch ends there."""
    with live_server(data_dir=tmp_path / "data") as server:
        resume_id = upload(server, ada)
        server.kill()
    with live_server(data_dir=tmp_path / "data") as server:
        assert watch(server, resume_id)[-1].state == progress_pb2.STATE_SUCCEEDED
