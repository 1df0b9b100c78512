"""The one server interceptor: puts the edge around rpcs of all four kinds.

It takes over decoding and encoding: so bytes that are no message end like any other bad input (grpc would answer
UNKNOWN and print the error). A handler of ours that writes its stream itself writes bytes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message

from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.rpc.call import REQUEST_ID_KEY, Call, Context, unbroken
from resumate_grpc.rpc.edge import OUR_SERVICE, Edge

__all__ = ["EdgeInterceptor"]

Handler = Any  # grpc.RpcMethodHandler is generic, and invariant, in its stubs alone
Decode = Callable[[bytes], Message]
KINDS: Mapping[tuple[bool, bool], tuple[str, Callable[..., Handler]]] = {
    (False, False): ("unary_unary", grpc.unary_unary_rpc_method_handler),
    (False, True): ("unary_stream", grpc.unary_stream_rpc_method_handler),
    (True, False): ("stream_unary", grpc.stream_unary_rpc_method_handler),
    (True, True): ("stream_stream", grpc.stream_stream_rpc_method_handler),
}
"""By (request streams, response streams)."""
ID_FORM = re.compile(r"[0-9a-fA-F-]{32,36}")
TRequest = TypeVar("TRequest")
TResponse = TypeVar("TResponse")


class EdgeInterceptor(grpc.aio.ServerInterceptor):
    """Wraps each method's handler, once."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[TRequest, TResponse] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[TRequest, TResponse] | None:
        """Return the wrapped handler; None for a method that nobody has, which grpc answers UNIMPLEMENTED."""
        method = handler_call_details.method
        wrapped = self._wrapped.get(method)
        if wrapped is None:
            handler = await continuation(handler_call_details)
            if handler is None:
                return None
            wrapped = self._wrapped[method] = _wrap(self._edge, method.lstrip("/"), handler)
        return wrapped  # type: ignore[no-any-return]  # see Handler


def _wrap(edge: Edge, method: str, handler: Handler) -> Handler:
    """Return a handler of the same kind that deals in bytes."""
    kind, make = KINDS[handler.request_streaming, handler.response_streaming]
    behaviour = getattr(handler, kind)
    decode: Decode = handler.request_deserializer
    read = _decoded_all(decode) if handler.request_streaming else _decoded(decode)
    around = _streamed if handler.response_streaming else _answered
    writes_bytes = method.startswith(OUR_SERVICE) and inspect.iscoroutinefunction(behaviour)
    return make(
        around(edge, method, read, behaviour),
        request_deserializer=None,
        response_serializer=None if handler.response_streaming and writes_bytes else handler.response_serializer,
    )


def _answered(
    edge: Edge, method: str, read: Callable[[Any, Call], Any], behaviour: Callable[[Any, Context], Awaitable[Message]]
) -> Callable[[Any, Context], Awaitable[Message]]:
    async def answered(raw: Any, context: Context) -> Message:
        async with edge.rpc(method, context, streaming=False) as call:
            working = behaviour(read(raw, call), context)
            del raw  # as large as an upload
            response = await working
            _note_resume(call, getattr(response, "resume", None))
            return response

    return answered


def _streamed(
    edge: Edge, method: str, read: Callable[[Any, Call], Any], behaviour: Callable[[Any, Context], Any]
) -> Callable[[Any, Context], Awaitable[None]]:
    is_ours = method.startswith(OUR_SERVICE)

    async def written(responses: AsyncIterator[Message], context: Context) -> None:
        async for response in responses:
            await context.write(response)

    async def streamed(raw: Any, context: Context) -> None:
        async with edge.rpc(method, context, streaming=True) as call:
            await unbroken(context.send_initial_metadata(((REQUEST_ID_KEY, call.request_id),)))
            responses = behaviour(read(raw, call), context)
            del raw
            # Who writes by itself is awaited directly: a coroutine between would cost each of its messages.
            writing = written(responses, context) if hasattr(responses, "__aiter__") else responses
            await (writing if is_ours else edge.until_drained(writing))

    return streamed


def _decoded(decode: Decode) -> Callable[[bytes, Call], Message]:
    def read(raw: bytes, call: Call) -> Message:
        try:
            message = decode(raw)
        except DecodeError as error:
            raise InvalidFieldError("the request is no message of this rpc's type", field="request") from error
        _note_resume(call, message)
        return message

    return read


def _decoded_all(decode: Decode) -> Callable[[AsyncIterator[bytes], Call], AsyncIterator[Message]]:
    one = _decoded(decode)

    async def read(raws: AsyncIterator[bytes], call: Call) -> AsyncIterator[Message]:
        async for raw in raws:
            yield one(raw, call)

    return read


def _note_resume(call: Call, message: object) -> None:
    """Remember which résumé the rpc is about, for its log line."""
    resume_id = getattr(message, "resume_id", "") or getattr(message, "id", "")
    if isinstance(resume_id, str) and ID_FORM.fullmatch(resume_id):  # what else stands there is nothing for a log
        call.resume_id = resume_id.lower()
