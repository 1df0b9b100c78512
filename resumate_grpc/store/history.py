"""Reading the log: history, its bounds, a batch's counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Integer, bindparam, func, select

from resumate_grpc.errors import ResumeNotFoundError
from resumate_grpc.model.progress import BatchCounts, ProgressEvent, State
from resumate_grpc.model.work import LogBounds, LogPage, LogQuery, Target
from resumate_grpc.store import tables
from resumate_grpc.store.codec import decode_event
from resumate_grpc.store.tables import events, feeds, resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["batch_counts", "bounds", "epoch", "history", "pages"]


# Said in the statement's text, of which there are as many as sizes of pages: for a limit that it does not know
# PostgreSQL plans anew each time, which with many tables of events takes longer than the page.
_LIMIT = bindparam("b_limit", type_=Integer, literal_execute=True)
# Made once: building a statement takes longer than running it.
_OF_FEED = (
    select(events)
    .where(events.c.owner == bindparam("b_owner"), events.c.feed_sequence > bindparam("b_after"))
    .order_by(events.c.feed_sequence)
    .limit(_LIMIT)
)
_OF_BATCH = _OF_FEED.where(events.c.batch_id == bindparam("b_batch"))
_OF_RESUME = (
    select(events)
    .where(
        events.c.owner == bindparam("b_owner"),
        events.c.resume_id == bindparam("b_resume"),
        events.c.sequence > bindparam("b_after"),
    )
    .order_by(events.c.sequence)
    .limit(_LIMIT)
)
_RESUME = (
    select(resumes.c.first_sequence, resumes.c.last_sequence, resumes.c.state, events.c.digest)
    .join(events, (events.c.resume_id == resumes.c.id) & (events.c.sequence == resumes.c.last_sequence))
    .where(resumes.c.id == bindparam("b_resume"), resumes.c.owner == bindparam("b_owner"))
)
_LAST_GONE = select(func.max(resumes.c.purged_feed_sequence)).where(
    resumes.c.owner == bindparam("b_owner"),
    resumes.c.batch_id == bindparam("b_batch"),
    resumes.c.purged_feed_sequence > 0,
)
_FEED = select(feeds).where(feeds.c.owner == bindparam("b_owner"))


def epoch(tx: Transaction) -> str:
    """Return the identity that the log was given when its database was made."""
    return str(tx.connection.execute(select(tables.log.c.epoch)).scalar_one())


def history(tx: Transaction, target: Target, *, after: int, limit: int) -> list[ProgressEvent]:
    """Return up to `limit` events after a position, in order."""
    values: dict[str, str | int] = {"b_owner": target.owner, "b_after": after, "b_limit": limit}
    if target.resume_id:
        statement, values["b_resume"] = _OF_RESUME, target.resume_id
    elif target.batch_id:
        statement, values["b_batch"] = _OF_BATCH, target.batch_id
    else:
        statement = _OF_FEED
    return [decode_event(row) for row in tx.connection.execute(statement, values)]


def bounds(tx: Transaction, target: Target) -> LogBounds:
    """Return what of a log is held."""
    if target.resume_id:
        return _resume_bounds(tx, target)
    feed = _feed_bounds(tx, target.owner)
    return replace(feed, first_available=_first_of_batch(tx, target)) if target.batch_id else feed


def pages(tx: Transaction, queries: Sequence[LogQuery]) -> list[LogPage | ResumeNotFoundError]:
    """Return history and bounds for each query; an error in the place of a résumé that is not found."""
    return [_page(tx, query) for query in queries]


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


def _page(tx: Transaction, query: LogQuery) -> LogPage | ResumeNotFoundError:
    try:
        held = bounds(tx, query.target)
    except ResumeNotFoundError as error:
        return error
    if query.after >= held.last:
        return LogPage(bounds=held, events=())
    return LogPage(bounds=held, events=history(tx, query.target, after=query.after, limit=query.limit))


def _resume_bounds(tx: Transaction, target: Target) -> LogBounds:
    row = tx.connection.execute(_RESUME, {"b_resume": target.resume_id, "b_owner": target.owner}).one_or_none()
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
    named = {"b_owner": target.owner, "b_batch": target.batch_id}
    return (tx.connection.execute(_LAST_GONE, named).scalar_one() or 0) + 1


def _feed_bounds(tx: Transaction, owner: str) -> LogBounds:
    row = tx.connection.execute(_FEED, {"b_owner": owner}).one_or_none()
    if row is None:
        return LogBounds(first_available=1, last=0)
    return LogBounds(first_available=row.first_sequence, last=row.last_sequence)
