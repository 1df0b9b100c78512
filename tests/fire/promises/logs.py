"""What a résumé's log promises: one ending an attempt, percents that never fall, events that never change."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import UNSET, structs

from tests.fire.lines import Event, Heartbeat
from tests.fire.recording import Recording, Watch
from tests.fire.truth import Truth

__all__ = ["ENDINGS", "NO_DIGEST", "digest_right", "digests_of", "fenced", "immutable", "never_falls", "one_ending"]

STAGES = ("QUEUED", "TEXT_EXTRACTION", "NLP_PARSING", "AI_ENHANCEMENT", "COMPLETE", "ERROR", "CANCELLED")
ENDINGS = {"COMPLETE": "SUCCEEDED", "ERROR": "FAILED", "CANCELLED": "CANCELLED"}
NO_DIGEST = bytes(32)
ONE_MICROSECOND_S = 2e-6
ONE_MILLISECOND_S = 1.001e-3


def one_ending(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """An attempt ends once, nothing of it comes after its ending, and what has ended has its ending last."""
    for resume_id, log in _logs(recording, truth).items():
        yield from (f"{resume_id}: {breach}" for breach in _wrong_endings(log))
    for row in truth.rows.values() if truth is not None else ():
        last = truth.of(row.id)[-1:] if truth is not None else ()
        if row.state in ENDINGS.values() and (not last or last[0].state != row.state):
            yield f"{row.id}: it is {row.state}, but its last event is another"


def _wrong_endings(log: Sequence[Event]) -> Iterator[str]:
    ended = Counter(event.attempt for event in log if event.stage in ENDINGS)
    yield from (f"attempt {attempt} ended {times} times" for attempt, times in ended.items() if times > 1)
    for before, after in pairwise(log):
        if before.stage in ENDINGS and after.attempt == before.attempt:
            yield f"{after.sequence} came after attempt {before.attempt} had ended"
    for event in log:
        if event.state is not UNSET and event.state != ENDINGS.get(event.stage, event.state):
            yield f"{event.sequence} is of stage {event.stage} and state {event.state}"


def fenced(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """Attempts follow one another: each begins by waiting, none writes once the next has begun."""
    for resume_id, log in _logs(recording, truth).items():
        for before, after in pairwise(log):
            if after.sequence != before.sequence + 1:
                continue  # nobody saw what lies between
            if after.attempt not in {before.attempt, before.attempt + 1}:
                yield f"{resume_id}: {after.sequence} is of attempt {after.attempt}, after one of {before.attempt}"
            elif after.attempt > before.attempt and after.stage != "QUEUED":
                yield f"{resume_id}: attempt {after.attempt} began in {after.stage}"
            elif after.attempt == before.attempt and after.stage == "QUEUED":
                yield f"{resume_id}: attempt {after.attempt} was queued twice"


def never_falls(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """Within an attempt neither percent nor stage falls; within a stage neither does its percent."""
    for resume_id, log in _logs(recording, truth).items():
        for before, after in pairwise(log):
            if after.attempt != before.attempt:
                continue
            where = f"{resume_id}: {before.sequence} → {after.sequence}"
            if after.percent < before.percent:
                yield f"{where}: percent fell from {before.percent} to {after.percent}"
            if STAGES.index(after.stage) < STAGES.index(before.stage):
                yield f"{where}: stage went from {before.stage} to {after.stage}"
            if after.stage == before.stage and after.stage_percent < before.stage_percent:
                yield f"{where}: percent of {after.stage} fell from {before.stage_percent} to {after.stage_percent}"


def immutable(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """An event reads the same for everybody, live and from history, before and after a restart, and in the database."""
    known: dict[tuple[str, int], Event] = {(event.resume_id, event.sequence): event for event in _held(truth)}
    for event in recording.events:
        key = (event.resume_id, event.sequence)
        first = known.setdefault(key, event)
        for name in _differences(first, event):
            yield f"{event.watch}: {key} has another {name}: {getattr(event, name)!r}, not {getattr(first, name)!r}"


def digest_right(recording: Recording, truth: Truth | None) -> Iterator[str]:
    """Count and digest of every event and heartbeat are those of the events that were sent."""
    for resume_id, log in _logs(recording, truth).items():
        for (number, digest), event in zip(digests_of(log).items(), log, strict=False):
            if event.digest is not UNSET and event.digest != digest.hex():
                yield f"{resume_id}: {number} has another digest than its history"
            if event.count is not UNSET and event.count != number:
                yield f"{resume_id}: {number} says that it is the {event.count}th"
    logs = _logs(recording, truth)
    for watch in recording.watches.values():
        yield from _wrong_beats(watch, digests_of(logs.get(watch.target.resume_id, ())))


def _wrong_beats(watch: Watch, chain: Mapping[int, bytes]) -> Iterator[str]:
    digest, count = NO_DIGEST, 0
    for line in watch.lines:
        if isinstance(line, Event) and isinstance(line.digest, str):
            digest, count = hashlib.sha256(digest + bytes.fromhex(line.digest)).digest(), count + 1
        if not isinstance(line, Heartbeat) or not isinstance(line.digest, str):
            continue
        due = chain.get(line.position, NO_DIGEST) if watch.target.resume_id else digest
        due_count = line.position if watch.target.resume_id else count
        if line.position and watch.target.resume_id and line.position not in chain:
            continue  # its history is not all known
        if (line.count, line.digest) != (due_count, due.hex()):
            yield f"{watch.name}: the heartbeat at {line.position} has another count or digest than what was sent"


def digests_of(log: Iterable[Event]) -> dict[int, bytes]:
    """Return the digest after each event, as far as the log is known from its first event on."""
    digests: dict[int, bytes] = {}
    digest = NO_DIGEST
    for number, event in enumerate(log, start=1):
        if event.sequence != number:
            break
        digest = digests[number] = hashlib.sha256(digest + _canonical(event)).digest()
    return digests


def _canonical(event: Event) -> bytes:
    numbers = (
        event.sequence,
        event.attempt,
        STAGES.index(event.stage) + 1,
        event.stage_percent,
        event.percent,
        event.create_time_ms,
    )
    return _text(event.resume_id) + b"".join(map(_number, numbers)) + _text(event.message)


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _number(len(encoded)) + encoded


def _logs(recording: Recording, truth: Truth | None) -> dict[str, list[Event]]:
    """Return each résumé's events in order, as seen by anybody or held."""
    logs: defaultdict[str, dict[int, Event]] = defaultdict(dict)
    for event in (*recording.events, *_held(truth)):
        logs[event.resume_id][event.sequence] = event
    return {resume_id: [log[number] for number in sorted(log)] for resume_id, log in logs.items()}


def _held(truth: Truth | None) -> Iterable[Event]:
    return truth.events if truth is not None else ()


def _differences(one: Event, other: Event) -> Iterator[str]:
    for described in structs.fields(Event):
        name = described.name
        mine, its = getattr(one, name), getattr(other, name)
        if name == "watch" or UNSET in (mine, its) or mine == its:
            continue
        if name == "estimated_remaining_s" and None not in (mine, its) and abs(mine - its) <= _precision_s(other):
            continue
        yield name


def _precision_s(event: Event) -> float:
    """Return to what gRPC (microseconds, a state) and a WebSocket (milliseconds, no state) round a duration."""
    return ONE_MILLISECOND_S if event.state is UNSET else ONE_MICROSECOND_S
