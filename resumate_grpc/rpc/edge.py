"""What surrounds every rpc: identity, request id, the status of its errors, its log line and its metrics."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn, Protocol

import grpc
import grpc.aio

from resumate_grpc.errors import DrainingError, ResumateError
from resumate_grpc.rpc.call import REQUEST_ID_KEY, Call, Context, enter_call
from resumate_grpc.rpc.identity import Identity
from resumate_grpc.rpc.status import Refusal, internal, refusal, unimplemented

__all__ = ["OUR_SERVICE", "Edge", "RpcMetrics", "RpcTraces"]

logger = logging.getLogger(__name__)

_DICE = random.Random()  # noqa: S311 - ids to find log lines by, no secrets; asking the system costs 40 µs an rpc

OUR_SERVICE = "resumate.v1.ResumeService"
REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
FAREWELL_S = 0.25
"""How long health watchers keep their stream after the drain began, so that they are told NOT_SERVING."""
PARTING_S = 1.0
"""How long a status may take to leave once the drain began."""
RECONNECT_AFTER_S = 1.0


class RpcMetrics(Protocol):
    """What the edge tells about rpcs; adapter: `telemetry/metrics.py`."""

    def rpc_ended(self, method: str, code: str, seconds: float, *, streaming: bool) -> None:
        """Note an rpc's end: full method name without the leading slash, name of the status code, time it was open."""
        ...


class RpcTraces(Protocol):
    """Whom the edge tells of rpcs as spans; adapter: `telemetry/otlp.py`."""

    def rpc(self, method: str, metadata: Mapping[str, str]) -> Callable[[str, str], None]:
        """Begin an rpc, as a part of what the caller's metadata name (`traceparent`).

        What is returned ends it, in the same task: with its code, and the résumé that it was about, empty = none.
        """
        ...


class Edge:
    """Surrounds each rpc; knows which are under way."""

    def __init__(self, *, identity: Identity, metrics: RpcMetrics, traces: RpcTraces | None = None) -> None:
        self.identity = identity
        self.metrics = metrics
        self.traces = traces
        self.running: set[asyncio.Task[object]] = set()
        """Tasks of the rpcs under way."""
        self._endless: set[asyncio.Timeout] = set()
        self._aborting: set[asyncio.Timeout] = set()
        self._draining = False

    def rpc(self, method: str, context: Context, *, streaming: bool) -> Rpc:
        """Return what surrounds one rpc's work: `async with edge.rpc(...) as call`."""
        return Rpc(self, method, context, streaming=streaming)

    async def until_drained(self, work: Awaitable[None]) -> None:
        """Await the work of a stream that has no end of its own (health, reflection); raises `DrainingError`."""
        scope = asyncio.timeout(FAREWELL_S if self._draining else None)
        self._endless.add(scope)
        try:
            async with scope:
                await work
        except TimeoutError:
            if not scope.expired():
                raise
            raise DrainingError("the server is shutting down; reconnect", retry_after_s=RECONNECT_AFTER_S) from None
        finally:
            self._endless.discard(scope)

    def drain(self) -> None:
        """End the endless streams shortly; `ResumeService`'s own watches are ended by their use case."""
        self._draining = True
        when = asyncio.get_running_loop().time() + FAREWELL_S
        for scope in self._endless:
            scope.reschedule(when)
        for scope in self._aborting:
            scope.reschedule(when + PARTING_S)

    async def abort(self, context: Context, ending: Refusal, call: Call) -> NoReturn:
        """End the rpc with a status; one that does not read gets it once it does, and is not waited for in a drain.

        The status goes out after what was written before it, which HTTP/2 holds back while nobody reads.
        """
        loop = asyncio.get_running_loop()
        scope = asyncio.timeout_at(loop.time() + PARTING_S if self._draining else None)
        self._aborting.add(scope)
        try:
            async with scope:
                await context.abort(
                    ending.code, ending.message, ((REQUEST_ID_KEY, call.request_id), *ending.trailing_metadata)
                )
        except TimeoutError:
            raise asyncio.CancelledError from None  # the one way to let go of a call without a status
        finally:
            self._aborting.discard(scope)

    async def cleaned_up(self, *, timeout_s: float) -> bool:
        """Wait until no rpc's work is running; False if some still is after `timeout_s`."""
        if self.running:
            await asyncio.wait(tuple(self.running), timeout=timeout_s)
        return not self.running


