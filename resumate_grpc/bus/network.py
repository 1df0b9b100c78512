"""The event bus of many processes: the one of this process, and a broker that carries copies to the others.

All of it is a hint. While the broker is away nothing waits and nothing is kept for it: watches and workers look into
the database once a second, and go on with the broker as soon as it is back.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Protocol, Self

from resumate_grpc.bus.in_process import InProcessBus
from resumate_grpc.bus.topics import subject_of, topics_by_subject
from resumate_grpc.bus.wire import decode, encode
from resumate_grpc.jobs.ports import Notice
from resumate_grpc.model.work import Target

__all__ = ["BusMetrics", "Connect", "Link", "LinkLostError", "NetworkBus"]

logger = logging.getLogger(__name__)

OUTBOX_LIMIT = 4096
"""Messages that wait for the broker at most; past it new ones are dropped: a late hint is worth little."""
BATCH = 256
RETRY_FIRST_S = 0.25
RETRY_MOST_S = 5.0
FAREWELL_S = 1.0
CANCELLED_AGAIN_S = 0.1


class LinkLostError(Exception):
    """The broker cannot be reached or went away; the message says why, without the password of its URL."""


class Link(Protocol):
    """An open connection to a broker. Every method raises `LinkLostError` once it is lost."""

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Send messages, each with its subject, in this order; an answer is not waited for."""
        ...

    async def listen(self, subject: str) -> None:
        """Have the messages of a subject passed to the function that the connection was made with."""
        ...

    async def leave(self, subject: str) -> None:
        """Stop that."""
        ...

    async def lost(self) -> None:
        """Wait until the connection is lost; returns then, or raises `LinkLostError`."""
        ...


Receive = Callable[[str, bytes], None]
Connect = Callable[[Receive], AbstractAsyncContextManager[Link]]
"""Opens a connection whose messages are passed to a function in the event loop, as subject and payload."""


class BusMetrics(Protocol):
    """What whoever runs the service sees of its bus."""

    def bus_linked(self, *, linked: bool) -> None:
        """Note whether the broker is reached."""
        ...

    def bus_dropped(self) -> None:
        """Note that a notice was not sent."""
        ...


class NetworkBus:
    """Adapter of `EventBus` over any broker that carries messages by subject; see `nats_bus.py`, `redis_bus.py`.

    A subject for each owner, listened to only while somebody watches that owner here, and one for workers.
    """

    def __init__(self, connect: Connect, *, metrics: BusMetrics) -> None:
        self._connect = connect
        self._metrics = metrics
        self._local = InProcessBus()
        self._origin = secrets.token_bytes(8)
        self._outbox: deque[tuple[str, bytes]] = deque()
        self._wanted: Counter[str] = Counter()
        self._changed: set[str] = set()
        self._linked = False
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, connect: Connect, *, metrics: BusMetrics) -> AsyncIterator[Self]:
        """Carry notices until the block ends; does not wait for the broker."""
        bus = cls(connect, metrics=metrics)
        metrics.bus_linked(linked=False)
        task = asyncio.create_task(bus._run(), name="bus")
        try:
            yield bus
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await bus._said_all()
            await _ended(task)

    def publish(self, notice: Notice) -> None:
        """See `EventBus.publish`."""
        parted = topics_by_subject(notice)
        for topics in parted.values():
            self._local.deliver(notice, topics)
        payload = encode(notice, origin=self._origin) if self._linked else b""
        for subject in parted:
            if not self._linked or len(self._outbox) >= OUTBOX_LIMIT:
                self._metrics.bus_dropped()
                continue
            self._outbox.append((subject, payload))
            self._wake.set()

    def subscribe(self, topic: Target, listener: Callable[[Notice], None]) -> Callable[[], None]:
        """See `EventBus.subscribe`."""
        subject = subject_of(topic)
        leave_local = self._local.subscribe(topic, listener)
        self._want(subject, 1)

        def unsubscribe() -> None:
            nonlocal leave_local
            leave_local()
            if leave_local is not _nothing:
                leave_local = _nothing
                self._want(subject, -1)

        return unsubscribe

    def _want(self, subject: str, more: int) -> None:
        self._wanted[subject] += more
        if not self._wanted[subject]:
            del self._wanted[subject]
        self._changed.add(subject)
        self._wake.set()

    def _receive(self, subject: str, payload: bytes) -> None:
        told = decode(payload)
        if told is None:
            return
        origin, notice = told
        if origin != self._origin:  # those here have heard it already
            self._local.deliver(notice, topics_by_subject(notice).get(subject, ()))

    async def _run(self) -> None:
        failures, told = 0, ""
        while True:
            try:
                async with self._connect(self._receive) as link:
                    failures, told = 0, ""
                    logger.info("the bus is connected")
                    await self._serve(link)
                reason = "the connection ended"
            except LinkLostError as error:
                reason = str(error)
            if reason != told:
                logger.warning("the bus is away; the log is looked into once a second", extra={"reason": reason})
                told = reason
            most_s = min(RETRY_MOST_S, RETRY_FIRST_S * 2**failures)
            failures += most_s < RETRY_MOST_S
            await asyncio.sleep(random.uniform(most_s / 2, most_s))  # noqa: S311 - spreads those who lost it together

    async def _serve(self, link: Link) -> None:
        self._changed = set(self._wanted)
        self._set_linked(linked=True)
        pump = asyncio.create_task(self._pump(link), name="bus pump")
        lost = asyncio.create_task(link.lost(), name="bus link")
        try:
            done, _ = await asyncio.wait((pump, lost), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._set_linked(linked=False)
            self._outbox.clear()
            self._sent.set()
            await _ended(pump, lost)

    async def _pump(self, link: Link) -> None:
        listening: set[str] = set()
        while True:
            self._wake.clear()
            while self._changed:
                subject = self._changed.pop()
                if subject in self._wanted and subject not in listening:
                    listening.add(subject)
                    await link.listen(subject)
                elif subject not in self._wanted and subject in listening:
                    listening.remove(subject)
                    await link.leave(subject)
            while self._outbox:
                batch = [self._outbox.popleft() for _ in range(min(BATCH, len(self._outbox)))]
                await link.publish(batch)
            self._sent.set()
            await self._wake.wait()

    def _set_linked(self, *, linked: bool) -> None:
        self._linked = linked
        self._metrics.bus_linked(linked=linked)

    async def _said_all(self) -> None:
        while self._linked and self._outbox:
            self._sent.clear()
            self._wake.set()
            await self._sent.wait()


async def _ended(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks until they have ended: `wait_for` of Python 3.11, which the clients use, may lose a cancellation."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCELLED_AGAIN_S)


def _nothing() -> None:
    """Stands where there is nothing left to undo."""
