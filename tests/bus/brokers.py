"""Real brokers: `nats-server` and `redis-server`, each on a free port in a temporary folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.components import missing

__all__ = ["Broker", "free_port", "nats_server", "redis_server"]

STARTED_WITHIN_S = 20.0


@dataclass
class Broker:
    """A broker that can be killed and started again at its port."""

    command: Sequence[str]
    port: int
    url: str
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTED_WITHIN_S
        while True:
            assert self._process.poll() is None, f"{self.command[0]} ended with {self._process.returncode}"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, f"{self.command[0]} does not listen"
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def nats_server(folder: Path, *options: str) -> Iterator[Broker]:
    """Run NATS until the block ends."""
    port = free_port()
    program = _program("nats-server", "nats-server")
    command = [program, "--addr", "127.0.0.1", "--port", str(port), "--store_dir", str(folder), *options]
    with _running(Broker(command, port, f"nats://127.0.0.1:{port}")) as broker:
        yield broker


@contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[Broker]:
    """Run Redis, keeping nothing, until the block ends."""
    port = free_port()
    program = _program("redis-server", "redis-server")
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "", *options]
    with _running(Broker(command, port, f"redis://127.0.0.1:{port}")) as broker:
        yield broker


@contextmanager
def _running(broker: Broker) -> Iterator[Broker]:
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


def _program(name: str, package: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    return found or missing(f"{name} (Debian's package {package})")


def free_port() -> int:
    """Name a port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