class Rpc:
    """What surrounds the work of one rpc; whatever the block raises becomes the rpc's status.

    A context and no function around another: every coroutine that waits for a stream's own costs each of its messages,
    and memory as long as it is open.
    """

    __slots__ = ("_call", "_context", "_edge", "_started", "_streaming", "_task", "_traced")

    def __init__(self, edge: Edge, method: str, context: Context, *, streaming: bool) -> None:
        self._edge = edge
        self._context = context
        self._streaming = streaming
        self._call = Call(method=method, request_id="")
        self._task = _this_task()
        self._traced: Callable[[str, str], None] | None = None
        self._started = 0.0

    async def __aenter__(self) -> Call:
        edge, context, call = self._edge, self._context, self._call
        metadata = _text_metadata(context)
        call.request_id = _request_id(metadata)
        enter_call(call)
        context.set_trailing_metadata(((REQUEST_ID_KEY, call.request_id),))
        self._started = time.perf_counter()
        edge.running.add(self._task)
        if call.method.startswith(OUR_SERVICE):
            if edge.traces is not None:
                self._traced = edge.traces.rpc(call.method, metadata)
            try:
                call.owner = edge.identity.owner(metadata)
            except Exception as error:
                await self._end(error)
                raise
        return call

    async def __aexit__(self, _kind: object, error: BaseException | None, frames: object) -> None:
        del frames  # see `_let_go`
        await self._end(error)

    async def _end(self, error: BaseException | None) -> None:
        """Tell the client and whoever counts how it ended; raises what grpc wants raised for a status of ours."""
        call, code, reason, ending = self._call, grpc.StatusCode.UNKNOWN, "", None
        match error:
            case None:
                code = grpc.StatusCode.OK
            # By the client, its deadline, or the end of the grace time; the other is a write to a client that has gone.
            # It goes on: swallowed, it would leak in grpc (grpc/grpc #43360).
            case asyncio.CancelledError() | grpc.aio.InternalError():
                code = grpc.StatusCode.CANCELLED
            case grpc.aio.AbortError():  # another servicer's own refusal
                code = self._context.code()
            case Exception():  # the outermost border: nothing may pass unmapped
                ending = _ending(error, call)
                code, reason = ending.code, ending.reason
                _let_go(error)
        try:
            if ending is not None:
                await self._edge.abort(self._context, ending, call)
        finally:
            self._edge.running.discard(self._task)
            seconds = time.perf_counter() - self._started
            self._edge.metrics.rpc_ended(call.method, code.name, seconds, streaming=self._streaming)
            if self._traced is not None:
                self._traced(code.name, call.resume_id)
            _log(call, code.name, seconds, reason)


def _ending(error: Exception, call: Call) -> Refusal:
    if isinstance(error, NotImplementedError) and not call.method.startswith(OUR_SERVICE):
        return unimplemented()
    ending = refusal(error) if isinstance(error, ResumateError) else None
    return ending or _fault(error, call)


def _let_go(error: Exception) -> None:
    """Drop what an error remembers of where it was.

    grpc keeps the abort, and so this error and its frames, in a circle until the next garbage collection: what they
    hold, such as an upload of 16 MiB, need not wait for it. The frames are only let go of, never cleared: an error that
    several calls got has been through tasks that are still at work for others, and to clear those would end them.
    """
    error.__traceback__ = error.__cause__ = error.__context__ = None


def _fault(error: Exception, call: Call) -> Refusal:
    """Log a fault of ours. Its message and values stay out of the log: they may quote a résumé."""
    error_id = uuid.uuid4().hex[:12]
    logger.error(
        "rpc failed unexpectedly",
        extra={
            "error_id": error_id,
            "error_type": type(error).__qualname__,
            "stack": "".join(traceback.format_tb(error.__traceback__)),
            "method": call.method,
        },
    )
    return internal(error_id)


def _log(call: Call, code: str, seconds: float, reason: str) -> None:
    level = logging.INFO if call.method.startswith(OUR_SERVICE) else logging.DEBUG
    if not logger.isEnabledFor(level):
        return
    logger.log(
        level,
        "rpc",
        extra={
            "method": call.method,
            "code": code,
            "duration_ms": round(seconds * 1000, 3),
            **{name: value for name, value in {"owner": call.owner, "reason": reason}.items() if value},
        },
    )


def _request_id(metadata: Mapping[str, str]) -> str:
    given = metadata.get(REQUEST_ID_KEY, "")
    return given if given and REQUEST_ID_FORM.fullmatch(given) else f"{_DICE.getrandbits(128):032x}"


def _text_metadata(context: Context) -> dict[str, str]:
    return {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}


def _this_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise LookupError("an rpc runs in a task")
    return task
