"""Calls to one server: each ends with its answer or with a `ClientError`, and leaves nothing running behind it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceStub
from resumate_grpc.client.errors import CallError, ClientClosedError, call_error

if TYPE_CHECKING:  # the generated code has one class for both kinds of channel
    from resumate_grpc._gen.resumate.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

__all__ = ["Calls"]

Req = TypeVar("Req")
Res = TypeVar("Res")

_TRANSPORT = re.compile(r"^failed to connect to all addresses; last error: (\w+: )?(ipv[46]:\S+: )?")
"""What gRPC puts before the cause that it could not connect."""


class Calls:
    """Calls over one channel, made with the same metadata. `timeout_s` is how long a unary call may take.

    Since grpcio 1.83 a call object that is dropped is never cancelled (grpc issue 43462): the server would stream to
    nobody until the channel closes. Hence `cancel` in every `finally`; on a call that has ended it does nothing.
    """

    def __init__(
        self, channel: grpc.aio.Channel, *, server: str, timeout_s: float, metadata: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.stub: ResumeServiceAsyncStub = ResumeServiceStub(channel)
        self.server = server
        self.timeout_s = timeout_s
        self._metadata = tuple(metadata)
        self._channel = channel
        self._closed = False

    async def close(self) -> None:
        """End all calls; further ones raise `ClientClosedError`."""
        self._closed = True
        await self._channel.close()

    async def unary(self, method: grpc.aio.UnaryUnaryMultiCallable[Req, Res], request: Req) -> Res:
        """Call a unary rpc."""
        self._check_open()
        call = method(request, timeout=self.timeout_s, metadata=self._metadata)
        try:
            with self._translating():
                return await call
        finally:
            call.cancel()

    async def stream(
        self, method: grpc.aio.UnaryStreamMultiCallable[Req, Res], request: Req, *, silence_s: float
    ) -> AsyncGenerator[Res, None]:
        """Call a server-streaming rpc; where nothing comes for `silence_s` seconds it raises `UnreachableError`."""
        self._check_open()
        call = method(request, metadata=self._metadata)
        # grpc.aio has one type for messages and the end of them.
        read = cast("Callable[[], asyncio.Future[Res]]", call.read)
        try:
            while True:
                try:
                    with self._translating():
                        async with asyncio.timeout(silence_s):
                            response = await read()
                except TimeoutError:
                    raise self._error("UNAVAILABLE", f"nothing was heard for {silence_s:g} s") from None
                if response is grpc.aio.EOF:
                    return
                yield response
        finally:
            call.cancel()

    async def send(
        self,
        method: grpc.aio.StreamUnaryMultiCallable[Req, Res],
        requests: AsyncIterator[Req],
        *,
        timeout_s: float,
    ) -> Res:
        """Call a client-streaming rpc; stops taking `requests` as soon as the server has refused."""
        self._check_open()
        call = method(timeout=timeout_s, metadata=self._metadata)
        try:
            with self._translating():
                await _write_all(call, requests)
                return await call
        finally:
            call.cancel()

    def _check_open(self) -> None:
        if self._closed:
            raise ClientClosedError("the client has been closed")

    @contextmanager
    def _translating(self) -> Iterator[None]:
        task = asyncio.current_task()
        try:
            yield
        except grpc.aio.AioRpcError as error:
            raise self._failure(error) from error
        except grpc.aio.UsageError as error:
            self._check_open()
            raise self._error("CANCELLED", str(error)) from error
        except asyncio.CancelledError as error:
            # grpc.aio raises this also where the call's status is CANCELLED, as it is when gRPC core or a proxy sheds
            # load. Nobody asked this task to stop then, and it must not look as if. Who did may have done so before
            # this call waited for anything: what counts is whether the task is being cancelled.
            if task is None or task.cancelling():
                raise
            self._check_open()
            raise self._error("CANCELLED", "something between cancelled the call") from error

    def _error(self, code: str, message: str) -> CallError:
        return call_error(message, code=code, server=self.server)

    def _failure(self, error: grpc.aio.AioRpcError) -> CallError:
        info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
        for detail in _details(error):
            for message in (info, bad, retry):
                detail.Unpack(message)  # does nothing where the detail is of another type
        return call_error(
            _TRANSPORT.sub("", error.details() or "no further words"),
            code=error.code().name,
            server=self.server,
            reason=info.reason,
            violations=tuple((violation.field, violation.description) for violation in bad.field_violations),
            retry_after_s=retry.retry_delay.ToMilliseconds() / 1000 if retry.HasField("retry_delay") else None,
            metadata=dict(info.metadata),
        )


async def _write_all(call: grpc.aio.StreamUnaryCall[Req, Res], requests: AsyncIterator[Req]) -> None:
    """Write messages until they end or the call does; why it did is for who awaits the call."""
    try:
        async for request in requests:
            if call.done():
                return
            await call.write(request)
        await call.done_writing()
    except (asyncio.InvalidStateError, grpc.aio.AioRpcError):
        # The call has ended, and this write met it. The call itself knows the reason, unless grpc.aio put its own
        # "Internal error from Core" in that place first.
        return


def _details(error: grpc.aio.AioRpcError) -> Sequence[AnyMessage]:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            return tuple(Status.FromString(value).details)
    return ()
