"""WebSockets: opening, closing, and `/ws/resumes/{resume_id}`, one résumé over one socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import WSCloseCode, WSMsgType, web

from resumate_bridge.activity import Activity
from resumate_bridge.context import Bridge, bridge_of
from resumate_bridge.delivery import Delivery
from resumate_bridge.frames import connection_frame, pong_frame
from resumate_bridge.json_body import Ping, decode_command
from resumate_bridge.outbox import Outbox
from resumate_bridge.queries import position
from resumate_bridge.refusal import Refusal
from resumate_bridge.target import TargetKind, WatchTarget

__all__ = ["close_all", "close_refused", "open_socket", "resume_socket"]

_log = logging.getLogger(__name__)
_MAX_MESSAGE_BYTES = 16 * 1024
_CLOSE_TIMEOUT_S = 2.0
_PING_S = 30.0
_NEVER_SENT = 1006
_FIRST_OF_NOBODY = 5000


@asynccontextmanager
async def open_socket(request: web.Request) -> AsyncIterator[tuple[web.WebSocketResponse, Outbox]]:
    """Accept the WebSocket, count it while it is used, and leave it closed.

    Compression stays off: it costs about 100 KB a socket and half the throughput. One socket too many is accepted and
    closed with 4429, because a page cannot see why a handshake was refused.
    """
    bridge = bridge_of(request)
    socket = web.WebSocketResponse(
        timeout=_CLOSE_TIMEOUT_S,
        heartbeat=_PING_S,
        compress=False,
        max_msg_size=_MAX_MESSAGE_BYTES,
        autoclose=False,  # a close is answered below, by the code that it deserves
    )
    await socket.prepare(request)
    sockets = bridge.activity.sockets
    is_one_too_many = len(sockets) >= bridge.config.max_sockets
    sockets.add(socket)
    try:
        if is_one_too_many:
            await close_refused(socket, Refusal("too many sockets", code="RESOURCE_EXHAUSTED"))
        yield socket, Outbox(socket, bridge.activity)
    except* ConnectionError:  # by itself, or out of the group of the socket's tasks
        _log.debug("browser is gone")
    finally:
        sockets.discard(socket)
        await socket.close(code=_answer_to(socket.close_code))


def _answer_to(code: int | None) -> int:
    """Return the code that answers a close, None = it is we who close; aiohttp knows but some that nobody may send."""
    may_be_sent = code is None or (code != _NEVER_SENT and code < _FIRST_OF_NOBODY)
    return WSCloseCode.OK if may_be_sent else WSCloseCode.PROTOCOL_ERROR


async def close_refused(socket: web.WebSocketResponse, refusal: Refusal) -> None:
    """Close with the code that tells `refusal`, its name as the reason."""
    await socket.close(code=refusal.close_code, message=refusal.name.encode()[:120])


async def close_all(activity: Activity) -> None:
    """Close every socket with 1001, so that its page reconnects, elsewhere or later, with its position."""
    closing = (socket.close(code=WSCloseCode.GOING_AWAY, message=b"draining") for socket in list(activity.sockets))
    await asyncio.gather(*closing, return_exceptions=True)


async def resume_socket(request: web.Request) -> web.WebSocketResponse:
    """Serve one résumé: connection, events, exactly one terminal frame, close with 1000."""
    async with open_socket(request) as (socket, outbox), asyncio.TaskGroup() as group:
        delivery = group.create_task(_deliver(request, socket, outbox), name="delivery")
        await _answer_pings(socket, outbox)
        delivery.cancel()
    return socket


async def _deliver(request: web.Request, socket: web.WebSocketResponse, outbox: Outbox) -> None:
    try:
        await _watch(request, bridge_of(request), outbox)
        await socket.close(code=WSCloseCode.OK)
    except Refusal as refusal:
        await close_refused(socket, refusal)
    except ConnectionError:
        _log.debug("browser is gone")
    except Exception:  # noqa: BLE001 - 1000 would say that all was sent
        _log.exception("delivery failed")
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"INTERNAL")


async def _watch(request: web.Request, bridge: Bridge, outbox: Outbox) -> None:
    target = WatchTarget(kind=TargetKind.RESUME, name=request.match_info["resume_id"])
    after, epoch = position(request.query), request.query.get("epoch", "")
    heartbeat_s = bridge.config.heartbeat_s
    async with bridge.relays.watching(target, after=after, epoch=epoch) as relay:
        await outbox.send(connection_frame(target, after=after, epoch=relay.epoch, heartbeat_s=heartbeat_s))
        delivery = Delivery(relay, after=after, outbox=outbox, upstream=bridge.upstream, heartbeat_s=heartbeat_s)
        await delivery.run()


async def _answer_pings(socket: web.WebSocketResponse, outbox: Outbox) -> None:
    """Read until the socket closes; a socket of one résumé has nothing else to say than `ping`."""
    async for message in socket:
        try:
            is_ping = message.type is WSMsgType.TEXT and isinstance(decode_command(message.data), Ping)
        except Refusal:
            is_ping = False
        if is_ping:
            await outbox.send(pong_frame())
        else:
            _log.debug("message ignored", extra={"kind": message.type.name})
