"""Tables of events, one a period: made ahead of their time, dropped after it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ARRAY, Connection, Row, Text, bindparam, text
from sqlalchemy.exc import DBAPIError

from resumate_grpc.store.engine import Writing
from resumate_grpc.store.postgres.faults import Fault, fault_of
from resumate_grpc.store.postgres.periods import (
    AHEAD,
    REST,
    Period,
    id_at,
    millis_of,
    next_period,
    parsed_period,
    period_s,
    slack,
)
from resumate_grpc.store.transaction import Transaction

__all__ = ["Partitions"]

_logger = logging.getLogger(__name__)

_ONE_AT_A_TIME = 7_245_094
"""Advisory lock of whoever changes the tables: of several servers one does."""
_AT_ONCE = 500
_PAUSE_S = 0.02
_MOST_STRAGGLERS = 20_000
"""Rows that are moved while everybody waits."""
_SHORT_LOCK = text("SET LOCAL lock_timeout = '1s'")
_ALONE = text("SELECT pg_try_advisory_xact_lock(:lock)")
_PERIODS = text("""
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound
FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass('events_under_way')
""")
_HIGHEST_IN_THE_WAY = text(f"SELECT max(resume_id) FROM {REST} WHERE resume_id >= :lower AND resume_id < :upper")  # noqa: S608
# As `retention.purge_events`, for many résumés, and without their rows, which go with the table.
_LET_GO = text("""
WITH seen AS (
    SELECT id, first_sequence, last_sequence, coalesce(complete_time < :ended_before, false) AS due FROM resumes
    WHERE id > :after AND id < :upper AND has_history = 1
    ORDER BY id LIMIT :at_once FOR UPDATE
), gone AS (
    SELECT d.id, d.last_sequence, d.last_sequence - d.first_sequence AS events, e.feed_sequence
    FROM seen AS d LEFT JOIN LATERAL (
        SELECT v.feed_sequence FROM events AS v
        WHERE v.resume_id = d.id AND v.sequence = d.last_sequence - 1 AND d.first_sequence < d.last_sequence
    ) AS e ON true
    WHERE d.due
), earlier_ends AS (
    DELETE FROM events_ended AS e USING gone AS g WHERE e.resume_id = g.id AND e.sequence < g.last_sequence
), told AS (
    UPDATE resumes AS r SET first_sequence = g.last_sequence, has_history = 0,
        purged_feed_sequence = greatest(r.purged_feed_sequence, g.feed_sequence)
    FROM gone AS g WHERE r.id = g.id
    RETURNING r.owner, g.feed_sequence
), risen AS (
    UPDATE feeds AS f SET first_sequence = greatest(f.first_sequence, t.last_gone + 1)
    FROM (SELECT owner, max(feed_sequence) AS last_gone FROM told GROUP BY owner ORDER BY owner) AS t
    WHERE f.owner = t.owner AND t.last_gone IS NOT NULL
)
SELECT s.id, s.due, coalesce(g.events, 0)::bigint AS events
FROM seen AS s LEFT JOIN gone AS g ON g.id = s.id ORDER BY s.id
""")
# Whoever was not let go when all were looked at, and whoever has been tried again since then.
_STAYING = text("""
SELECT id FROM resumes WHERE id = ANY(:seen) AND has_history = 1
UNION SELECT id FROM resumes WHERE state IN ('QUEUED', 'PROCESSING') AND id >= :lower AND id < :upper
UNION SELECT id FROM resumes
    WHERE complete_time >= :since AND complete_time IS NOT NULL AND has_history = 1 AND id >= :lower AND id < :upper
""").bindparams(bindparam("seen", type_=ARRAY(Text)))
_IDS = bindparam("ids", type_=ARRAY(Text))
_THEIR_ROWS = """
FROM {table} AS e JOIN resumes AS r ON r.id = e.resume_id
WHERE e.resume_id = ANY(:ids) AND e.sequence >= r.first_sequence
"""


@dataclass(kw_only=True, slots=True)
class _Walk:
    """A look at all résumés of a period: since when, how far, how many events were let go, who stays."""

    period: Period
    since: int = 0
    after: str = ""
    events: int = 0
    staying: list[str] = field(default_factory=list)


class Partitions:
    """Keeps the tables as they should be, by the database's clock. Calls may fail; the next one makes up for it."""

    def __init__(self, writer: Writing) -> None:
        self._writer = writer

    async def keep(self, kept: timedelta | None) -> timedelta:
        """See `Expiry.keep_periods`."""
        make_next = partial(_make_next, width_s=period_s(kept))
        for _ in range(AHEAD + 1):
            if not await self._writer.submit(make_next):
                break
        if kept is None:
            return timedelta()
        while (period := await self._writer.submit(partial(_due, kept=kept))) is not None:
            walk = _Walk(period=period, after=period.lower)
            while rows := await self._writer.submit(partial(_let_go, walk=walk, kept=kept)):
                walk.after = rows[-1].id
                walk.events += sum(row.events for row in rows)
                walk.staying += [row.id for row in rows if not row.due]
                if len(walk.staying) > _MOST_STRAGGLERS:
                    return slack(kept)
                await asyncio.sleep(_PAUSE_S)
            if not await self._writer.submit(partial(_drop, walk=walk)):
                break
            _logger.info("a period's events expired", extra={"table": period.table, "count": walk.events})
        return slack(kept)


