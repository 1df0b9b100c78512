"""What the database must confirm: all that was seen is there, all that is there was seen, what was answered is kept."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.fire.lines import Answered, Asked, Counts
from tests.fire.promises.logs import ENDINGS
from tests.fire.recording import Client, Recording
from tests.fire.truth import Truth

__all__ = [
    "accepted_is_kept",
    "all_ended",
    "answered_holds",
    "complete",
    "counted_rightly",
    "idempotent",
    "log_whole",
    "no_phantoms",
]

STATES = ("QUEUED", "PROCESSING", "SUCCEEDED", "FAILED", "CANCELLED")

REFUSED = {"NOT_FOUND", "OUT_OF_RANGE", "4404", "4409"}
"""Endings that tell a client that there is nothing more for it: deleted, or purged before it came."""


def no_phantoms(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """Every event that anybody saw is in the database: nothing is told before it is kept."""
    if truth is None:
        return
    held = {(event.resume_id, event.sequence) for event in truth.events}
    for event in recording.events:
        key = (event.resume_id, event.sequence)
        if key not in held and not truth.was_purged(event) and not recording.may_be_deleted(event.resume_id):
            yield f"{event.watch}: saw {event.resume_id} {event.sequence}, which the database does not have"


def complete(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """A client saw everything up to its last position, and all there is once it had caught up with a system at rest."""
    if truth is None:
        return
    for client in recording.clients.values():
        began_after = client.watches[0].opened.after
        seen = {client.target.number(event) for event in client.events}
        until = _due_until(client, recording, truth, max(seen, default=began_after))
        for event in truth.events:
            number = client.target.number(event)
            if client.target.has(event) and began_after < number <= until and number not in seen:
                yield f"{client.name}: never saw {event.resume_id} {event.sequence} (number {number})"


def _due_until(client: Client, recording: Recording, truth: Truth, reached: int) -> float:
    """Return up to which number the client must have seen all."""
    closed = client.watches[-1].closed
    if client.target.resume_id and closed is not None and closed.code == "OK":
        # It was told an attempt's ending, and left; what a retry brought later was not for it.
        log = truth.of(client.target.resume_id)
        return min(
            (each.sequence for each in log if each.stage in ENDINGS and each.sequence >= reached), default=reached
        )
    if closed is not None and closed.code in REFUSED:
        return reached
    at_rest = recording.rested is not None and client.name in recording.rested.clients
    return math.inf if at_rest else reached


def log_whole(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """State and history agree: each log is 1, 2, 3 … to its row's end, and the feed lacks only what was deleted."""
    if truth is None:
        return
    yield from truth.complaints
    by_resume = defaultdict(list)
    for event in truth.events:
        by_resume[event.resume_id].append(event)
    for resume_id in by_resume.keys() - truth.rows.keys():
        yield f"{resume_id}: there are events of it and no row"
    for row in truth.rows.values():
        log = sorted(by_resume[row.id], key=lambda event: event.sequence)
        if not log or (log[-1].sequence, log[-1].state, log[-1].attempt) != (row.last_sequence, row.state, row.attempt):
            yield f"{row.id}: its row and its last event disagree"
        if log and log[0].sequence != 1 and truth.feed_first == 1:
            yield f"{row.id}: its log begins with {log[0].sequence}, and nothing was purged"
        for before, after in pairwise(log):
            if after.sequence != before.sequence + 1:
                yield f"{row.id}: its log has {after.sequence} after {before.sequence}"
            if after.feed_sequence <= before.feed_sequence:  # type: ignore[operator]  # both are of the database
                yield f"{row.id}: {after.sequence} has a lower feed_sequence than the event before it"
    yield from _feed_holes(recording, truth)


def _feed_holes(recording: Recording, truth: Truth) -> Iterator[str]:
    numbers = [event.feed_sequence for event in truth.events if isinstance(event.feed_sequence, int)]
    if len(set(numbers)) != len(numbers):
        yield "a feed_sequence was given twice"
    if any(number > truth.feed_last for number in numbers):
        yield "an event has a number beyond the feed's end"
    missing = set(range(truth.feed_first, truth.feed_last + 1)) - set(numbers)
    if missing and not any(True for _ in recording.asked("DeleteResume")):
        yield f"the feed lacks {sorted(missing)[:5]}, and nothing was deleted"


