"""What the use cases need from outside, written from their side. Adapters live in store/, bus/, files/, sandbox/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions

__all__ = ["Parser"]


class Parser(Protocol):
    """Parses untrusted documents away from this process; adapter: `sandbox/pool.py`."""

    async def parse(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        on_progress: Callable[[StageProgress], None],
    ) -> ParsedResume:
        """Parse one document in a worker process; waits for a free one.

        `on_progress` is called in the event loop, in order, before this returns; it must not block. Raises
        `ParsingError`: the parser's own, or PARSE_TIMEOUT, RESOURCE_LIMIT (memory, CPU, output), WORKER_LOST (the
        process died for another reason). Cancelling the call ends the process at once; a warm spare takes its place.
        """
        ...
