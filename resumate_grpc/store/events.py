"""Writing the log: every event gets its numbers in the transaction that changes its résumé's state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Row, bindparam, case, insert, select, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.elements import Label

from resumate_grpc.model.digest import START, chained
from resumate_grpc.model.progress import ParseFailure, ProgressEvent, Stage, State
from resumate_grpc.model.work import Claim
from resumate_grpc.store.codec import encode_event, from_micros
from resumate_grpc.store.tables import events, feeds, resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["Entry", "MovedMeanwhileError", "advance", "event_of", "queued", "record", "transition"]

Change = str | int | None

_INSERT = insert(events)


class MovedMeanwhileError(Exception):
    """A log was moved on between the statement's snapshot and its lock (PostgreSQL): the transaction is run again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An event before the log has numbered it."""

    stage: Stage
    state: State
    message: str
    percent: int
    stage_percent: int = 0
    estimated_remaining_s: float | None = None
    error: ParseFailure | None = None


def queued(message: str, *, estimated_remaining_s: float | None = None) -> Entry:
    """Return the entry with which every attempt begins."""
    return Entry(
        stage=Stage.QUEUED,
        state=State.QUEUED,
        message=message,
        percent=0,
        estimated_remaining_s=estimated_remaining_s,
    )


def advance(
    tx: Transaction,
    resume_id: str,
    entries: Sequence[Entry],
    changes: Mapping[str, Change],
    *,
    under: Claim | None = None,
) -> tuple[Row[Any], list[ProgressEvent]] | None:
    """Set columns of one résumé and append entries to its log, in one step.

    None, and nothing written, if there is no such résumé or if it is no longer held `under` the claim: this is the
    fence, in the same statement as the change.
    """
    return _execute(tx, resume_id, entries, dict(changes), under=under, moves=False, ends=False)


def transition(
    tx: Transaction,
    resume_id: str,
    entries: Sequence[Entry],
    changes: Mapping[str, Change],
    *,
    under: Claim | None = None,
) -> tuple[Row[Any], list[ProgressEvent]] | None:
    """Do as `advance` does, and change the résumé's state to its last entry's; that makes a new revision."""
    state = entries[-1].state
    moved: dict[str, Change] = {**changes, "state": state.value}
    if state is not State.PROCESSING:
        moved |= {"lease": None, "lease_worker": None, "lease_expires": None}
    return _execute(tx, resume_id, entries, moved, under=under, moves=True, ends=state.is_terminal)


def _execute(
    tx: Transaction,
    resume_id: str,
    entries: Sequence[Entry],
    changes: dict[str, Change],
    *,
    under: Claim | None,
    moves: bool,
    ends: bool,
) -> tuple[Row[Any], list[ProgressEvent]] | None:
    if entries:
        changes["percent"] = entries[-1].percent
    statement = _update(tuple(sorted(changes)), held=under is not None, moves=moves, ends=ends)
    values: dict[str, Change] = {f"new_{column}": value for column, value in changes.items()}
    values |= {"b_id": resume_id, "b_now": tx.now, "b_count": len(entries)}
    if under is not None:
        values |= {"b_attempt": under.attempt, "b_lease": under.lease}
    row = tx.connection.execute(statement, values).one_or_none()
    if row is None:
        return None
    if entries and row.previous_digest is None:
        raise MovedMeanwhileError
    return row, record(tx, row, entries, previous=row.previous_digest)


@cache
def _update(columns: tuple[str, ...], *, held: bool, moves: bool, ends: bool) -> ReturningUpdate[Any]:
    """Return the statement that sets columns; cached, because building it takes longer than running it."""
    table = resumes.c
    values: dict[str, ColumnElement[Any]] = {column: bindparam(f"new_{column}") for column in columns}
    values["last_sequence"] = table.last_sequence + bindparam("b_count", type_=BigInteger)
    values["last_event_time"] = _not_before(table.last_event_time)
    if moves:
        values |= {"revision": table.revision + 1, "update_time": _not_before(table.update_time)}
    if ends:
        values["complete_time"] = _not_before(table.last_event_time)
    conditions = [table.id == bindparam("b_id")]
    if held:
        conditions += [
            table.state == State.PROCESSING.value,
            table.attempt == bindparam("b_attempt"),
            table.lease == bindparam("b_lease"),
        ]
    return update(resumes).where(*conditions).values(**values).returning(*table, _previous_digest())


