"""`resumate serve` on PostgreSQL: the same program on another URL."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from resumate_grpc._gen.resumate.v1 import progress_pb2
from tests.app.test_serve import run, upload, watch
from tests.live import LiveServer, live_server
from tests.postgres import Cluster

pytestmark = pytest.mark.slow


def on(url: str) -> dict[str, str]:
    return {"RESUMATE_DATABASE_URL": url}


def assert_done(server: LiveServer, resume_id: str) -> None:
    events = watch(server, resume_id)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    ends = [event.state for event in events if event.state >= progress_pb2.STATE_SUCCEEDED]
    assert ends == [progress_pb2.STATE_SUCCEEDED]
    assert events[-1].parsed.personal_info.full_name == "Ada Fernwick"


def test_a_resume_goes_in_and_its_values_come_out(tmp_path: Path, postgres_url: str, ada: bytes) -> None:
    """Upload, watch, read: every event once and in order; a clean stop; the password is nowhere in the log."""
    secret = postgres_url.replace("resumate@", "resumate:hunter2@")
    with live_server(data_dir=tmp_path / "data", env=on(secret)) as server:
        assert_done(server, upload(server, ada))
        assert server.stop(signal.SIGTERM) == 0
    assert "hunter2" not in server.log()
    assert "Traceback" not in server.log()


def test_what_was_accepted_survives_kill_9_and_is_taken_up_at_once(
    tmp_path: Path, postgres_url: str, ada: bytes
) -> None:
    """The next start of the same instance does not wait until its own dead workers' leases have run out."""
    env = {**on(postgres_url), "RESUMATE_LEASE_S": "10m", "RESUMATE_WORKERS": "2"}
    with live_server(data_dir=tmp_path / "data", env=env) as server:
        ids = [upload(server, ada + str(number).encode()) for number in range(12)]
        server.kill()
    with live_server(data_dir=tmp_path / "data", env=env) as server:
        for resume_id in ids:
            assert_done(server, resume_id)


def test_two_share_one_database(tmp_path: Path, postgres_url: str, ada: bytes) -> None:
    """What is uploaded at one is watched at the other; the restart of one takes no lease from the other."""
    files = {"RESUMATE_FILES_URL": (tmp_path / "files").as_uri()}
    with (
        live_server(data_dir=tmp_path / "one", env={**on(postgres_url), **files}) as one,
        live_server(data_dir=tmp_path / "other", env={**on(postgres_url), **files}) as other,
    ):
        ids = [upload((one, other)[number % 2], ada + str(number).encode()) for number in range(6)]
        for number, resume_id in enumerate(ids):
            assert_done((other, one)[number % 2], resume_id)


def test_it_outlives_a_restart_of_the_database(
    tmp_path: Path, postgres: Cluster, postgres_url: str, ada: bytes
) -> None:
    """While the database is away calls say UNAVAILABLE or wait; once it is back everything goes on by itself."""
    env = {**on(postgres_url), "RESUMATE_LEASE_S": "2s"}
    with live_server(data_dir=tmp_path / "data", env=env) as server:
        before = [upload(server, ada + str(number).encode()) for number in range(4)]
        postgres.stop("immediate")
        time.sleep(1)
        postgres.start()
        after = upload(server, ada + b"after")
        for resume_id in (*before, after):
            assert_done(server, resume_id)


def test_a_database_that_is_not_there_is_told_politely(tmp_path: Path) -> None:
    """Status 2, a sentence that names the setting, and neither a traceback nor the password."""
    url = f"postgresql://ada:hunter2@/resumate?host={tmp_path}"
    for command in ("serve", "migrate"):
        refused = run(command, data_dir=tmp_path / "data", RESUMATE_DATABASE_URL=url)
        assert refused.returncode == 2
        assert "RESUMATE_DATABASE_URL" in refused.stderr
        assert "hunter2" not in refused.stderr + refused.stdout
        assert "Traceback" not in refused.stderr


def test_migrate_says_what_it_did(tmp_path: Path, postgres: Cluster) -> None:
    """An empty database gets its tables; the second time there is nothing to do."""
    url = postgres.url(postgres.create())
    first, second = (run("migrate", data_dir=tmp_path / "data", RESUMATE_DATABASE_URL=url) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "new → " in first.stdout
    assert "already" in second.stdout
