"""The server, as seen from the bridge: the only file that knows gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2

from resumate_bridge.config import BridgeConfig
from resumate_bridge.refusal import Refusal
from resumate_bridge.target import TargetKind, WatchTarget
from resumate_grpc._gen.resumate.v1 import export_pb2, page_pb2, resume_service_pb2, upload_pb2, watch_pb2
from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub

__all__ = ["Upstream"]

_UNARY_TIMEOUT_S = 30.0
_UPLOAD_TIMEOUT_S = 600.0
_HEALTH_TIMEOUT_S = 2.0
_OPTIONS = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # A page of events with results is larger than the 4 MiB that gRPC takes by default.
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    # All servers that the target names, each call at the next one that is there.
    ("grpc.lb_policy_name", "round_robin"),
    # Several bridges in one process (tests) must not share, and close, one connection.
    ("grpc.use_local_subchannel_pool", 1),
)

_RequestT = TypeVar("_RequestT", bound=Message)
_ResponseT = TypeVar("_ResponseT", bound=Message)


class Upstream(AbstractAsyncContextManager["Upstream"]):
    """One channel to the server. Every method raises `Refusal` and cancels its call however it is left.

    Since grpcio 1.83 a call object that is dropped is never cancelled (grpc issue 43462): the server would stream to
    nobody until the channel closes. Hence `cancel` in every `finally`; on a call that has ended it does nothing.
    """

    def __init__(self, config: BridgeConfig) -> None:
        self._config = config

    async def __aenter__(self) -> Self:
        """Open the channel; the connection is made by the first call."""
        self._channel = _channel(self._config)
        self._stub = ResumeServiceStub(self._channel)
        self._check_health = self._channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the channel and end what is still called over it."""
        await self._channel.close()

    async def get_resume(self, request: resume_service_pb2.GetResumeRequest) -> resume_service_pb2.GetResumeResponse:
        """Call GetResume."""
        return await _unary(self._stub.GetResume, request)

    async def list_resumes(
        self, request: resume_service_pb2.ListResumesRequest
    ) -> resume_service_pb2.ListResumesResponse:
        """Call ListResumes."""
        return await _unary(self._stub.ListResumes, request)

    async def update_resume(
        self, request: resume_service_pb2.UpdateResumeRequest
    ) -> resume_service_pb2.UpdateResumeResponse:
        """Call UpdateResume."""
        return await _unary(self._stub.UpdateResume, request)

    async def delete_resume(
        self, request: resume_service_pb2.DeleteResumeRequest
    ) -> resume_service_pb2.DeleteResumeResponse:
        """Call DeleteResume."""
        return await _unary(self._stub.DeleteResume, request)

    async def retry_resume(
        self, request: resume_service_pb2.RetryResumeRequest
    ) -> resume_service_pb2.RetryResumeResponse:
        """Call RetryResume."""
        return await _unary(self._stub.RetryResume, request)

    async def cancel_resume(
        self, request: resume_service_pb2.CancelResumeRequest
    ) -> resume_service_pb2.CancelResumeResponse:
        """Call CancelResume."""
        return await _unary(self._stub.CancelResume, request)

    async def export_resume(self, request: export_pb2.ExportResumeRequest) -> export_pb2.ExportResumeResponse:
        """Call ExportResume."""
        return await _unary(self._stub.ExportResume, request)

    async def list_progress(
        self, target: WatchTarget, *, after: int, page_size: int, epoch: str
    ) -> watch_pb2.ListProgressResponse:
        """Return one page of the events of `target` after position `after`; `epoch` empty = don't check."""
        request = watch_pb2.ListProgressRequest(
            after_sequence=after, page_size=page_size, include_parsed=target.include_parsed, epoch=epoch
        )
        _aim(request, target)
        return await _unary(self._stub.ListProgress, request)

    async def watch(
        self, target: WatchTarget, *, after: int, epoch: str, heartbeat_s: float
    ) -> AsyncGenerator[watch_pb2.WatchProgressResponse, None]:
        """Yield what the server streams about `target` after position `after`, until it ends the stream."""
        request = watch_pb2.WatchProgressRequest(
            after_sequence=after, include_parsed=target.include_parsed, follow=True, epoch=epoch
        )
        request.heartbeat_interval.FromMilliseconds(round(heartbeat_s * 1000))
        _aim(request, target)
        call = self._stub.WatchProgress(request)
        try:
            with _refusing():
                async for update in call:
                    yield update
        finally:
            call.cancel()

    async def upload(
        self, header: upload_pb2.UploadHeader, chunks: AsyncIterator[bytes]
    ) -> upload_pb2.UploadChunksResponse:
        """Send a file chunk by chunk; stops reading `chunks` as soon as the server has refused."""
        call = self._stub.UploadChunks(timeout=_UPLOAD_TIMEOUT_S)
        try:
            with _refusing():
                await _send_upload(call, header, chunks)
                return await call
        finally:
            call.cancel()

    async def download(self, resume_id: str) -> AsyncGenerator[export_pb2.DownloadFileResponse, None]:
        """Yield a résumé's original file: first its header, then chunks."""
        call = self._stub.DownloadFile(export_pb2.DownloadFileRequest(resume_id=resume_id))
        try:
            with _refusing():
                async for part in call:
                    yield part
        finally:
            call.cancel()

    async def render_page(self, request: page_pb2.RenderPageRequest) -> page_pb2.RenderPageResponse:
        """Return a picture of a page."""
        return await _unary(self._stub.RenderPage, request)

    async def is_serving(self) -> bool:
        """Return whether the server says of itself that it takes calls; raises `Refusal` where it cannot be asked."""
        call = self._check_health(health_pb2.HealthCheckRequest(), timeout=_HEALTH_TIMEOUT_S)
        try:
            with _refusing():
                answer = await call
        finally:
            call.cancel()
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def _unary(
    method: Callable[..., grpc.aio.UnaryUnaryCall[_RequestT, _ResponseT]],
    request: _RequestT,
) -> _ResponseT:
    call = method(request, timeout=_UNARY_TIMEOUT_S)
    try:
        with _refusing():
            return await call
    finally:
        call.cancel()


