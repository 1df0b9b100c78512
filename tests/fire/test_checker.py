"""The checker itself: it passes what is right, and each validator fails on a recording that breaks its promise."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from tests.fire.checker import breaches
from tests.fire.examples import Example, example
from tests.fire.lines import Answered, Asked, Closed, Counts, Draining, Event, Heartbeat, Line, Opened
from tests.fire.promises import PROMISES
from tests.fire.recording import Recorder, Recording

Break = Callable[[Example], Example]


def broken(promise: str, example: Example) -> bool:
    found = breaches(Recording(example.lines), example.truth)
    return promise in {breach.promise for breach in found}


def lines(change: Callable[[list[Line]], object]) -> Break:
    """Break the recording; the database stays as it is."""

    def apply(example: Example) -> Example:
        changed = list(example.lines)
        change(changed)
        return replace(example, lines=changed)

    return apply


def event(watch: str, index: int, **values: object) -> Break:
    """Change one event as one watch saw it."""

    def change(lines: list[Line]) -> None:
        place = _places(lines, watch)[index]
        lines[place] = structs.replace(lines[place], **values)

    return _of_lines(change)


def without(watch: str, index: int) -> Break:
    return _of_lines(lambda lines: lines.pop(_places(lines, watch)[index]))


def twice(watch: str, index: int) -> Break:
    return _of_lines(lambda lines: lines.insert(_places(lines, watch)[index], lines[_places(lines, watch)[index]]))


def swapped(watch: str, index: int) -> Break:
    def change(lines: list[Line]) -> None:
        one, other = _places(lines, watch)[index : index + 2]
        lines[one], lines[other] = lines[other], lines[one]

    return _of_lines(change)


def first(kind: type[Line], watch: str, **values: object) -> Break:
    """Change the first line of a kind of one watch."""

    def change(lines: list[Line]) -> None:
        place = next(i for i, line in enumerate(lines) if isinstance(line, kind) and line.watch == watch)  # type: ignore[union-attr]
        lines[place] = structs.replace(lines[place], **values)

    return _of_lines(change)


def added(*more: Line) -> Break:
    return _of_lines(lambda lines: lines.extend(more))


def logged(index: int, **values: object) -> Break:
    """Change one event in the database, and as everybody saw it."""

    def apply(example: Example) -> Example:
        old = example.truth.events[index]
        events = list(example.truth.events)
        events[index] = structs.replace(old, **values)
        changed = [
            structs.replace(events[index], watch=line.watch)
            if isinstance(line, Event) and (line.resume_id, line.sequence) == (old.resume_id, old.sequence)
            else line
            for line in example.lines
        ]
        return Example(lines=changed, truth=replace(example.truth, events=events))

    return apply


def held(**values: object) -> Break:
    """Change the database alone."""
    return lambda example: replace(example, truth=replace(example.truth, **values))  # type: ignore[arg-type]


def row(name: str, **values: object) -> Break:
    def apply(example: Example) -> Example:
        rows = {**example.truth.rows, name: replace(example.truth.rows[name], **values)}  # type: ignore[arg-type]
        return replace(example, truth=replace(example.truth, rows=rows))

    return apply


def lacks(index: int) -> Break:
    def apply(example: Example) -> Example:
        events = [each for number, each in enumerate(example.truth.events) if number != index]
        return replace(example, truth=replace(example.truth, events=events))

    return apply


def _of_lines(change: Callable[[list[Line]], object]) -> Break:
    return lines(change)


def _places(lines: list[Line], watch: str) -> list[int]:
    return [i for i, line in enumerate(lines) if isinstance(line, Event) and line.watch == watch]


BREAKS: dict[str, list[Break]] = {
    "ordered": [swapped("of-feed-1", 1), swapped("of-a-2", 0), twice("of-b-1", 1)],
    "gapless": [without("of-a-2", 0), without("of-feed-2", 1), without("of-batch-2", 0), without("of-feed-1", 0)],
    "unique": [twice("of-a-1", 0), twice("of-batch-2", 1), first(Event, "of-feed-2", sequence=1, feed_sequence=1)],
    "resumable": [first(Opened, "of-a-2", after=1), first(Opened, "of-feed-2", after=5)],
    "never_ahead": [
        first(Heartbeat, "of-feed-1", position=5),
        first(Heartbeat, "of-batch-1", position=1),
        first(Draining, "of-b-1", position=4),
    ],
    "one_log": [event("of-a-1", 0, epoch="other"), first(Heartbeat, "of-a-1", epoch="other"), held(epoch="other")],
    "ended_rightly": [
        without("of-a-2", 1),
        added(Closed(watch="of-feed-2", code="OK")),
        first(Opened, "of-a-2", follow=True),
    ],
    "drained_cleanly": [
        first(Closed, "of-a-1", code="OK"),
        added(Heartbeat(watch="of-feed-1", position=4, caught_up=True, epoch="e")),
    ],
    "one_ending": [
        logged(8, stage="CANCELLED", state="CANCELLED"),  # b ends, and ends again
        logged(4, stage="ERROR", state="FAILED"),  # a ends, and ends again
        logged(7, state="FAILED"),
        row("a", state="FAILED"),
    ],
    "fenced": [
        logged(8, attempt=1),
        logged(6, stage="TEXT_EXTRACTION"),
        logged(6, attempt=3),
        logged(2, stage="QUEUED"),
    ],
    "never_falls": [
        logged(4, percent=20),
        logged(4, stage="TEXT_EXTRACTION", stage_percent=49),
        logged(2, stage="AI_ENHANCEMENT"),
    ],
    "immutable": [
        event("of-feed-2", 0, message="other"),
        event("of-a-1", 1, estimated_remaining_s=1.0),
        event("of-b-1", 2, error=("CORRUPT_FILE", "damaged", True)),
        event("of-batch-2", 2, create_time_us=5),
    ],
    "digest_right": [
        logged(2, digest="00" * 32),
        logged(2, count=7),
        logged(0, message="forged"),
        first(Heartbeat, "of-a-1", count=1),
        first(Heartbeat, "of-feed-1", digest="00" * 32),
        first(Heartbeat, "of-feed-1", count=3),
    ],
    "no_phantoms": [lacks(9), lacks(0)],
    "complete": [without("of-feed-2", 5), without("of-a-2", 1), without("of-feed-1", 2), without("of-batch-2", 4)],
    "log_whole": [
        lacks(4),
        held(feed_last=11),
        held(feed_last=9),
        row("a", last_sequence=5),
        held(complaints=["wrong # of entries in index"]),
        held(rows={}),
        logged(5, feed_sequence=5),
    ],
    "accepted_is_kept": [held(rows={}), row("a", sha256="cd" * 32), held(files={}), held(files={"ab" * 32: "cd" * 32})],
    "idempotent": [
        row("a", request_id="request-b"),
        added(
            Asked(id=9, call="Upload", request_id="request-a", sha256="ab" * 32),
            Answered(id=9, code="OK", resume_id="b", deduplicated=True),
        ),
    ],
    "answered_holds": [
        added(Asked(id=9, call="DeleteResume", resume_id="a"), Answered(id=9, code="OK")),
        added(
            Asked(id=9, call="CancelResume", resume_id="a"),
            Answered(id=9, code="OK", resume_id="a", attempt=1, sequence=4),
        ),
        logged(6, attempt=1),
    ],
    "counted_rightly": [
        first(Counts, "of-batch-2", failed=0, processing=1),
        first(Counts, "of-batch-2", total=2),
        first(Counts, "of-batch-2", feed_sequence=7),
        first(Counts, "of-batch-2", batch_id="y"),
    ],
    "all_ended": [row("a", state="PROCESSING")],
}


def test_a_right_recording_passes() -> None:
    """Where every promise was kept the checker finds nothing."""
    right = example()
    assert breaches(Recording(right.lines), right.truth) == []
    assert breaches(Recording(right.lines)) == []


def test_every_promise_is_broken_here() -> None:
    """No validator goes untested."""
    assert BREAKS.keys() == PROMISES.keys()


@pytest.mark.parametrize(
    ("promise", "number"), [(promise, number) for promise, breaks in BREAKS.items() for number in range(len(breaks))]
)
def test_a_broken_promise_is_found(promise: str, number: int) -> None:
    """Each way of breaking a promise is seen by the validator of that promise."""
    assert broken(promise, BREAKS[promise][number](example()))


def test_what_was_deleted_is_no_hole() -> None:
    """A feed lacks a deleted résumé's events without being broken, and whoever saw them before did no wrong."""
    right = example()
    kept = [event for event in right.truth.events if event.resume_id == "b"]
    truth = replace(right.truth, events=kept, rows={"b": right.truth.rows["b"]})
    asked = (Asked(id=9, call="DeleteResume", resume_id="a"), Answered(id=9, code="OK"))
    assert breaches(Recording([*right.lines, *asked]), truth) == []


def test_a_room_may_pass_numbers_that_are_not_its_own() -> None:
    """A WebSocket's heartbeat tells how far the room is complete; past an event of the room it would be a lie."""
    opened = Opened(watch="w", client="c", target="batch:x", after=7, transport="websocket")
    truth = example().truth

    def found(position: int) -> set[str]:
        beat = Heartbeat(watch="w", position=position, caught_up=False, epoch="e")
        return {breach.promise for breach in breaches(Recording([opened, beat]), truth)}

    assert found(8) == set()
    assert found(9) == {"never_ahead"}


@pytest.mark.slow
def test_a_recording_is_checked_by_command(tmp_path: Path) -> None:
    """The command reads what the recorder wrote, a line cut short by a kill left out, and its status tells."""
    right = example()
    path = tmp_path / "recording.jsonl"
    recorder = Recorder(path)
    for line in right.lines:
        recorder.write(line)
    recorder.close()
    with path.open("ab") as file:
        file.write(b'{"line":"event","watch":"of-f')
    command = [sys.executable, "-m", "tests.fire.checker", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:8], lines[7]]))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
