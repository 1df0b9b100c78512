"""Figures over all owners, for estimates and metrics."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Text, cast, func, select, tuple_

from resumate_grpc.model.progress import State
from resumate_grpc.model.resume import MediaType
from resumate_grpc.model.work import Lane, Load, StageTimes
from resumate_grpc.store import tables
from resumate_grpc.store.tables import resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["counts", "load", "places", "stage_times", "waiting_ahead"]


def stage_times(tx: Transaction, *, limit: int) -> list[StageTimes]:
    """Return the latest `limit` of each media type, newest first."""
    table = tables.stage_times
    rows: list[Row[Any]] = []
    for media_type in MediaType:
        latest = select(table).where(table.c.media_type == media_type.value).order_by(table.c.id.desc()).limit(limit)
        rows += tx.connection.execute(latest).all()
    rows.sort(key=lambda row: row.id, reverse=True)
    return [
        StageTimes(
            media_type=MediaType(row.media_type),
            size_bytes=row.size_bytes,
            page_count=row.page_count,
            text_extraction_s=row.text_extraction_s,
            nlp_parsing_s=row.nlp_parsing_s,
            ai_enhancement_s=row.ai_enhancement_s,
            lane=Lane(row.lane),
            scanned_pages=row.scanned_pages,
            asked_characters=row.asked_characters,
        )
        for row in rows
    ]


_PLACE = (resumes.c.queue_rank, resumes.c.queue_time, resumes.c.id)


def waiting_ahead(tx: Transaction, resume_id: str) -> int:
    """Return how many QUEUED résumés are before this one in its lane."""
    waiting = resumes.c.state == State.QUEUED.value
    mine = tx.connection.execute(
        select(resumes.c.lane, *_PLACE).where(resumes.c.id == resume_id, waiting)
    ).one_or_none()
    if mine is None:
        return 0
    before = (waiting, resumes.c.lane == mine.lane, tuple_(*_PLACE) < tuple_(*mine[1:]))
    ahead = select(func.count()).select_from(resumes).where(*before)
    return tx.connection.execute(ahead).scalar_one()


_PLACES = select(
    resumes.c.id, func.row_number().over(partition_by=resumes.c.lane, order_by=_PLACE).label("place")
).where(resumes.c.state == State.QUEUED.value)


def places(tx: Transaction) -> dict[str, int]:
    """Return the place of each QUEUED résumé in its lane, 1 = next to be taken up there."""
    return {row.id: row.place for row in tx.connection.execute(_PLACES)}


# What was handed over waits with a lease that never expires.
_KINDS = (
    resumes.c.lane,
    resumes.c.lease_expires.is_not(None).label("at_work"),
    resumes.c.media_type,
    resumes.c.options.contains('"ai_enhancement":true').label("asked"),
    func.length(cast(resumes.c.size_bytes, Text)).label("digits"),
)
_LOAD = (
    select(*_KINDS, func.count().label("many"), func.avg(resumes.c.size_bytes).label("size_bytes"))
    .where(resumes.c.state.in_((State.QUEUED.value, State.PROCESSING.value)))
    # By name: with parameters of their own PostgreSQL would not take the two expressions for one.
    .group_by(resumes.c.lane, "at_work", resumes.c.media_type, "asked", "digits")
)


def load(tx: Transaction) -> list[Load]:
    """Return what waits and what is at work, one a kind."""
    return [
        Load(
            lane=Lane(row.lane),
            at_work=bool(row.at_work),
            media_type=MediaType(row.media_type),
            asked=bool(row.asked),
            size_bytes=round(row.size_bytes),
            count=row.many,
        )
        for row in tx.connection.execute(_LOAD)
    ]


def counts(tx: Transaction, *, under_way: bool) -> dict[State, int]:
    """Return how many résumés are in each state, 0 for none; in those only that are not ended, if `under_way`."""
    states = [state for state in State if not (under_way and state.is_terminal)]
    statement = select(resumes.c.state, func.count()).group_by(resumes.c.state)
    if under_way:
        statement = statement.where(resumes.c.state.in_([state.value for state in states]))
    found: dict[str, int] = dict(tx.connection.execute(statement).all())
    return {state: found.get(state.value, 0) for state in states}
