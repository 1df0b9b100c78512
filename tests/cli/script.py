"""Running a command against answers that a test gives by hand, through grpcio-testing's channel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import grpc
import grpc_testing
from click.testing import CliRunner, Result
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from resumate_grpc._gen.resumate.v1 import resume_service_pb2
from resumate_grpc._gen.resumate.v1.progress_pb2 import ProgressEvent, Stage, State
from resumate_grpc._gen.resumate.v1.watch_pb2 import Heartbeat, WatchProgressResponse
from resumate_grpc.cli import main

SERVICE = resume_service_pb2.DESCRIPTOR.services_by_name["ResumeService"]
ID = "01998a50-0000-7000-8000-000000000001"
EPOCH = "epoch-1"
PATIENCE_S = 10.0
T = TypeVar("T")


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


class ScriptedServer:
    """One command at a time runs in a thread; the test takes its calls and answers them."""

    def __init__(self) -> None:
        self._channel = grpc_testing.channel([SERVICE], grpc_testing.strict_real_time())

    def run(self, *args: str) -> Future[Result]:
        """Start `resumate ARGS`."""
        return in_background(CliRunner().invoke, main, list(args), obj=self._channel, prog_name="resumate")

    def unary(self, method: str) -> tuple[Any, Callable[[Message], None], Callable[..., None]]:
        """Take a unary call: its request, a function that answers it and one that refuses it."""
        _, request, rpc = self._within_time(self._channel.take_unary_unary, method)

        def refuse(code: grpc.StatusCode, message: str, *details: Message) -> None:
            rpc.terminate(None, trailers(code, message, *details), code, message)

        return request, lambda response: rpc.terminate(response, (), grpc.StatusCode.OK, ""), refuse

    def upload(self) -> tuple[list[Any], Callable[[Message], None], Callable[..., None]]:
        """Take a chunked upload whole: its messages, a function that answers it and one that refuses it."""
        _, rpc = self._within_time(self._channel.take_stream_unary, "UploadChunks")
        header = rpc.take_request()
        messages, missing = [header], header.header.size_bytes
        while missing > 0:
            messages.append(rpc.take_request())
            missing -= len(messages[-1].chunk)

        def refuse(code: grpc.StatusCode, message: str, *details: Message) -> None:
            rpc.terminate(None, trailers(code, message, *details), code, message)

        return messages, lambda response: rpc.terminate(response, (), grpc.StatusCode.OK, ""), refuse

    def stream(self, method: str = "WatchProgress") -> ScriptedStream:
        """Take a server-streaming call."""
        _, request, rpc = self._within_time(self._channel.take_unary_stream, method)
        return ScriptedStream(request, rpc)

    def _within_time(self, take: Callable[[Any], Any], method: str) -> Any:
        """Take a call, or fail where the command under test makes none (the channel itself would wait for ever)."""
        return in_background(take, SERVICE.methods_by_name[method]).result(PATIENCE_S)


class ScriptedStream:
    """A server-streaming call under way."""

    def __init__(self, request: Any, rpc: Any) -> None:
        self.request = request
        self._rpc = rpc

    def send(self, *responses: Message) -> None:
        """Send messages."""
        for response in responses:
            self._rpc.send_response(response)

    def end(self, code: grpc.StatusCode = grpc.StatusCode.OK, message: str = "", *details: Message) -> None:
        """End it, once the client has taken what was sent: the channel drops the rest where the code is not OK."""
        until = time.monotonic() + PATIENCE_S
        while self._rpc._rpc_state._responses:  # noqa: SLF001 - the channel has no door to ask
            assert time.monotonic() < until, "the client does not read"
            time.sleep(0.001)
        self._rpc.terminate(trailers(code, message, *details), code, message)


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
