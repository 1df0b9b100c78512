"""The gRPC server: ports, limits, health, reflection, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from resumate_grpc.jobs.pages import Pages
from resumate_grpc.jobs.resumes import Resumes
from resumate_grpc.jobs.watch import Watches
from resumate_grpc.rpc.edge import OUR_SERVICE, Edge, RpcMetrics, RpcTraces
from resumate_grpc.rpc.identity import Identity
from resumate_grpc.rpc.interceptor import EdgeInterceptor
from resumate_grpc.rpc.ports import bind
from resumate_grpc.rpc.reflection import add_reflection
from resumate_grpc.rpc.resume_service import ByName, add_resume_service
from resumate_grpc.rpc.tls import Tls

__all__ = ["RpcServer", "serve"]

logger = logging.getLogger(__name__)

RECEIVE_LIMIT_BYTES = 16 * 1024 * 1024
ENVELOPE_BYTES = 1024 * 1024
SEND_LIMIT_BYTES = 64 * 1024 * 1024
FAREWELL_S = 4.0
"""How long watches have to take leave; all that read do so in a moment."""
PARTING_S = 1.5
"""How long those that do not read are then given."""
CLEAN_UP_S = 5.0

OPTIONS: tuple[tuple[str, int], ...] = (
    # grpc refuses calls at random once over 1,000 wait to be accepted; the watches' own limit admits instead.
    ("grpc.server.max_pending_requests", 50_000),
    ("grpc.server.max_pending_requests_hard_limit", 100_000),
    # Calls that wait for 30 s are CANCELLED unless told otherwise; how long to wait is the client's deadline to say.
    ("grpc.server_max_unrequested_time_in_server", 3600),
    # A port that another process has is refused instead of shared with it.
    ("grpc.so_reuseport", 0),
    # Clients may ping every 10 s or less often, with or without a call; below half of that they get too_many_pings.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # A client that vanished without a word is noticed within 40 s.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_send_message_length", SEND_LIMIT_BYTES),
)


@asynccontextmanager
async def serve(  # noqa: PLR0913 - each is a part of its own
    *,
    resumes: Resumes,
    watches: Watches,
    pages: Pages,
    listen: str,
    identity: Identity,
    metrics: RpcMetrics,
    max_file_bytes: int,
    traces: RpcTraces | None = None,
    tls: Tls | None = None,
    private_socket: str = "",
) -> AsyncIterator[RpcServer]:
    """Serve `ResumeService`, health and reflection on `listen` until the block ends.

    `listen` is `host:port`, `[ipv6]:port` (port 0 = any) or `unix:/path`. Messages up to 16 MiB are received, or what
    a file of `max_file_bytes` needs. `private_socket` is a path in a folder of this user's alone, on which the same is
    served without TLS. Raises `SettingsError` where it cannot listen. A block that ends without `drain()` ends the rpcs
    that are still open at once.
    """
    edge = Edge(identity=identity, metrics=metrics, traces=traces)
    receive_limit = max(RECEIVE_LIMIT_BYTES, max_file_bytes + ENVELOPE_BYTES)
    grpc_server = grpc.aio.server(
        interceptors=[EdgeInterceptor(edge)], options=[*OPTIONS, ("grpc.max_receive_message_length", receive_limit)]
    )
    status = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(status, ByName(grpc_server))
    add_resume_service(grpc_server, resumes, watches, pages)
    add_reflection(grpc_server, (OUR_SERVICE, health.SERVICE_NAME))
    port = bind(grpc_server, listen, tls)
    if private_socket:
        bind(grpc_server, f"unix:{private_socket}", None)
    await grpc_server.start()
    await status.set(OUR_SERVICE, health_pb2.HealthCheckResponse.SERVING)
    server = RpcServer(grpc_server, edge, watches, status, port)
    try:
        yield server
    finally:
        await server.drain(grace_s=0.0)


class RpcServer:
    """A server that is listening."""

    def __init__(
        self,
        server: grpc.aio.Server,
        edge: Edge,
        watches: Watches,
        status: health.aio.HealthServicer,
        port: int,
    ) -> None:
        self.port = port
        """The port that it listens on; of no meaning for a Unix socket."""
        self._server = server
        self._edge = edge
        self._watches = watches
        self._status = status
        self._drained = False

    async def step_back(self) -> None:
        """Say NOT_SERVING to whoever asks for its health, so that new clients go elsewhere; calls are still taken."""
        await self._status.enter_graceful_shutdown()

    async def drain(self, *, grace_s: float) -> None:
        """End in order: health says NOT_SERVING, watches are told and end, no new rpcs, the others have `grace_s`.

        Returns when every rpc has cleaned up, at the latest 11 s after the grace time. A second call does nothing.
        """
        if self._drained:
            return
        self._drained = True
        await self.step_back()
        self._watches.drain()
        self._edge.drain()
        # At once: who was told to reconnect must not come back here, to be sent away again and again.
        stopping = asyncio.create_task(self._server.stop(max(grace_s, FAREWELL_S + PARTING_S)), name="stop")
        await self._watches.let_go(timeout_s=FAREWELL_S)
        await stopping
        if not await self._edge.cleaned_up(timeout_s=CLEAN_UP_S):
            logger.error("rpcs had not cleaned up when the server stopped")
