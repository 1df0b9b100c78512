"""Our bridge as `bridge_fanout.py` runs it: `bridge_ours.py GRPC_TARGET`."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvloop
from aiohttp import web
from peer import answer_commands
from resumate_bridge import BridgeConfig, create_app

MANY = 100_000


async def main(target: str) -> None:
    """Serve until the input ends."""
    app = create_app(BridgeConfig(grpc_target=target, max_sockets=MANY, heartbeat_s=600.0))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()

    async def obey(_: dict[str, Any]) -> dict[str, Any]:
        return {}

    await answer_commands({"port": runner.addresses[0][1]}, obey)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop_runner:
        loop_runner.run(main(sys.argv[1]))
