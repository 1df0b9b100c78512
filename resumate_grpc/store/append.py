"""Appending progress, the store's hottest path: many workers' appends in a handful of statements.

An append is one UPDATE of its résumé, under its lease, one step of its owner's feed, and an INSERT of its events. One
by one, each statement costs more in handing the interpreter's lock to and fro than in the database. So all appends that
wait together are one UPDATE, one step of each feed, and one INSERT for some dozens of events.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy.exc import DatabaseError

from resumate_grpc.jobs.ports import LeaseLostError
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import Claim, NewEvent
from resumate_grpc.store.chain import event_of, linked
from resumate_grpc.store.codec import from_micros
from resumate_grpc.store.transaction import Transaction

__all__ = ["Append", "Appender"]

Result = Sequence[ProgressEvent] | Exception

_KEPT_HEADS = 4096
_CHUNKS = (64, 16, 4, 1)
"""Rows of one statement: few lengths, so that the driver keeps them all prepared."""
_EVENT_COLUMNS = (
    "resume_id, sequence, owner, feed_sequence, batch_id, attempt, stage, stage_percent, percent, message, state, "
    "create_time, estimated_remaining_s, digest"
)
_READ_HEAD = """
    SELECT r.last_sequence, r.last_event_time, r.percent, e.digest
    FROM resumes AS r JOIN events AS e ON e.resume_id = r.id AND e.sequence = r.last_sequence
    WHERE r.id = ? AND r.state = 'PROCESSING' AND r.attempt = ? AND r.lease = ?
"""
_TAKE_FEED_NUMBERS = "UPDATE feeds SET last_sequence = last_sequence + ? WHERE owner = ? RETURNING last_sequence"


@dataclass(frozen=True, kw_only=True, slots=True)
class Append:
    """Progress of one attempt, under its claim; no events = only look whether the claim holds."""

    claim: Claim
    events: Sequence[NewEvent]


class _Head(NamedTuple):
    """The end of a résumé's log."""

    sequence: int
    time: int
    percent: int
    digest: bytes


@dataclass(kw_only=True, slots=True)
class _Move:
    """What all appends under one claim make of its résumé."""

    claim: Claim
    count: int = 0
    percent: int | None = None

    def after(self, head: _Head, now: int) -> tuple[object, ...]:
        """Return whom to move, from where, to where."""
        percent = head.percent if self.percent is None else self.percent
        claim, time = self.claim, max(now, head.time)
        return (
            claim.resume.id,
            claim.attempt,
            claim.lease,
            head.sequence,
            head.time,
            head.sequence + self.count,
            time,
            percent,
        )


class Appender:
    """Runs appends together; used by the writer's thread alone.

    It remembers where logs end. That is safe beside other writers, in this process or another: the UPDATE names,
    besides the lease, the end that it goes on from, and where a log has moved on its end is read anew.
    """

    def __init__(self) -> None:
        self._heads: dict[str, _Head] = {}

    def forget(self) -> None:
        """Drop what is remembered: what was appended last was undone."""
        self._heads.clear()

    def run(self, tx: Transaction, appends: Sequence[Append]) -> list[Result]:
        """Append; returns each one's events, or `LeaseLostError` for what was not held, of which nothing was written.

        Raises `DatabaseError` for anything else; nothing of any may be kept then.
        """
        driver = tx.connection.connection.cursor()
        try:
            heads = self._move_on(driver, tx.now, _moves(appends))
            return self._write(driver, tx.now, appends, heads)
        except sqlite3.Error as error:  # as SQLAlchemy would have said it, so that callers know it
            raise DatabaseError("append", None, error) from error
        finally:
            driver.close()

    def _move_on(self, driver: Any, now: int, moves: Mapping[str, _Move]) -> dict[str, _Head]:
        """Make room in the log for what each lease appends; returns where the logs of those that are held ended."""
        known = {lease: self._heads.get(move.claim.resume.id) for lease, move in moves.items()}
        heads = {lease: head for lease, head in known.items() if head is not None}
        moved = _update(driver, [moves[lease].after(head, now) for lease, head in heads.items()])
        missed = [lease for lease in moves if lease not in moved]
        if missed:
            heads |= {lease: head for lease in missed if (head := _read_head(driver, moves[lease].claim)) is not None}
            again = [lease for lease in missed if lease in heads]
            moved |= _update(driver, [moves[lease].after(heads[lease], now) for lease in again])
        return {lease: heads[lease] for lease in moved}

    def _write(self, driver: Any, now: int, appends: Sequence[Append], heads: dict[str, _Head]) -> list[Result]:
        counts = Counter[str]()
        for append in appends:
            if append.claim.lease in heads:
                counts[append.claim.resume.owner] += len(append.events)
        numbers = {owner: _take_feed_numbers(driver, owner, count) for owner, count in counts.items() if count}
        moment = from_micros(now)
        results: list[Result] = []
        rows: list[tuple[object, ...]] = []
        for append in appends:
            head = heads.get(append.claim.lease)
            if head is None:
                results.append(LeaseLostError("the lease is another worker's now, or the attempt has ended"))
                continue
            create_time = moment if head.time <= now else from_micros(head.time)
            events = _numbered(append, head, create_time, numbers.get(append.claim.resume.owner, iter(())))
            heads[append.claim.lease] = self._remember(append, head, events, now)
            time = heads[append.claim.lease].time
            rows += [_row(event, time) for event in events]
            results.append(events)
        for some in _chunks(rows):
            driver.execute(_insert(len(some)), list(chain.from_iterable(some)))
        return results

    def _remember(self, append: Append, head: _Head, events: Sequence[ProgressEvent], now: int) -> _Head:
        after = _Head(
            sequence=head.sequence + len(events),
            time=max(now, head.time),
            percent=events[-1].percent if events else head.percent,
            digest=events[-1].digest if events else head.digest,
        )
        self._heads.pop(append.claim.resume.id, None)
        self._heads[append.claim.resume.id] = after
        if len(self._heads) > _KEPT_HEADS:
            del self._heads[next(iter(self._heads))]
        return after