def accepted_is_kept(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """An upload that was answered with OK has its row and its bytes."""
    if truth is None:
        return
    for asked, answered in recording.asked("Upload"):
        if answered is None or answered.code != "OK" or recording.may_be_deleted(answered.resume_id):
            continue
        row = truth.rows.get(answered.resume_id)
        if row is None:
            yield f"{answered.resume_id}: its upload was answered, and there is no row"
        elif row.sha256 != asked.sha256:
            yield f"{answered.resume_id}: its row is of other bytes"
    if truth.files is not None:
        for row in truth.rows.values():
            if truth.files.get(row.sha256) != row.sha256:
                yield f"{row.id}: its bytes are {'damaged' if row.sha256 in truth.files else 'gone'}"


def idempotent(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """One request_id makes one résumé, whatever died between commit and answer."""
    ids = defaultdict(set)
    for asked, answered in recording.asked("Upload"):
        if asked.request_id and answered is not None and answered.code == "OK":
            ids[asked.request_id].add(answered.resume_id)
    for request_id, resumes in ids.items():
        if len(resumes) > 1 and not any(map(recording.may_be_deleted, resumes)):
            yield f"request_id {request_id} was answered with {len(resumes)} résumés"
    if truth is not None:
        made = defaultdict(list)
        for row in truth.rows.values():
            made[row.request_id].append(row.id)
        for request_id, rows in made.items():
            if request_id and len(rows) > 1:
                yield f"request_id {request_id} made {len(rows)} résumés"


def answered_holds(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """A cancel, a retry or a deletion that was answered with OK has happened, and stays so."""
    if truth is None:
        return
    for asked, answered in recording.calls.values():
        if answered is None or answered.code != "OK":
            continue
        if asked.call == "DeleteResume":
            if asked.resume_id in truth.rows or truth.of(asked.resume_id):
                yield f"{asked.resume_id}: it was deleted, and is still there"
        elif asked.call in {"CancelResume", "RetryResume"} and not recording.may_be_deleted(asked.resume_id):
            yield from _not_in_log(asked, answered, truth)


def _not_in_log(asked: Asked, answered: Answered, truth: Truth) -> Iterator[str]:
    stage = "CANCELLED" if asked.call == "CancelResume" else "QUEUED"
    log = truth.of(asked.resume_id)
    held = [event for event in log if event.sequence == answered.sequence]
    purged = bool(log) and log[0].sequence > answered.sequence
    if not purged and (not held or (held[0].stage, held[0].attempt) != (stage, answered.attempt)):
        yield f"{asked.resume_id}: {asked.call} was answered at {answered.sequence}, the log has no such event"


def counted_rightly(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """A batch's counts are those of its résumés as the log has them at the number that the counts name."""
    if truth is None or truth.feed_first > 1 or any(True for _ in recording.asked("DeleteResume")):
        return  # what has been removed was counted, and nobody knows any more how
    for watch in recording.watches.values():
        for line in watch.lines:
            if isinstance(line, Counts):
                due = _counts(truth, line.batch_id, line.feed_sequence)
                told = Counter({state: getattr(line, state.lower()) for state in STATES})
                if told != due or line.total != due.total():
                    yield f"{watch.name}: counts at {line.feed_sequence} are {dict(told)}, due were {dict(due)}"


def _counts(truth: Truth, batch_id: str, until: int) -> Counter[str]:
    states = {
        event.resume_id: str(event.state)
        for event in truth.events
        if event.batch_id == batch_id and isinstance(event.feed_sequence, int) and event.feed_sequence <= until
    }
    return Counter(states.values())


def all_ended(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """At rest every accepted résumé has come to an end: nothing was forgotten."""
    if truth is None or recording.rested is None:
        return
    for row in truth.rows.values():
        if row.state not in ENDINGS.values():
            yield f"{row.id}: it is {row.state} for ever"
