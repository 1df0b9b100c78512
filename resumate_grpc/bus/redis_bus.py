"""Redis publish/subscribe as the broker between processes, for those who run Redis already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from resumate_grpc.bus.network import Link, LinkLostError, Receive
from resumate_grpc.errors import SettingsError

__all__ = ["RedisBroker"]

CONNECT_TIMEOUT_S = 2.0
ANSWER_TIMEOUT_S = 5.0
SILENCE_S = 5.0
"""A connection that says nothing for so long is asked for a sign of life; after as long again it counts as lost."""
_GREETING = "hello"


class RedisBroker:
    """The server of a URL such as `redis://user:password@host:6379?prefix=staging`, or `rediss://…?ssl_ca_certs=FILE`.

    `prefix` stands before all channels (default `resumate`); other options are those of redis-py's `from_url`. Raises
    `SettingsError` for another URL. The database's number is of no effect: Redis has one set of channels.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        self._prefix = options.pop("prefix", "resumate") + "."
        self._url = urlunsplit(parts._replace(query=urlencode(options)))
        try:
            self._client()
        except (ValueError, TypeError) as error:
            raise SettingsError(
                "RESUMATE_BUS_URL (--bus-url) must be like redis://user:password@host:6379 or "
                "rediss://host:6379?ssl_ca_certs=FILE"
            ) from error

    @asynccontextmanager
    async def connect(self, receive: Receive) -> AsyncIterator[Link]:
        """See `Connect`."""
        async with self._client() as client, client.pubsub() as pubsub:
            link = _RedisLink(client, pubsub, prefix=self._prefix, receive=receive)
            await link.listen(_GREETING)  # a connection that has no channel cannot be read from
            yield link

    def _client(self) -> Redis:
        client: Redis = Redis.from_url(
            self._url,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=None,  # `_told_within` sees to that
            retry=None,  # the bus does that, for every broker alike
        )
        return client


class _RedisLink:
    def __init__(self, client: Redis, pubsub: PubSub, *, prefix: str, receive: Receive) -> None:
        self._client = client
        self._pubsub = pubsub
        self._prefix = prefix
        self._receive = receive

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        async with _told_within(ANSWER_TIMEOUT_S), self._client.pipeline(transaction=False) as pipeline:
            for subject, payload in messages:
                pipeline.publish(self._prefix + subject, payload)
            await pipeline.execute()

    async def listen(self, subject: str) -> None:
        async with _told_within(ANSWER_TIMEOUT_S):
            await self._pubsub.subscribe(self._prefix + subject)

    async def leave(self, subject: str) -> None:
        async with _told_within(ANSWER_TIMEOUT_S):
            await self._pubsub.unsubscribe(self._prefix + subject)

    async def lost(self) -> None:
        asked = False
        async with _told_within(None):
            while True:
                told: dict[str, Any] | None = await self._pubsub.get_message(timeout=SILENCE_S)
                if told is None:
                    if asked:
                        raise LinkLostError("the server is silent")
                    await self._pubsub.ping()
                asked = told is None
                if told is not None and told["type"] == "message":
                    self._receive(told["channel"].decode().removeprefix(self._prefix), told["data"])


@asynccontextmanager
async def _told_within(seconds: float | None) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except (RedisError, OSError) as error:  # TimeoutError is an OSError
        raise LinkLostError(str(error) or type(error).__name__) from error
