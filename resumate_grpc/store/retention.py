"""What time takes away: events of attempts long ended, files, whole résumés; always a little at a time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, delete, func, select, update

from resumate_grpc.model.progress import State
from resumate_grpc.store.tables import events, feeds, resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["expire_files", "expired", "purge_events", "referenced"]

_RESUMES_AT_ONCE = 16
_ENDED = resumes.c.state.in_([state.value for state in State if state.is_terminal])


def purge_events(tx: Transaction, *, ended_before: int, limit: int) -> int:
    """Remove up to `limit` of the oldest events of résumés that ended before a time; each keeps its last one.

    Returns how many were removed: fewer than `limit` means that only résumés beyond the first few are left, if any.
    """
    due = (
        select(resumes.c.id, resumes.c.owner, resumes.c.first_sequence, resumes.c.last_sequence)
        .where(resumes.c.complete_time < ended_before, resumes.c.has_history == 1)
        .order_by(resumes.c.complete_time)
        .limit(_RESUMES_AT_ONCE)
        .with_for_update(skip_locked=True)  # a retry, or another server that sweeps; SQLite leaves the clause out
    )
    removed = 0
    for row in tx.connection.execute(due).all():
        if removed < limit:
            removed += _purge_one(
                tx, row.id, row.owner, held=(row.first_sequence, row.last_sequence), limit=limit - removed
            )
    return removed


def _purge_one(tx: Transaction, resume_id: str, owner: str, *, held: tuple[int, int], limit: int) -> int:
    first, last = held
    first_kept = min(last, first + limit)
    mine = events.c.resume_id == resume_id
    whether = {"first_sequence": first_kept, "has_history": int(first_kept < last)}
    if first_kept == first:  # an earlier version has purged it, and did not say so
        tx.connection.execute(update(resumes).where(resumes.c.id == resume_id).values(**whether))
        return 0
    last_gone = select(events.c.feed_sequence).where(mine, events.c.sequence == first_kept - 1)
    feed_sequence = tx.connection.execute(last_gone).scalar_one()
    tx.connection.execute(delete(events).where(mine, events.c.sequence < first_kept))
    tx.connection.execute(
        update(resumes).where(resumes.c.id == resume_id).values(**whether, purged_feed_sequence=feed_sequence)
    )
    column = feeds.c.first_sequence
    higher = case((column > feed_sequence, column), else_=feed_sequence + 1)
    tx.connection.execute(update(feeds).where(feeds.c.owner == owner).values(first_sequence=higher))
    return int(first_kept - first)


def expire_files(tx: Transaction, *, ended_before: int, limit: int) -> list[str]:
    """Note of up to `limit` résumés that ended before a time that their file is gone; return those files' sha256."""
    due = (
        select(resumes.c.id, resumes.c.sha256)
        .where(resumes.c.complete_time < ended_before, resumes.c.has_file == 1)
        .order_by(resumes.c.complete_time)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = tx.connection.execute(due).all()
    tx.connection.execute(update(resumes).where(resumes.c.id.in_([row.id for row in rows])).values(has_file=0))
    return [row.sha256 for row in rows]


def expired(tx: Transaction, *, at: int, limit: int) -> list[tuple[str, str]]:
    """Return owner and id of up to `limit` résumés whose `expire_time` has come and whose attempt has ended."""
    due = (
        select(resumes.c.owner, resumes.c.id)
        .where(resumes.c.expire_time <= at, _ENDED)
        .order_by(resumes.c.expire_time)
        .limit(limit)
    )
    return [(row.owner, row.id) for row in tx.connection.execute(due)]


def referenced(tx: Transaction, sha256s: Sequence[str]) -> set[str]:
    """Return those of the files that a résumé still has."""
    statement = select(func.distinct(resumes.c.sha256)).where(resumes.c.sha256.in_(sha256s), resumes.c.has_file == 1)
    return set(tx.connection.execute(statement).scalars())
