"""Listing résumés: filters, order, and pages that continue behind the last résumé seen (keyset)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, func, null, or_, select, tuple_

from resumate_grpc.errors import InvalidFieldError
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import OrderField, ResumePage, ResumeQuery
from resumate_grpc.store.codec import decode_event, decode_resume, fold, from_micros, to_micros
from resumate_grpc.store.tables import events, parsed, resumes
from resumate_grpc.store.transaction import Transaction

__all__ = ["list_resumes"]

# A database bounds the patterns that it matches (SQLite: 50,000 bytes), and folding makes text longer.
_LONGEST_TEXT = 1000
_COLUMNS: dict[OrderField, Column[Any]] = {
    OrderField.CREATE_TIME: resumes.c.create_time,
    OrderField.UPDATE_TIME: resumes.c.update_time,
    OrderField.FILENAME: resumes.c.filename,
}


def list_resumes(tx: Transaction, query: ResumeQuery) -> ResumePage:
    """Return a page, how many match over all pages, and where the next one starts."""
    if len(query.text) > _LONGEST_TEXT:
        raise InvalidFieldError(f"search for at most {_LONGEST_TEXT} characters", field="text")
    matching = _filters(query)
    rows = tx.connection.execute(_page(query, matching)).all()
    total = tx.connection.execute(_search(select(func.count()), query).where(*matching)).scalar_one()
    page, more = rows[: query.limit], len(rows) > query.limit
    latest = _latest_events(tx, [row.id for row in page])
    return ResumePage(
        resumes=tuple(decode_resume(row, progress=latest[row.id], parsed=row.parsed_json) for row in page),
        total=total,
        next_after=_position(page[-1], query) if more and page else None,
    )


def _page(query: ResumeQuery, matching: list[ColumnElement[bool]]) -> Select[Any]:
    key = _COLUMNS[query.order.field]
    json = parsed.c.json if query.with_parsed else null()
    statement = _search(select(resumes, json.label("parsed_json")), query).where(*matching)
    if query.with_parsed and not fold(query.text):
        statement = statement.outerjoin_from(resumes, parsed, parsed.c.resume_id == resumes.c.id)
    if query.after is not None:
        behind, here = tuple_(key, resumes.c.id), tuple_(*_after(query))
        statement = statement.where(behind < here if query.order.descending else behind > here)
    order = (key.desc(), resumes.c.id.desc()) if query.order.descending else (key.asc(), resumes.c.id.asc())
    return statement.order_by(*order).limit(query.limit + 1)


def _search(statement: Select[Any], query: ResumeQuery) -> Select[Any]:
    needle = fold(query.text)
    if not needle:
        return statement.select_from(resumes)
    return statement.select_from(resumes.outerjoin(parsed, parsed.c.resume_id == resumes.c.id)).where(
        or_(
            resumes.c.filename_search.contains(needle, autoescape=True),
            parsed.c.search.contains(needle, autoescape=True),
        )
    )


def _filters(query: ResumeQuery) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [resumes.c.owner == query.owner]
    if query.states:
        filters.append(resumes.c.state.in_(sorted(state.value for state in query.states)))
    if query.batch_id:
        filters.append(resumes.c.batch_id == query.batch_id)
    return filters


def _after(query: ResumeQuery) -> tuple[str | int, str]:
    value, resume_id = query.after or ("", "")
    try:
        if query.order.field is OrderField.FILENAME:
            value.encode()
            return value, resume_id
        return to_micros(datetime.fromisoformat(value).astimezone(UTC)), resume_id
    except (ValueError, OverflowError) as error:  # half a surrogate pair, no time, a time outside of the calendar
        raise InvalidFieldError("not a position in this list; start from its first page", field="page_token") from error


def _position(row: Row[Any], query: ResumeQuery) -> tuple[str, str]:
    if query.order.field is OrderField.FILENAME:
        return row.filename, row.id
    micros = row.create_time if query.order.field is OrderField.CREATE_TIME else row.update_time
    return from_micros(micros).isoformat(timespec="microseconds"), row.id


def _latest_events(tx: Transaction, resume_ids: list[str]) -> dict[str, ProgressEvent]:
    last = (events.c.resume_id == resumes.c.id) & (events.c.sequence == resumes.c.last_sequence)
    statement = select(events).join(resumes, last).where(resumes.c.id.in_(resume_ids))
    return {row.resume_id: decode_event(row) for row in tx.connection.execute(statement)}
