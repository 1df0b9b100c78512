"""The channel to a server. grpc enters the command line here and nowhere else."""

from __future__ import annotations

import ipaddress
import json
import re
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from resumate_grpc import __version__
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc.cli.failure import CallError, CallFailure
from resumate_grpc.cli.silence import Silence

__all__ = ["Connection", "Endpoint", "open_channel"]

Req = TypeVar("Req")
Res = TypeVar("Res")

_REPEATABLE = ("GetResume", "ListResumes", "ListProgress", "ExportResume", "Upload", "DownloadFile")
"""Calls that gRPC itself may repeat: they change nothing, or (Upload) bear a request_id."""

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
_TRANSPORT = re.compile(r"^failed to connect to all addresses; last error: (\w+: )?(ipv[46]:\S+: )?")
"""What gRPC puts before the cause that it could not connect."""

_MAX_MESSAGE_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Where the server is and how to know it. `ca` None = the system's authorities; `tls` False = plain text."""

    address: str
    tls: bool = False
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine."""
        host = self.address.rpartition(":")[0].strip("[]")
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def open_channel(endpoint: Endpoint) -> grpc.Channel:
    """Open a channel; it connects with the first call."""
    options: list[tuple[str, object]] = [
        ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
        ("grpc.enable_retries", 1),
        ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.primary_user_agent", f"resumate-cli/{__version__}"),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.min_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 5_000),
        # Else gRPC asks a proxy named in http_proxy for 127.0.0.1 too.
        ("grpc.enable_http_proxy", 0 if endpoint.is_loopback else 1),
    ]
    if not endpoint.tls:
        return grpc.insecure_channel(endpoint.address, options)
    ca, key, cert = (path.read_bytes() if path else None for path in (endpoint.ca, endpoint.key, endpoint.cert))
    return grpc.secure_channel(endpoint.address, grpc.ssl_channel_credentials(ca, key, cert), options)


class Connection:
    """Calls to one server; every failed one raises `CallError`. Threads may share it.

    `timeout_s` is how long a unary call may take. After `close` running calls end at once with code CANCELLED, and
    `wait` returns True.
    """

    def __init__(self, channel: grpc.Channel, *, server: str, timeout_s: float = 30.0) -> None:
        self.stub = ResumeServiceStub(channel)
        self.server = server
        self.timeout_s = timeout_s
        self._channel = channel
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all calls and waits; nothing may be called afterwards."""
        self._closed.set()
        self._channel.close()

    def wait(self, seconds: float) -> bool:
        """Wait, but not past `close`; returns whether the connection was closed."""
        return self._closed.wait(seconds)

    def call(self, method: grpc.UnaryUnaryMultiCallable[Req, Res], request: Req) -> Res:
        """Call a unary rpc."""
        return self._translated(lambda: method(request, timeout=self.timeout_s))

    def send(
        self, method: grpc.StreamUnaryMultiCallable[Req, Res], requests: Iterator[Req], *, timeout_s: float
    ) -> Res:
        """Call a client-streaming rpc."""
        return self._translated(lambda: method(requests, timeout=timeout_s))

    def stream(
        self, method: grpc.UnaryStreamMultiCallable[Req, Res], request: Req, *, silence_s: float
    ) -> Generator[Res]:
        """Call a server-streaming rpc; where nothing comes for `silence_s` the call ends with code CANCELLED.

        The call is cancelled when the iterator is closed before its end.
        """
        call = self._translated(lambda: method(request))
        cancel = cast("Callable[[], object]", call.cancel)
        try:
            with Silence(silence_s, then=cancel) as silence:
                for response in call:
                    silence.broken()
                    yield response
        except grpc.RpcError as error:
            raise CallError(self._failure(error)) from error
        finally:
            cancel()

    def _translated(self, invoke: Callable[[], Res]) -> Res:
        if self._closed.is_set():
            raise CallError(CallFailure(code="CANCELLED", message="the connection is closed", server=self.server))
        try:
            return invoke()
        except grpc.RpcError as error:
            raise CallError(self._failure(error)) from error

    def _failure(self, error: grpc.RpcError) -> CallFailure:
        call = cast("grpc.Call", error)  # every RpcError that a call raises is its Call too
        info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
        status = rpc_status.from_call(call)
        found = {
            detail.DESCRIPTOR.name
            for packed in (status.details if status else ())
            for detail in (info, bad, retry)
            if packed.Unpack(detail)
        }
        return CallFailure(
            code=call.code().name,
            message=_TRANSPORT.sub("", call.details() or "no further words"),
            server=self.server,
            reason=info.reason,
            violations=tuple((violation.field, violation.description) for violation in bad.field_violations),
            retry_after_s=retry.retry_delay.ToTimedelta().total_seconds() if "RetryInfo" in found else None,
            metadata=dict(info.metadata),
        )
