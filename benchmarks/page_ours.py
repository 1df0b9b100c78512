"""Our server as `page.py` looks at it: `page_ours.py COUNT` résumés at work, each moved on when it is told so.

As `fanout_ours.py`: real database, log, bus and edge. What is asked: `{"do": "step", "topics": [0, 7], "percent": 12}`;
what is answered: when each commit was known to the server's own process, in seconds of the system's monotonic clock.
"""

from __future__ import annotations

import asyncio
import math
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop
from fanout_ours import EVENT, claimed
from peer import answer_commands

from resumate_grpc.app.backend import open_backend
from resumate_grpc.app.grace import Grace
from resumate_grpc.app.parts import serving
from resumate_grpc.config import Settings


async def main(count: int) -> None:
    """Serve until the input ends."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = Settings(data_dir=folder, grpc_listen="127.0.0.1:0", log_level="warning", max_watches=100_000)
        backend = await stack.enter_async_context(open_backend(settings))
        claims = await claimed(backend, count)
        server = await stack.enter_async_context(
            serving(settings, backend, poll_s=math.inf, grace=Grace(0.0, clock=backend.clock))
        )

        async def step(topic: int, percent: int) -> float:
            event = replace(EVENT, stage_percent=percent, percent=percent, message=f"Reading line {percent}")
            (written,) = await backend.store.append(claims[topic], [event])
            stamp = time.monotonic()
            backend.bus.publish(written)
            return stamp

        async def obey(command: dict[str, Any]) -> dict[str, Any]:
            stamps = await asyncio.gather(*(step(topic, command["percent"]) for topic in command["topics"]))
            return {"stamps": stamps}

        await answer_commands({"port": server.port, "ids": [claim.resume.id for claim in claims]}, obey)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))