async def _send_upload(
    call: grpc.aio.StreamUnaryCall[upload_pb2.UploadChunksRequest, upload_pb2.UploadChunksResponse],
    header: upload_pb2.UploadHeader,
    chunks: AsyncIterator[bytes],
) -> None:
    """Write a file until it ends or the call does; why it did is for who awaits the call."""
    try:
        await call.write(upload_pb2.UploadChunksRequest(header=header))
        async for chunk in chunks:
            if call.done():
                return
            await call.write(upload_pb2.UploadChunksRequest(chunk=chunk))
        await call.done_writing()
    except (asyncio.InvalidStateError, grpc.aio.AioRpcError):
        # The call has ended, and this write met it as "Internal error from Core"; the call itself knows the reason.
        return


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise _refusal(error) from error
    except asyncio.CancelledError as error:
        # grpc.aio raises this also where the server's status is CANCELLED, as it is when gRPC core sheds load. Nobody
        # asked this task to stop then, and it must not look as if.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise Refusal("the server dropped the call; try again", code="CANCELLED") from error


def _refusal(error: grpc.aio.AioRpcError) -> Refusal:
    info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
    for detail in _details(error):
        for message in (info, bad, retry):
            detail.Unpack(message)  # does nothing where the detail is of another type
    return Refusal(
        error.details() or "the server gave no reason",
        code=error.code().name,
        reason=info.reason,
        field=bad.field_violations[0].field if bad.field_violations else "",
        retry_after_s=retry.retry_delay.ToMilliseconds() / 1000 if retry.HasField("retry_delay") else None,
        metadata=dict(info.metadata),
    )


def _details(error: grpc.aio.AioRpcError) -> Iterable[AnyMessage]:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            details: Iterable[AnyMessage] = Status.FromString(value).details
            return details
    return ()


def _aim(request: watch_pb2.WatchProgressRequest | watch_pb2.ListProgressRequest, target: WatchTarget) -> None:
    if target.kind is TargetKind.RESUME:
        request.resume_id = target.name
    elif target.kind is TargetKind.ROOM:
        request.batch_id = target.name
    else:
        request.feed = True


def _channel(config: BridgeConfig) -> grpc.aio.Channel:
    if not config.tls:
        return grpc.aio.insecure_channel(config.grpc_target, options=_OPTIONS)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=_pem(config.tls_ca),
        private_key=_pem(config.tls_key),
        certificate_chain=_pem(config.tls_cert),
    )
    return grpc.aio.secure_channel(config.grpc_target, credentials, options=_OPTIONS)


def _pem(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None
