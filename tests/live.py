"""A real `resumate serve`, or one role of it, in a process of its own on free ports in a temporary folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Self

import grpc

from resumate_grpc._gen.resumate.v1 import resume_service_pb2_grpc as services
from tests.surroundings import environment

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0


class LiveServer:
    """One running program. `grpc_address` and `http_url` are empty for roles that have none.

    It is started in `cwd`, whose code it runs if that is a checkout; None = here.
    """

    def __init__(
        self, *args: str, data_dir: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.data_dir = data_dir
        self.output: list[str] = []
        self._lines: Queue[str | None] = Queue()
        settings = {
            "RESUMATE_DATA_DIR": str(data_dir),
            "RESUMATE_GRPC_LISTEN": "127.0.0.1:0",
            "RESUMATE_HTTP_LISTEN": "127.0.0.1:0",
            "RESUMATE_WORKERS": "1",
            **environment(data_dir),
            **(env or {}),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESUMATE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "resumate_grpc.cli", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**inherited, **settings, "PYTHONUNBUFFERED": "1"},
            cwd=cwd,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.grpc_address = ""
        self.http_url = ""

    def ready(self, last_line: str = "Ctrl-C stops it") -> Self:
        """Wait until the program has said where it listens."""
        while True:
            try:
                line = self._lines.get(timeout=START_TIMEOUT_S)
            except Empty:
                self.kill()
                raise TimeoutError("".join(self.output)) from None
            if line is None:
                raise RuntimeError("the program ended: " + "".join(self.output))
            if found := re.search(r"gRPC +(?:on )?(127\.0\.0\.1:\d+)", line):
                self.grpc_address = found[1]
            if found := re.search(r"(http://127\.0\.0\.1:\d+)", line):
                self.http_url = found[1]
            if last_line in line:
                return self

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.wait()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl-C does; returns its exit status."""
        self.process.send_signal(number)
        return self.wait()

    def log(self) -> str:
        """Return all that it has printed so far."""
        return "".join(self.output)

    @contextmanager
    def client(self) -> Iterator[services.ResumeServiceStub]:
        """Open a real client."""
        with grpc.insecure_channel(self.grpc_address) as channel:
            yield services.ResumeServiceStub(channel)

    def wait(self) -> int:
        """Wait until it has ended; returns its exit status."""
        status = self.process.wait(STOP_TIMEOUT_S)
        self._reader.join(STOP_TIMEOUT_S)
        if self.process.stdout:
            self.process.stdout.close()
        return status

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            self._lines.put(line)
        self._lines.put(None)


@contextmanager
def live_server(
    *args: str, data_dir: Path, env: Mapping[str, str] | None = None, last_line: str = "Ctrl-C stops it"
) -> Iterator[LiveServer]:
    """Run a program until the block ends; it must not have died meanwhile unless the block made it."""
    server = LiveServer(*(args or ("serve",)), data_dir=data_dir, env=env)
    try:
        yield server.ready(last_line)
    finally:
        if server.process.poll() is None:
            server.stop()
