"""A stream that goes dead without ending is noticed."""

from __future__ import annotations

import threading
import time

import pytest

from resumate_grpc._gen.resumate.v1.progress_pb2 import State
from resumate_grpc.cli import watching
from resumate_grpc.cli.silence import Silence
from tests.cli.script import ID, ScriptedServer, event, heartbeat

pytestmark = pytest.mark.slow


def test_silence_past_the_limit_is_told() -> None:
    """Where nothing is heard for the limit, the function is called."""
    told = threading.Event()
    with Silence(0.05, then=told.set):
        assert told.wait(5)


@pytest.mark.slow
def test_sounds_put_it_off() -> None:
    """As long as something is heard within the limit, nothing is told; nor after the end."""
    told = threading.Event()
    with Silence(0.2, then=told.set) as silence:
        for _ in range(10):
            time.sleep(0.04)
            silence.broken()
        assert not told.is_set()
    time.sleep(0.25)
    assert not told.is_set()


def test_dead_watch_is_taken_up_again(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A watch that brings neither events nor heartbeats is ended by the client, and goes on after the last event."""
    monkeypatch.setattr(watching, "SILENT_HEARTBEATS", 0.02)
    running = server.run("watch", ID, "--json")
    first = server.stream()
    first.send(event(1), heartbeat(1))
    second = server.stream()
    second.send(event(2, state=State.STATE_SUCCEEDED))
    second.end()
    result = running.result(10)
    assert second.request.after_sequence == 1
    assert len(result.stdout.splitlines()) == 2
    assert result.exit_code == 0
