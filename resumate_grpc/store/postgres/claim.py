"""Claiming on PostgreSQL: what waits is looked at, and what of it is still free is taken in one statement.

The look costs no transaction number, so a worker that finds nothing writes nothing. Between look and taking stands
what only the process can make: estimates and digests. The taking names what was seen of each, so what somebody else has
taken meanwhile is passed over. Slots that ask at the same time are served together. What is not simply next in line (a
lost worker's, what was handed over) goes the ordinary way, see `work_queue.claim`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from resumate_grpc.errors import StorageUnavailableError
from resumate_grpc.jobs.ports import Expectation
from resumate_grpc.model.digest import chained
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import Claim, Lane
from resumate_grpc.store.codec import decode_json, decode_resume, from_micros
from resumate_grpc.store.engine import Asked, Claimed
from resumate_grpc.store.events import event_of
from resumate_grpc.store.lease_clock import end_of_era
from resumate_grpc.store.postgres.feed_turns import feed_turns
from resumate_grpc.store.postgres.moment import DATABASE_MICROS, DatabaseTime
from resumate_grpc.store.postgres.statements import Fetch, Statements
from resumate_grpc.store.postgres.together import Together
from resumate_grpc.store.postgres.transacting import persistently
from resumate_grpc.store.work_queue import STARTED

__all__ = ["Claims"]

_AT_ONCE = 64
_MORE = 8
"""Looked at beyond what is wanted, for what others take at the same moment."""
_ROUNDS = 20
_PLACE = "r.queue_rank, r.queue_time, r.id"
_LOOK = f"""
WITH held AS NOT MATERIALIZED (
    SELECT r.lease_expires FROM resumes AS r WHERE r.lane = $1 AND r.lease_expires IS NOT NULL
), moment AS MATERIALIZED (
    -- The first and the last in the index of leases: of a comparison the planner thinks that it is true for many.
    SELECT coalesce((SELECT lease_expires FROM held AS h ORDER BY lease_expires LIMIT 1)
            <= coalesce($2::bigint, {DATABASE_MICROS}), false)
        OR coalesce((SELECT lease_expires FROM held AS h ORDER BY lease_expires DESC LIMIT 1) >= $3::bigint, false)
        OR EXISTS (SELECT FROM resumes AS r WHERE r.lane = $1 AND r.state = 'PROCESSING' AND r.lease_expires IS NULL)
        AS others
)
SELECT m.others, q.*
FROM moment AS m LEFT JOIN (
    SELECT r.id, r.owner, r.batch_id, r.attempt, r.last_sequence, r.last_event_time, r.media_type, r.size_bytes,
        r.options, e.digest
    FROM (
        SELECT * FROM resumes AS r WHERE r.state = 'QUEUED' AND r.lane = $1 ORDER BY {_PLACE} LIMIT {{limit}}
    ) AS r JOIN LATERAL (
        SELECT v.digest FROM events AS v WHERE v.resume_id = r.id AND v.sequence = r.last_sequence
    ) AS e ON true
    ORDER BY {_PLACE}
) AS q ON true
"""  # noqa: S608 - constants
_TAKE = f"""
WITH seen AS (
    SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bytea[],
        $8::float8[]) WITH ORDINALITY
        AS c (id, attempt, from_sequence, from_time, to_time, lease, digest, remaining_s, place)
), free AS (
    SELECT c.* FROM seen AS c JOIN resumes AS r ON r.id = c.id
    -- Not `=`, for which the planner may go through all that wait, once for each.
    WHERE r.state IS NOT DISTINCT FROM 'QUEUED' AND r.lane IS NOT DISTINCT FROM $9 AND r.attempt = c.attempt
        AND r.last_sequence = c.from_sequence AND r.last_event_time = c.from_time
    ORDER BY c.place LIMIT {{limit}} FOR UPDATE OF r SKIP LOCKED
), moved AS (
    UPDATE resumes AS r SET state = 'PROCESSING', lease = c.lease, lease_worker = $10,
        lease_expires = coalesce($11::bigint, {DATABASE_MICROS}) + $12::bigint, last_sequence = c.from_sequence + 1,
        last_event_time = c.to_time, percent = 0, revision = r.revision + 1,
        update_time = greatest(r.update_time, c.to_time)
    FROM free AS c WHERE r.id = c.id
    RETURNING r.*, c.place, c.digest, c.remaining_s
), {feed_turns("moved")}, numbered AS (
    SELECT v.*, f.before + row_number() OVER (PARTITION BY v.owner ORDER BY v.place) AS feed_sequence
    FROM moved AS v JOIN feed AS f ON f.owner = v.owner
), written AS (
    INSERT INTO events (resume_id, sequence, owner, feed_sequence, batch_id, attempt, stage, stage_percent, percent,
        message, state, create_time, estimated_remaining_s, digest)
    SELECT v.id, v.last_sequence, v.owner, v.feed_sequence, v.batch_id, v.attempt, '{STARTED.stage.value}', 0, 0,
        '{STARTED.message}', 'PROCESSING', v.last_event_time, v.remaining_s, v.digest
    FROM numbered AS v
)
SELECT v.* FROM numbered AS v ORDER BY v.place
"""  # noqa: S608 - constants
_FOUND = """
SELECT r.*, e.feed_sequence, e.digest, e.estimated_remaining_s AS remaining_s
FROM resumes AS r JOIN events AS e ON e.resume_id = r.id AND e.sequence = r.last_sequence
WHERE r.id = ANY($1::text[]) AND r.lease = ANY($2::text[])
"""


@dataclass(kw_only=True, slots=True)
class _Group:
    """Slots that ask alike, and what has become of them; `sent`: ids and leases of a taking without an answer."""

    asked: Asked
    wanted: int
    claims: list[tuple[Claim, ProgressEvent]] = field(default_factory=list)
    ordinary: bool = False
    sent: tuple[list[str], list[str]] | None = None

    @property
    def left(self) -> int:
        """How many have nothing yet."""
        return self.wanted - len(self.claims)


class Claims:
    """Serves claims, those that ask at the same time together; `ordinarily` claims by a transaction of its own."""

    def __init__(
        self, statements: Statements, time: DatabaseTime, ordinarily: Callable[[Asked], asyncio.Future[Claimed]]
    ) -> None:
        self._statements = statements
        self._time = time
        self._ordinarily = ordinarily
        self._line = Together(self._run, at_once=_AT_ONCE, name="claims")

    def claim(self, asked: Asked) -> asyncio.Future[Claimed]:
        """Ask for work. The future resolves after the commit."""
        return self._line.put(asked)

    async def aclose(self) -> None:
        """Serve whoever has asked."""
        await self._line.aclose()

    async def _run(self, asks: Sequence[Asked]) -> list[Claimed | Exception]:
        alike: dict[tuple[str, Lane, float], list[int]] = {}
        for place, asked in enumerate(asks):
            alike.setdefault((asked.worker, asked.lane, asked.lease_s), []).append(place)
        answers: list[Claimed | Exception] = [(None, []) for _ in asks]
        for places in alike.values():
            group = _Group(asked=asks[places[0]], wanted=len(places))
            await persistently(partial(self._serve, group))
            for place, (claim, event) in zip(places, group.claims, strict=False):
                answers[place] = claim, [event]
            if group.ordinary:
                others = places[len(group.claims) :]
                told = await asyncio.gather(
                    *(self._ordinarily(asks[place]) for place in others), return_exceptions=True
                )
                for place, answer in zip(others, told, strict=True):
                    if isinstance(answer, BaseException) and not isinstance(answer, Exception):
                        raise answer
                    answers[place] = answer
        return answers

    async def _serve(self, group: _Group) -> None:
        async with self._statements.running() as fetch:
            if group.sent is not None:  # what it took has the leases that it named
                group.claims += [_claimed(row) for row in await fetch(_FOUND, *group.sent)]
                group.sent = None
            for _ in range(_ROUNDS):
                if not group.left:
                    return
                seen = await self._look(fetch, group)
                if not seen:
                    return
                await self._take(fetch, group, seen)
        raise StorageUnavailableError

    async def _look(self, fetch: Fetch, group: _Group) -> list[Mapping[str, Any]]:
        given = self._time.given()
        now = await self._statements.now(fetch)
        era = end_of_era(now if given is None else given.lease_now)
        lease_now = None if given is None else given.lease_now
        rows = await fetch(_limited(_LOOK, group.left + _MORE), group.asked.lane.value, lease_now, era)
        group.ordinary = rows[0]["others"]
        return [] if group.ordinary else [row for row in rows if row["id"] is not None]

    async def _take(self, fetch: Fetch, group: _Group, seen: Sequence[Mapping[str, Any]]) -> None:
        asked, given = group.asked, self._time.given()
        now = await self._statements.now(fetch)
        times = [max(now, row["last_event_time"]) for row in seen]
        ids, leases = [row["id"] for row in seen], [uuid4().hex for _ in seen]
        group.sent = ids, leases
        rows = await fetch(
            _limited(_TAKE, group.left),
            ids,
            [row["attempt"] for row in seen],
            [row["last_sequence"] for row in seen],
            [row["last_event_time"] for row in seen],
            times,
            leases,
            [_digest(row, time) for row, time in zip(seen, times, strict=True)],
            [_expected(row, asked.expected) for row in seen],
            asked.lane.value,
            asked.worker,
            None if given is None else given.lease_now,
            round(asked.lease_s * 1e6),
        )
        group.sent = None
        group.claims += [_claimed(row) for row in rows]


@cache
def _limited(statement: str, limit: int) -> str:
    """Say a limit in the statement itself: for one that it does not know the database plans anew each time."""
    return statement.replace("{limit}", str(limit))


def _digest(row: Mapping[str, Any], time: int) -> bytes:
    return chained(
        row["digest"],
        resume_id=row["id"],
        sequence=row["last_sequence"] + 1,
        attempt=row["attempt"],
        stage=STARTED.stage,
        stage_percent=STARTED.stage_percent,
        percent=STARTED.percent,
        create_time=from_micros(time),
        message=STARTED.message,
    )


def _expected(row: Mapping[str, Any], expected: Expectation) -> float | None:
    return expected(MediaType(row["media_type"]), row["size_bytes"], decode_json(row["options"], ParseOptions))


def _claimed(record: Mapping[str, Any]) -> tuple[Claim, ProgressEvent]:
    row: Any = SimpleNamespace(**dict(record))
    started = replace(STARTED, estimated_remaining_s=row.remaining_s)
    event = event_of(row, started, sequence=row.last_sequence, feed_sequence=row.feed_sequence, digest=row.digest)
    resume = decode_resume(row, progress=event)
    claim = Claim(resume=resume, attempt=row.attempt, lease=row.lease, lost=row.lost_count, lane=Lane(row.lane))
    return claim, event
