"""Server and worker as processes of their own that share a broker, also while it is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from resumate_grpc._gen.resumate.v1 import progress_pb2
from tests.app.test_serve import upload, watch
from tests.bus.brokers import nats_server
from tests.live import LiveServer, live_server

pytestmark = pytest.mark.slow


def sequences(server: LiveServer, resume_id: str) -> list[int]:
    """Watch to the end, and return the numbers of what came."""
    events = watch(server, resume_id)
    assert events[-1].state == progress_pb2.STATE_SUCCEEDED
    return [event.sequence for event in events]


def test_watching_with_and_without_the_broker(tmp_path: Path, ada: bytes) -> None:
    """Before, while and after the broker is away every event comes once and in order, and no restart is needed."""
    with nats_server(tmp_path) as broker:
        env = {"RESUMATE_BUS_URL": broker.url}
        with (
            live_server("server", data_dir=tmp_path / "data", env=env, last_line="gRPC on") as server,
            live_server("worker", data_dir=tmp_path / "data", env=env, last_line="worker(s) on"),
        ):
            for number, change in enumerate([lambda: None, broker.kill, broker.start]):
                change()
                seen = sequences(server, upload(server, ada + str(number).encode()))
                assert seen == list(range(1, len(seen) + 1))
            assert "the bus is away" in server.log()
