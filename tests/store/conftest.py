"""The store under test, once a backend: every test that asks for `store` is part of the ports' contract.

`open_store` opens the test's database, as often as the test likes: several processes' stores on one database. A new
backend is one more entry in BACKENDS, and the way to its URL.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from resumate_grpc.model.progress import Stage
from resumate_grpc.model.resume import MediaType, ParseOptions
from resumate_grpc.model.work import Claim, Lane, NewEvent, NewResume, StageTimes
from resumate_grpc.store import SqlStore, migrate

OWNER = "ada"
PLENTY = 1_000_000
LEASE_S = 30.0


class ManualClock:
    """A clock that moves only when a test says so: time passes by `advance`, and is set wrong by `jump`."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        self.elapsed_s = 1000.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.elapsed_s

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.elapsed_s += seconds

    def jump(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@cache
def _new_sqlite() -> bytes:
    """Return the file of a new database: a migration for each test would take longer than the tests."""
    with tempfile.TemporaryDirectory() as folder:
        migrate(f"{folder}/new.db")
        return Path(folder, "new.db").read_bytes()


BACKENDS = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.slow)]

OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of the test's own."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    file = tmp_path / "resumate.db"
    file.write_bytes(_new_sqlite())
    return str(file)


@pytest.fixture
def open_store(database_url: str, clock: ManualClock) -> OpenStore:
    return lambda: SqlStore.open(database_url, clock=clock, use_clock=True)


@pytest.fixture
async def store(open_store: OpenStore) -> AsyncIterator[SqlStore]:
    async with open_store() as opened:
        yield opened


@pytest.fixture
async def sqlite_store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SqlStore]:
    """For what is SQLite's own."""
    async with SqlStore.open(str(tmp_path / "resumate.db"), clock=clock) as opened:
        yield opened


def new_resume(  # noqa: PLR0913 - one a column that a test may want
    resume_id: str,
    *,
    owner: str = OWNER,
    filename: str = "cv.pdf",
    sha256: str = "",
    request_id: str = "",
    batch_id: str = "",
    options: ParseOptions | None = None,
    lane: Lane = Lane.TEXT,
    expire_after_s: float | None = None,
) -> NewResume:
    return NewResume(
        id=resume_id,
        owner=owner,
        filename=filename,
        media_type=MediaType.PDF,
        size_bytes=1000,
        sha256=sha256 or f"sha-of-{resume_id}",
        request_id=request_id,
        batch_id=batch_id,
        options=options or ParseOptions(),
        lane=lane,
        expire_after_s=expire_after_s,
    )


def progress(percent: int, message: str = "Finding dates") -> NewEvent:
    return NewEvent(stage=Stage.NLP_PARSING, stage_percent=percent, percent=percent, message=message)


def times(seconds: float = 1.0, media_type: MediaType = MediaType.PDF) -> StageTimes:
    return StageTimes(
        media_type=media_type,
        size_bytes=1000,
        page_count=2,
        text_extraction_s=seconds,
        nlp_parsing_s=seconds * 2,
        ai_enhancement_s=0.0,
    )


async def create(store: SqlStore, *resume_ids: str, owner: str = OWNER, batch_id: str = "") -> None:
    for resume_id in resume_ids:
        await store.create(new_resume(resume_id, owner=owner, batch_id=batch_id), max_queued=PLENTY)


async def claim(store: SqlStore, worker: str = "worker-1", *, max_attempts: int = 3) -> Claim:
    claimed, _ = await store.claim(worker, lease_s=LEASE_S, max_attempts=max_attempts)
    assert claimed is not None
    return claimed
