"""Parsing files right here, without server, database or network, in the same sandbox that the service uses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from resumate_grpc.errors import FileTooLargeError, InvalidInputError, ParsingError
from resumate_grpc.jobs.ports import Parser
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.sniff import sniff
from resumate_grpc.sandbox.lanes import ScanLane
from resumate_grpc.sandbox.limits import Limits
from resumate_grpc.sandbox.pool import SandboxPool

__all__ = ["LocalOutcome", "explain_file", "parse_files"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalOutcome:
    """What became of one file: `parsed`, or None with `reason` (an `ErrorReason` name or UNREADABLE) and message.

    `explanation` is there too where it was asked for.
    """

    path: Path
    parsed: ParsedResume | None = None
    explanation: Explanation | None = None
    reason: str = ""
    message: str = ""


async def parse_files(
    paths: Sequence[Path],
    *,
    workers: int,
    options: ParseOptions,
    limits: Limits,
    max_file_bytes: int,
    on_progress: Callable[[Path, StageProgress], None],
    on_outcome: Callable[[LocalOutcome], None],
) -> None:
    """Parse files in at most `workers` processes; one bad file does not stop the others.

    Both functions are called in the event loop and must not block for long; `on_outcome` is called once for each path,
    in the order of the paths, as soon as those before it are done. Cancelling ends all processes at once. Raises only
    what one of the functions raised.
    """
    lanes = min(workers, len(paths))
    turns = _InOrder(len(paths), on_outcome)
    todo = iter(enumerate(paths))
    async with SandboxPool(workers=lanes, spares=0, limits=limits) as pool:

        async def work_off() -> None:
            for index, path in todo:
                turns.give(index, await _parse(ScanLane(pool), path, options, max_file_bytes, on_progress))

        try:
            async with asyncio.TaskGroup() as group:
                for lane in range(lanes):
                    group.create_task(work_off(), name=f"parse-lane-{lane}")
        except ExceptionGroup as errors:  # the first lane's error cancelled the others
            raise errors.exceptions[0] from None


async def explain_file(
    path: Path,
    *,
    options: ParseOptions,
    limits: Limits,
    max_file_bytes: int,
    on_progress: Callable[[Path, StageProgress], None],
) -> LocalOutcome:
    """Parse one file likewise, and return with its result what the parser saw in it.

    Raises what `on_progress` raised.
    """

    async def explain(content: bytes, media_type: MediaType) -> LocalOutcome:
        explanation = await pool.explain(
            content,
            media_type=media_type,
            options=options,
            on_progress=lambda progress: on_progress(path, progress),
        )
        return LocalOutcome(path=path, parsed=explanation.parsed, explanation=explanation)

    async with SandboxPool(workers=1, spares=0, limits=limits) as pool:
        return await _outcome(path, max_file_bytes, explain)


async def _parse(
    parser: Parser,
    path: Path,
    options: ParseOptions,
    max_file_bytes: int,
    on_progress: Callable[[Path, StageProgress], None],
) -> LocalOutcome:
    async def parse(content: bytes, media_type: MediaType) -> LocalOutcome:
        parsed = await parser.parse(
            content,
            media_type=media_type,
            options=options,
            on_progress=lambda progress: on_progress(path, progress),
        )
        return LocalOutcome(path=path, parsed=parsed)

    return await _outcome(path, max_file_bytes, parse)


async def _outcome(
    path: Path, max_file_bytes: int, work: Callable[[bytes, MediaType], Awaitable[LocalOutcome]]
) -> LocalOutcome:
    """Read and sniff a file and do the work on it; what goes wrong with the file becomes its outcome."""
    try:
        content = await asyncio.to_thread(_read, path, max_file_bytes)
        return await work(content, sniff(content, path.name))
    except InvalidInputError as error:
        return LocalOutcome(path=path, reason=error.reason.value, message=str(error))
    except ParsingError as error:
        return LocalOutcome(path=path, reason=error.parse_reason.value, message=error.message)
    except OSError as error:
        return LocalOutcome(path=path, reason="UNREADABLE", message=error.strerror or str(error))


def _read(path: Path, max_file_bytes: int) -> bytes:
    """Read a file, but never more than one byte past the limit, whatever it grows to meanwhile."""
    with path.open("rb") as file:
        content = file.read(max_file_bytes + 1)
    if len(content) > max_file_bytes:
        raise FileTooLargeError(
            f"the file is over {max_file_bytes:,} bytes; RESUMATE_MAX_FILE_BYTES sets another limit",
            field="content",
            max_bytes=max_file_bytes,
        )
    return content


class _InOrder:
    """Passes on outcomes that arrive in any order in the order of their index."""

    def __init__(self, count: int, passed_on: Callable[[LocalOutcome], None]) -> None:
        self._waiting: list[LocalOutcome | None] = [None] * count
        self._next = 0
        self._pass_on = passed_on

    def give(self, index: int, outcome: LocalOutcome) -> None:
        """Take an outcome, and pass on all whose turn it is."""
        self._waiting[index] = outcome
        while self._next < len(self._waiting) and (due := self._waiting[self._next]):
            self._waiting[self._next] = None
            self._next += 1
            self._pass_on(due)
