"""OpenTelemetry traces, off unless the standard variables name a collector; then `otlp.py` tells it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from resumate_grpc.errors import SettingsError
from resumate_grpc.jobs.traces import Traces, Untraced

__all__ = ["Tracing", "open_tracing"]

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_FLUSH_S = 5.0
"""How long the end of the program waits for a collector that takes its time."""


class _RpcTraces(Protocol):
    def rpc(self, method: str, metadata: Mapping[str, str]) -> Callable[[str, str], None]:
        """See `rpc.edge.RpcTraces.rpc`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracing:
    """Whom to tell of résumés and of rpcs; `rpcs` is None where nobody is told."""

    resumes: Traces = field(default_factory=Untraced)
    rpcs: _RpcTraces | None = None


@asynccontextmanager
async def open_tracing() -> AsyncIterator[Tracing]:
    """Tell a collector until the block ends, if one is named; else yield what tells nobody, at no cost.

    Spans are dropped while nobody takes them. Raises `SettingsError` where a collector is named and the extra `tracing`
    is not installed.
    """
    if not _is_wanted(os.environ):
        yield Tracing()
        return
    try:
        from resumate_grpc.telemetry.otlp import OtlpTraces  # noqa: PLC0415 - needs an extra, and a quarter of a second
    except ImportError:
        raise SettingsError(
            f"{' or '.join(_ENDPOINTS)} asks for traces, which need more packages: "
            "pip install 'resumate-grpc[tracing]', or unset it"
        ) from None
    traces = OtlpTraces()
    try:
        yield Tracing(resumes=traces, rpcs=traces)
    finally:
        # As a daemon it does not keep the program from ending.
        closing = threading.Thread(target=traces.close, name="traces", daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, _FLUSH_S)


def _is_wanted(environ: Mapping[str, str]) -> bool:
    is_off = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return not is_off and any(environ.get(name, "").strip() for name in _ENDPOINTS)