def _moves(appends: Iterable[Append]) -> dict[str, _Move]:
    moves: dict[str, _Move] = {}
    for append in appends:
        move = moves.setdefault(append.claim.lease, _Move(claim=append.claim))
        move.count += len(append.events)
        if append.events:
            move.percent = append.events[-1].percent
    return moves


def _update(driver: Any, moves: Sequence[tuple[object, ...]]) -> set[str]:
    """Move résumés on; returns the leases of those that were as expected."""
    moved: set[str] = set()
    for some in _chunks(moves):
        rows = driver.execute(_update_statement(len(some)), list(chain.from_iterable(some))).fetchall()
        moved.update(row[0] for row in rows)
    return moved


@cache
def _update_statement(count: int) -> str:
    # The `+` keeps SQLite from going through all that are PROCESSING instead of to the one with the id.
    rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * count)
    return f"""
        UPDATE resumes SET last_sequence = v.column6, last_event_time = v.column7, percent = v.column8
        FROM (VALUES {rows}) AS v
        WHERE resumes.id = v.column1 AND resumes.attempt = v.column2 AND resumes.lease = v.column3
            AND resumes.last_sequence = v.column4 AND resumes.last_event_time = v.column5
            AND +resumes.state = 'PROCESSING'
        RETURNING lease
    """  # noqa: S608 - no value is in it


@cache
def _insert(count: int) -> str:
    marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * count)
    return f"INSERT INTO events ({_EVENT_COLUMNS}) VALUES {marks}"  # noqa: S608 - no value is in it


def _read_head(driver: Any, claim: Claim) -> _Head | None:
    row = driver.execute(_READ_HEAD, (claim.resume.id, claim.attempt, claim.lease)).fetchone()
    return None if row is None else _Head(sequence=row[0], time=row[1], percent=row[2], digest=row[3])


def _take_feed_numbers(driver: Any, owner: str, count: int) -> Iterator[int]:
    last = driver.execute(_TAKE_FEED_NUMBERS, (count, owner)).fetchone()[0]
    return iter(range(last - count + 1, last + 1))


def _numbered(append: Append, head: _Head, create_time: datetime, numbers: Iterator[int]) -> list[ProgressEvent]:
    links = linked(append.claim, append.events, sequence=head.sequence, digest=head.digest, create_time=create_time)
    return [event_of(append.claim, link, next(numbers), create_time=create_time) for link in links]


def _row(event: ProgressEvent, micros: int) -> tuple[object, ...]:
    return (
        event.resume_id,
        event.sequence,
        event.owner,
        event.feed_sequence,
        event.batch_id or None,
        event.attempt,
        event.stage.value,
        event.stage_percent,
        event.percent,
        event.message,
        event.state.value,
        micros,
        event.estimated_remaining_s,
        event.digest,
    )


def _chunks(rows: Sequence[tuple[object, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
    start = 0
    for size in _CHUNKS:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size
