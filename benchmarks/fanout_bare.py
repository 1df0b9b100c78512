"""The limit: grpc.aio on uvloop, writing bytes serialised beforehand from a deque a watcher; no log, no resuming.

Answers the same commands as `fanout_ours.py`, and what it holds, for `soak.py`, which calls a unary method of it too.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

import grpc
import grpc.aio
import uvloop
from fanout_load import METHOD, UNARY_METHOD, paced, sample_response
from held import held
from peer import answer_commands

from resumate_grpc.rpc.server import OPTIONS


class Watcher:
    """What one stream has still to write."""

    __slots__ = ("queue", "waiter")

    def __init__(self) -> None:
        self.queue: deque[bytes] = deque()
        self.waiter: asyncio.Future[None] | None = None

    def put(self, frame: bytes) -> None:
        """Queue a message, and wake the writer if it waits."""
        self.queue.append(frame)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)


class Fanout(grpc.GenericRpcHandler):
    """A watch, for any request: its first character parts the watchers into topics by number. And a unary method."""

    def __init__(self) -> None:
        self.topics: dict[int, set[Watcher]] = {}
        self._handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            METHOD: grpc.unary_stream_rpc_method_handler(self._watch),
            UNARY_METHOD: grpc.unary_unary_rpc_method_handler(self._answer),
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Return the handler of a method."""
        return self._handlers.get(handler_call_details.method)

    async def _answer(self, _request: bytes, _context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return await asyncio.to_thread(sample_response, 0)  # by way of a thread, as ours asks the database

    async def _watch(self, request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
        watcher = Watcher()
        watchers = self.topics.setdefault(int(request), set())
        watchers.add(watcher)
        loop = asyncio.get_running_loop()
        try:
            for _ in range(3):  # ours sends two events of history and a heartbeat
                await context.write(sample_response(0))
            while True:
                while watcher.queue:
                    await context.write(watcher.queue.popleft())
                watcher.waiter = loop.create_future()
                await watcher.waiter
        finally:
            watchers.discard(watcher)

    def publish(self, topic: int, number: int) -> float:
        """Send a message to the topic's watchers; returns when."""
        frame, stamp = sample_response(number), time.monotonic()
        for watcher in self.topics.get(topic, ()):
            watcher.put(frame)
        return stamp


async def main() -> None:
    """Serve until the input ends."""
    server = grpc.aio.server(options=OPTIONS)
    fanout = Fanout()
    server.add_generic_rpc_handlers((fanout,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    numbers: dict[int, int] = {}

    async def publish(topic: int) -> float:
        numbers[topic] = numbers.get(topic, 0) + 1
        return fanout.publish(topic, numbers[topic])

    async def obey(command: dict[str, Any]) -> dict[str, Any]:
        if command["do"] == "burst":
            for _ in range(command["events"]):
                await publish(0)
                await asyncio.sleep(0)
            return {}
        if command["do"] == "held":
            return held()
        return {"stamps": await paced(publish, **command["load"])}

    await answer_commands({"port": port}, obey)
    await server.stop(None)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
