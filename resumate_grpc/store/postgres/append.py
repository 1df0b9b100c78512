"""Appending progress on PostgreSQL: many workers' appends are one statement, which is one transaction.

The statement moves each résumé's log on, under its lease and from the end that it is known to have; takes numbers of
each owner's feed, whose row it locks until the commit, so that numbers come in the order of commits; and inserts the
events. Digests are chained here, from ends of logs that are remembered: the statement names the end that it goes on
from, so where another writer has moved a log on, nothing of that append is written, and its end is read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy.exc import DatabaseError

from resumate_grpc.errors import StorageUnavailableError
from resumate_grpc.jobs.ports import LeaseLostError
from resumate_grpc.model.digest import STAGE_NUMBERS
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.store.append import Append
from resumate_grpc.store.chain import Link, event_of, linked
from resumate_grpc.store.codec import from_micros
from resumate_grpc.store.postgres.faults import Fault, fault_of
from resumate_grpc.store.postgres.feed_turns import feed_turns
from resumate_grpc.store.postgres.statements import Fetch

__all__ = ["Appender", "Batch"]

Result = Sequence[ProgressEvent] | Exception
_KEPT_HEADS = 16_384
_ROUNDS = 5
_NO_PERCENT = 1023
_DIGEST_BYTES = 32
_STAGES = f"ARRAY[{', '.join(repr(stage.value) for stage in STAGE_NUMBERS)}]"
# Of each event one number, two values and a piece of one string of bytes: to hand over an array costs more, for each
# value in it, than to insert a row.
_APPEND = f"""
WITH move AS (
    SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
        $8::int[]) WITH ORDINALITY
        AS m (id, attempt, lease, from_sequence, from_time, to_sequence, to_time, percent, place)
), moved AS (
    UPDATE resumes AS r SET last_sequence = m.to_sequence, last_event_time = m.to_time, percent = m.percent
    FROM move AS m
    -- Not `r.state = …`, for which the planner may go through all that are being parsed, once for each move.
    WHERE r.id = m.id AND r.attempt = m.attempt AND r.lease = m.lease AND r.state IS NOT DISTINCT FROM 'PROCESSING'
        AND r.last_sequence = m.from_sequence AND r.last_event_time = m.from_time
    RETURNING m.place, m.from_sequence, r.id, r.owner, r.batch_id, r.attempt, m.to_time
), entry AS (
    SELECT v.id, v.owner, v.batch_id, v.attempt, v.to_time, e.code, e.message, e.remaining_s, e.number,
        v.from_sequence + (e.code >> 24 & 1048575) AS sequence,
        row_number() OVER (PARTITION BY v.owner ORDER BY e.number) AS step
    FROM unnest($9::bigint[], $10::text[], $11::float8[]) WITH ORDINALITY AS e (code, message, remaining_s, number)
    JOIN moved AS v ON v.place = e.code >> 44
), {feed_turns("entry")}, written AS (
    INSERT INTO events (resume_id, sequence, owner, feed_sequence, batch_id, attempt, stage, stage_percent, percent,
        message, state, create_time, estimated_remaining_s, digest)
    SELECT e.id, e.sequence, e.owner, f.before + e.step, e.batch_id, e.attempt, ({_STAGES})[e.code >> 20 & 15],
        e.code >> 10 & 1023, e.code & 1023, e.message, 'PROCESSING', e.to_time, e.remaining_s,
        substring($12::bytea FROM (e.number::int - 1) * {_DIGEST_BYTES} + 1 FOR {_DIGEST_BYTES})
    FROM entry AS e JOIN feed AS f ON f.owner = e.owner
)
SELECT v.place, f.before FROM moved AS v LEFT JOIN feed AS f ON f.owner = v.owner
"""  # noqa: S608 - constants
_HEADS = """
SELECT r.lease, r.last_sequence, r.last_event_time, r.percent, e.digest
FROM unnest($1::text[], $2::int[], $3::text[]) AS c (id, attempt, lease)
JOIN resumes AS r ON r.id = c.id AND r.attempt = c.attempt AND r.lease = c.lease
    AND r.state IS NOT DISTINCT FROM 'PROCESSING'
