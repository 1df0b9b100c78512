"""Whatever happens in whatever order, every promise is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest
from hypothesis.errors import FlakyStrategyDefinition

from resumate_grpc.jobs.cursor import Cursor
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import Claim
from resumate_grpc.store import append, events, work_queue
from resumate_grpc.store.postgres import append as postgres_append
from resumate_grpc.store.transaction import Transaction
from tests.fire.databases import Postgres
from tests.fire.machine import Service, on, search
from tests.fire.workers import WRITES
from tests.postgres import Cluster

pytestmark = pytest.mark.slow

Plant = Callable[[pytest.MonkeyPatch], None]
_SEARCHES = 3
FOUND = "breaches|IntegrityError|UNIQUE|a lease that is not its own"


def test_short_stories_keep_every_promise() -> None:
    """A few stories, for every check; `python -m tests.fire.machine` tells as many as wanted."""
    search(examples=5, steps=15)


@pytest.mark.slow
def test_stories_keep_every_promise() -> None:
    """Uploads, workers that die and come back, restarts, jumping clocks, a lying bus: no watcher is told a lie."""
    search(examples=40, steps=40)


@pytest.mark.slow
def test_stories_keep_every_promise_on_postgresql(postgres: Cluster) -> None:
    """The same on the other database, where nothing but its own locks stands between two writers."""
    search(examples=6, steps=40, database=Postgres(postgres))


def _gaps_pass(patch: pytest.MonkeyPatch) -> None:
    def live(self: Cursor, event: ProgressEvent) -> bool | None:
        number = self.number(event)
        if number <= self.reached:
            return False
        self.reached = number
        return self._pass_on(event, number)

    patch.setattr(Cursor, "live", live)


def _repeats_pass(patch: pytest.MonkeyPatch) -> None:
    def live(self: Cursor, event: ProgressEvent) -> bool | None:
        number = self.number(event)
        if number > self.reached + 1:
            return None
        self.reached = number
        return self._pass_on(event, number)

    patch.setattr(Cursor, "live", live)


def _leases_fence_no_change(patch: pytest.MonkeyPatch) -> None:
    """Ends, returns and renewals: the statements of `store/events.py`."""

    def unfenced(real: Callable[..., Any]) -> Callable[..., Any]:
        def write(
            tx: Transaction,
            resume_id: str,
            entries: Sequence[events.Entry],
            changes: Mapping[str, Any],
            *,
            under: Claim | None = None,
        ) -> Any:
            return real(tx, resume_id, entries, changes)

        return write

    patch.setattr(work_queue, "advance", unfenced(events.advance))
    patch.setattr(work_queue, "transition", unfenced(events.transition))


def _leases_fence_no_append(patch: pytest.MonkeyPatch) -> None:
    """Progress, which is written in groups: the statements of `store/append.py` and `store/postgres/append.py`."""

    def moved(driver: Any, moves: Sequence[tuple[object, ...]]) -> set[str]:
        leases: set[str] = set()
        for resume_id, _, lease, sequence, time, to_sequence, to_time, percent in moves:
            statement = """
                UPDATE resumes SET last_sequence = ?, last_event_time = ?, percent = ?
                WHERE id = ? AND last_sequence = ? AND last_event_time = ?
            """
            found = driver.execute(statement, (to_sequence, to_time, percent, resume_id, sequence, time))
            leases |= {str(lease)} if found.rowcount else set()
        return leases

    held = " AND r.attempt = {0}.attempt AND r.lease = {0}.lease"
    works = "AND r.state IS NOT DISTINCT FROM 'PROCESSING'"
    _changed(patch, append, "_READ_HEAD", {"r.state = 'PROCESSING' AND r.attempt = ? AND r.lease = ?": "? AND ? <> ''"})
    patch.setattr(append, "_update", moved)
    _changed(patch, postgres_append, "_APPEND", {held.format("m"): "", works: ""})
    _changed(patch, postgres_append, "_HEADS", {held.format("c"): "", works: "", "SELECT r.lease": "SELECT c.lease"})


def _changed(patch: pytest.MonkeyPatch, module: ModuleType, name: str, changes: Mapping[str, str]) -> None:
    """Change a statement in a module; each change must have something to change."""
    statement: str = vars(module)[name]
    for old, new in changes.items():
        assert old in statement
        statement = statement.replace(old, new)
    patch.setattr(module, name, statement)


PLANTS = (_gaps_pass, _repeats_pass, _leases_fence_no_change, _leases_fence_no_append)


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_fault_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search is able to fail: with a fence, or the cursor's judgement, taken out, a story shows it."""
    plant(monkeypatch)
    with pytest.raises(Exception, match=FOUND):
        _search_until_found()


def _search_until_found() -> None:
    """Search at random, until the first find.

    A service has threads of its own, so that a story may run otherwise when it is told again; hypothesis then ends the
    whole search, which proves nothing, and another one begins. Where no fault is planted that is an error.
    """
    for _ in range(_SEARCHES):
        with suppress(FlakyStrategyDefinition):
            search(examples=1000, steps=40, shrink=False)
            return


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def service(request: pytest.FixtureRequest) -> type[Service]:
    """The machine on each database."""
    return Service if request.param == "sqlite" else on(Postgres(request.getfixturevalue("postgres")))


@pytest.mark.parametrize("write", WRITES)
def test_what_was_taken_over_writes_nothing(service: type[Service], write: str) -> None:
    """A worker that stood still for longer than its lease is refused whatever it writes."""
    _zombie(service(), write)


@pytest.mark.parametrize("write", WRITES)
def test_a_zombie_that_may_write_is_found(service: type[Service], write: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its fence, each kind of write shows in its one story."""
    (_leases_fence_no_append if write == "append" else _leases_fence_no_change)(monkeypatch)
    with pytest.raises(Exception, match=FOUND):
        _zombie(service(), write)


def _zombie(service: Service, write: str) -> None:
    """Tell the story of a worker that comes back after another has taken its résumé up."""
    service.begin(seed=0)
    try:
        service.upload(content=1, request=0, batch="", is_claimed=True)
        service.lose_worker(pick=0, writes={write})
    except BaseException:
        with suppress(Exception):  # what the story found counts
            service.teardown()
        raise
    service.teardown()
