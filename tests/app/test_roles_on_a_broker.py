"""Server and worker as processes of their own that share a broker, also while it is away."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

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


def test_two_of_each_and_a_bridge_over_both_servers(tmp_path: Path, ada: bytes) -> None:
    """What is uploaded at one server is watched at the other and through the bridge, which goes on when one dies."""
    data_dir = tmp_path / "data"
    with nats_server(tmp_path) as broker, ExitStack() as stack:
        env = {"RESUMATE_BUS_URL": broker.url}

        def started(role: str, last_line: str, **more: str) -> LiveServer:
            return stack.enter_context(live_server(role, data_dir=data_dir, env=env | more, last_line=last_line))

        one, other = started("server", "gRPC on"), started("server", "gRPC on")
        for _ in range(2):
            started("worker", "worker(s) on")
        both = f"{one.grpc_address},{other.grpc_address}"
        bridge = started("bridge", "Page and bridge", RESUMATE_GRPC_TARGET=both)
        resume_id = upload(one, ada)
        seen = sequences(other, resume_id)
        assert seen == list(range(1, len(seen) + 1))
        one.kill()
        for _ in range(4):  # more calls than servers: none may go where nobody is
            url = f"{bridge.http_url}/v1/resumes/{resume_id}/progress?after=0"
            with urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
                assert [event["sequence"] for event in json.load(answer)["events"]] == seen
