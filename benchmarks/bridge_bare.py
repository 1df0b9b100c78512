"""The limit: aiohttp on uvloop, sending text that was made beforehand to each socket of a topic in turn."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import uvloop
from aiohttp import WSMsgType, web
from fanout_load import paced, sample_text
from peer import answer_commands


async def main() -> None:
    """Serve until the input ends."""
    topics: dict[int, set[web.WebSocketResponse]] = {}
    numbers: dict[int, int] = {}

    async def watch(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        sockets = topics.setdefault(int(request.match_info["topic"]), set())
        await socket.send_str('{"type":"connection_established"}')
        await socket.send_str(sample_text(0))
        await socket.send_str('{"type":"heartbeat"}')
        sockets.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            sockets.discard(socket)
        return socket

    async def publish(topic: int) -> float:
        numbers[topic] = numbers.get(topic, 0) + 1
        text, stamp = sample_text(numbers[topic]), time.monotonic()
        for socket in tuple(topics.get(topic, ())):
            await socket.send_str(text)
        return stamp

    async def obey(command: dict[str, Any]) -> dict[str, Any]:
        if command["do"] == "burst":
            for _ in range(command["events"]):
                await publish(0)
                await asyncio.sleep(0)
            return {}
        return {"stamps": await paced(publish, **command["load"])}

    app = web.Application()
    app.router.add_get("/{topic}", watch)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    await answer_commands({"port": runner.addresses[0][1]}, obey)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop_runner:
        loop_runner.run(main())
