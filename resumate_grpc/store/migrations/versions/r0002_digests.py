"""A digest on every event, so that a client can check that it saw all; computed for the events that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from resumate_grpc.model.digest import START, chained
from resumate_grpc.model.progress import Stage
from resumate_grpc.store.codec import from_micros

revision = "0002"
down_revision = "0001"

_PAGE_EVENTS = 5000

# The tables as they are at this revision, whatever becomes of them later.
_events = sa.table(
    "events",
    sa.column("resume_id", sa.Text),
    sa.column("sequence", sa.BigInteger),
    sa.column("attempt", sa.Integer),
    sa.column("stage", sa.Text),
    sa.column("stage_percent", sa.Integer),
    sa.column("percent", sa.Integer),
    sa.column("message", sa.Text),
    sa.column("create_time", sa.BigInteger),
    sa.column("digest", sa.LargeBinary),
)


def upgrade() -> None:
    """Add the column and fill it."""
    op.add_column("events", sa.Column("digest", sa.LargeBinary(), server_default="", nullable=False))
    connection = op.get_bind()
    key = (_events.c.resume_id == sa.bindparam("of_resume"), _events.c.sequence == sa.bindparam("at"))
    fill = sa.update(_events).where(*key).values(digest=sa.bindparam("new_digest"))
    previous, resume_id = START, ""
    for page in _pages(connection):
        digests = []
        for event in page:
            # A log whose beginning was purged begins anew: nobody can have the digest before it.
            previous = _digest(event, previous=previous if event.resume_id == resume_id else START)
            resume_id = event.resume_id
            digests.append({"of_resume": resume_id, "at": event.sequence, "new_digest": previous})
        connection.execute(fill, digests)


def _pages(connection: sa.Connection) -> Iterator[list[sa.Row[Any]]]:
    place = sa.tuple_(_events.c.resume_id, _events.c.sequence)
    after: tuple[str, int] = ("", 0)
    while True:
        rows = sa.select(_events).where(place > sa.tuple_(*after)).order_by(_events.c.resume_id, _events.c.sequence)
        page = list(connection.execute(rows.limit(_PAGE_EVENTS)).all())
        if not page:
            return
        yield page
        after = (page[-1].resume_id, page[-1].sequence)


def _digest(event: sa.Row[Any], *, previous: bytes) -> bytes:
    return chained(
        previous,
        resume_id=event.resume_id,
        sequence=event.sequence,
        attempt=event.attempt,
        stage=Stage(event.stage),
        stage_percent=event.stage_percent,
        percent=event.percent,
        create_time=from_micros(event.create_time),
        message=event.message,
    )
