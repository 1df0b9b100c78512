"""The client commands against a real server, in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.live import LiveServer, live_server

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "resumate_grpc.cli"]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("RESUMATE_")}


def resumate(server: LiveServer, *args: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a client command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, args)],
        env=CLEAN | {"RESUMATE_SERVER": server.grpc_address},
        capture_output=True,
        text=True,
        input=stdin,
        timeout=90,
        check=False,
    )


@contextmanager
def running(server: LiveServer, *args: str) -> Iterator[subprocess.Popen[str]]:
    """Run a client command beside the test."""
    with subprocess.Popen(
        [*COMMAND, *args],
        env=CLEAN | {"RESUMATE_SERVER": server.grpc_address, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def cv(tmp_path: Path, ada: bytes) -> Path:
    """Write the résumé of an invented person."""
    path = tmp_path / "ada.txt"
    path.write_bytes(ada)
    return path


def uploaded(server: LiveServer, path: Path, *args: str) -> str:
    """Upload and parse a file; returns its id."""
    result = resumate(server, "upload", path, "--watch", "-q", *args)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()[0]


def test_upload_watch_get(live: LiveServer, cv: Path) -> None:
    """A file goes in, its progress is on stderr, its values come out, by words and as JSON."""
    result = resumate(live, "upload", cv, "--watch", "--json")
    assert result.returncode == 0, result.stderr
    resume = json.loads(result.stdout)
    assert resume["state"] == "STATE_SUCCEEDED"
    assert resume["parsed"]["personal_info"]["email"] == "ada.fernwick@example.org"
    assert f"{cv}: sent" in result.stderr
    assert "complete 100%" in result.stderr
    shown = resumate(live, "get", resume["id"])
    assert "ada.fernwick@example.org" in shown.stdout
    assert "line 2" in shown.stdout
    assert shown.stderr == ""
    again = json.loads(resumate(live, "get", resume["id"], "--json").stdout)
    assert again == resume


def test_several_files_at_once(live: LiveServer, cv: Path, tmp_path: Path) -> None:
    """Results come in the order given, whatever order they were done in; a program among them is refused alone."""
    paths = [cv]
    for number in range(4):
        paths.append(tmp_path / f"{number}.txt")
        paths[-1].write_bytes(cv.read_bytes() + f"{number}\n".encode())
    program = tmp_path / "tool.pdf"
    program.write_bytes(b"MZ" + bytes(500))
    result = resumate(live, "upload", *paths, program, "--watch", "-q", "--batch-id", "several")
    assert [line.split()[2] for line in result.stdout.splitlines()] == [path.name for path in paths]
    assert "tool.pdf: " in result.stderr
    assert "[UNSUPPORTED_FORMAT]" in result.stderr
    assert result.returncode == 5
    batch = resumate(live, "watch", "--batch", "several")
    assert batch.returncode == 0
    assert batch.stdout.splitlines()[-1].strip() == "several: 100% of 5: 5 succeeded"
    listed = resumate(live, "list", "--batch", "several", "--limit", "2", "--json")
    assert len(listed.stdout.splitlines()) == 2
    assert "2 of 5; --all lists all" in listed.stderr


def test_file_that_cannot_be_parsed(live: LiveServer, tmp_path: Path) -> None:
    """A damaged file is accepted, fails with its reason, and exits with 1; retrying it fails likewise."""
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(b"%PDF-1.7\n" + b"nothing that a reader could use\n" * 20)
    result = resumate(live, "upload", damaged, "--watch", "-q")
    assert result.returncode == 1
    assert "CORRUPT_FILE" in result.stderr
    resume_id = result.stdout.split()[0]
    retried = resumate(live, "retry", resume_id, "--watch", "-q", "--json")
    assert retried.returncode == 1
    assert json.loads(retried.stdout)["attempt"] == 2
    assert resumate(live, "cancel", resume_id).returncode == 5


REFUSED = {
    "empty": (b"", "EMPTY_FILE"),
    "too large": (b"Ada\n" * (11 << 18), "FILE_TOO_LARGE"),
    "no text": (b"\x00\x01\x02" * 100, "UNSUPPORTED_FORMAT"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_input_is_refused_with_its_reason(live: LiveServer, what: str, tmp_path: Path) -> None:
    """What the server refuses ends with status 5, the reason on stderr and nothing else there."""
    content, why = REFUSED[what]
    path = tmp_path / "cv.txt"
    path.write_bytes(content)
    result = resumate(live, "upload", path, "-q")
    assert (result.returncode, result.stdout) == (5, "")
    assert f"[{why}]" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Exception" not in result.stderr


def test_request_id_makes_one_resume(live: LiveServer, cv: Path) -> None:
    """The same --request-id twice names one résumé; with another file it is refused."""
    request_id = "5c1c9e54-3f7b-4b51-9c3e-0a4b1d2c3e4f"
    first = resumate(live, "upload", cv, "-q", "--request-id", request_id).stdout.split()[0]
    assert resumate(live, "upload", cv, "-q", "--request-id", request_id).stdout.split()[0] == first
    cv.write_bytes(b"another one\n")
    refused = resumate(live, "upload", cv, "-q", "--request-id", request_id)
    assert refused.returncode == 5
    assert "REQUEST_ID_REUSED" in refused.stderr


def test_export_download_delete(live: LiveServer, cv: Path, tmp_path: Path) -> None:
    """Exports and the original file can be fetched until the résumé is deleted; then it is gone."""
    resume_id = uploaded(live, cv)
    exported = json.loads(resumate(live, "export", resume_id).stdout)
    assert exported["basics"]["email"] == "ada.fernwick@example.org"
    assert "ada.fernwick@example.org" in resumate(live, "export", resume_id, "--format", "text").stdout
    assert resumate(live, "export", resume_id, "--format", "csv").stdout.startswith("field_path,value,confidence")
    copy = tmp_path / "copy.txt"
    assert resumate(live, "download", resume_id, "-o", copy).returncode == 0
    assert copy.read_bytes() == cv.read_bytes()
    assert resumate(live, "delete", resume_id, stdin="").returncode == 2
    assert resumate(live, "delete", resume_id, "--yes").returncode == 0
    assert resumate(live, "get", resume_id).returncode == 4
    assert resumate(live, "watch", resume_id).returncode == 4


def test_malformed_id(live: LiveServer) -> None:
    """An id that is none is refused as such, not looked for."""
    result = resumate(live, "get", "no-id")
    assert result.returncode == 5
    assert "INVALID_FIELD" in result.stderr


def test_watch_survives_a_power_cut(tmp_path: Path, cv: Path) -> None:
    """A watch goes on after the server was killed and started again: every event once, in order, until Ctrl-C."""
    data_dir = tmp_path / "data"
    with live_server(data_dir=data_dir) as first:
        address = first.grpc_address
        resume_id = uploaded(first, cv)
        with running(first, "watch", resume_id, "--follow", "--json", "--verify") as watcher:
            assert watcher.stdout is not None
            assert watcher.stderr is not None
            events = [json.loads(watcher.stdout.readline())["event"]]
            while events[-1]["state"] != "STATE_SUCCEEDED":
                events.append(json.loads(watcher.stdout.readline())["event"])
            first.kill()
            assert "watching again after event" in watcher.stderr.readline()
            with live_server(data_dir=data_dir, env={"RESUMATE_GRPC_LISTEN": address}) as second:
                assert resumate(second, "retry", resume_id).returncode == 0
                while (events[-1]["state"], events[-1]["attempt"]) != ("STATE_SUCCEEDED", 2):
                    events.append(json.loads(watcher.stdout.readline())["event"])
                watcher.send_signal(signal.SIGINT)
                assert watcher.wait(20) == 130
                assert f"verified {len(events)} events\n" in watcher.stderr.read()
    assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))


def test_tls_with_client_certificates(tmp_path: Path) -> None:
    """A server that wants certificates answers who shows one; without one, or without TLS, nothing answers."""
    if not shutil.which("openssl"):
        missing("openssl")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    made: list[str | Path] = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-keyout",
        key,
        "-out",
        cert,
    ]
    subprocess.run([*made, *names], check=True, capture_output=True)
    env = {"RESUMATE_TLS_CERT": str(cert), "RESUMATE_TLS_KEY": str(key), "RESUMATE_TLS_CLIENT_CA": str(cert)}
    with live_server(data_dir=tmp_path / "data", env=env) as server:
        plain = resumate(server, "list")
        nameless = resumate(server, "list", "--ca", cert)
        known = resumate(server, "list", "--ca", cert, "--cert", cert, "--key", key)
    assert [run.returncode for run in (plain, nameless, known)] == [3, 3, 0]
    assert "--tls or --ca" in plain.stderr
    assert "ssl_transport" not in nameless.stderr


def test_interrupted_upload_ends_at_once(tmp_path: Path, cv: Path) -> None:
    """Ctrl-C ends an upload that waits for its result, with status 130 and without a traceback."""
    with (
        live_server("server", data_dir=tmp_path / "data", last_line="gRPC on") as server,
        running(server, "upload", str(cv), "--watch") as uploading,
    ):
        assert uploading.stderr is not None
        lines = [uploading.stderr.readline()]
        while "queued" not in lines[-1]:
            lines.append(uploading.stderr.readline())
        uploading.send_signal(signal.SIGINT)
        assert uploading.wait(20) == 130
        assert "Traceback" not in uploading.stderr.read()
