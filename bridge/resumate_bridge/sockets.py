"""WebSockets: opening, closing, and `/ws/resumes/{resume_id}`, one résumé over one socket."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import WSCloseCode, WSMsgType, web

from resumate_bridge.activity import Activity
from resumate_bridge.context import bridge_of
from resumate_bridge.delivery import Delivery
from resumate_bridge.frames import connection_frame, pong_frame
from resumate_bridge.json_body import Ping, decode_command
from resumate_bridge.outbox import MAX_UNSENT_BYTES, Outbox
from resumate_bridge.queries import position
from resumate_bridge.refusal import Refusal
from resumate_bridge.target import TargetKind, WatchTarget

__all__ = ["OpenSocket", "close_all", "close_refused", "resume_socket"]

_log = logging.getLogger(__name__)
_MAX_MESSAGE_BYTES = 16 * 1024
_CLOSE_TIMEOUT_S = 2.0
_PING_S = 30.0
_NEVER_SENT = 1006
_FIRST_OF_NOBODY = 5000


class OpenSocket:
    """Accepts the WebSocket of a request, counts it while it is used, and leaves it closed; for `async with`.

    Compression stays off: it costs about 100 KB a socket and half the throughput. One socket too many is accepted and
    closed with 4429, because a page cannot see why a handshake was refused.
    """

    __slots__ = ("_request", "_sockets", "socket")

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._sockets = bridge_of(request).activity.sockets
        self.socket = web.WebSocketResponse(
            timeout=_CLOSE_TIMEOUT_S,
            heartbeat=_PING_S,
            compress=False,
            max_msg_size=_MAX_MESSAGE_BYTES,
            autoclose=False,  # a close is answered below, by the code that it deserves
            writer_limit=MAX_UNSENT_BYTES,
        )

    async def __aenter__(self) -> tuple[web.WebSocketResponse, Outbox]:
        request, socket = self._request, self.socket
        await socket.prepare(request)
        bridge = bridge_of(request)
        is_one_too_many = len(self._sockets) >= bridge.config.max_sockets
        self._sockets.add(socket)
        try:
            if is_one_too_many:
                await close_refused(socket, Refusal("too many sockets", code="RESOURCE_EXHAUSTED"))
        except BaseException:
            await self._close()
            raise
        return socket, Outbox(socket, bridge.activity, request.transport)

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        await self._close()
        if error is None:
            return False
        gone, others = _parted(error)
        if gone:
            _log.debug("browser is gone")
        if others is not None and others is not error:
            raise others
        return others is None

    async def _close(self) -> None:
        self._sockets.discard(self.socket)
        await self.socket.close(code=_answer_to(self.socket.close_code))


def _parted(error: BaseException) -> tuple[bool, BaseException | None]:
    """Tell whether an error, alone or in the group of a socket's tasks, is of a browser that is gone, and what else."""
    if isinstance(error, ConnectionError):
        return True, None
    if isinstance(error, BaseExceptionGroup):
        gone, others = error.split(ConnectionError)
        return gone is not None, others
    return False, error


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
    async with OpenSocket(request) as (socket, outbox):
        # No TaskGroup: it takes 600 bytes for as long as a socket is open. The delivery closes the socket however it
        # ends, which ends the reading.
        delivery = asyncio.create_task(_deliver(request, socket, outbox), name="delivery")
        try:
            await _answer_pings(socket, outbox)
        finally:
            delivery.cancel()
            await asyncio.wait((delivery,))
        if not delivery.cancelled() and (error := delivery.exception()) is not None:
            raise error
    return socket


async def _deliver(request: web.Request, socket: web.WebSocketResponse, outbox: Outbox) -> None:
    try:
        bridge = bridge_of(request)
        target = WatchTarget(kind=TargetKind.RESUME, name=request.match_info["resume_id"])
        after, epoch = position(request.query), request.query.get("epoch", "")
        heartbeat_s = bridge.config.heartbeat_s
        async with bridge.relays.watching(target, after=after, epoch=epoch) as relay:
            await outbox.send(connection_frame(target, after=after, epoch=relay.epoch, heartbeat_s=heartbeat_s))
            await Delivery(relay, after=after, outbox=outbox, upstream=bridge.upstream, heartbeat_s=heartbeat_s).run()
        await socket.close(code=WSCloseCode.OK)
    except Refusal as refusal:
        await close_refused(socket, refusal)
    except ConnectionError:
        _log.debug("browser is gone")
    except Exception:  # noqa: BLE001 - 1000 would say that all was sent
        _log.exception("delivery failed")
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"INTERNAL")


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
