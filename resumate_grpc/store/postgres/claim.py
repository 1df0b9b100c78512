"""Claiming on PostgreSQL: all slots that ask at once are served by one statement, which is one transaction.

It takes what waits in line. Where a worker was lost, or an attempt was handed over to this lane, it takes nothing and
says so: those are few, and `work_queue.claim` knows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import asyncpg
from sqlalchemy import Row

from resumate_grpc.jobs.ports import Expectation
from resumate_grpc.model.digest import STAGE_NUMBERS
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import Claim, Lane
from resumate_grpc.store.codec import decode_event, decode_resume
from resumate_grpc.store.engine import Claimed
from resumate_grpc.store.events import MovedMeanwhileError
from resumate_grpc.store.postgres.moment import DATABASE_MICROS, Moment
from resumate_grpc.store.postgres.statements import Fetch
from resumate_grpc.store.tables import events, resumes
from resumate_grpc.store.work_queue import STARTED

__all__ = ["Asked", "ClaimBatch", "claim_together"]

_RESUME = ", ".join(f"m.{column.name}" for column in resumes.columns)
_EVENT = ", ".join(f"w.{column.name} AS event_{column.name}" for column in events.columns)
_MESSAGE, _STAGE = STARTED.message, STARTED.stage
# The digest is `model.digest.chained`, whose canonical form is specified in `protos/…/progress.proto`.


@cache
def _claim_statement(count: int) -> str:
    # With the count in its words: as an argument the planner would reckon with a tenth of the table, and plan anew
    # each time in the hope of fewer.
    return f"""
WITH clock AS MATERIALIZED (
    SELECT coalesce($5::bigint, {DATABASE_MICROS}) AS now, coalesce($6::bigint, {DATABASE_MICROS}) AS lease_now
), elsewhere AS MATERIALIZED (
    -- The first and the last of the index on leases: asked whether there are any, the planner might read the table.
    SELECT coalesce((
        SELECT r.lease_expires FROM resumes AS r WHERE r.lane = $1 AND r.lease_expires IS NOT NULL
        ORDER BY r.lease_expires LIMIT 1
    ) <= lease_now, false) OR coalesce((
        SELECT r.lease_expires FROM resumes AS r WHERE r.lane = $1 AND r.lease_expires IS NOT NULL
        ORDER BY r.lease_expires DESC LIMIT 1
    ) >= ((lease_now >> 50) + 1) << 50, false) OR EXISTS (
        SELECT FROM resumes AS r WHERE r.lane = $1 AND r.state = 'PROCESSING' AND r.lease_expires IS NULL
    ) AS waits
    FROM clock
), first AS MATERIALIZED (
    SELECT r.id, r.queue_rank, r.queue_time FROM resumes AS r
    WHERE r.lane = $1 AND r.state = 'QUEUED' AND NOT (SELECT waits FROM elsewhere)
    ORDER BY r.queue_rank, r.queue_time, r.id
    LIMIT {count}
    FOR UPDATE SKIP LOCKED
), place AS (
    SELECT id, row_number() OVER (ORDER BY queue_rank, queue_time, id) AS place FROM first
), m AS (
    UPDATE resumes AS r SET state = 'PROCESSING', lease = a.lease, lease_worker = a.worker,
        lease_expires = c.lease_now + $4, percent = {STARTED.percent}, revision = r.revision + 1,
        last_sequence = r.last_sequence + 1, last_event_time = greatest(c.now, r.last_event_time),
        update_time = greatest(c.now, r.update_time)
    FROM place AS p
    JOIN unnest($2::text[], $3::text[]) WITH ORDINALITY AS a (lease, worker, place) ON a.place = p.place
    CROSS JOIN clock AS c
    WHERE r.id = p.id
    RETURNING p.place, r.*
), step AS (
    SELECT m.*, row_number() OVER (PARTITION BY owner ORDER BY place) AS step FROM m
), turn AS (
    -- Always in the same order, so that two who want the feeds of the same owners do not wait for each other.
    SELECT f.owner, c.count
    FROM feeds AS f JOIN (SELECT owner, count(*) AS count FROM step GROUP BY owner) AS c ON c.owner = f.owner
    ORDER BY f.owner
    FOR UPDATE OF f
), feed AS (
    UPDATE feeds AS f SET last_sequence = f.last_sequence + t.count FROM turn AS t
    WHERE f.owner = t.owner
    RETURNING f.owner, f.last_sequence - t.count AS before
), w AS (
    INSERT INTO events (resume_id, sequence, owner, feed_sequence, batch_id, attempt, stage, stage_percent, percent,
        message, state, create_time, estimated_remaining_s, digest)
    SELECT s.id, s.last_sequence, s.owner, f.before + s.step, s.batch_id, s.attempt, '{_STAGE.value}',
        {STARTED.stage_percent}, {STARTED.percent}, '{_MESSAGE}', 'PROCESSING', s.last_event_time, NULL,
        sha256(e.digest || int8send(octet_length(s.id)) || convert_to(s.id, 'UTF8') || int8send(s.last_sequence)
            || int8send(s.attempt) || int8send({STAGE_NUMBERS[_STAGE]}) || int8send({STARTED.stage_percent})
            || int8send({STARTED.percent}) || int8send(s.last_event_time / 1000)
            || int8send({len(_MESSAGE.encode())}) || convert_to('{_MESSAGE}', 'UTF8'))
    FROM step AS s
    JOIN feed AS f ON f.owner = s.owner
    LEFT JOIN events AS e ON e.resume_id = s.id AND e.sequence = s.last_sequence - 1
    RETURNING *
)
SELECT elsewhere.waits, {_RESUME}, {_EVENT}
FROM elsewhere LEFT JOIN (m JOIN w ON w.resume_id = m.id) ON true ORDER BY m.place
"""  # noqa: S608 - constants


_FOUND = f"""
SELECT false AS waits, {_RESUME}, {_EVENT}
FROM resumes AS m JOIN events AS w ON w.resume_id = m.id AND w.sequence = m.last_sequence
WHERE m.lease_expires IS NOT NULL AND m.lease = ANY ($1::text[])
"""  # noqa: S608 - constants


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a slot asks for: see `WorkQueue.claim`."""

    worker: str
    lease_s: float
    max_attempts: int
    lane: Lane
    expected: Expectation


