"""A client in a thread and a loop of its own, so that a test can play the server meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from resumate_grpc.client import Client, Interruption, ProgressEvent, Reconnection
from tests.scripted_server import ScriptedServer, in_background

T = TypeVar("T")
QUICK = Reconnection(first_s=0.01, most_s=0.05, patience_s=5.0)


def use(
    scripted: ScriptedServer, work: Callable[[Client], Awaitable[T]], *, reconnection: Reconnection = QUICK
) -> Future[T]:
    """Start `work` with an open client."""

    async def with_client() -> T:
        async with asyncio.timeout(30), Client(scripted.address, timeout_s=5, reconnection=reconnection) as client:
            return await work(client)

    return in_background(lambda: asyncio.run(with_client()))


class Seen:
    """What a watch has brought."""

    def __init__(self) -> None:
        self.events: list[ProgressEvent] = []
        self.interruptions: list[Interruption] = []

    @property
    def numbers(self) -> list[int]:
        """The events' numbers in the feed, in the order in which they came."""
        return [event.feed_sequence for event in self.events]


def watch(
    scripted: ScriptedServer, *target: str, reconnection: Reconnection = QUICK, **options: Any
) -> tuple[Seen, Future[None]]:
    """Watch to the end, noting what comes."""
    seen = Seen()

    async def work(client: Client) -> None:
        async for event in client.watch(*target, on_interruption=seen.interruptions.append, **options):
            seen.events.append(event)

    return seen, use(scripted, work, reconnection=reconnection)
