"""What `resumate serve` says when it is ready."""

from __future__ import annotations

import pytest

from resumate_grpc.app.greeting import greeting
from resumate_grpc.config import Settings, read_settings


@pytest.fixture
def settings() -> Settings:
    return read_settings({}, {}).settings


def test_the_commands_can_be_typed_as_they_stand(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make run` puts the program where no shell looks for it: then it is named by its path."""
    monkeypatch.setattr("sys.argv", [".venv/bin/resumate", "serve"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert "\n  .venv/bin/resumate upload cv.pdf --watch\n" in greeting(settings, grpc_port=50051, http_port=8080)


def test_other_ports_are_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the port is not the one that clients take by themselves, the command says which it is."""
    monkeypatch.setattr("sys.argv", ["-m", "serve"])
    told = greeting(settings, grpc_port=4711, http_port=4712)
    assert "\n  resumate upload cv.pdf --watch --server 127.0.0.1:4711\n" in told
    assert "http://127.0.0.1:4712/v1/resumes/upload" in told
