"""Checks a recording against every promise: `python -m tests.fire.checker RECORDING [--database F] [--files D]`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.fire.promises import PROMISES
from tests.fire.recording import Recording
from tests.fire.truth import Truth

__all__ = ["Breach", "breaches", "check"]

MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """A promise that was not kept, and where."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


def breaches(recording: Recording, truth: Truth | None = None) -> list[Breach]:
    """Return every breach of every promise; without `truth` only what the clients can tell."""
    return [
        Breach(promise=promise.name, what=what)
        for promise in PROMISES.values()
        for what in promise.breaches(recording, truth)
    ]


def check(recording: Recording, truth: Truth | None = None) -> None:
    """Raise `AssertionError` with the first breaches, if there is one."""
    found = breaches(recording, truth)
    if found:
        shown = "\n".join(map(str, found[:MOST_SHOWN]))
        raise AssertionError(f"{len(found)} breaches:\n{shown}")


def main() -> int:
    """Run the command; its status is 1 where a promise was broken."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fire.checker", description=__doc__)
    arguments.add_argument("recording", type=Path, help="file of lines that clients wrote")
    arguments.add_argument("--database", type=Path, help="SQLite file that the server worked on")
    arguments.add_argument("--files", type=Path, help="folder of the uploaded files")
    given = arguments.parse_args()
    recording = Recording.read(given.recording)
    truth = Truth.read(given.database, given.files) if given.database else None
    found = breaches(recording, truth)
    for promise in PROMISES.values():
        mine = [breach.what for breach in found if breach.promise == promise.name]
        print(f"{'BROKEN' if mine else 'kept  '} {promise.name:17} {promise.text}")  # noqa: T201 - a command
        for what in mine[:MOST_SHOWN]:
            print(f"         {what}")  # noqa: T201 - a command
    events = sum(1 for _ in recording.events)
    print(f"{len(recording.watches)} watches, {events} events, {len(recording.calls)} changes")  # noqa: T201 - a command
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
