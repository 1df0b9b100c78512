"""A parse deep in native code: a scan that Tesseract reads for seconds, in one call, in a process of its own."""

from __future__ import annotations

import io
import random
import string
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from resumate_grpc._gen.resumate.v1.progress_pb2 import ProgressEvent

__all__ = ["ENVIRONMENT", "is_gone", "reading_process", "scan"]

ENVIRONMENT = {"RESUMATE_OCR_WORKERS": "1"}
WIDTH, HEIGHT, LETTER, LINE = 2480, 3508, 28, 56
"""A page of A4 at 300 dpi, full of words: some 4 s of Tesseract on a core of 2024."""
WORKING_TICKS = 10
"""Processor time, 0.01 s each, by which a process shows that it reads."""
BEGUN = "Reading page 1 of 1 by OCR"
LOOK_S = 0.02
FOUND_WITHIN_S = 60.0


class Child(NamedTuple):
    """A process as the kernel tells of it; `ticks` is its processor time so far."""

    pid: int
    niceness: int
    ticks: int


@cache
def scan() -> bytes:
    """Return a page of words that nobody has written."""
    rng = random.Random(1)  # noqa: S311 - the same page again
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(LETTER)
    for top in range(20, HEIGHT - LINE, LINE):
        words = ("".join(rng.choices(string.ascii_letters + string.digits, k=rng.randrange(2, 9))) for _ in range(60))
        pen.text((20, top), " ".join(words), font=font, fill=0)
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def reading_process(worker: int, seen: Sequence[ProgressEvent]) -> int:
    """Wait until the one process of a worker's that reads scans is at work; return its number.

    `seen` is what somebody is being told of the scan meanwhile.
    """
    deadline, before = time.monotonic() + FOUND_WITHIN_S, dict[int, int]()
    while time.monotonic() < deadline:
        is_begun = any(event.message == BEGUN for event in seen)
        # It is nicer than those that parse texts, which may still be warming up.
        nicest = max(_children(worker), key=lambda child: child.niceness, default=None) if is_begun else None
        if nicest is not None and nicest.ticks >= before.setdefault(nicest.pid, nicest.ticks) + WORKING_TICKS:
            return nicest.pid
        time.sleep(LOOK_S)
    raise TimeoutError("no scan is being read")


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, reaped or not."""
    try:
        return _state(pid)[0] == "Z"
    except OSError:
        return True


def _children(parent: int) -> list[Child]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state = _state(int(folder.name))
            if int(state[1]) == parent:
                found.append(Child(int(folder.name), niceness=int(state[16]), ticks=int(state[11]) + int(state[12])))
    return found


def _state(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third on, after the name (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
