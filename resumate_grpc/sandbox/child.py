"""A worker process: `python -m resumate_grpc.sandbox.child TASK_FD REPLY_FD PARENT_PID TARGET LIMITS`.

Started by `spawn.spawn` only. Standard input and output are not the protocol, so a stray print harms nothing.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import sys
import time
import traceback
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypedDict, TypeVar, cast

from resumate_grpc import failpoints
from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.page_image import PageImage
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ACTIVE_STAGES, StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.parsing.recognised import RecognisedPage, ScansFoundError
from resumate_grpc.sandbox.limits import Limits, confine, die_with_parent, renew_cpu, seal
from resumate_grpc.sandbox.memory import peak_rss_bytes
from resumate_grpc.sandbox.throttle import ProgressThrottle
from resumate_grpc.sandbox.wire import (
    EXIT_OUT_OF_MEMORY,
    EXIT_WARM_UP_FAILED,
    HEADER_BYTES,
    MAX_MESSAGE_CHARS,
    Advanced,
    Crashed,
    Drawn,
    Explained,
    Outcome,
    PageRead,
    Parsed,
    Ready,
    Refused,
    Reply,
    ScansFound,
    Task,
    body_size,
    decode_limits,
    decode_task,
    encode_frame,
)

__all__ = ["main"]

MAX_FRAMES = 50
Result = TypeVar("Result")
STAGE_FAILPOINTS = {stage: f"parse.{stage.value.lower()}" for stage in ACTIVE_STAGES}


class Target(Protocol):
    """The module that does the work; `resumate_grpc.parsing.pipeline` outside the tests."""

    def warm_up(self) -> None:
        """Load what documents need."""
        ...

    def parse(
        self, content: bytes, *, media_type: MediaType, options: ParseOptions
    ) -> Generator[StageProgress, None, ParsedResume]:
        """Parse one document."""
        ...

    def explain(
        self, content: bytes, *, media_type: MediaType, options: ParseOptions, pictures: bool
    ) -> Generator[StageProgress, None, Explanation]:
        """Parse one document and return what was seen in it."""
        ...

    def draw(
        self, content: bytes, *, media_type: MediaType, page: int, width_pixels: int, with_words: bool
    ) -> PageImage:
        """Draw one page."""
        ...


class ScanTarget(Target, Protocol):
    """What a target needs for scans, too."""

    def parse(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        recognised: Sequence[RecognisedPage] | None = None,
    ) -> Generator[StageProgress, None, ParsedResume]:
        """Parse one document whose scanned pages may have been read before."""
        ...

    def explain(
        self,
        content: bytes,
        *,
        media_type: MediaType,
        options: ParseOptions,
        pictures: bool,
        recognised: Sequence[RecognisedPage] | None = None,
    ) -> Generator[StageProgress, None, Explanation]:
        """Parse one such document and return what was seen in it."""
        ...

    def recognise(self, content: bytes, *, media_type: MediaType, options: ParseOptions, page: int) -> RecognisedPage:
        """Read one page by OCR."""
        ...


def main() -> None:
    """Warm up, then parse one document after the other until the task pipe is closed."""
    task_fd, reply_fd, parent_pid, target_name, limits_json = sys.argv[1:]
    limits = decode_limits(limits_json)
    failpoints.arm(os.environ.get(failpoints.VARIABLE, ""))
    die_with_parent(int(parent_pid), int(task_fd))
    confine(limits)
    for fd in (int(task_fd), int(reply_fd)):
        os.set_inheritable(fd, False)  # noqa: FBT003 - positional-only
    with open(int(task_fd), "rb") as tasks, open(int(reply_fd), "wb") as replies:  # noqa: PTH123 - descriptors
        target = _warm(target_name, replies)
        seal(limits)
        _send(replies, Ready(peak_rss_bytes=peak_rss_bytes(resource.getrusage(resource.RUSAGE_SELF))))
        worker = _Worker(target=target, limits=limits, replies=replies)
        try:
            while (task := _receive(tasks)) is not None:
                worker.work(task, tasks.read(task.size))
        except MemoryError:
            os._exit(EXIT_OUT_OF_MEMORY)


def _warm(target_name: str, replies: BinaryIO) -> Target:
    try:
        target = cast("Target", importlib.import_module(target_name))
        target.warm_up()
    except BaseException as error:  # noqa: BLE001 - whatever it was, this process is of no use
        # No document is here yet, so the message may be told, and standard error is still the server's.
        traceback.print_exc()
        _send(replies, Crashed(exception=f"{type(error).__name__}: {error}"[:MAX_MESSAGE_CHARS], frames=_frames(error)))
        os._exit(EXIT_WARM_UP_FAILED)
    gc.collect()
    gc.freeze()  # models live as long as the process: later collections need not walk them
    return target


class _Told(TypedDict):
    """What every work on a document is told."""

    media_type: MediaType
    options: ParseOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class _Worker:
    """The parser between its two pipes."""

    target: Target
    limits: Limits
    replies: BinaryIO

    def work(self, task: Task, content: bytes) -> None:
        """Parse one document and send exactly one final reply; out of memory, end the process instead."""
        renew_cpu(self.limits)
        failpoints.hit("parse.start")
        try:
            frame = self._result(task, content)
        except ParsingError as error:
            _end_if_out_of_memory(error)
            frame = encode_frame(
                Refused(reason=error.parse_reason, message=error.message[:MAX_MESSAGE_CHARS], retryable=error.retryable)
            )
        except Exception as error:  # noqa: BLE001 - the parser's bug becomes the document's error, told by its reply
            _end_if_out_of_memory(error)
            frame = encode_frame(Crashed(exception=type(error).__name__, frames=_frames(error)))
        failpoints.hit("parse.result")
        self.replies.write(frame)
        self.replies.flush()

    def _result(self, task: Task, content: bytes) -> bytearray:
        throttle = ProgressThrottle(lambda progress: _send(self.replies, Advanced(progress=progress)), time.monotonic)
        reply = self._reply(task, content, throttle)
        throttle.flush()
        frame = encode_frame(reply)
        if len(frame) > self.limits.output_bytes // 2:  # half, so that the progress of this document fits beside it
            raise ParsingError(ErrorReason.RESOURCE_LIMIT, "this document holds more text than a résumé can have")
        return frame

    def _reply(self, task: Task, content: bytes, throttle: ProgressThrottle) -> Outcome:
        told: _Told = {"media_type": task.media_type, "options": task.options}
        if task.page:
            drawn = self.target.draw(
                content,
                media_type=task.media_type,
                page=task.page,
                width_pixels=task.width_pixels,
                with_words=task.with_words,
            )
            return Drawn(image=drawn)
        if task.ocr_page == 0 and task.recognised is None:
            if task.explain:
                seen = self.target.explain(content, **told, pictures=task.pictures)
                return Explained(explanation=_run(seen, throttle))
            return Parsed(resume=_run(self.target.parse(content, **told), throttle))
        target = cast("ScanTarget", self.target)
        if task.ocr_page:
            return PageRead(page=target.recognise(content, **told, page=task.ocr_page))
        try:
            return self._beside_scans(target, task, content, throttle)
        except ScansFoundError as found:
            return ScansFound(pages=found.pages)

    def _beside_scans(
        self, target: ScanTarget, task: Task, content: bytes, throttle: ProgressThrottle
    ) -> Parsed | Explained:
        """Parse or explain a document with its scanned pages given; raises `ScansFoundError` for those lacking."""
        told: _Told = {"media_type": task.media_type, "options": task.options}
        if task.explain:
            seen = target.explain(content, **told, pictures=task.pictures, recognised=task.recognised)
            return Explained(explanation=_run(seen, throttle))
        return Parsed(resume=_run(target.parse(content, **told, recognised=task.recognised), throttle))


def _run(steps: Generator[StageProgress, None, Result], throttle: ProgressThrottle) -> Result:
    while True:
        try:
            progress = next(steps)
        except StopIteration as stop:
            return cast("Result", stop.value)
        failpoints.hit(STAGE_FAILPOINTS[progress.stage])
        throttle.report(progress)


def _end_if_out_of_memory(error: BaseException | None) -> None:
    # Whoever catches MemoryError and raises something else still leaves a process with failed allocations behind.
    while error is not None:
        if isinstance(error, MemoryError):
            os._exit(EXIT_OUT_OF_MEMORY)
        error = error.__cause__ or error.__context__


def _frames(error: BaseException) -> tuple[str, ...]:
    # Exception messages quote documents; file names, lines and functions do not.
    stack = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return tuple(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"[:MAX_MESSAGE_CHARS] for frame in stack)


def _receive(tasks: BinaryIO) -> Task | None:
    header = tasks.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    return decode_task(tasks.read(body_size(header)))


def _send(replies: BinaryIO, reply: Reply) -> None:
    replies.write(encode_frame(reply))
    replies.flush()


if __name__ == "__main__":
    main()
