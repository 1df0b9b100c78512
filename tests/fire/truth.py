"""What the database and the file store hold, read by plain SQL: the checker trusts no code of the service."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from msgspec import UNSET

from tests.fire.lines import Event

__all__ = ["Row", "Truth"]

OWNER = "local"
Columns = Mapping[str, Any]
"""A row of a table, by column."""


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
            return cls.made(
                epoch=epoch,
                feed=dict(feed or {}),
                rows=map(dict, rows),
                logged=map(dict, logged),
                files=_files(files) if files else None,
                complaints=[
                    *(found[0] for found in connection.execute("PRAGMA integrity_check") if found[0] != "ok"),
                    *(f"foreign key: {tuple(found)}" for found in connection.execute("PRAGMA foreign_key_check")),
                ],
            )

    @classmethod
    def made(
        cls,
        *,
        epoch: str,
        feed: Columns,
        rows: Iterable[Columns],
        logged: Iterable[Columns],
        files: Mapping[str, str] | None = None,
        complaints: Sequence[str] = (),
    ) -> Self:
        """Make it of rows as a database gives them; `logged` are events in the order of the feed."""
        return cls(
            epoch=epoch,
            rows={row["id"]: _row(row) for row in rows},
            events=[_event(row, epoch) for row in logged],
            feed_first=feed.get("first_sequence", 1),
            feed_last=feed.get("last_sequence", 0),
            files=files,
            complaints=complaints,
        )

    def with_files(self, folder: Path) -> Self:
        """Return the same with the files of a folder."""
        return replace(self, files=_files(folder))

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


def _row(row: Columns) -> Row:
    return Row(
        id=row["id"],
        sha256=row["sha256"],
        request_id=row["request_id"] or "",
        batch_id=row["batch_id"] or "",
        state=row["state"],
        attempt=row["attempt"],
        last_sequence=row["last_sequence"],
    )


def _event(row: Columns, epoch: str) -> Event:
    error = json.loads(row["error"]) if row["error"] else None
    digest = row.get("digest")
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
