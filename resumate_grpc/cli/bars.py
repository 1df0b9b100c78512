"""Progress on stderr: a live bar a file on a terminal, a line a stage elsewhere."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from resumate_grpc.cli.terminal import note, safe

__all__ = ["Bars", "LineBars", "LiveBars", "NoBars", "Step", "bars"]

MOST_BARS = 20
NAME_WIDTH = 28


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """How far a parse is: `percent` 0..100 of the attempt; `remaining_s` None where it is not known."""

    stage: str
    percent: int
    message: str
    attempt: int = 1
    remaining_s: float | None = None


class Bars(Protocol):
    """Shows how far several files are; threads may call it. A file is told apart by its label."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def sent(self, label: str, sent: int, total: int) -> None:
        """Show how much of a file has been sent, in bytes."""
        ...

    def advanced(self, label: str, step: Step) -> None:
        """Show a step of a file's parsing."""
        ...

    def said(self, label: str, text: str) -> None:
        """Show a sentence about a file, such as that its connection was lost."""
        ...

    def ended(self, label: str, text: str, *, well: bool) -> None:
        """Show how it ended for a file, and whether it ended well."""
        ...


class NoBars:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing."""

    def sent(self, label: str, sent: int, total: int) -> None:
        """Show nothing."""

    def advanced(self, label: str, step: Step) -> None:
        """Show nothing."""

    def said(self, label: str, text: str) -> None:
        """Show nothing."""

    def ended(self, label: str, text: str, *, well: bool) -> None:
        """Show nothing."""


class LineBars(NoBars):
    """Prints a line when a file is sent and for each stage that it enters: for logs and pipes."""

    def __init__(self) -> None:
        self._stages: dict[str, tuple[int, str]] = {}
        self._lock = threading.Lock()

    def sent(self, label: str, sent: int, total: int) -> None:
        """Print a line once all bytes are sent."""
        if sent == total:
            note(f"{label}: sent")

    def advanced(self, label: str, step: Step) -> None:
        """Print a line when the stage is another one than before."""
        with self._lock:
            entered = self._stages.get(label) != (step.attempt, step.stage)
            self._stages[label] = (step.attempt, step.stage)
        if entered:
            note(f"{label}: {step.stage} {step.percent}% {step.message}")

    def said(self, label: str, text: str) -> None:
        """Print the sentence."""
        note(f"{label}: {text}")

    def ended(self, label: str, text: str, *, well: bool) -> None:  # noqa: ARG002 - the words say it
        """Print the words."""
        note(f"{label}: {text}")


class LiveBars:
    """Draws a bar a file, redrawn in place; of many files only those under way, so that they fit the screen."""

    def __init__(self, console: Console, *, files: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[message]}"),
            console=console,
            redirect_stdout=False,  # data stays on stdout, wherever that goes
        )
        self._keep = files <= MOST_BARS
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def sent(self, label: str, sent: int, total: int) -> None:
        """Show bytes sent in words; the bar itself is the parse's."""
        share = 100 * sent // total if total else 100
        self._show(label, percent=0, message="sent, waiting" if sent >= total else f"sending {share}%")

    def advanced(self, label: str, step: Step) -> None:
        """Draw the percent and what is being done."""
        left = "" if step.remaining_s is None else f" ({step.remaining_s:.0f} s left)"
        self._show(label, percent=step.percent, message=step.message + left)

    def said(self, label: str, text: str) -> None:
        """Put the sentence beside the bar."""
        self._show(label, percent=None, message=text)

    def ended(self, label: str, text: str, *, well: bool) -> None:
        """Put how it ended beside the bar; where there are too many bars to keep, take it away."""
        self._show(label, percent=100 if well else None, message=text)
        if not self._keep:
            self._progress.update(self._tasks[label], visible=False)

    def _show(self, label: str, *, percent: int | None, message: str) -> None:
        with self._lock:
            if label not in self._tasks:
                name = safe(label, one_line=True)
                short = name if len(name) <= NAME_WIDTH else f"…{name[1 - NAME_WIDTH :]}"
                self._tasks[label] = self._progress.add_task(escape(short), total=100, message="")
            task = self._tasks[label]
        self._progress.update(task, completed=percent, message=escape(safe(message, one_line=True)))


def bars(*, files: int, quiet: bool) -> Bars:
    """Choose how to show progress of so many files: live on a terminal, as lines elsewhere, not at all if `quiet`."""
    if quiet:
        return NoBars()
    console = Console(stderr=True)
    return LiveBars(console, files=files) if console.is_terminal else LineBars()