def _previous_digest() -> Label[bytes]:
    """Return the digest of the event before those that this statement makes room for."""
    before = events.c.sequence == resumes.c.last_sequence - bindparam("b_count", type_=BigInteger)
    # By the id as it was given: of many tables of events the database then opens the one that holds it.
    previous = select(events.c.digest).where(events.c.resume_id == bindparam("b_id"), before).correlate(resumes)
    return previous.scalar_subquery().label("previous_digest")


def record(
    tx: Transaction, resume: Row[Any], entries: Sequence[Entry], *, previous: bytes = START
) -> list[ProgressEvent]:
    """Append entries to the log under the last `len(entries)` sequence numbers of a `resumes` row.

    `previous` is the digest of the event before them.
    """
    if not entries:
        return []
    first = resume.last_sequence - len(entries) + 1
    feed_first = _take_feed_numbers(tx, resume.owner, len(entries))
    numbered: list[ProgressEvent] = []
    for offset, entry in enumerate(entries):
        event = _numbered(resume, entry, sequence=first + offset, feed_sequence=feed_first + offset, previous=previous)
        numbered.append(event)
        previous = event.digest
    tx.connection.execute(_INSERT, [encode_event(event) for event in numbered])
    return numbered


def _numbered(resume: Row[Any], entry: Entry, *, sequence: int, feed_sequence: int, previous: bytes) -> ProgressEvent:
    digest = chained(
        previous,
        resume_id=resume.id,
        sequence=sequence,
        attempt=resume.attempt,
        stage=entry.stage,
        stage_percent=entry.stage_percent,
        percent=entry.percent,
        create_time=from_micros(resume.last_event_time),
        message=entry.message,
    )
    return event_of(resume, entry, sequence=sequence, feed_sequence=feed_sequence, digest=digest)


def event_of(resume: Row[Any], entry: Entry, *, sequence: int, feed_sequence: int, digest: bytes) -> ProgressEvent:
    """Return an entry's event in the log of a `resumes` row, as of the row's last event."""
    return ProgressEvent(
        resume_id=resume.id,
        owner=resume.owner,
        batch_id=resume.batch_id or "",
        sequence=sequence,
        feed_sequence=feed_sequence,
        attempt=resume.attempt,
        stage=entry.stage,
        stage_percent=entry.stage_percent,
        percent=entry.percent,
        message=entry.message,
        state=entry.state,
        create_time=from_micros(resume.last_event_time),
        estimated_remaining_s=entry.estimated_remaining_s,
        error=entry.error,
        digest=digest,
    )


_NUMBER = (
    update(feeds)
    .where(feeds.c.owner == bindparam("b_owner"))
    .values(last_sequence=feeds.c.last_sequence + bindparam("b_count", type_=BigInteger))
    .returning(feeds.c.last_sequence)
)


def _take_feed_numbers(tx: Transaction, owner: str, count: int) -> int:
    """Return the first of `count` new numbers of an owner's feed; its row is locked until the transaction ends."""
    last = tx.connection.execute(_NUMBER, {"b_owner": owner, "b_count": count}).scalar_one_or_none()
    if last is None:
        tx.connection.execute(insert(feeds).values(owner=owner, last_sequence=count, first_sequence=1))
        return 1
    return int(last) - count + 1


def _not_before(column: Column[int]) -> ColumnElement[int]:
    """Return the transaction's time, or the column's if the clock has gone back behind it."""
    now = bindparam("b_now", type_=BigInteger)
    return case((column > now, column), else_=now)
