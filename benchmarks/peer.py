"""A server under measurement: a process of its own that takes commands on its input and answers on its output.

One JSON object a line, in either direction. The first line that it prints says where it listens.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

__all__ = ["Peer", "answer_commands", "started"]

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
LINE_LIMIT_BYTES = 64 << 20
STOP_TIMEOUT_S = 30.0


class Peer:
    """A running server; `hello` is what it said of itself at the start."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.hello: dict[str, Any] = {}

    async def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Send a command; returns the answer. Raises `RuntimeError` if the process has died."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        return await self.heard()

    async def heard(self) -> dict[str, Any]:
        """Return the next line that it prints."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server under measurement has died")
        answer: dict[str, Any] = json.loads(line)
        return answer

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def cpu_s(self) -> float:
        """Processor time that it has used, all threads, to the hundredth of a second."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND

    @property
    def rss_bytes(self) -> int:
        """Its resident memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def started(program: Path, *arguments: str, under: Sequence[str] = ()) -> AsyncIterator[Peer]:
    """Run a program of this folder until the block ends; `under` is a command that runs it, such as a profiler's."""
    process = await asyncio.create_subprocess_exec(
        *under,
        sys.executable,
        str(program),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_LIMIT_BYTES,
    )
    peer = Peer(process)
    try:
        peer.hello = await peer.heard()
        yield peer
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)


async def answer_commands(hello: dict[str, Any], obey: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]) -> None:
    """Be such a process: say hello, then answer commands until the input ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(json.dumps(hello), flush=True)
    while line := await reader.readline():
        print(json.dumps(await obey(json.loads(line))), flush=True)
