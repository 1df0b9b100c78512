"""NATS core as the broker between processes: at most once, nothing kept, which is all that hints need."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import parse_qs, urlsplit

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error

from resumate_grpc.bus.network import Link, LinkLostError, Receive
from resumate_grpc.errors import SettingsError

__all__ = ["NatsBroker"]

CONNECT_TIMEOUT_S = 2
PING_INTERVAL_S = 5
PINGS_UNANSWERED = 2
PENDING_MESSAGES = 4096
PENDING_BYTES = 4 * 1024 * 1024
_SCHEMES = {"nats", "tls"}
_OPTIONS = {"prefix", "ca", "cert", "key"}


class NatsBroker:
    """The servers of a URL such as `nats://user:password@one:4222,two:4222?prefix=staging`, or `tls://…?ca=FILE`.

    Options: `prefix` of all subjects (default `resumate`), `ca` file that vouches for the servers (default: the
    system's), `cert` and `key` files of this client. Raises `SettingsError` for another URL.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if parts.scheme not in _SCHEMES or not parts.netloc or not options.keys() <= _OPTIONS:
            raise SettingsError(
                "RESUMATE_BUS_URL (--bus-url) must be like nats://user:password@host:4222 or tls://host:4222?ca=FILE; "
                "after ? it may have prefix, ca, cert and key"
            )
        credentials, at, hosts = parts.netloc.rpartition("@")
        self._servers = [f"{parts.scheme}://{credentials}{at}{host}" for host in hosts.split(",")]
        self._prefix = options.get("prefix", "resumate") + "."
        self._tls = _tls(options) if parts.scheme == "tls" else None

    @asynccontextmanager
    async def connect(self, receive: Receive) -> AsyncIterator[Link]:
        """See `Connect`."""
        lost, client = asyncio.Event(), Client()
        try:
            with _told():
                await client.connect(
                    self._servers,
                    name="resumate",
                    allow_reconnect=False,  # the bus does that, for every broker alike
                    connect_timeout=CONNECT_TIMEOUT_S,
                    ping_interval=PING_INTERVAL_S,
                    max_outstanding_pings=PINGS_UNANSWERED,
                    no_echo=True,
                    tls=self._tls,
                    error_cb=_ignored,  # what it tells ends the connection, or is a notice less
                    closed_cb=_setting(lost),
                )
            yield _NatsLink(client, lost, prefix=self._prefix, receive=receive)
        finally:
            await client.close()  # also after a refusal: the client would keep the socket


class _NatsLink:
    def __init__(self, client: Client, lost: asyncio.Event, *, prefix: str, receive: Receive) -> None:
        self._client = client
        self._lost = lost
        self._prefix = prefix
        self._receive = receive
        self._subscriptions: dict[str, Subscription] = {}

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        with _told():
            for subject, payload in messages:
                await self._client.publish(self._prefix + subject, payload)

    async def listen(self, subject: str) -> None:
        with _told():
            self._subscriptions[subject] = await self._client.subscribe(
                self._prefix + subject,
                cb=self._heard,
                pending_msgs_limit=PENDING_MESSAGES,
                pending_bytes_limit=PENDING_BYTES,
            )

    async def leave(self, subject: str) -> None:
        with _told():
            await self._subscriptions.pop(subject).unsubscribe()

    async def lost(self) -> None:
        await self._lost.wait()
        raise LinkLostError(_reason(self._client.last_error))

    async def _heard(self, message: Msg) -> None:
        self._receive(message.subject.removeprefix(self._prefix), message.data)


def _tls(options: dict[str, str]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.get("ca"))
        if "cert" in options:
            context.load_cert_chain(options["cert"], options.get("key"))
    except OSError as error:  # ssl.SSLError is one too
        raise SettingsError(
            f"RESUMATE_BUS_URL (--bus-url): its ca, cert or key cannot be read: {error.strerror or error}"
        ) from error
    return context


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (Error, OSError, TimeoutError) as error:
        raise LinkLostError(_reason(error)) from error


def _reason(error: Exception | None) -> str:
    return str(error) or type(error).__name__ if error else "the server closed the connection"


def _setting(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def closed() -> None:
        event.set()

    return closed


async def _ignored(error: Exception) -> None:
    del error