JOIN events AS e ON e.resume_id = r.id AND e.sequence = r.last_sequence
"""
_FOUND = """
SELECT e.number, v.feed_sequence
FROM unnest($1::text[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS e (id, sequence, digest, number)
JOIN events AS v ON v.resume_id = e.id AND v.sequence = e.sequence AND v.digest = e.digest
"""


class _Head(NamedTuple):
    """The end of a résumé's log."""

    sequence: int
    time: int
    percent: int
    digest: bytes


@dataclass(kw_only=True, slots=True)
class _Move:
    """What all appends under one claim make of its résumé's log."""

    append: Append
    place: int
    head: _Head
    time: int
    create_time: datetime
    end: _Head


class _Entry(NamedTuple):
    """An event on its way, and whose it is."""

    caller: int
    move: _Move
    link: Link


@dataclass(kw_only=True, slots=True)
class Batch:
    """Appends that are run together, and what has become of them; `sent`: a statement whose answer has not come."""

    appends: Sequence[Append]
    results: dict[int, Result] = field(default_factory=dict)
    sent: _Plan | None = None

    def todo(self) -> list[int]:
        """Return the places of those that have no result yet."""
        return [place for place in range(len(self.appends)) if place not in self.results]


@dataclass(kw_only=True, slots=True)
class _Plan:
    """One statement: moves, and the entries that they make room for, in the order of the calls."""

    callers: list[int]
    moves: dict[str, _Move]
    entries: list[_Entry]

    def arguments(self) -> list[Any]:
        """Return the statement's arguments: arrays, a column each, and the digests one behind the other."""
        moves, entries = self.moves.values(), self.entries
        return [
            [move.append.claim.resume.id for move in moves],
            [move.append.claim.attempt for move in moves],
            [move.append.claim.lease for move in moves],
            [move.head.sequence for move in moves],
            [move.head.time for move in moves],
            [move.end.sequence for move in moves],
            [move.time for move in moves],
            [move.end.percent for move in moves],
            [_code(entry) for entry in entries],
            [entry.link.event.message for entry in entries],
            [entry.link.event.estimated_remaining_s for entry in entries],
            b"".join([entry.link.digest for entry in entries]),
        ]


class Appender:
    """Runs batches one after the other; remembers where the logs end that a lease is held on."""

    def __init__(self) -> None:
        self._heads: dict[str, _Head] = {}

    async def run(self, fetch: Fetch, batch: Batch, *, now: int) -> None:
        """Give every append its result: its events, or `LeaseLostError` for what was not held, which wrote nothing.

        When it raises, the same batch may be run again: what was written meanwhile is found, and not written twice.
        Raises `DatabaseError` for what the database refuses, and then nothing of a statement was written.
        """
        if batch.sent is not None:
            await self._find(fetch, batch)
        for _ in range(_ROUNDS):
            todo = batch.todo()
            if not todo:
                return
            await self._read_heads(fetch, batch, todo)
            held = [caller for caller in todo if batch.appends[caller].claim.lease in self._heads]
            for caller in set(todo).difference(held):
                batch.results[caller] = LeaseLostError("the lease is another worker's now, or the attempt has ended")
            if held:
                await self._send(fetch, batch, self._plan(batch, held, now))
        if batch.todo():
            raise StorageUnavailableError

    def forget(self) -> None:
        """Drop what is remembered."""
        self._heads.clear()

    async def _read_heads(self, fetch: Fetch, batch: Batch, todo: Sequence[int]) -> None:
        unknown = {
            claim.lease: claim
            for claim in (batch.appends[caller].claim for caller in todo)
            if claim.lease not in self._heads
        }
        if not unknown:
            return
        claims = unknown.values()
        rows = await fetch(
            _HEADS, [claim.resume.id for claim in claims], [claim.attempt for claim in claims], list(unknown)
        )
        for lease, *head in rows:
            self._heads[lease] = _Head(*head)

    def _plan(self, batch: Batch, callers: list[int], now: int) -> _Plan:
        moves: dict[str, _Move] = {}
        entries: list[_Entry] = []
        for caller in callers:
            append = batch.appends[caller]
            claim = append.claim
            move = moves.get(claim.lease)
            if move is None:
                head = self._heads[claim.lease]
                time = max(now, head.time)
                move = _Move(
                    append=append,
                    place=len(moves) + 1,
                    head=head,
                    time=time,
                    create_time=from_micros(time),
                    end=head._replace(time=time),
                )
                moves[claim.lease] = move
            entries += _chain(caller, append, move)
        return _Plan(callers=callers, moves=moves, entries=entries)

    async def _send(self, fetch: Fetch, batch: Batch, plan: _Plan) -> None:
        batch.sent = plan
        try:
            rows = await fetch(_APPEND, *plan.arguments())
        except asyncpg.PostgresError as error:
            if fault_of(error) is not Fault.OURS:
                raise
            raise DatabaseError("append", None, error) from error  # as SQLAlchemy would have said it
        batch.sent = None
        before = {place: number for place, number in rows}  # noqa: C416 - a record is no pair to mypy
        owners: dict[str, int] = {}
        for move in plan.moves.values():
            if move.place in before and before[move.place] is not None:
                owners[move.append.claim.resume.owner] = before[move.place]
        numbers: list[int | None] = []
        for entry in plan.entries:
            if entry.move.place in before:
                owner = entry.move.append.claim.resume.owner
                owners[owner] += 1
                numbers.append(owners[owner])
            else:
                numbers.append(None)
        self._note(batch, plan, set(before), numbers)

    async def _find(self, fetch: Fetch, batch: Batch) -> None:
        """Look for what a statement wrote whose answer was lost; where it wrote nothing, all is as before it."""
        plan = batch.sent
        if plan is None:
            return
        self.forget()
        rows = await fetch(
            _FOUND,
            [entry.move.append.claim.resume.id for entry in plan.entries],
            [entry.link.sequence for entry in plan.entries],
            [entry.link.digest for entry in plan.entries],
        )
        batch.sent = None
        found = {number - 1: feed_sequence for number, feed_sequence in rows}
        numbers = [found.get(number) for number in range(len(plan.entries))]
        moved = {entry.move.place for entry, number in zip(plan.entries, numbers, strict=True) if number is not None}
        self._note(batch, plan, moved, numbers)

    def _note(self, batch: Batch, plan: _Plan, moved: set[int], numbers: Iterable[int | None]) -> None:
        """Keep results of what was written, and where its logs end now."""
        events: dict[int, list[ProgressEvent]] = {caller: [] for caller in plan.callers}
        for entry, number in zip(plan.entries, numbers, strict=True):
            if number is not None:
                claim, create_time = entry.move.append.claim, entry.move.create_time
                events[entry.caller].append(event_of(claim, entry.link, number, create_time=create_time))
        for caller in plan.callers:
            move = plan.moves[batch.appends[caller].claim.lease]
            if move.place in moved:
                batch.results[caller] = events[caller]
        for lease, move in plan.moves.items():
            self._heads.pop(lease, None)
            if move.place in moved:
                self._heads[lease] = move.end
        while len(self._heads) > _KEPT_HEADS:
            del self._heads[next(iter(self._heads))]


def _chain(caller: int, append: Append, move: _Move) -> list[_Entry]:
    """Put an append's events behind its log's end."""
    end = move.end
    links = linked(append.claim, append.events, sequence=end.sequence, digest=end.digest, create_time=move.create_time)
    entries = [_Entry(caller, move, link) for link in links]
    if entries:
        last = entries[-1].link
        move.end = _Head(last.sequence, move.time, last.event.percent, last.digest)
    return entries


def _code(entry: _Entry) -> int:
    """Return place, number in the résumé, stage and percents in one number; what is no percent stays none."""
    move, event = entry.move, entry.link.event
    stage_percent = event.stage_percent if 0 <= event.stage_percent < _NO_PERCENT else _NO_PERCENT
    percent = event.percent if 0 <= event.percent < _NO_PERCENT else _NO_PERCENT
    place = move.place << 20 | entry.link.sequence - move.head.sequence
    return place << 24 | STAGE_NUMBERS[event.stage] << 20 | stage_percent << 10 | percent
