"""Server, worker and bridge as `resumate serve` has them, in a process that `soak.py` asks what it holds."""

from __future__ import annotations

import asyncio
import math
import tempfile
import threading
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from held import held
from peer import answer_commands

from resumate_grpc.app.backend import open_backend
from resumate_grpc.app.grace import Grace
from resumate_grpc.app.loop import run
from resumate_grpc.app.parts import bridging, serving, taken_http_port, working
from resumate_grpc.config import Settings
from resumate_grpc.store.sqlite import READER_THREADS

READY_S = 10.0


async def main() -> None:
    """Serve until the input ends."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = Settings(
            data_dir=folder, grpc_listen="127.0.0.1:0", http_listen="127.0.0.1:0", workers=1, log_level="warning"
        )
        listener = stack.enter_context(taken_http_port(settings))
        backend = await stack.enter_async_context(open_backend(settings))
        grace = Grace(0.0, clock=backend.clock)
        await stack.enter_async_context(working(settings, backend, stop=asyncio.Event(), grace=grace))
        inside = str(folder / "inside")
        server = await stack.enter_async_context(
            serving(settings, backend, poll_s=math.inf, grace=grace, private_socket=inside)
        )
        http_port = await stack.enter_async_context(
            bridging(settings, listener, grpc_target=f"unix:{inside}", backend=backend)
        )

        # Every connection that the store may open, so that none of them looks like one left behind later.
        together = threading.Barrier(READER_THREADS)
        readers = backend.store._readers  # noqa: SLF001 - no port makes reads meet
        await asyncio.gather(*(readers.read(lambda _: together.wait(READY_S)) for _ in range(READER_THREADS)))

        async def obey(_: dict[str, Any]) -> dict[str, Any]:
            return held()

        await answer_commands({"port": server.port, "http_port": http_port}, obey)


if __name__ == "__main__":
    run(main())