def _make_next(tx: Transaction, *, width_s: float) -> bool:
    """Make the next table that is wanted; False if there is none, or if it has to wait."""
    connection = tx.connection
    if not connection.execute(_ALONE, {"lock": _ONE_AT_A_TIME}).scalar_one():
        return False
    last = max((period.upper for period in _periods(connection)), default=None)
    wanted = None if last is None else next_period(last, now_ms=tx.now // 1000, width_s=width_s)
    if wanted is None:
        return False
    bounds = {"lower": wanted.lower, "upper": wanted.upper}
    highest = connection.execute(_HIGHEST_IN_THE_WAY, bounds).scalar_one()
    if highest is not None:  # it has come before its table, and stays where it is
        millis = millis_of(highest)
        if millis is None or id_at(millis + 1) >= wanted.upper:
            lower = wanted.upper
            wanted = Period(
                table=f"events_{lower}", lower=lower, upper=id_at((millis_of(lower) or 0) + round(width_s * 1e3))
            )
        else:
            wanted = replace(wanted, table=f"events_{id_at(millis + 1)}", lower=id_at(millis + 1))

    def make() -> None:
        name = f'"{wanted.table}"'
        connection.execute(text(f"CREATE TABLE {name} (LIKE {REST} INCLUDING ALL)"))
        connection.execute(
            text(
                f"ALTER TABLE events_under_way ATTACH PARTITION {name} "
                f"FOR VALUES FROM ('{wanted.lower}') TO ('{wanted.upper}')"
            )
        )

    return _unless_busy(connection, make)


def _due(tx: Transaction, *, kept: timedelta) -> Period | None:
    """Return the oldest period that lies wholly before what is kept; the last one never, so that there is a next."""
    periods = sorted(_periods(tx.connection), key=lambda period: period.upper)
    ended_before_ms = (tx.now - _micros(kept)) // 1000
    oldest = periods[0] if len(periods) > 1 else None
    millis = None if oldest is None else millis_of(oldest.upper)
    return oldest if millis is not None and millis <= ended_before_ms else None


def _let_go(tx: Transaction, *, walk: _Walk, kept: timedelta) -> Sequence[Row[Any]]:
    """Look at the next résumés of a walk, and say of those that ended long enough ago that their events are gone."""
    walk.since = walk.since or tx.now
    values = {
        "after": walk.after,
        "upper": walk.period.upper,
        "ended_before": tx.now - _micros(kept),
        "at_once": _AT_ONCE,
    }
    return tx.connection.execute(_LET_GO, values).all()


def _drop(tx: Transaction, *, walk: _Walk) -> bool:
    """Drop a period's table, having moved what is still kept of it; False if it has to wait."""
    connection, period = tx.connection, walk.period
    if not connection.execute(_ALONE, {"lock": _ONE_AT_A_TIME}).scalar_one() or period not in _periods(connection):
        return False
    name = f'"{period.table}"'
    rows = _THEIR_ROWS.format(table=name)
    count = text(f"SELECT count(*) {rows}").bindparams(_IDS)
    move = text(f"INSERT INTO events SELECT e.* {rows}").bindparams(_IDS)

    def staying() -> list[str]:
        values = {"seen": walk.staying, "lower": period.lower, "upper": period.upper, "since": walk.since}
        return list(connection.execute(_STAYING, values).scalars())

    if connection.execute(count, {"ids": staying()}).scalar_one() > _MOST_STRAGGLERS:
        return False  # they are deleted row by row, once they have ended

    def drop() -> None:
        connection.execute(text("LOCK TABLE events_under_way IN ACCESS EXCLUSIVE MODE"))
        ids = staying()  # nobody writes any more
        connection.execute(text(f"ALTER TABLE events_under_way DETACH PARTITION {name}"))
        connection.execute(move, {"ids": ids})
        connection.execute(text(f"DROP TABLE {name}"))

    return _unless_busy(connection, drop)


def _periods(connection: Connection) -> list[Period]:
    rows = connection.execute(_PERIODS).all()
    return [period for row in rows if (period := parsed_period(row.relname, row.bound)) is not None]


def _unless_busy(connection: Connection, change: Callable[[], Any]) -> bool:
    """Change tables if their locks can be had within a second; everybody behind us waits as long."""
    try:
        with connection.begin_nested():
            connection.execute(_SHORT_LOCK)
            change()
    except DBAPIError as error:
        if fault_of(error) is not Fault.BUSY:
            raise
        _logger.info("tables of events are in use; trying again later")
        return False
    return True


def _micros(span: timedelta) -> int:
    return round(span.total_seconds() * 1e6)
