"""Reading the log: history, its bounds, a batch's counts."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, func, select

from resumate_grpc.errors import ResumeNotFoundError
from resumate_grpc.model.progress import BatchCounts, ProgressEvent, State
from resumate_grpc.model.work import LogBounds, LogPage, Target
from resumate_grpc.store import tables
from resumate_grpc.store.codec import decode_event
from resumate_grpc.store.tables import events, feeds, resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["batch_counts", "bounds", "epoch", "history", "read"]


def epoch(tx: Transaction) -> str:
    """Return the identity that the log was given when its database was made."""
    return str(tx.connection.execute(select(tables.log.c.epoch)).scalar_one())


def history(tx: Transaction, target: Target, *, after: int, limit: int) -> list[ProgressEvent]:
    """Return up to `limit` events after a position, in order."""
    position = events.c.sequence if target.resume_id else events.c.feed_sequence
    statement = select(events).where(*_of(target), position > after).order_by(position).limit(limit)
    return [decode_event(row) for row in tx.connection.execute(statement)]


def bounds(tx: Transaction, target: Target) -> LogBounds:
    """Return what of a log is held."""
    if target.resume_id:
        return _resume_bounds(tx, target)
    feed = _feed_bounds(tx, target.owner)
    return replace(feed, first_available=_first_of_batch(tx, target)) if target.batch_id else feed


def read(tx: Transaction, target: Target, *, after: int, limit: int) -> LogPage:
    """Return a page of history and the bounds, both of one moment."""
    return LogPage(bounds=bounds(tx, target), events=history(tx, target, after=after, limit=limit))


def batch_counts(tx: Transaction, owner: str, batch_id: str) -> BatchCounts:
    """Return counts by state and the mean percent, both as of the feed's last number."""
    batch = (resumes.c.owner == owner, resumes.c.batch_id == batch_id)
    by_state = select(resumes.c.state, func.count()).where(*batch).group_by(resumes.c.state)
    counts: dict[str, int] = dict(tx.connection.execute(by_state).all())
    # Only those being parsed have a percent of their own: what waits counts 0 and what has ended 100.
    running = select(func.sum(resumes.c.percent)).where(*batch, resumes.c.state == State.PROCESSING.value)
    percents = tx.connection.execute(running).scalar_one() or 0
    percents += 100 * sum(count for state, count in counts.items() if State(state).is_terminal)
    return BatchCounts(
        batch_id=batch_id,
        queued=counts.get(State.QUEUED.value, 0),
        processing=counts.get(State.PROCESSING.value, 0),
        succeeded=counts.get(State.SUCCEEDED.value, 0),
        failed=counts.get(State.FAILED.value, 0),
        cancelled=counts.get(State.CANCELLED.value, 0),
        percent=percents // max(1, sum(counts.values())),
        feed_sequence=_feed_bounds(tx, owner).last,
    )


def _of(target: Target) -> list[ColumnElement[bool]]:
    conditions = [events.c.owner == target.owner]
    if target.resume_id:
        conditions.append(events.c.resume_id == target.resume_id)
    if target.batch_id:
        conditions.append(events.c.batch_id == target.batch_id)
    return conditions


def _resume_bounds(tx: Transaction, target: Target) -> LogBounds:
    last = (events.c.resume_id == resumes.c.id) & (events.c.sequence == resumes.c.last_sequence)
    statement = (
        select(resumes.c.first_sequence, resumes.c.last_sequence, resumes.c.state, events.c.digest)
        .join(events, last)
        .where(resumes.c.id == target.resume_id, resumes.c.owner == target.owner)
    )
    row = tx.connection.execute(statement).one_or_none()
    if row is None:
        raise ResumeNotFoundError(target.resume_id)
    return LogBounds(
        first_available=row.first_sequence,
        last=row.last_sequence,
        state=State(row.state),
        digest=row.digest,
    )


def _first_of_batch(tx: Transaction, target: Target) -> int:
    # The feed's own bound would refuse a new batch from its start once anything older was purged.
    last_gone = select(func.max(resumes.c.purged_feed_sequence)).where(
        resumes.c.owner == target.owner, resumes.c.batch_id == target.batch_id, resumes.c.purged_feed_sequence > 0
    )
    return (tx.connection.execute(last_gone).scalar_one() or 0) + 1


def _feed_bounds(tx: Transaction, owner: str) -> LogBounds:
    row = tx.connection.execute(select(feeds).where(feeds.c.owner == owner)).one_or_none()
    if row is None:
        return LogBounds(first_available=1, last=0)
    return LogBounds(first_available=row.first_sequence, last=row.last_sequence)
