"""What each stream promises by itself: order, no hole, no repeat, heartbeats, resuming, its end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import UNSET

from tests.fire.lines import Counts, Draining, Event, Heartbeat
from tests.fire.recording import Recording, Watch
from tests.fire.truth import Truth

__all__ = ["drained_cleanly", "ended_rightly", "gapless", "never_ahead", "one_log", "ordered", "resumable", "unique"]

TERMINAL_STAGES = {"COMPLETE", "ERROR", "CANCELLED"}


def ordered(recording: Recording, _: Truth | None) -> Iterator[str]:
    """Numbers rise within a watch: those that it counts in, and those of each résumé in it."""
    for watch in recording.watches.values():
        for before, after in pairwise(watch.events):
            if watch.target.number(after) <= watch.target.number(before):
                yield f"{watch.name}: {watch.target.number(after)} came after {watch.target.number(before)}"
        last: dict[str, int] = {}
        for event in watch.events:
            if event.sequence <= last.get(event.resume_id, 0):
                yield f"{watch.name}: {event.resume_id} went from {last[event.resume_id]} to {event.sequence}"
            last[event.resume_id] = event.sequence


def gapless(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """No number is missing: of a résumé's watch none at all, of a feed's or batch's none that is in the log."""
    for watch in recording.watches.values():
        reached = watch.opened.after
        last: dict[str, int] = {}
        for event in watch.events:
            number = watch.target.number(event)
            if watch.target.resume_id and number != reached + 1:
                yield f"{watch.name}: {number} came after {reached}"
            if not watch.target.resume_id and truth is not None:
                yield from _skipped(recording, truth, watch, reached, number)
            if event.sequence > last.get(event.resume_id, event.sequence - 1) + 1:
                yield f"{watch.name}: {event.resume_id} went from {last[event.resume_id]} to {event.sequence}"
            reached = max(reached, number)
            last[event.resume_id] = event.sequence


def _skipped(recording: Recording, truth: Truth, watch: Watch, reached: int, number: int) -> Iterator[str]:
    held = {event.feed_sequence: event for event in truth.events}
    for missing in range(reached + 1, number):
        event = held.get(missing)
        if event is not None and watch.target.has(event):
            yield f"{watch.name}: {missing} is in the log and was left out before {number}"
        if event is None and not watch.target.batch_id and not _was_removed(recording, truth, missing):
            yield f"{watch.name}: {missing} was left out before {number} and is not in the log, yet nothing was deleted"


def _was_removed(recording: Recording, truth: Truth, number: int) -> bool:
    return number < truth.feed_first or any(True for _ in recording.asked("DeleteResume"))


def unique(recording: Recording, _: Truth | None) -> Iterator[str]:
    """A client sees each event once, however often it reconnects."""
    for client in recording.clients.values():
        seen: set[tuple[str, int]] = set()
        for event in client.events:
            if (event.resume_id, event.sequence) in seen:
                yield f"{client.name}: {event.resume_id} {event.sequence} came twice"
            seen.add((event.resume_id, event.sequence))


def resumable(recording: Recording, _: Truth | None) -> Iterator[str]:
    """A reopened watch begins at exactly the event after the last one seen."""
    for client in recording.clients.values():
        for before, after in pairwise(client.watches):
            if after.opened.after != before.position:
                yield f"{after.name}: reopened after {after.opened.after}, the last one seen was {before.position}"


def never_ahead(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """A heartbeat, like a farewell, tells the last number sent: never one that was not."""
    for watch in recording.watches.values():
        sent = watch.opened.after
        for line in watch.lines:
            if isinstance(line, Counts):
                continue
            if isinstance(line, Event):
                sent = watch.target.number(line)
            elif line.position != sent and not _is_bookmark(watch, truth, sent, line.position):
                yield f"{watch.name}: a {type(line).__name__.lower()} says {line.position}, sent was {sent}"


def _is_bookmark(watch: Watch, truth: Truth | None, sent: int, position: int) -> bool:
    """Tell whether a WebSocket's room has passed numbers that are other rooms'; gRPC tells numbers sent alone."""
    if watch.opened.transport != "websocket" or not watch.target.batch_id or position < sent or truth is None:
        return False
    mine = (watch.target.number(event) for event in truth.events if watch.target.has(event))
    return position <= truth.feed_last and not any(sent < number <= position for number in mine)


def one_log(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """Every event and heartbeat is of one log: a client that did not ask for another epoch never gets one."""
    epochs = {event.epoch for event in recording.events if event.epoch is not UNSET}
    epochs |= {line.epoch for line in recording.lines if isinstance(line, Heartbeat)}
    epochs |= {truth.epoch} if truth is not None else set()
    if len(epochs) > 1:
        yield f"events and heartbeats are of {len(epochs)} logs"


def ended_rightly(recording: Recording, _: Truth | None) -> Iterator[str]:
    """A watch of a résumé closes with OK only after a terminal event; one of a feed or batch never does."""
    for client in recording.clients.values():
        for index, watch in enumerate(client.watches):
            if watch.closed is None or watch.closed.code != "OK":
                continue
            seen = [event for earlier in client.watches[: index + 1] for event in earlier.events]
            if not client.target.resume_id:
                yield f"{watch.name}: a watch of {client.target} ended with OK"
            elif watch.opened.follow:
                yield f"{watch.name}: it follows, and ended with OK"
            elif seen and seen[-1].stage not in TERMINAL_STAGES:
                yield f"{watch.name}: it ended with OK after {seen[-1].sequence}, which ends nothing"


def drained_cleanly(recording: Recording, _: Truth | None) -> Iterator[str]:
    """After the farewell of a draining server nothing more comes, and the watch ends as UNAVAILABLE."""
    for watch in recording.watches.values():
        farewells = [index for index, line in enumerate(watch.lines) if isinstance(line, Draining)]
        if farewells and farewells[0] != len(watch.lines) - 1:
            yield f"{watch.name}: something came after the farewell"
        # CANCELLED: a second SIGTERM or the end of the grace time cut it off right after the farewell.
        if farewells and watch.closed and watch.closed.code not in {"UNAVAILABLE", "CANCELLED", "LEFT"}:
            yield f"{watch.name}: after the farewell it ended with {watch.closed.code}"
