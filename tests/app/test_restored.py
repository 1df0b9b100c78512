"""After a restore: who watched what came after the backup is told that the log is another one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status

from resumate_grpc._gen.resumate.v1 import watch_pb2
from tests.app.test_serve import run, upload, watch
from tests.live import LiveServer, live_server
from tests.postgres import Cluster

pytestmark = pytest.mark.slow

Steps = tuple[dict[str, str], Callable[[], None], Callable[[], None]]
"""Settings of a database, what backs it up, and what puts it back; nobody is at work in it meanwhile."""


def sqlite(data_dir: Path) -> Steps:
    backup = data_dir.with_name("backup")
    return {}, lambda: _copy(data_dir, backup), lambda: _copy(backup, data_dir)


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def postgresql(cluster: Cluster, template: str) -> Steps:
    name = cluster.create(template=template)
    backups: list[str] = []

    def put_back() -> None:
        cluster.drop(name)
        cluster.sql(f"CREATE DATABASE {name} TEMPLATE {backups[0]}")

    return (
        {"RESUMATE_DATABASE_URL": cluster.url(name)},
        lambda: backups.append(cluster.create(template=name)),
        put_back,
    )


def refusal(server: LiveServer, **position: object) -> tuple[grpc.StatusCode, ErrorInfo]:
    """Return why a watch from a position is refused."""
    with server.client() as client, pytest.raises(grpc.RpcError) as refused:
        list(client.WatchProgress(watch_pb2.WatchProgressRequest(**position), timeout=30))  # type: ignore[arg-type]
    status = rpc_status.from_call(refused.value)  # type: ignore[arg-type]
    assert status is not None
    info = ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details)
    return refused.value.code(), info


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.embedded), "postgresql"])
def steps(request: pytest.FixtureRequest, tmp_path: Path) -> Steps:
    if request.param == "sqlite":
        return sqlite(tmp_path / "data")
    return postgresql(request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template"))


def test_a_restored_log_is_another_one(tmp_path: Path, steps: Steps, ada: bytes) -> None:
    """An old position with its epoch is refused, though the restored log has that number again; the kept work is there.

    Before `migrate --restored` the same position would have been taken: that is the fault that it mends.
    """
    env, back_up, put_back = steps
    env |= {"RESUMATE_FILES_URL": (tmp_path / "files").as_uri()}
    data_dir = tmp_path / "data"
    with live_server(data_dir=data_dir, env=env) as server:
        kept = upload(server, ada)
        first = watch(server, kept)
    back_up()
    with live_server(data_dir=data_dir, env=env) as server:
        lost = watch(server, upload(server, ada + b"2"))
        running = run("migrate", "--restored", data_dir=data_dir, **env)
    assert running.returncode == 2
    assert "is in use by another instance" in running.stderr
    old = lost[-1]
    assert old.epoch == first[-1].epoch

    put_back()
    with live_server(data_dir=data_dir, env=env) as server:  # whoever forgets it is told nothing
        again = watch(server, upload(server, ada + b"3"))
        assert again[-1].feed_sequence >= old.feed_sequence
        assert again[-1].epoch == old.epoch
    told = run("migrate", "--restored", data_dir=data_dir, **env)
    assert told.returncode == 0, told.stderr
    assert "EPOCH_MISMATCH" in told.stdout

    with live_server(data_dir=data_dir, env=env) as server:
        code, info = refusal(server, feed=True, after_sequence=old.feed_sequence, epoch=old.epoch)
        assert (code, info.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "EPOCH_MISMATCH")
        assert f"epoch is {info.metadata['epoch']} " in told.stdout
        assert info.metadata["epoch"] != old.epoch
        seen = watch(server, kept)
        assert [event.sequence for event in seen] == [event.sequence for event in first]
        assert {event.epoch for event in seen} == {info.metadata["epoch"]}


def test_an_empty_database_was_not_restored(tmp_path: Path) -> None:
    """Run before the backup is back, the command says so instead of making a new database."""
    told = run("migrate", "--restored", data_dir=tmp_path / "data")
    assert told.returncode == 2
    assert "the database is empty" in told.stderr
