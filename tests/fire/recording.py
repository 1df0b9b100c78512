"""A recording: lines in order, and by watch, by client, by call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.fire.lines import (
    Answered,
    Asked,
    Closed,
    Counts,
    Draining,
    Event,
    Heartbeat,
    Line,
    Opened,
    Rested,
    decode,
    encode,
)

__all__ = ["Client", "Recorder", "Recording", "Target", "Watch"]

WatchLine = Event | Heartbeat | Counts | Draining


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is watched: one résumé, one batch, or (both empty) the feed."""

    resume_id: str = ""
    batch_id: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `resume:ID`, `batch:LABEL` or `feed`."""
        kind, _, name = text.partition(":")
        return cls(resume_id=name if kind == "resume" else "", batch_id=name if kind == "batch" else "")

    def __str__(self) -> str:
        if self.resume_id:
            return f"resume:{self.resume_id}"
        return f"batch:{self.batch_id}" if self.batch_id else "feed"

    def number(self, event: Event) -> int:
        """Return what the watch counts in."""
        if self.resume_id:
            return event.sequence
        if not isinstance(event.feed_sequence, int):
            raise TypeError("the transport of a feed or batch carries feed_sequence")
        return event.feed_sequence

    def has(self, event: Event) -> bool:
        """Tell whether the event is one of the target's."""
        if self.resume_id:
            return event.resume_id == self.resume_id
        return not self.batch_id or event.batch_id in (self.batch_id, None)


@dataclass(kw_only=True)
class Watch:
    """One stream, from its opening to its end; `closed` None = the recording ended first."""

    opened: Opened
    target: Target
    lines: list[WatchLine] = field(default_factory=list)
    closed: Closed | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.opened.watch

    @property
    def events(self) -> list[Event]:
        """The events, as they came."""
        return [line for line in self.lines if isinstance(line, Event)]

    @property
    def position(self) -> int:
        """Number of the last event that came, or where it began."""
        events = self.events
        return self.target.number(events[-1]) if events else self.opened.after


@dataclass(kw_only=True)
class Client:
    """Whoever opened a watch, and reopened it where it had ended."""

    name: str
    target: Target
    watches: list[Watch] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        """All that it saw."""
        return [event for watch in self.watches for event in watch.events]


class Recording:
    """What was written down, made ready for questions."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines: Sequence[Line] = list(lines)
        self.watches: dict[str, Watch] = {}
        self.clients: dict[str, Client] = {}
        self.calls: dict[int, tuple[Asked, Answered | None]] = {}
        self.rested: Rested | None = None
        for line in self.lines:
            self._take(line)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file of lines; a last line that a kill cut short is left out."""
        whole = path.read_bytes().split(b"\n")[:-1]
        return cls(decode(line) for line in whole if line)

    @property
    def events(self) -> Iterator[Event]:
        """All events that anybody saw."""
        return (line for line in self.lines if isinstance(line, Event))

    def asked(self, call: str) -> Iterator[tuple[Asked, Answered | None]]:
        """Return the changes of a kind with their answers."""
        return ((asked, answered) for asked, answered in self.calls.values() if asked.call == call)

    def may_be_deleted(self, resume_id: str) -> bool:
        """Tell whether anybody asked for its deletion, and was not refused."""
        return any(
            asked.resume_id == resume_id and (answered is None or answered.code in {"OK", "UNAVAILABLE", "CANCELLED"})
            for asked, answered in self.asked("DeleteResume")
        )

    def _take(self, line: Line) -> None:
        match line:
            case Opened():
                watch = self.watches[line.watch] = Watch(opened=line, target=Target.of(line.target))
                client = self.clients.setdefault(line.client, Client(name=line.client, target=watch.target))
                client.watches.append(watch)
            case Event() | Heartbeat() | Counts() | Draining():
                self.watches[line.watch].lines.append(line)
            case Closed():
                self.watches[line.watch].closed = line
            case Asked():
                self.calls[line.id] = (line, None)
            case Answered():
                self.calls[line.id] = (self.calls[line.id][0], line)
            case Rested():
                self.rested = line


class Recorder:
    """Takes lines as they happen, and writes them to a file if one is given; for one event loop."""

    def __init__(self, path: Path | None = None) -> None:
        self.lines: list[Line] = []
        self._file = path.open("ab", buffering=0) if path else None
        self._ids = 0

    def write(self, line: Line) -> None:
        """Keep a line; in the file it is whole as soon as this returns."""
        self.lines.append(line)
        if self._file:
            self._file.write(encode(line))

    def new_id(self) -> int:
        """Return a number that no call or watch had before."""
        self._ids += 1
        return self._ids

    def recording(self) -> Recording:
        """Return what was recorded so far."""
        return Recording(self.lines)

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
