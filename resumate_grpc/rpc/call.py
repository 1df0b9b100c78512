"""The rpc under way: who calls, under which request id, about which résumé."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import grpc.aio

__all__ = ["REQUEST_ID_KEY", "Call", "Context", "current_call", "enter_call", "log_fields", "unbroken"]

REQUEST_ID_KEY = "x-request-id"
"""Metadata key: the caller's own id for a call, or one of ours, in either direction."""

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
"""What grpc hands to a handler; generic in its stubs alone, so it is written as text."""


@dataclass(kw_only=True, slots=True)
class Call:
    """One rpc; the interceptor fills in what it learns, so this one value is not frozen."""

    method: str
    request_id: str
    owner: str = ""
    resume_id: str = ""


_CURRENT: ContextVar[Call | None] = ContextVar("resumate_call", default=None)


def enter_call(call: Call) -> None:
    """Make `call` the current one of this task and of the tasks that it starts."""
    _CURRENT.set(call)


def current_call() -> Call:
    """Return the rpc that this code runs for. Raises `LookupError` outside of one."""
    call = _CURRENT.get()
    if call is None:
        raise LookupError("no rpc is under way here")
    return call


async def unbroken(operation: Coroutine[Any, Any, None]) -> None:
    """Await a write of grpc's, which goes on to its end should the rpc be cancelled meanwhile.

    Cancelled in the middle, it never frees what it has handed to core (grpcio 1.85: some 100 to 300 bytes each time).
    It costs a task: for what clients are likely to break off, not for every message of a stream.
    """
    writing = asyncio.ensure_future(operation)
    writing.add_done_callback(_noticed)
    await asyncio.shield(writing)


def _noticed(writing: asyncio.Future[None]) -> None:
    """Let a write fail whose rpc was cancelled meanwhile: the client has gone."""
    if not writing.cancelled():
        writing.exception()


def log_fields() -> Mapping[str, str]:
    """Return what every log line of this rpc should bear; empty outside of one."""
    call = _CURRENT.get()
    if call is None:
        return {}
    known = {"request_id": call.request_id, "resume_id": call.resume_id}
    return {name: value for name, value in known.items() if value}
