"""Watches by the Python client and writes what it sees as tests/fire/lines.py reads it.

python record.py HOST:PORT NAME RESUME_ID|feed
"""

from __future__ import annotations

import asyncio
import signal
import sys

from resumate_grpc.client import Client, Interruption
from tests.fire.lines import Closed, Line, Opened, encode
from tests.fire.recording import Target
from tests.fire.seen import from_update


async def main(server: str, name: str, target: str) -> None:
    """Watch until SIGTERM; then tell how many events were verified."""
    resume_id = "" if target == "feed" else target
    calls = 0

    def write(line: Line) -> None:
        sys.stdout.buffer.write(encode(line))
        sys.stdout.buffer.flush()

    def opened(after: int, epoch: str) -> None:
        nonlocal calls
        calls += 1
        what = str(Target(resume_id=resume_id))
        write(
            Opened(watch=f"{name}#{calls}", client=name, target=what, after=after, epoch=epoch, follow=bool(resume_id))
        )

    def cut(interruption: Interruption) -> None:
        error = interruption.error
        write(Closed(watch=f"{name}#{calls}", code=error.code, reason=error.reason, message=error.message))
        opened(interruption.position, watch.epoch)

    async with Client(server) as client:
        watch = client.watch(
            resume_id,
            feed=not resume_id,
            follow=bool(resume_id),
            verify=True,
            heartbeat_s=1,
            on_interruption=cut,
        )
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        opened(0, "")
        try:
            async for update in watch.updates():
                write(from_update(f"{name}#{calls}", update))
        except asyncio.CancelledError:
            assert watch.verification is not None
            sys.stderr.write(f"verified {watch.verification.verified} events\n")


asyncio.run(main(*sys.argv[1:]))
