"""What whoever starts the bridge decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["BridgeConfig"]


@dataclass(frozen=True, kw_only=True, slots=True)
class BridgeConfig:
    """Settings of one bridge, all read before it starts.

    `grpc_target` is the server in gRPC's notation (`127.0.0.1:50051`, `dns:///resumate:50051`). With `tls` the server's
    certificate is checked against `tls_ca` (PEM; None = the system's authorities), and `tls_cert` with `tls_key`
    identify the bridge where the server asks for it.

    `allowed_hosts` are names beside the loopback ones under which the bridge may be addressed, without port; `*` allows
    any and gives up the protection against DNS rebinding. `allowed_origins` are foreign web origins
    (`https://app.example`) whose pages may use the bridge; its own page needs no entry.

    `heartbeat_s` (at least 1) is the longest silence on a socket. `max_file_bytes` is refused before it is sent on; the
    server has its own limit beside it. `max_sockets` counts WebSockets of the process, `max_watches_per_socket` what
    one `/ws` may watch. `ring_frames` and `ring_bytes` bound what is kept of each watch for late and slow sockets.
    """

    grpc_target: str
    tls: bool = False
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    max_file_bytes: int = 10 * 1024 * 1024
    heartbeat_s: float = 15.0
    max_sockets: int = 10_000
    max_watches_per_socket: int = 500
    ring_frames: int = 256
    ring_bytes: int = 1024 * 1024
    reconnect_delays_s: tuple[float, ...] = field(default=(0.2, 0.5, 1.0, 2.0))
    """Waits between tries to resume a broken upstream watch; when all have failed its sockets are closed with 1001."""
