"""Opening the channel to a server."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from pathlib import Path

import grpc

from resumate_grpc import __version__

__all__ = ["Tls", "open_channel"]

_REPEATABLE = ("GetResume", "ListResumes", "ListProgress", "ExportResume", "DownloadFile")
"""Calls that gRPC itself may repeat: they change nothing. Of a stream it repeats only what has not begun."""

_SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": [{"service": "resumate.v1.ResumeService", "method": method} for method in _REPEATABLE],
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}

_MAX_MESSAGE_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Tls:
    """PEM files: `ca` None = the system's authorities; `cert` and `key` are shown to the server, both or neither."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


def open_channel(server: str, *, tls: Tls | None, user_agent: str) -> grpc.aio.Channel:
    """Open a channel; it connects with the first call. Raises `OSError` where a PEM file cannot be read."""
    options: list[tuple[str, object]] = [
        ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
        ("grpc.enable_retries", 1),
        ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.primary_user_agent", f"{user_agent or 'resumate-client'}/{__version__}"),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.min_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 5_000),
        # Two clients of one program must not share, and wait for, one broken connection.
        ("grpc.use_local_subchannel_pool", 1),
        # Else gRPC asks a proxy named in http_proxy for 127.0.0.1 too.
        ("grpc.enable_http_proxy", 0 if _is_loopback(server) else 1),
    ]
    if tls is None:
        return grpc.aio.insecure_channel(server, options=options)
    ca, key, cert = (path.read_bytes() if path else None for path in (tls.ca, tls.key, tls.cert))
    return grpc.aio.secure_channel(server, grpc.ssl_channel_credentials(ca, key, cert), options=options)


def _is_loopback(server: str) -> bool:
    host = server.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
