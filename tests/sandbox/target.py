"""A parser that does what the document says: `verb argument`, so that each test picks its disaster."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

from resumate_grpc.errors import ErrorReason, ParsingError
from resumate_grpc.model.parsed import ParsedResume, PersonalInfo
from resumate_grpc.model.progress import Stage, StageProgress
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.parsing.document import Document
from resumate_grpc.parsing.explanation import Explanation
from resumate_grpc.sandbox.wire import Parsed, encode_frame

LEAK: list[bytes] = []


def warm_up() -> None:
    """Have nothing to load."""


def parse(
    content: bytes, *, media_type: MediaType, options: ParseOptions
) -> Generator[StageProgress, None, ParsedResume]:
    """Do what the first word of the document says, then return the rest of it as the text."""
    verb, _, argument = content.partition(b" ")
    yield StageProgress(stage=Stage.TEXT_EXTRACTION, stage_percent=0, message="started")
    if verb == b"steps":
        for step in range(1, int(argument) + 1):
            yield StageProgress(stage=Stage.TEXT_EXTRACTION, stage_percent=min(step, 99), message=f"step {step}")
    action = ACTIONS.get(verb)
    text = action(argument) if action else None
    yield StageProgress(stage=Stage.NLP_PARSING, stage_percent=100, message="read")
    return ParsedResume(
        personal_info=PersonalInfo(full_name=f"{media_type.name} {options.language}".strip()),
        text=text if text is not None else argument.decode("latin-1"),
        confidence_score=0.5,
        page_count=os.getpid(),
    )


def explain(
    content: bytes, *, media_type: MediaType, options: ParseOptions, pictures: bool
) -> Generator[StageProgress, None, Explanation]:
    """Answer with an explanation, except that `plain` answers with a result, as a process gone mad might."""
    parsed = yield from parse(content, media_type=media_type, options=options)
    document = Document(text=parsed.text, media_type=media_type, pages=())
    explanation = Explanation(parsed=parsed, document=document, sections=(), pictures=())
    if content.startswith(b"plain"):
        os.write(_reply_fd(), encode_frame(Parsed(resume=parsed)))
    return explanation


def _bloat(_: bytes) -> None:
    hoard = []
    while True:
        hoard.append(bytearray(8 << 20))


def _swallow_bloat(argument: bytes) -> None:
    try:
        _bloat(argument)
    except MemoryError:
        raise ParsingError(ErrorReason.CORRUPT_FILE, "cannot read this") from None


def _abort_when_full(_: bytes) -> None:
    hoard = []
    try:
        while True:
            hoard.append(bytearray(8 << 20))
    except MemoryError:
        os.abort()  # as C libraries do when malloc fails


def _burn(_: bytes) -> None:
    while True:
        pass


def _refuse(argument: bytes) -> None:
    raise ParsingError(ErrorReason.PASSWORD_PROTECTED, argument.decode(), retryable=False)


def _bug(argument: bytes) -> None:
    raise ValueError(argument.decode())


def _print(_: bytes) -> None:
    print("stray" * 50_000)  # noqa: T201 - the point
    print("stray" * 50_000, file=sys.stderr, flush=True)  # noqa: T201 - the point
    sys.stdout.flush()
    os.write(1, b"stray")
    os.write(2, b"stray")


def _reply_fd() -> int:
    return int(sys.argv[2])


def _garbage(_: bytes) -> None:
    os.write(_reply_fd(), b"\x00\x00\x00\x05hello")
    time.sleep(60)


def _stall(_: bytes) -> None:
    os.write(_reply_fd(), b"\x00\x00\x00\xffhello")
    time.sleep(60)


def _announce(_: bytes) -> None:
    os.write(_reply_fd(), b"\xff\xff\xff\xff")
    time.sleep(60)


def _flood(_: bytes) -> None:
    from resumate_grpc.sandbox.wire import Advanced, encode_frame  # noqa: PLC0415 - as a taken-over process would

    step = StageProgress(stage=Stage.TEXT_EXTRACTION, stage_percent=1, message="x" * 2000)
    frame = bytes(encode_frame(Advanced(progress=step)))
    while True:
        os.write(_reply_fd(), frame)


def _twice(_: bytes) -> None:
    from resumate_grpc.sandbox.wire import Ready, encode_frame  # noqa: PLC0415 - as a taken-over process would

    os.write(_reply_fd(), encode_frame(Ready(peak_rss_bytes=1)))
    time.sleep(60)


def _afterwards(_: bytes) -> str:
    threading.Timer(0.0, os.write, (_reply_fd(), b"\x00" * 100_000)).start()
    return "x" * 2_000_000  # large enough that the supervisor is still reading


def _hang_up(_: bytes) -> None:
    os.close(_reply_fd())
    time.sleep(60)


def _leak(argument: bytes) -> None:
    LEAK.append(bytes(int(argument) << 20).replace(b"\0", b"x"))


def _attempt(action: Callable[[bytes], object]) -> Callable[[bytes], str]:
    def attempt(argument: bytes) -> str:
        try:
            return str(action(argument))
        except OSError as error:
            return type(error).__name__

    return attempt


def _write_file(argument: bytes) -> int:
    return Path(argument.decode()).write_bytes(b"x")


def _connect(port: bytes) -> str:
    with socket.create_connection(("127.0.0.1", int(port))):
        return "connected"


def _environment(_: bytes) -> str:
    return "\n".join(f"{name}={value}" for name, value in sorted(os.environ.items()))


def _modules(_: bytes) -> str:
    return "\n".join(sorted(sys.modules))


def _descriptors(_: bytes) -> str:
    return " ".join(sorted((path.name for path in Path("/proc/self/fd").iterdir()), key=int))


ACTIONS: dict[bytes, Callable[[bytes], str | None]] = {
    b"abort": lambda _: os.abort(),
    b"abort_when_full": _abort_when_full,
    b"afterwards": _afterwards,
    b"announce": _announce,
    b"bloat": _bloat,
    b"bug": _bug,
    b"burn": _burn,
    b"connect": _attempt(_connect),
    b"descriptors": _descriptors,
    b"environment": _environment,
    b"exit": lambda code: os._exit(int(code)),
    b"flood": _flood,
    b"garbage": _garbage,
    b"hang": lambda _: time.sleep(60),
    b"hang_up": _hang_up,
    b"killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    b"large": lambda size: "x" * int(size),
    b"leak": _leak,
    b"length": lambda argument: str(len(argument)),
    b"modules": _modules,
    b"print": _print,
    b"read_file": _attempt(lambda path: Path(path.decode()).read_text(encoding="latin-1")),
    b"refuse": _refuse,
    b"segfault": lambda _: ctypes.string_at(0).decode(),
    b"signal": _attempt(lambda pid: os.kill(int(pid), 0)),
    b"sleep": lambda seconds: time.sleep(float(seconds)),
    b"stall": _stall,
    b"surrogate": lambda _: "\ud800",
    b"swallow_bloat": _swallow_bloat,
    b"twice": _twice,
    b"unlink_file": _attempt(lambda path: Path(path.decode()).unlink()),
    b"write_file": _attempt(_write_file),
}
