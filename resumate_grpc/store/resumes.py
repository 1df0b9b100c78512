"""Résumés as resources: create, read, change, remove."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Row, Select, bindparam, delete, func, insert, select, update

from resumate_grpc.errors import (
    ErrorReason,
    EtagMismatchError,
    ExhaustedError,
    FileMissingError,
    RequestIdReusedError,
    ResumeNotFoundError,
    WrongStateError,
)
from resumate_grpc.jobs.ports import Forecast
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ProgressEvent, Stage, State
from resumate_grpc.model.resume import ParseOptions, Resume
from resumate_grpc.model.work import Deleted, NewResume
from resumate_grpc.store import tables
from resumate_grpc.store.codec import decode_event, decode_resume, encode_json, etag_of, fold, from_micros
from resumate_grpc.store.events import Change, Entry, queued, record, transition
from resumate_grpc.store.line import Place, ahead_of, new_place
from resumate_grpc.store.tables import events, resumes
from resumate_grpc.store.transaction import Transaction

__all__ = [
    "cancel",
    "create",
    "delete_resume",
    "get",
    "latest_event",
    "put_parsed",
    "references",
    "retry",
    "update_resume",
    "waiting",
]

_RETRY_AFTER_S = 5.0

# Statements are built once: that takes longer than running them.
_INSERT = insert(resumes).returning(*resumes.c)
_ONE = select(resumes).where(resumes.c.id == bindparam("resume_id"), resumes.c.owner == bindparam("of_owner"))
# FOR UPDATE keeps the row as it was read on PostgreSQL; SQLite has one writer and leaves the clause out.
_ONE_FOR_CHANGE = _ONE.with_for_update()
_BY_REQUEST = select(resumes).where(
    resumes.c.owner == bindparam("of_owner"), resumes.c.request_id == bindparam("asked_by")
)
_LATEST = select(events).where(
    events.c.resume_id == bindparam("of_resume"), events.c.sequence == bindparam("last", type_=BigInteger)
)
_RESULT = select(tables.parsed.c.json).where(tables.parsed.c.resume_id == bindparam("of_resume"))
_WAITING = select(func.count()).select_from(resumes).where(resumes.c.state == State.QUEUED.value)


def waiting(ahead: int) -> str:
    """Return the words of the event of a résumé that is queued behind so many others."""
    if not ahead:
        return "Waiting for a worker"
    return f"Waiting for a worker; {ahead} {'is' if ahead == 1 else 'are'} ahead"


def create(
    tx: Transaction, new: NewResume, *, max_queued: int, forecast: Forecast
) -> tuple[Resume, ProgressEvent | None]:
    """Insert a résumé with its first event, or return the one that its `request_id` made."""
    earlier = _by_request_id(tx, new) if new.request_id else None
    if earlier is not None:
        return earlier, None
    _check_room(tx, max_queued)
    place = new_place(tx, lane=new.lane.value, owner=new.owner, batch_id=new.batch_id or None)
    ahead = ahead_of(tx, new.lane.value, place)
    row = tx.connection.execute(_INSERT, _first_row(new, place, now=tx.now)).one()
    (event,) = record(tx, row, [queued(waiting(ahead), estimated_remaining_s=forecast(ahead))])
    return decode_resume(row, progress=event), event


def get(tx: Transaction, owner: str, resume_id: str, *, with_parsed: bool) -> Resume:
    """Return a résumé with its latest event."""
    row = _find(tx, owner, resume_id)
    json = tx.connection.execute(_RESULT, {"of_resume": resume_id}).scalar_one_or_none() if with_parsed else None
    return decode_resume(row, progress=latest_event(tx, row), parsed=json)


def update_resume(
    tx: Transaction, owner: str, resume_id: str, *, if_etag: str, filename: str, parsed: ParsedResume | None
) -> Resume:
    """Set file name and, unless None, the result."""
    row = _find_for_change(tx, owner, resume_id)
    _check_etag(row, if_etag)
    if parsed is not None:
        if row.state != State.SUCCEEDED.value:
            raise WrongStateError(
                f"résumé {resume_id} is {row.state}: only a SUCCEEDED one has parsed data to change", state=row.state
            )
        put_parsed(tx, resume_id, parsed)
    statement = (
        update(resumes)
        .where(resumes.c.id == resume_id)
        .values(
            filename=filename,
            filename_search=fold(filename),
            revision=row.revision + 1,
            update_time=max(row.update_time, tx.now),
        )
    )
    tx.connection.execute(statement)
    return get(tx, owner, resume_id, with_parsed=True)


def delete_resume(tx: Transaction, owner: str, resume_id: str, *, if_etag: str) -> Deleted:
    """Remove a résumé, its result and its events."""
    row = _find_for_change(tx, owner, resume_id)
    _check_etag(row, if_etag)
    tx.connection.execute(delete(events).where(events.c.resume_id == resume_id))
    tx.connection.execute(delete(tables.parsed).where(tables.parsed.c.resume_id == resume_id))
    tx.connection.execute(delete(resumes).where(resumes.c.id == resume_id))
    return Deleted(
        resume_id=resume_id,
        owner=owner,
        batch_id=row.batch_id or "",
        sha256=row.sha256,
        orphaned=not references(tx, row.sha256),
        delete_time=from_micros(tx.now),
    )


def cancel(tx: Transaction, owner: str, resume_id: str) -> tuple[Resume, ProgressEvent]:
    """End the attempt under way."""
    row = _find_for_change(tx, owner, resume_id)
    if State(row.state).is_terminal:
        raise WrongStateError(f"résumé {resume_id} has ended already: it is {row.state}", state=row.state)
    entry = Entry(
        stage=Stage.CANCELLED,
        state=State.CANCELLED,
        message="Cancelled",
        percent=row.percent,
        estimated_remaining_s=0.0,
    )
    return _moved(transition(tx, resume_id, [entry], {}), resume_id)


def references(tx: Transaction, sha256: str) -> int:
    """Count the résumés, of all owners, that have these bytes and whose file has not expired."""
    having = (resumes.c.sha256 == sha256, resumes.c.has_file == 1)
    return tx.connection.execute(select(func.count()).where(*having)).scalar_one()


def retry(
    tx: Transaction,
    owner: str,
    resume_id: str,
    *,
    options: ParseOptions | None,
    max_queued: int,
    forecast: Forecast,
    expire_after_s: float | None,
) -> tuple[Resume, ProgressEvent]:
    """Queue the next attempt, as an upload of its own."""
    row = _find_for_change(tx, owner, resume_id)
    if not State(row.state).is_terminal:
        raise WrongStateError(
            f"résumé {resume_id} is {row.state}: cancel it or wait for its end before a retry", state=row.state
        )
    if not row.has_file:
        raise FileMissingError(f"the file of résumé {resume_id} is no longer stored; upload it again")
    _check_room(tx, max_queued)
    place = new_place(tx, lane=row.lane, owner=owner, batch_id=row.batch_id)
    ahead = ahead_of(tx, row.lane, place)
    tx.connection.execute(delete(tables.parsed).where(tables.parsed.c.resume_id == resume_id))
    changes: dict[str, Change] = {
        "attempt": row.attempt + 1,
        "options": row.options if options is None else encode_json(options),
        "error": None,
        "complete_time": None,
        "lost_count": 0,
        "queue_rank": place.rank,
        "queue_time": place.turn,
        "has_history": 1,
        "person_name": "",
        "headline": "",
        "expire_time": _expire_time(tx.now, expire_after_s),
    }
    entry = queued(waiting(ahead), estimated_remaining_s=forecast(ahead))
    moved = transition(tx, resume_id, [entry], changes)
    return _moved(moved, resume_id)


def put_parsed(tx: Transaction, resume_id: str, result: ParsedResume) -> None:
    """Set the result of a résumé, with what it is searched by."""
    # NULs, which text on PostgreSQL cannot hold, stay in the result alone: JSON writes them out.
    name = result.personal_info.full_name.replace("\0", " ")
    row = {
        "json": encode_json(result),
        "person_name": name,
        "search": fold(f"{name}\n{result.text}"),
    }
    mine = tables.parsed.c.resume_id == resume_id
    if tx.connection.execute(update(tables.parsed).where(mine).values(**row)).rowcount == 0:
        tx.connection.execute(insert(tables.parsed).values(resume_id=resume_id, **row))
    headline = result.work_experience[0].title.replace("\0", " ") if result.work_experience else ""
    named = update(resumes).where(resumes.c.id == resume_id).values(person_name=name, headline=headline)
    tx.connection.execute(named)


def latest_event(tx: Transaction, row: Row[Any]) -> ProgressEvent:
    """Return the last event of a `resumes` row."""
    return decode_event(tx.connection.execute(_LATEST, {"of_resume": row.id, "last": row.last_sequence}).one())


def _moved(moved: tuple[Row[Any], list[ProgressEvent]] | None, resume_id: str) -> tuple[Resume, ProgressEvent]:
    if moved is None:
        raise ResumeNotFoundError(resume_id)
    row, (event,) = moved
    return decode_resume(row, progress=event), event


def _find(tx: Transaction, owner: str, resume_id: str) -> Row[Any]:
    return _found(tx, _ONE, owner, resume_id)


def _find_for_change(tx: Transaction, owner: str, resume_id: str) -> Row[Any]:
    return _found(tx, _ONE_FOR_CHANGE, owner, resume_id)


def _found(tx: Transaction, statement: Select[Any], owner: str, resume_id: str) -> Row[Any]:
    row = tx.connection.execute(statement, {"resume_id": resume_id, "of_owner": owner}).one_or_none()
    if row is None:
        raise ResumeNotFoundError(resume_id)
    return row


def _check_etag(row: Row[Any], if_etag: str) -> None:
    if if_etag and if_etag != etag_of(row):
        raise EtagMismatchError(f"résumé {row.id} was changed since you read it; read it again and repeat the change")


def _check_room(tx: Transaction, max_queued: int) -> None:
    """All lanes count towards the limit."""
    if tx.connection.execute(_WAITING).scalar_one() >= max_queued:
        raise ExhaustedError(
            f"{max_queued} résumés wait already; try again in {_RETRY_AFTER_S:.0f} s",
            reason=ErrorReason.QUEUE_FULL,
            retry_after_s=_RETRY_AFTER_S,
        )


def _by_request_id(tx: Transaction, new: NewResume) -> Resume | None:
    row = tx.connection.execute(_BY_REQUEST, {"of_owner": new.owner, "asked_by": new.request_id}).one_or_none()
    if row is None:
        return None
    if row.sha256 != new.sha256:
        raise RequestIdReusedError(
            f"request_id {new.request_id} was used for another file; use a new request_id for each upload"
        )
    return decode_resume(row, progress=latest_event(tx, row))


def _first_row(new: NewResume, place: Place, *, now: int) -> dict[str, str | int | None]:
    return {
        "id": new.id,
        "owner": new.owner,
        "filename": new.filename,
        "filename_search": fold(new.filename),
        "media_type": new.media_type.value,
        "size_bytes": new.size_bytes,
        "sha256": new.sha256,
        "options": encode_json(new.options),
        "request_id": new.request_id or None,
        "batch_id": new.batch_id or None,
        "state": State.QUEUED.value,
        "attempt": 1,
        "revision": 1,
        "create_time": now,
        "update_time": now,
        "last_sequence": 1,
        "last_event_time": now,
        "percent": 0,
        "queue_rank": place.rank,
        "queue_time": place.turn,
        "lost_count": 0,
        "lane": new.lane.value,
        "expire_time": _expire_time(now, new.expire_after_s),
    }


def _expire_time(now: int, expire_after_s: float | None) -> int | None:
    return None if expire_after_s is None else now + round(expire_after_s * 1e6)
