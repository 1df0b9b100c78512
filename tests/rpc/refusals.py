"""Reading the status of an rpc as a client does."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable
from dataclasses import dataclass, field
from typing import Any

import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status


@dataclass(frozen=True, kw_only=True)
class Refused:
    """What a refused rpc says."""

    code: str
    message: str
    reason: str = ""
    domain: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    retry_after_s: float | None = None
    trailing: dict[str, str | bytes] = field(default_factory=dict)


async def refused(call: Awaitable[Any] | AsyncIterable[Any]) -> Refused:
    """Await a call or read a stream to its end; it must be refused."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _answer(call)
    return read_refusal(caught.value)


async def _answer(call: Awaitable[Any] | AsyncIterable[Any]) -> None:
    if isinstance(call, AsyncIterable):  # a stream; read, because a test may have begun to read it
        assert isinstance(call, grpc.aio.UnaryStreamCall)
        while await call.read() is not grpc.aio.EOF:
            pass
    else:
        await call


def read_refusal(error: grpc.aio.AioRpcError) -> Refused:
    """Return what the error says, its details unpacked."""
    trailing = {str(key): value for key, value in error.trailing_metadata() or ()}
    found: dict[str, Any] = {}
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # an aio error has what is needed of a call
    for detail in status.details if status else ():
        info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            found |= {"reason": info.reason, "domain": info.domain, "metadata": dict(info.metadata)}
        elif detail.Unpack(bad):
            found["fields"] = tuple(violation.field for violation in bad.field_violations)
        elif detail.Unpack(retry):
            found["retry_after_s"] = retry.retry_delay.ToNanoseconds() / 1e9
    return Refused(code=error.code().name, message=error.details() or "", trailing=trailing, **found)