@dataclass(kw_only=True, slots=True)
class ClaimBatch:
    """Slots that are served together, all of one lane; a claim whose answer was lost is found by its lease's name."""

    asked: Sequence[Asked]
    leases: list[str] = field(default_factory=list)
    sent: bool = False

    def __post_init__(self) -> None:
        """Name the leases."""
        self.leases = [uuid4().hex for _ in self.asked]


async def claim_together(fetch: Fetch, batch: ClaimBatch, *, at: Moment | None) -> list[Claimed] | None:
    """Claim for each slot, in order, or nothing for the last ones if less waits.

    None: something waits that comes before what is in line. `at` is the time; None = the database's. When it raises,
    the same batch may be run again.
    """
    rows = await fetch(_FOUND, batch.leases) if batch.sent else []
    if not rows:
        batch.sent = True
        first = batch.asked[0]
        now, lease_now = at or (None, None)
        workers, lease = [one.worker for one in batch.asked], round(first.lease_s * 1e6)
        try:
            rows = await fetch(
                _claim_statement(len(workers)), first.lane.value, batch.leases, workers, lease, now, lease_now
            )
        except asyncpg.NotNullViolationError as error:  # no digest: see `MovedMeanwhileError`
            raise MovedMeanwhileError from error
    if rows[0]["waits"]:
        return None
    held = [_claimed(row) for row in rows if row["id"] is not None]
    return [*held, *((None, []) for _ in batch.asked[len(held) :])]


def _claimed(row: asyncpg.Record) -> Claimed:
    event = _event(row)
    resume = decode_resume(cast("Row[Any]", SimpleNamespace(**row)), progress=event)
    claim = Claim(
        resume=resume, attempt=row["attempt"], lease=row["lease"], lost=row["lost_count"], lane=Lane(row["lane"])
    )
    return claim, [event]


def _event(row: asyncpg.Record) -> ProgressEvent:
    columns = {column.name: row[f"event_{column.name}"] for column in events.columns}
    return decode_event(cast("Row[Any]", SimpleNamespace(**columns)))
