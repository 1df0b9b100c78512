"""The line in which résumés wait for a worker: single uploads before bulk, and in each of the two everybody in turn.

Bulk is what names a batch. Whoever waits alone is not told apart further; of several owners, and in bulk of several
batches, each has one résumé taken up before any has its next. So a thousand files dropped at once delay nobody by more
than one file, and the order of one owner's own uploads stays. (Start-time fair queueing with a cost of one each:
Goyal, Vin and Cheng, 1996.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Function, func, select, tuple_

from resumate_grpc.model.progress import State
from resumate_grpc.store.tables import resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["GIVEN_BACK", "Place", "ahead_of", "new_place"]

GIVEN_BACK = 0
"""Rank of what a worker could not finish: it has waited before."""
_SINGLE = 1
_BULK = 2
_QUEUED = resumes.c.state == State.QUEUED.value
_HANDED_OVER = (resumes.c.state == State.PROCESSING.value) & resumes.c.lease_expires.is_(None)


class Place(NamedTuple):
    """Where in its lane's line a résumé stands: by rank, then by turn, which is about when it was queued."""

    rank: int
    turn: int


def new_place(tx: Transaction, *, lane: str, owner: str, batch_id: str | None) -> Place:
    """Return the place of what is queued now: after its owner's (in bulk, its batch's) last, at the earliest now.

    "Now" is the turn of whoever is next, for turns may have run behind the clock or ahead of it.
    """
    rank = _BULK if batch_id else _SINGLE
    everybody = [resumes.c.lane == lane, resumes.c.queue_rank == rank]
    mine = [resumes.c.owner == owner] if not batch_id else [resumes.c.owner == owner, resumes.c.batch_id == batch_id]
    turns = _turns(tx, func.min, everybody)
    if not turns:
        return Place(rank, tx.now)
    return Place(rank, max([min(turns), *(turn + 1 for turn in _turns(tx, func.max, [*everybody, *mine]))]))


def ahead_of(tx: Transaction, lane: str, place: Place) -> int:
    """Count what waits before a place that nobody has yet."""
    before = tuple_(resumes.c.queue_rank, resumes.c.queue_time) <= tuple_(*place)
    statement = select(func.count()).select_from(resumes).where(_QUEUED, resumes.c.lane == lane, before)
    return tx.connection.execute(statement).scalar_one()


def _turns(tx: Transaction, which: Callable[..., Function[Any]], place: Sequence[ColumnElement[bool]]) -> list[int]:
    """Return the first or last turn of what is queued, and of what was handed over to a lane and waits there too."""
    turn = select(which(resumes.c.queue_time))
    found = [tx.connection.execute(turn.where(waits, *place)).scalar_one() for waits in (_QUEUED, _HANDED_OVER)]
    return [turn for turn in found if turn is not None]
