"""What the database and the file store hold, read by plain SQL: the checker trusts no code of the service."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, Self

import asyncpg
from msgspec import UNSET

from tests.fire.lines import Event

__all__ = ["Row", "Truth"]

OWNER = "local"


class Record(Protocol):
    """A row of either database."""

    def keys(self) -> Any: ...

    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What is held of a résumé besides its events."""

    id: str
    sha256: str
    request_id: str
    batch_id: str
    state: str
    attempt: int
    last_sequence: int


@dataclass(frozen=True, kw_only=True)
class Truth:
    """One owner's log and résumés as they are; `files` is the sha256 of each stored file by the one in its name."""

    epoch: str
    rows: Mapping[str, Row]
    events: Sequence[Event]
    feed_first: int = 1
    feed_last: int = 0
    files: Mapping[str, str] | None = None
    complaints: Sequence[str] = field(default=())
    """What the database says of itself: `integrity_check` and `foreign_key_check`."""

    @classmethod
    def read(cls, database: Path, files: Path | None = None, *, owner: str = OWNER) -> Self:
        """Read all in one transaction; nobody needs to be stopped for it."""
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")
            epoch = connection.execute("SELECT epoch FROM log").fetchone()[0]
            feed = connection.execute("SELECT * FROM feeds WHERE owner = ?", (owner,)).fetchone()
            rows = connection.execute("SELECT * FROM resumes WHERE owner = ?", (owner,)).fetchall()
            logged = connection.execute("SELECT * FROM events WHERE owner = ? ORDER BY feed_sequence", (owner,))
            return cls(
                epoch=epoch,
                rows={row["id"]: _row(row) for row in rows},
                events=[_event(row, epoch) for row in logged],
                feed_first=feed["first_sequence"] if feed else 1,
                feed_last=feed["last_sequence"] if feed else 0,
                files=_files(files) if files else None,
                complaints=[
                    *(found[0] for found in connection.execute("PRAGMA integrity_check") if found[0] != "ok"),
                    *(f"foreign key: {tuple(found)}" for found in connection.execute("PRAGMA foreign_key_check")),
                ],
            )

    @classmethod
    async def read_postgres(cls, url: str, *, owner: str = OWNER) -> Self:
        """Read all of a PostgreSQL database in one transaction."""
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                epoch = await connection.fetchval("SELECT epoch FROM log")
                feed = await connection.fetchrow("SELECT * FROM feeds WHERE owner = $1", owner)
                rows = await connection.fetch("SELECT * FROM resumes WHERE owner = $1", owner)
                logged = await connection.fetch("SELECT * FROM events WHERE owner = $1 ORDER BY feed_sequence", owner)
        finally:
            await connection.close()
        return cls(
            epoch=epoch,
            rows={row["id"]: _row(row) for row in rows},
            events=[_event(row, epoch) for row in logged],
            feed_first=feed["first_sequence"] if feed else 1,
            feed_last=feed["last_sequence"] if feed else 0,
        )

    def of(self, resume_id: str) -> Sequence[Event]:
        """Return the events of one résumé in order."""
        return self._by_resume.get(resume_id, ())

    def was_purged(self, event: Event) -> bool:
        """Tell whether retention may have taken the event away: it takes the oldest of a feed, and of a résumé."""
        if isinstance(event.feed_sequence, int):
            return event.feed_sequence < self.feed_first
        held = self.of(event.resume_id)
        return self.feed_first > 1 and (not held or event.sequence < held[0].sequence)

    @cached_property
    def _by_resume(self) -> Mapping[str, Sequence[Event]]:
        found: defaultdict[str, list[Event]] = defaultdict(list)
        for event in sorted(self.events, key=lambda each: each.sequence):
            found[event.resume_id].append(event)
        return found


def _row(row: Record) -> Row:
    return Row(
        id=row["id"],
        sha256=row["sha256"],
        request_id=row["request_id"] or "",
        batch_id=row["batch_id"] or "",
        state=row["state"],
        attempt=row["attempt"],
        last_sequence=row["last_sequence"],
    )


def _event(row: Record, epoch: str) -> Event:
    error = json.loads(row["error"]) if row["error"] else None
    digest = row["digest"] if "digest" in row.keys() else None  # noqa: SIM118 - a row is no mapping
    return Event(
        resume_id=row["resume_id"],
        sequence=row["sequence"],
        feed_sequence=row["feed_sequence"],
        attempt=row["attempt"],
        stage=row["stage"],
        stage_percent=row["stage_percent"],
        percent=row["percent"],
        message=row["message"],
        state=row["state"],
        create_time_ms=row["create_time"] // 1000,
        create_time_us=row["create_time"],
        batch_id=row["batch_id"] or "",
        epoch=epoch,
        estimated_remaining_s=row["estimated_remaining_s"],
        error=(error["reason"], error["message"], error["retryable"]) if error else None,
        count=row["sequence"],
        digest=digest.hex() if digest is not None else UNSET,
    )


def _files(folder: Path) -> dict[str, str]:
    # What has a name of 64 characters is taken for whole by the service, so its bytes are looked at.
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("??/*")
        if len(path.name) == 2 * hashlib.sha256().digest_size
    }
