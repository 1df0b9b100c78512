"""A network that fails when told to: a TCP proxy that cuts, refuses, says nothing, or answers for its upstream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeAlias

__all__ = ["TcpProxy", "running_tcp_proxy", "to_port", "to_socket"]

PIECE_BYTES = 1 << 16
CONNECTED_WITHIN_S = 5.0
Connect: TypeAlias = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
"""Opens a connection to what stands behind."""


class TcpProxy:
    """Passes connections on, from one port that it keeps; `harmed` counts connections that it cut, refused or held.

    What `refuse` turned away was refused by the kernel and is not counted.
    """

    def __init__(self, connect: Connect) -> None:
        self.port = 0
        self.harmed = 0
        self._connect = connect
        self._listener: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._answer = b""

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def is_used(self) -> bool:
        """Whether there are connections at this moment."""
        return bool(self._passing)

    async def listen(self) -> None:
        """Take connections, and pass them on."""
        self._answer = b""
        self._flowing.set()
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._listener.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break all connections that there are, without a farewell; new ones are passed on."""
        for task in self._passing:
            self.harmed += 1
            task.cancel()
        for end in self._ends:
            end.transport.abort()

    def refuse(self) -> None:
        """Break all connections and take no new ones, as a machine does whose program is gone."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.cut()

    def stall(self) -> None:
        """Keep and take connections, and pass nothing on, as a network does that drops packets."""
        self.harmed += len(self._passing)
        self._flowing.clear()

    def answer(self, answer: bytes) -> None:
        """Break all connections, and answer what comes over new ones with these bytes."""
        self._answer = answer
        self.cut()

    async def close(self) -> None:
        """End all."""
        self.refuse()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        self._ends.add(writer)
        try:
            if self._answer:
                self.harmed += 1
                await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer)
                await writer.drain()
            else:
                await self._join(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # one of the ends is gone, and so is the connection
        except asyncio.CancelledError:
            pass  # cut: whoever waits for this task is the loop's server, to which that would be an error
        finally:
            self._passing.discard(task)
            self._ends.discard(writer)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._flowing.is_set():
            self.harmed += 1
            await self._flowing.wait()
        async with asyncio.timeout(CONNECTED_WITHIN_S):
            up_reader, up_writer = await self._connect()
        self._ends.add(up_writer)
        sides = [asyncio.create_task(self._pass(reader, up_writer)), asyncio.create_task(self._pass(up_reader, writer))]
        try:
            await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)
            self._ends.discard(up_writer)
            up_writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while content := await reader.read(PIECE_BYTES):
                await self._flowing.wait()
                writer.write(content)
                await writer.drain()


def to_port(port: int) -> Connect:
    """Lead to a port of this machine."""

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", port)

    return connect


def to_socket(path: Path) -> Connect:
    """Lead to a Unix socket."""

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(path)

    return connect


@asynccontextmanager
async def running_tcp_proxy(connect: Connect) -> AsyncIterator[TcpProxy]:
    """Run a proxy on a free port until the block ends."""
    proxy = TcpProxy(connect)
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.close()
