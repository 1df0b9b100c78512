"""The service as processes, each started anew by an init when it dies, as a container would be."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from resumate_grpc.failpoints import VARIABLE
from tests.live import LiveServer

__all__ = ["LEASE_S", "Fleet", "Program"]

LEASE_S = 2.0
LOOK_S = 0.05
LAST_LINES = {
    "serve": "Ctrl-C stops it",
    "server": "gRPC on",
    "worker": "worker(s) on",
    "bridge": "Page and bridge on",
}
"""What each role says when it is ready."""


class Program:
    """One role. `run` keeps it alive; the first process of the next start may be armed, the ones after it are not.

    `code` is the checkout that the next process runs, None = this one; `env` may be changed for it too.
    """

    def __init__(self, role: str, data_dir: Path, env: Mapping[str, str], *, code: Path | None = None) -> None:
        self.role = role
        self.code = code
        self.env = env
        self.deaths = 0
        """How often it has ended and was started anew."""
        self.ready = asyncio.Event()
        self._data_dir = data_dir
        self._arming = ""
        self._process: LiveServer | None = None
        self._outputs: list[LiveServer] = []

    @property
    def pid(self) -> int:
        """The process's number; 0 while there is none."""
        return self._process.process.pid if self._process else 0

    def arm_next(self, failpoints: str) -> None:
        """Give the next process these failpoints."""
        self._arming = failpoints

    async def run(self) -> None:
        """Start it, and again whenever it has ended; cancelling ends it."""
        try:
            while True:
                env = {**self.env, **({VARIABLE: self._arming} if self._arming else {})}
                if self.code is not None:
                    env["PYTHONPATH"] = os.pathsep.join((str(self.code), str(self.code / "bridge")))
                self._arming = ""
                self._process = LiveServer(self.role, data_dir=self._data_dir, env=env, cwd=self.code)
                self._outputs.append(self._process)
                with suppress(RuntimeError):  # it came to its failpoint before it was ready
                    await asyncio.to_thread(self._process.ready, LAST_LINES[self.role])
                    self.ready.set()
                await self._ended()
                self.ready.clear()
                self.deaths += 1
        finally:
            if self._process and self._process.process.poll() is None:
                self._process.kill()

    async def restart(self) -> None:
        """End it cleanly and wait until it is there again."""
        await self.ready.wait()
        deaths = self.deaths
        self.signal(signal.SIGTERM)
        while self.deaths == deaths:  # noqa: ASYNC110 - other processes tell nothing
            await asyncio.sleep(LOOK_S)
        await self.ready.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process:
            self._process.process.send_signal(number)

    def log(self) -> str:
        """Return what all its processes have printed."""
        return "".join(process.log() for process in self._outputs)

    async def _ended(self) -> None:
        assert self._process is not None
        while self._process.process.poll() is None:  # noqa: ASYNC110 - as above
            await asyncio.sleep(LOOK_S)
        await asyncio.to_thread(self._process.wait)


class Fleet:
    """Server, worker and bridge apart, or all in one; on ports that stay."""

    def __init__(self, data_dir: Path, *, all_in_one: bool) -> None:
        self.grpc_address = f"127.0.0.1:{_free_port()}"
        self.http_url = f"http://127.0.0.1:{_free_port()}"
        self.data_dir = data_dir
        self.database = data_dir / "resumate.db"
        env = {
            "RESUMATE_GRPC_LISTEN": self.grpc_address,
            "RESUMATE_HTTP_LISTEN": self.http_url.removeprefix("http://"),
            "RESUMATE_GRPC_TARGET": self.grpc_address,
            "RESUMATE_LEASE_S": str(LEASE_S),
            "RESUMATE_DRAIN_GRACE_S": "3",
            "RESUMATE_LOG_FORMAT": "json",
        }
        # A second worker is there to take over what the first one holds while that stands still.
        roles = {"": "serve"} if all_in_one else {role: role for role in ("server", "worker", "bridge")}
        self._programs = {name: Program(role, data_dir, env) for name, role in roles.items()}
        if not all_in_one:
            self._programs["second worker"] = Program("worker", data_dir, env)

    @property
    def has_second_worker(self) -> bool:
        """Whether work goes on while the worker stands still."""
        return "second worker" in self._programs

    def __getitem__(self, role: str) -> Program:
        """Return the program that has the role."""
        return self._programs.get(role) or self._programs[""]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run all until the block ends."""
        tasks = []
        try:
            for program in self._programs.values():  # the server makes the database
                tasks.append(asyncio.create_task(program.run(), name=program.role))
                await program.ready.wait()
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def logs(self) -> str:
        """Return what all have printed."""
        return "\n".join(f"— {role}\n{program.log()}" for role, program in self._programs.items())


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
