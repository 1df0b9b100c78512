"""A proxy before PostgreSQL that cuts connections at the worst moment: after a commit, before its answer arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

__all__ = ["Proxy", "running_proxy"]


class Proxy:
    """Passes all on until `arm` names bytes of an answer: the first that has them is kept back, and both ends shut."""

    def __init__(self, upstream: Path) -> None:
        self._upstream = upstream
        self._marker: bytes | None = None
        self.cuts = 0
        self._passing: set[asyncio.Task[None]] = set()

    def arm(self, marker: bytes) -> None:
        """Cut the next connection whose answer has these bytes."""
        self._marker = marker

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        up_reader, up_writer = await asyncio.open_unix_connection(self._upstream)
        up = asyncio.create_task(self._pass(reader, up_writer))
        down = asyncio.create_task(self._pass(up_reader, writer, answers=True))
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for side in (up, down):
                side.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
            for end in (writer, up_writer):
                end.close()
            self._passing.discard(task)

    async def aclose(self) -> None:
        """End what still runs."""
        for task in tuple(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False) -> None:
        while content := await reader.read(1 << 16):
            if answers and self._marker is not None and self._marker in content:
                self._marker = None
                self.cuts += 1
                return
            writer.write(content)
            await writer.drain()


@asynccontextmanager
async def running_proxy(cluster_socket: Path, folder: Path) -> AsyncIterator[Proxy]:
    """Run a proxy in a folder that stands in for the cluster's."""
    proxy = Proxy(cluster_socket / ".s.PGSQL.5432")
    server = await asyncio.start_unix_server(proxy.serve, folder / ".s.PGSQL.5432")
    try:
        yield proxy
    finally:
        server.close()
        await proxy.aclose()
