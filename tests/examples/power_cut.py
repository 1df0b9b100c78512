"""A server that is killed and started again while somebody's loop watches: judged by the checker of tests/fire."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from resumate_grpc.client import Client
from tests.fire.checker import check
from tests.fire.lines import Event, Heartbeat, Line, Rested, decode
from tests.fire.recording import Recording
from tests.fire.truth import Truth
from tests.live import LiveServer, live_server

PATIENCE_S = 60.0
Read = Callable[[bytes, str], list[Line]]


def read_lines(recording: bytes, _: str) -> list[Line]:
    """Read what is in the checker's own form."""
    return [decode(line) for line in recording.split(b"\n")[:-1]]


class Watching:
    """A program that watches one target and writes down what it sees."""

    def __init__(
        self, command: Sequence[str], address: str, name: str, target: str, recording: Path, read: Read
    ) -> None:
        self.name = name
        self._read = read
        self._recording = recording
        with recording.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, address, name, target], stdout=output, stderr=subprocess.PIPE, text=True
            )

    def lines(self) -> list[Line]:
        """Return what it has written so far."""
        return self._read(self._recording.read_bytes(), self.name)

    def until(self, seen: Callable[[list[Line]], bool]) -> None:
        """Wait until it has seen what is asked for."""
        until = time.monotonic() + PATIENCE_S
        while not seen(self.lines()):
            assert self._process.poll() is None, self._process.communicate()[1]
            assert time.monotonic() < until, self.lines()[-3:]
            time.sleep(0.05)

    def stop(self) -> str:
        """End it; returns what it said."""
        self._process.terminate()
        return self._process.communicate(timeout=20)[1]


@contextmanager
def programs(
    command: Sequence[str], server: LiveServer, targets: Sequence[str], folder: Path, read: Read
) -> Iterator[list[Watching]]:
    """Let the program watch each target."""
    with ExitStack() as stack:
        watching = []
        for number, target in enumerate(targets):
            program = Watching(command, server.grpc_address, f"w{number}", target, folder / f"{number}.jsonl", read)
            stack.callback(program.stop)
            watching.append(program)
        yield watching


def watch_through_a_power_cut(
    folder: Path, content: bytes, command: Sequence[str], *, read: Read = read_lines, feed: bool = True
) -> None:
    """Let `command HOST:PORT NAME TARGET` watch a résumé over a kill and a retry, and check all it saw.

    `feed`: another one watches the feed. `read` reads what they have written so far.
    """
    data_dir = folder / "data"
    with live_server(data_dir=data_dir) as first:
        address = first.grpc_address
        resume_id = asyncio.run(_parsed(address, content))
        with programs(command, first, [resume_id, "feed"][: 1 + feed], folder, read) as watching:
            for program in watching:
                program.until(_ended(1))
            first.kill()
            with live_server(data_dir=data_dir, env={"RESUMATE_GRPC_LISTEN": address}):
                asyncio.run(_retried(address, resume_id))
                lines: list[Line] = []
                for program in watching:
                    program.until(_ended(2))
                    lines += program.lines()
                said = [program.stop() for program in watching]
    events = max(line.sequence for line in lines if isinstance(line, Event))
    assert [text.splitlines()[-1] for text in said] == [f"verified {events} events"] * len(watching)
    lines.append(Rested(clients=tuple(program.name for program in watching)))
    check(Recording(lines), Truth.read(data_dir / "resumate.db", data_dir / "files"))


async def _parsed(address: str, content: bytes) -> str:
    async with Client(address) as client:
        resume = await client.upload(content, filename="ada.txt")
        return (await client.wait(resume.id)).id


async def _retried(address: str, resume_id: str) -> None:
    async with Client(address) as client:
        await client.retry(resume_id)
        await client.wait(resume_id)


def _ended(attempts: int) -> Callable[[list[Line]], bool]:
    """Tell whether so many attempts were seen to end, with a heartbeat after it that says that this was all."""

    def seen(lines: list[Line]) -> bool:
        ends = [at for at, line in enumerate(lines) if isinstance(line, Event) and line.stage == "COMPLETE"]
        return len(ends) >= attempts and any(isinstance(line, Heartbeat) for line in lines[ends[attempts - 1] :])

    return seen
