"""Writing the log: every event gets its numbers in the transaction that changes its résumé's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, case, insert, literal, update

from resumate_grpc.model.progress import ParseFailure, ProgressEvent, Stage, State
from resumate_grpc.store.codec import encode_event, from_micros
from resumate_grpc.store.tables import events, feeds, resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["Entry", "advance", "queued", "record", "transition"]

Change = str | int | None | ColumnElement[int]


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


def queued(message: str) -> Entry:
    """Return the entry with which every attempt begins."""
    return Entry(stage=Stage.QUEUED, state=State.QUEUED, message=message, percent=0)


def advance(
    tx: Transaction, *conditions: ColumnElement[bool], entries: Sequence[Entry], **changes: Change
) -> tuple[Row[Any], list[ProgressEvent]] | None:
    """Change the one résumé that meets the conditions and append its entries; None, and nothing written, if none does.

    This is the fence: whoever writes names in the conditions what must still be true.
    """
    if entries:
        changes["percent"] = entries[-1].percent
    statement = (
        update(resumes)
        .where(*conditions)
        .values(
            last_sequence=resumes.c.last_sequence + len(entries),
            last_event_time=_not_before(resumes.c.last_event_time, tx.now),
            **changes,
        )
        .returning(*resumes.c)
    )
    row = tx.connection.execute(statement).one_or_none()
    return None if row is None else (row, record(tx, row, entries))


def transition(
    tx: Transaction, *conditions: ColumnElement[bool], entries: Sequence[Entry], **changes: Change
) -> tuple[Row[Any], list[ProgressEvent]] | None:
    """Do as `advance` does, and change the résumé's state to its last entry's; that makes a new revision."""
    changes["state"] = entries[-1].state.value
    changes["revision"] = resumes.c.revision + 1
    changes["update_time"] = _not_before(resumes.c.update_time, tx.now)
    if entries[-1].state is not State.PROCESSING:
        changes |= {"lease": None, "lease_worker": None, "lease_expires": None}
    if entries[-1].state.is_terminal:
        changes["complete_time"] = _not_before(resumes.c.last_event_time, tx.now)
    return advance(tx, *conditions, entries=entries, **changes)


def record(tx: Transaction, resume: Row[Any], entries: Sequence[Entry]) -> list[ProgressEvent]:
    """Append entries to the log under the last `len(entries)` sequence numbers of a `resumes` row."""
    if not entries:
        return []
    first = resume.last_sequence - len(entries) + 1
    feed_first = _take_feed_numbers(tx, resume.owner, len(entries))
    numbered = [
        ProgressEvent(
            resume_id=resume.id,
            owner=resume.owner,
            batch_id=resume.batch_id or "",
            sequence=first + offset,
            feed_sequence=feed_first + offset,
            attempt=resume.attempt,
            stage=entry.stage,
            stage_percent=entry.stage_percent,
            percent=entry.percent,
            message=entry.message,
            state=entry.state,
            create_time=from_micros(resume.last_event_time),
            estimated_remaining_s=entry.estimated_remaining_s,
            error=entry.error,
        )
        for offset, entry in enumerate(entries)
    ]
    tx.connection.execute(insert(events), [encode_event(event) for event in numbered])
    return numbered


def _take_feed_numbers(tx: Transaction, owner: str, count: int) -> int:
    """Return the first of `count` new numbers of an owner's feed; its row is locked until the transaction ends."""
    statement = (
        update(feeds)
        .where(feeds.c.owner == owner)
        .values(last_sequence=feeds.c.last_sequence + count)
        .returning(feeds.c.last_sequence)
    )
    last = tx.connection.execute(statement).scalar_one_or_none()
    if last is None:
        tx.connection.execute(insert(feeds).values(owner=owner, last_sequence=count, first_sequence=1))
        return 1
    return int(last) - count + 1


def _not_before(column: Column[int], now: int) -> ColumnElement[int]:
    """Return `now`, or the column's time if the clock has gone back behind it."""
    return case((column > now, column), else_=literal(now))
