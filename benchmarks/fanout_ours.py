"""Our server, with all that stands between a commit and a client: store, log, bus, watches, edge, grpc.aio on uvloop.

Run by `fanout.py`. Its events are appended to a real SQLite database as a worker does it, and published on the real bus
after the commit; a commit time is taken as soon as the store has answered.
"""

from __future__ import annotations

import asyncio
import math
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from fanout_load import paced
from peer import answer_commands

from resumate_grpc.app.backend import Backend, open_backend
from resumate_grpc.app.grace import Grace
from resumate_grpc.app.loop import run
from resumate_grpc.app.parts import serving
from resumate_grpc.config import Settings
from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import Claim, NewEvent, NewResume

EVENT = NewEvent(
    stage=Stage.NLP_PARSING,
    stage_percent=50,
    percent=50,
    message="Reading work experience",
    estimated_remaining_s=1.4,
)


async def claimed(backend: Backend, count: int) -> list[Claim]:
    """Create and claim résumés; each has two events then."""
    claims = []
    for number in range(count):
        new = NewResume(
            id=f"0190aaaa-0000-7000-8000-{number:012x}",
            owner="local",
            filename="resume.pdf",
            media_type=MediaType.PDF,
            size_bytes=100_000,
            sha256=f"{number:064x}",
            request_id="",
            batch_id="",
            options=ParseOptions(),
        )
        await backend.store.create(new, max_queued=count)
        claim, _ = await backend.store.claim("benchmark", lease_s=3600, max_attempts=3)
        if claim is None:
            raise RuntimeError("nothing to claim")
        claims.append(claim)
    return claims


async def main(topics: int) -> None:
    """Serve until the input ends."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = Settings(data_dir=folder, grpc_listen="127.0.0.1:0", log_level="warning", max_watches=100_000)
        backend = await stack.enter_async_context(open_backend(settings))
        claims = await claimed(backend, topics)
        server = await stack.enter_async_context(
            serving(settings, backend, poll_s=math.inf, grace=Grace(0.0, clock=backend.clock))
        )

        async def publish(topic: int) -> float:
            (event,) = await backend.store.append(claims[topic], [EVENT])
            stamp = time.monotonic()
            backend.bus.publish(event)
            return stamp

        async def obey(command: dict[str, Any]) -> dict[str, Any]:
            if command["do"] == "burst":
                for event in await backend.store.append(claims[0], [EVENT] * command["events"]):
                    backend.bus.publish(event)
                    await asyncio.sleep(0)
                return {}
            return {"stamps": await paced(publish, **command["load"])}

        await answer_commands({"port": server.port, "ids": [claim.resume.id for claim in claims]}, obey)


if __name__ == "__main__":
    run(main(int(sys.argv[1])))
