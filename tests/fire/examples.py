"""A small recording in which every promise is kept, to be broken by tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import count

from msgspec import structs

from tests.fire.lines import Answered, Asked, Closed, Counts, Draining, Event, Heartbeat, Line, Opened, Rested
from tests.fire.promises.logs import ENDINGS, NO_DIGEST, digests_of
from tests.fire.truth import Row, Truth

__all__ = ["Example", "example"]

EPOCH = "e"
SHA = "ab" * 32
SCRIPT = (
    ("a", 1, "QUEUED", 0, 0),
    ("b", 1, "QUEUED", 0, 0),
    ("a", 1, "TEXT_EXTRACTION", 50, 25),
    ("b", 1, "TEXT_EXTRACTION", 100, 50),
    ("a", 1, "NLP_PARSING", 40, 70),
    ("b", 1, "ERROR", 0, 50),
    ("b", 2, "QUEUED", 0, 0),
    ("a", 1, "COMPLETE", 100, 100),
    ("b", 2, "TEXT_EXTRACTION", 10, 5),
    ("b", 2, "COMPLETE", 100, 100),
)
"""Résumé, attempt, stage, stage_percent, percent; in the order of the feed. `b` is of batch `x`, and is retried."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """Lines and truth that agree."""

    lines: list[Line]
    truth: Truth


def example() -> Example:
    """Return two résumés' story as four clients saw it; each reconnected once, all had caught up."""
    events = _events()
    truth = Truth(
        epoch=EPOCH,
        rows={name: _row(name, events) for name in ("a", "b")},
        events=events,
        feed_last=len(events),
        files={SHA: SHA},
    )
    lines: list[Line] = []
    for number, name in enumerate(("a", "b"), start=1):
        lines += [
            Asked(id=number, call="Upload", request_id=f"request-{name}", sha256=SHA),
            Answered(id=number, code="OK", resume_id=name, state="QUEUED", attempt=1, sequence=1),
        ]
    lines += [
        Asked(id=3, call="RetryResume", resume_id="b"),
        Answered(id=3, code="OK", resume_id="b", state="QUEUED", attempt=2, sequence=4),
        *_watched("of-a", "resume:a", [event for event in events if event.resume_id == "a"], cut=2),
        *_watched("of-b", "resume:b", [event for event in events if event.resume_id == "b"], cut=3),
        *_watched("of-feed", "feed", events, cut=4),
        *_watched("of-batch", "batch:x", [event for event in events if event.resume_id == "b"], cut=1),
        Rested(clients=("of-a", "of-b", "of-feed", "of-batch")),
    ]
    return Example(lines=lines, truth=truth)


def _events() -> list[Event]:
    sequences = {"a": count(1), "b": count(1)}
    bare = [
        Event(
            resume_id=resume_id,
            sequence=next(sequences[resume_id]),
            feed_sequence=number,
            attempt=attempt,
            stage=stage,
            stage_percent=stage_percent,
            percent=percent,
            message="…",
            state=ENDINGS.get(stage, "QUEUED" if stage == "QUEUED" else "PROCESSING"),
            create_time_ms=1000 + number,
            create_time_us=1_000_000 + 1000 * number,
            batch_id="x" if resume_id == "b" else "",
            epoch=EPOCH,
            estimated_remaining_s=None,
            error=("CORRUPT_FILE", "damaged", False) if stage == "ERROR" else None,
        )
        for number, (resume_id, attempt, stage, stage_percent, percent) in enumerate(SCRIPT, start=1)
    ]
    digests = {name: digests_of([event for event in bare if event.resume_id == name]) for name in ("a", "b")}
    return [
        structs.replace(event, count=event.sequence, digest=digests[event.resume_id][event.sequence].hex())
        for event in bare
    ]


def _row(name: str, events: list[Event]) -> Row:
    last = [event for event in events if event.resume_id == name][-1]
    return Row(
        id=name,
        sha256=SHA,
        request_id=f"request-{name}",
        batch_id="x" if name == "b" else "",
        state=str(last.state),
        attempt=last.attempt,
        last_sequence=last.sequence,
    )


def _watched(client: str, target: str, events: list[Event], *, cut: int) -> list[Line]:
    """Return what a client saw whose server went away after `cut` events."""
    numbers = [event.sequence if target.startswith("resume") else int(event.feed_sequence or 0) for event in events]
    first, second = f"{client}-1", f"{client}-2"
    lines: list[Line] = [Opened(watch=first, client=client, target=target, after=0)]
    lines += [structs.replace(event, watch=first) for event in events[:cut]]
    lines += [
        _beat(first, target, numbers[cut - 1], events[:cut]),
        Draining(watch=first, position=numbers[cut - 1]),
        Closed(watch=first, code="UNAVAILABLE", reason="SERVER_DRAINING"),
        Opened(watch=second, client=client, target=target, after=numbers[cut - 1]),
        *(structs.replace(event, watch=second) for event in events[cut:]),
    ]
    if target.startswith("resume"):
        return [*lines, Closed(watch=second, code="OK")]
    lines.append(_beat(second, target, numbers[-1], events[cut:]))
    return [*lines, _counts(second)] if target == "batch:x" else lines


def _counts(watch: str) -> Counts:
    """Return the batch's counts where its one résumé has failed, and is queued again by the next number."""
    counts = {"total": 1, "queued": 0, "processing": 0, "succeeded": 0, "failed": 1, "cancelled": 0}
    return Counts(watch=watch, batch_id="x", feed_sequence=6, **counts)


def _beat(watch: str, target: str, position: int, sent: list[Event]) -> Heartbeat:
    digest = NO_DIGEST
    for event in sent:
        digest = hashlib.sha256(digest + bytes.fromhex(str(event.digest))).digest()
    if target.startswith("resume"):
        return Heartbeat(
            watch=watch, position=position, caught_up=True, epoch=EPOCH, count=position, digest=str(sent[-1].digest)
        )
    return Heartbeat(watch=watch, position=position, caught_up=True, epoch=EPOCH, count=len(sent), digest=digest.hex())
