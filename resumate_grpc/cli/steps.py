"""How far the steps of a long work are, on stderr: a bar each on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from resumate_grpc.cli.terminal import note

__all__ = ["steps"]

Tell = Callable[[str, int, int], None]
_LINE_EVERY_S = 5.0


@contextmanager
def steps(*, quiet: bool) -> Iterator[Tell]:
    """Give what is told of a step's name, how much of it is done, and of how much; time left is measured."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _step, _done, _total: None
    elif console.is_terminal:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=console
        ) as progress:
            yield _bars(progress)
    else:
        yield _lines()


def _bars(progress: Progress) -> Tell:
    tasks: dict[str, TaskID] = {}

    def tell(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = progress.add_task(step, total=total)
        progress.update(tasks[step], completed=done)

    return tell


def _lines() -> Tell:
    began: dict[str, float] = {}
    said: dict[str, float] = {}

    def tell(step: str, done: int, total: int) -> None:
        now = time.monotonic()
        began.setdefault(step, now)
        if done < total and now - said.setdefault(step, now) < _LINE_EVERY_S:
            return
        said[step] = now
        passed_s = now - began[step]
        left = f", about {passed_s / done * (total - done):.0f} s left" if 0 < done < total and passed_s else ""
        note(f"{step}: {done:,} of {total:,} ({100 * done // max(total, 1)}%){left}")

    return tell
