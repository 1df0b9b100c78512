"""The line in which résumés wait for a worker: single uploads before bulk, and in each of the two everybody in turn.

Bulk is what names a batch. Whoever waits alone is not told apart further; of several owners, and in bulk of several
batches, each has one résumé taken up before any has its next. So a thousand files dropped at once delay nobody by more
than one file, and the order of one owner's own uploads stays. (Start-time fair queueing with a cost of one each:
Goyal, Vin and Cheng, 1996.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, bindparam, func, select, tuple_

from resumate_grpc.model.progress import State
from resumate_grpc.store.tables import resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["GIVEN_BACK", "Place", "ahead_of", "new_place"]

GIVEN_BACK = 0
"""Rank of what a worker could not finish: it has waited before."""
_SINGLE = 1
_BULK = 2
_QUEUED = resumes.c.state == State.QUEUED.value
_IN_LANE = resumes.c.lane == bindparam("of_lane")
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
    mine = {"of_lane": lane, "of_rank": rank, "of_owner": owner, "of_batch": batch_id}
    *firsts, last_queued, last_handed_over = tx.connection.execute(_TURNS[rank], mine).one()
    first = min((turn for turn in firsts if turn is not None), default=tx.now)
    lasts = [turn + 1 for turn in (last_queued, last_handed_over) if turn is not None]
    return Place(rank, max([first, *lasts]))


def ahead_of(tx: Transaction, lane: str, place: Place) -> int:
    """Count what waits before a place that nobody has yet."""
    at = {"of_lane": lane, "of_rank": place.rank, "of_turn": place.turn}
    return tx.connection.execute(_AHEAD, at).scalar_one()


def _turns(*mine: ColumnElement[bool]) -> Select[Any]:
    """Ask for the first turns of a rank and the last ones of mine: of what is queued, and of what was handed over."""
    turn, rank = resumes.c.queue_time, [_IN_LANE, resumes.c.queue_rank == bindparam("of_rank")]
    firsts = [select(func.min(turn)).where(waits, *rank) for waits in (_QUEUED, _HANDED_OVER)]
    lasts = [select(func.max(turn)).where(waits, *rank, *mine) for waits in (_QUEUED, _HANDED_OVER)]
    return select(*(one.scalar_subquery() for one in (*firsts, *lasts)))


# Statements are built once, as in `resumes.py`: every upload needs them.
_MY_OWN = resumes.c.owner == bindparam("of_owner")
_TURNS = {_SINGLE: _turns(_MY_OWN), _BULK: _turns(_MY_OWN, resumes.c.batch_id == bindparam("of_batch"))}
_AHEAD = (
    select(func.count())
    .select_from(resumes)
    .where(
        _QUEUED,
        _IN_LANE,
        tuple_(resumes.c.queue_rank, resumes.c.queue_time)
        <= tuple_(bindparam("of_rank", type_=Integer), bindparam("of_turn", type_=BigInteger)),
    )
)
