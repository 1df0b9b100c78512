"""A gRPC server on a real port whose answers a test gives by hand: for what a real one can hardly be made to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, Queue
from typing import Any, TypeVar

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2

from resumate_grpc._gen.resumate.v1 import resume_service_pb2
from resumate_grpc._gen.resumate.v1.progress_pb2 import ProgressEvent, Stage, State
from resumate_grpc._gen.resumate.v1.watch_pb2 import Heartbeat, WatchProgressResponse
from tests.docs import checking

SERVICE = resume_service_pb2.DESCRIPTOR.services_by_name["ResumeService"]
ID = "01998a50-0000-7000-8000-000000000001"
EPOCH = "epoch-1"
PATIENCE_S = 10.0
T = TypeVar("T")

Ending = tuple[grpc.StatusCode, str, tuple[Message, ...]]


def in_background(function: Callable[..., T], *args: Any, **named: Any) -> Future[T]:
    """Call a function in a thread that does not outlive the test run, whatever it waits for."""
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(function(*args, **named))
        except BaseException as error:  # noqa: BLE001 - it is raised again by whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return future


class ScriptedCall:
    """A call under way: what was asked, and what is to be answered. `request` is None for a chunked upload."""

    def __init__(self, request: Any, requests: Iterator[Any], context: grpc.ServicerContext) -> None:
        self.request = request
        self._requests = requests
        self._context = context
        self._script: Queue[Message | Ending] = Queue()
        self._over = threading.Event()
        context.add_callback(self._end)

    def send(self, *responses: Message) -> None:
        """Send messages; to a unary call one, which ends it."""
        for response in responses:
            self._script.put(response)

    def end(self, code: grpc.StatusCode = grpc.StatusCode.OK, message: str = "", *details: Message) -> None:
        """End it, after what was sent."""
        self._script.put((code, message, details))

    def receive(self) -> Any:
        """Take the next message of a chunked upload."""
        return in_background(next, self._requests).result(PATIENCE_S)

    def left(self) -> bool:
        """Wait until the call is over at the server's side: it was ended, or the client has left it."""
        return self._over.wait(PATIENCE_S)

    def played(self) -> Iterator[Message]:
        """Do as the test says; for the server's handler."""
        while True:
            step = self._script.get()
            if isinstance(step, Message):
                yield step
                continue
            code, message, details = step
            if code is not grpc.StatusCode.OK:
                self._context.set_trailing_metadata(trailers(code, message, *details))
                self._context.abort(code, message)
            return

    def _end(self) -> None:
        self._over.set()
        self._script.put((grpc.StatusCode.OK, "", ()))  # whoever waits for the script need not any more


class ScriptedServer:
    """Takes calls for the test to answer. Close it at the end."""

    def __init__(self) -> None:
        self._calls: dict[str, Queue[ScriptedCall]] = {method.name: Queue() for method in SERVICE.methods}
        self._server = grpc.server(ThreadPoolExecutor(32), options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((_Handlers(self._calls),))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def close(self) -> None:
        """End everything."""
        self._server.stop(None).wait(PATIENCE_S)

    def unary(self, method: str) -> tuple[Any, Callable[[Message], None], Callable[..., None]]:
        """Take a unary call: its request, a function that answers it and one that refuses it."""
        call = self.stream(method)
        return call.request, call.send, call.end

    def upload(self) -> tuple[list[Any], Callable[[Message], None], Callable[..., None]]:
        """Take a chunked upload whole: its messages, a function that answers it and one that refuses it."""
        call = self.stream("UploadChunks")
        messages = [call.receive()]
        missing = messages[0].header.size_bytes
        while missing > 0:
            messages.append(call.receive())
            missing -= len(messages[-1].chunk)
        return messages, call.send, call.end

    def stream(self, method: str = "WatchProgress") -> ScriptedCall:
        """Take a call."""
        try:
            return self._calls[method].get(timeout=PATIENCE_S)
        except Empty:
            raise TimeoutError(f"nobody called {method}") from None


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, calls: dict[str, Queue[ScriptedCall]]) -> None:
        self._calls = calls

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Give the handler of a method, which hands the call to the test and then does as it says."""
        name = handler_call_details.method.rpartition("/")[2]
        method = SERVICE.methods_by_name[name]

        def many(request: Any, context: grpc.ServicerContext) -> Iterator[Message]:
            requests = request if method.client_streaming else iter(())
            call = ScriptedCall(None if method.client_streaming else request, requests, context)
            self._calls[name].put(call)
            return call.played()

        def one(request: Any, context: grpc.ServicerContext) -> Message:
            return next(many(request, context), GetMessageClass(method.output_type)())

        kinds: dict[tuple[bool, bool], Callable[..., grpc.RpcMethodHandler[Any, Any]]] = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
        }
        return kinds[method.client_streaming, method.server_streaming](
            many if method.server_streaming else one,
            request_deserializer=GetMessageClass(method.input_type).FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )


def trailers(code: grpc.StatusCode, message: str, *details: Message) -> tuple[tuple[str, bytes], ...]:
    """Put error details where gRPC puts them."""
    if not details:
        return ()
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return (("grpc-status-details-bin", status.SerializeToString()),)


def reason(name: str, **metadata: str) -> error_details_pb2.ErrorInfo:
    """Make the detail that bears an `ErrorReason`."""
    return error_details_pb2.ErrorInfo(reason=name, domain="resumate.v1", metadata=metadata)


def retry_after(seconds: float) -> error_details_pb2.RetryInfo:
    """Make the detail that asks to wait."""
    return error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(nanos=int(seconds * 1e9)))


def event(
    number: int, *, state: State.ValueType = State.STATE_PROCESSING, resume_id: str = ID, **fields: Any
) -> WatchProgressResponse:
    """Make an event whose number counts in the résumé and the feed alike."""
    stage = {State.STATE_SUCCEEDED: Stage.STAGE_COMPLETE, State.STATE_FAILED: Stage.STAGE_ERROR}.get(
        state, Stage.STAGE_NLP_PARSING
    )
    return WatchProgressResponse(
        event=ProgressEvent(
            resume_id=resume_id,
            sequence=number,
            feed_sequence=number,
            attempt=1,
            stage=stage,
            percent=number,
            message=f"message {number}",
            state=state,
            epoch=EPOCH,
            **fields,
        )
    )


def heartbeat(number: int) -> WatchProgressResponse:
    """Make the heartbeat that says that history has been delivered."""
    return WatchProgressResponse(heartbeat=Heartbeat(sequence=number, caught_up=True, epoch=EPOCH))


def log(count: int, resume_id: str = ID) -> list[WatchProgressResponse]:
    """Make a résumé's log as a server would send it, its digests as docs/api.md has them."""
    updates: list[WatchProgressResponse] = []
    for number in range(1, count + 1):
        update = event(number, state=State.STATE_SUCCEEDED if number == count else State.STATE_PROCESSING)
        update.event.resume_id = resume_id
        update.event.count = number
        update.event.create_time.FromMilliseconds(1_000 * number)
        before = updates[-1].event.digest if updates else bytes(32)
        update.event.digest = checking.digest([update.event], before)
        updates.append(update)
    return updates
