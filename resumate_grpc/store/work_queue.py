"""Handing out work under leases; every write names the lease and the attempt that it is made under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, and_, insert, select

from resumate_grpc.errors import ErrorReason
from resumate_grpc.jobs.ports import Expectation, LeaseLostError
from resumate_grpc.model.progress import ParseFailure, ProgressEvent, Stage, State
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import Claim, Lane, Outcome, StageTimes
from resumate_grpc.store import tables
from resumate_grpc.store.codec import decode_json, decode_resume, encode_json
from resumate_grpc.store.engine import Asked, Claimed
from resumate_grpc.store.events import Change, Entry, advance, queued, transition
from resumate_grpc.store.lease_clock import end_of_era
from resumate_grpc.store.line import GIVEN_BACK
from resumate_grpc.store.resumes import latest_event, put_parsed
from resumate_grpc.store.tables import resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["STARTED", "claim", "finish", "give_back", "hand_over", "renew", "void_leases"]

STARTED = Entry(stage=Stage.TEXT_EXTRACTION, state=State.PROCESSING, message="Reading the document", percent=0)


def claim(tx: Transaction, asked: Asked) -> Claimed:
    """Take up a résumé of the lane whose worker was lost, else the first in line."""
    lane, expected = asked.lane, asked.expected
    lease: dict[str, Change] = {
        "lease": uuid4().hex,
        "lease_worker": asked.worker,
        "lease_expires": tx.lease_now + round(asked.lease_s * 1e6),
    }
    caused: list[ProgressEvent] = []
    while (lost := _longest_lost(tx, lane)) is not None:
        exhausted = lost.lost_count + 1 >= asked.max_attempts
        row, events = _give_up(tx, lost) if exhausted else _take_over(tx, lost, lease, expected)
        caused += events
        if not exhausted:
            return _claim(row, events), caused
    first = _first_in_line(tx, lane)
    if first is None:
        return None, caused
    if first.state == State.PROCESSING.value:  # it was handed over to this lane, and its attempt goes on
        row, _ = _written(advance(tx, first.id, (), lease))
        return _claim(row, [latest_event(tx, row)]), caused
    row, events = _written(transition(tx, first.id, [_started(first, expected)], lease))
    return _claim(row, events), caused + events


def renew(tx: Transaction, claim: Claim, *, lease_s: float) -> None:
    """Let the lease run from now."""
    _written(advance(tx, claim.resume.id, (), {"lease_expires": tx.lease_now + round(lease_s * 1e6)}, under=claim))


def finish(tx: Transaction, claim: Claim, outcome: Outcome) -> ProgressEvent:
    """End the attempt with its result or its failure."""
    if outcome.failure is not None:
        return _fail(tx, claim.resume.id, outcome.failure, outcome.percent, under=claim)[1][0]
    if outcome.parsed is None:
        raise ValueError("an outcome has either a result or a failure")
    done = Entry(
        stage=Stage.COMPLETE,
        state=State.SUCCEEDED,
        message="Done",
        percent=100,
        stage_percent=100,
        estimated_remaining_s=0.0,
    )
    _, (event,) = _written(transition(tx, claim.resume.id, [done], {"error": None, "lost_count": 0}, under=claim))
    put_parsed(tx, claim.resume.id, outcome.parsed)
    if outcome.times is not None:
        _keep_times(tx, outcome.times)
    return event


def hand_over(
    tx: Transaction, claim: Claim, *, lane: Lane, message: str, estimated_remaining_s: float | None = None
) -> ProgressEvent:
    """Let the attempt go on in another lane, whose workers claim it in its turn."""
    row = _written(advance(tx, claim.resume.id, (), {"lane": lane.value}, under=claim))[0]
    latest = latest_event(tx, row)
    entry = Entry(
        stage=latest.stage,
        state=State.PROCESSING,
        message=message,
        percent=latest.percent,
        stage_percent=latest.stage_percent,
        estimated_remaining_s=estimated_remaining_s,
    )
    waiting: dict[str, Change] = {"lease": uuid4().hex, "lease_worker": None, "lease_expires": None}
    return _written(advance(tx, claim.resume.id, [entry], waiting, under=claim))[1][0]


def give_back(tx: Transaction, claim: Claim, *, message: str, lost: bool) -> ProgressEvent:
    """Queue the next attempt ahead of all that were not given back."""
    changes: dict[str, Change] = {
        "attempt": claim.attempt + 1,
        "lost_count": claim.lost + lost,
        "queue_rank": GIVEN_BACK,
    }
    moved = transition(tx, claim.resume.id, [queued(message)], changes, under=claim)
    return _written(moved)[1][0]


def void_leases(tx: Transaction, *, instance: str) -> int:
    """Let leases end now, all of them or those of workers named `…@instance`; return how many were held."""
    statement = tables.resumes.update().where(resumes.c.lease_expires.is_not(None)).values(lease_expires=0)
    if instance:
        statement = statement.where(resumes.c.lease_worker.endswith(f"@{instance}", autoescape=True))
    return tx.connection.execute(statement).rowcount


def _longest_lost(tx: Transaction, lane: Lane) -> Row[Any] | None:
    # Two statements, since an index serves each of them and not both at once.
    for over in (resumes.c.lease_expires <= tx.lease_now, resumes.c.lease_expires >= end_of_era(tx.lease_now)):
        # SKIP LOCKED lets several workers claim at once on PostgreSQL; SQLite has one writer and leaves the clause out.
        statement = (
            select(resumes)
            .where(over, resumes.c.lane == lane.value)
            .order_by(resumes.c.lease_expires)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        lost = tx.connection.execute(statement).one_or_none()
        if lost is not None:
            return lost
    return None


def _first_in_line(tx: Transaction, lane: Lane) -> Row[Any] | None:
    # What was handed over has a lease that nobody holds and that never expires. Two queries, for each its index.
    handed_over = and_(resumes.c.state == State.PROCESSING.value, resumes.c.lease_expires.is_(None))
    place = (resumes.c.queue_rank, resumes.c.queue_time, resumes.c.id)
    told = (resumes.c.state, resumes.c.media_type, resumes.c.size_bytes, resumes.c.options)
    firsts: list[Any] = []
    for waiting in (resumes.c.state == State.QUEUED.value, handed_over):
        statement = (
            select(*place, *told)
            .where(waiting, resumes.c.lane == lane.value)
            .order_by(*place)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        first = tx.connection.execute(statement).one_or_none()
        firsts += [] if first is None else [first]
    return min(firsts, key=lambda row: (row.queue_rank, row.queue_time, row.id), default=None)


def _started(row: Row[Any], expected: Expectation) -> Entry:
    left_s = expected(MediaType(row.media_type), row.size_bytes, decode_json(row.options, ParseOptions))
    return replace(STARTED, estimated_remaining_s=left_s)


def _take_over(
    tx: Transaction, lost: Row[Any], lease: dict[str, Change], expected: Expectation
) -> tuple[Row[Any], list[ProgressEvent]]:
    entries = [queued("The worker was lost; starting again"), _started(lost, expected)]
    changes: dict[str, Change] = {"attempt": lost.attempt + 1, "lost_count": lost.lost_count + 1, **lease}
    return _written(transition(tx, lost.id, entries, changes))


def _give_up(tx: Transaction, lost: Row[Any]) -> tuple[Row[Any], list[ProgressEvent]]:
    count = lost.lost_count + 1
    failure = ParseFailure(
        reason=ErrorReason.WORKER_LOST,
        message=f"The worker was lost {count} times in a row while parsing this file; try again later",
        stage=latest_event(tx, lost).stage,
        retryable=True,
    )
    return _fail(tx, lost.id, failure, lost.percent)


def _fail(
    tx: Transaction, resume_id: str, failure: ParseFailure, percent: int, *, under: Claim | None = None
) -> tuple[Row[Any], list[ProgressEvent]]:
    entry = Entry(
        stage=Stage.ERROR,
        state=State.FAILED,
        message=failure.message,
        percent=percent,
        estimated_remaining_s=0.0,
        error=failure,
    )
    moved = transition(tx, resume_id, [entry], {"error": encode_json(failure), "lost_count": 0}, under=under)
    return _written(moved)


def _written(moved: tuple[Row[Any], list[ProgressEvent]] | None) -> tuple[Row[Any], list[ProgressEvent]]:
    if moved is None:
        raise LeaseLostError("the lease is another worker's now, or the attempt has ended")
    return moved


def _claim(row: Row[Any], events: Sequence[ProgressEvent]) -> Claim:
    resume = decode_resume(row, progress=events[-1])
    return Claim(resume=resume, attempt=row.attempt, lease=row.lease, lost=row.lost_count, lane=Lane(row.lane))


def _keep_times(tx: Transaction, times: StageTimes) -> None:
    tx.connection.execute(
        insert(tables.stage_times).values(
            media_type=times.media_type.value,
            size_bytes=times.size_bytes,
            page_count=times.page_count,
            text_extraction_s=times.text_extraction_s,
            nlp_parsing_s=times.nlp_parsing_s,
            ai_enhancement_s=times.ai_enhancement_s,
            lane=times.lane.value,
            scanned_pages=times.scanned_pages,
            asked_characters=times.asked_characters,
            create_time=tx.now,
        )
    )
