"""Whether logs are whole: each résumé's numbers without a hole, each digest made of the one before."""

from __future__ import annotations

from collections.abc import Iterable

from resumate_grpc.errors import CopyError
from resumate_grpc.model.digest import START, chained
from resumate_grpc.model.progress import Stage
from resumate_grpc.store.codec import from_micros
from resumate_grpc.store.copying.rows import Row
from resumate_grpc.store.tables import events

__all__ = ["LogCheck"]

_PLACE = {column.name: place for place, column in enumerate(events.columns)}


class LogCheck:
    """Follows rows of `events` in the order of their keys."""

    def __init__(self) -> None:
        self._resume_id = ""
        self._sequence = 0
        self._digest = START

    def follow(self, rows: Iterable[Row]) -> None:
        """Take the next rows. Raises `CopyError`, which names the résumé, where they do not go on so."""
        for row in rows:
            self._one({name: row[place] for name, place in _PLACE.items()})

    def _one(self, event: dict[str, object]) -> None:
        resume_id, sequence, digest = event["resume_id"], event["sequence"], event["digest"]
        assert isinstance(resume_id, str)  # noqa: S101 - what the columns hold, told to mypy
        assert isinstance(sequence, int)  # noqa: S101 - as above
        assert isinstance(digest, bytes)  # noqa: S101 - as above
        begins = resume_id != self._resume_id
        # Of a log whose beginning was purged nobody has the digest before: its first one is believed.
        if not begins or sequence == 1:
            previous = START if begins else self._digest
            follows = sequence == (1 if begins else self._sequence + 1)
            if not follows or _digest(event, previous) != digest:
                raise _damaged(resume_id, sequence)
        self._resume_id, self._sequence, self._digest = resume_id, sequence, digest


def _digest(event: dict[str, object], previous: bytes) -> bytes:
    return chained(
        previous,
        resume_id=str(event["resume_id"]),
        sequence=_int(event["sequence"]),
        attempt=_int(event["attempt"]),
        stage=Stage(event["stage"]),
        stage_percent=_int(event["stage_percent"]),
        percent=_int(event["percent"]),
        create_time=from_micros(_int(event["create_time"])),
        message=str(event["message"]),
    )


def _int(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - what the column holds, told to mypy
    return value


def _damaged(resume_id: str, sequence: int) -> CopyError:
    return CopyError(
        f"the log of résumé {resume_id} and its digest disagree at event {sequence}, in the source already: no row was "
        f"copied. Put a backup back, or `resumate delete {resume_id}` there, and copy again"
    )
