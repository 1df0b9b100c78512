"""Appends that are run together, and what goes wrong among them."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from resumate_grpc.jobs.ports import LeaseLostError
from resumate_grpc.model.digest import START, chained
from resumate_grpc.model.parsed import ParsedResume
from resumate_grpc.model.progress import ProgressEvent
from resumate_grpc.model.work import Claim, Outcome, Target
from resumate_grpc.store import SqlStore, sqlite
from resumate_grpc.store.runner import Writer
from tests.store.conftest import OWNER, ManualClock, OpenStore, claim, create, progress


async def assert_whole(store: SqlStore) -> None:
    """Check numbers and digests of every log."""
    feed = await store.history(Target(owner=OWNER), after=0, limit=100_000)
    assert [event.feed_sequence for event in feed] == list(range(1, len(feed) + 1))
    ends: dict[str, tuple[int, bytes]] = {}
    for event in feed:
        sequence, digest = ends.get(event.resume_id, (0, START))
        assert event.sequence == sequence + 1
        assert event.digest == _digest_after(digest, event)
        ends[event.resume_id] = (event.sequence, event.digest)


def _digest_after(before: bytes, event: ProgressEvent) -> bytes:
    return chained(
        before,
        resume_id=event.resume_id,
        sequence=event.sequence,
        attempt=event.attempt,
        stage=event.stage,
        stage_percent=event.stage_percent,
        percent=event.percent,
        create_time=event.create_time,
        message=event.message,
    )


async def held(store: SqlStore, count: int) -> list[Claim]:
    await create(store, *(f"r{number:03}" for number in range(count)))
    return [await claim(store) for _ in range(count)]


async def test_each_caller_gets_its_own_events(store: SqlStore) -> None:
    """Many appends at once, several under one claim among them, are numbered in the order of the calls."""
    claims = await held(store, 100)
    calls = [store.append(one, [progress(n, f"{n}") for n in range(times)]) for times in (2, 0, 3) for one in claims]
    results = await asyncio.gather(*calls)
    for call, events in enumerate(results):
        assert [event.resume_id for event in events] == [claims[call % 100].resume.id] * (2, 0, 3)[call // 100]
    numbers = [event.feed_sequence for events in results for event in events]
    assert numbers == sorted(numbers)
    await assert_whole(store)


async def test_who_lost_its_lease_is_refused_among_others(store: SqlStore) -> None:
    """Of appends that are run together only those without a hold fail, and they leave nothing."""
    claims = await held(store, 20)
    for lost in claims[::2]:
        await store.cancel(OWNER, lost.resume.id)
    results = await asyncio.gather(*(store.append(one, [progress(1)]) for one in claims), return_exceptions=True)
    assert [isinstance(result, LeaseLostError) for result in results] == [True, False] * 10
    await assert_whole(store)


async def test_one_that_the_database_refuses_spares_the_others(store: SqlStore) -> None:
    """A worker that reports nonsense gets the database's error; those beside it do not notice."""
    claims = await held(store, 10)
    calls = [store.append(one, [progress(200 if number == 4 else 7)]) for number, one in enumerate(claims)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(result, DatabaseError) for result in results] == [number == 4 for number in range(10)]
    assert await store.append(claims[4], [progress(8)])
    await assert_whole(store)


async def test_a_log_that_others_moved_on_is_read_anew(open_store: OpenStore) -> None:
    """What another process appended under the same lease, or the next attempt, is what the next append goes on from."""
    async with open_store() as store, open_store() as other:
        (one,) = await held(store, 1)
        for turn in range(4):
            await (store, other)[turn % 2].append(one, [progress(turn)])
        await other.give_back(one, message="Again", lost=False)
        with pytest.raises(LeaseLostError):
            await store.append(one, [progress(5)])
        again = await claim(other)
        assert [event.sequence for event in await store.append(again, [progress(1)])] == [9]
        await assert_whole(store)


async def test_what_was_undone_is_not_remembered(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a commit that failed, logs go on from what is on disk, not from what was to be."""
    store = sqlite_store
    writer = store._writer  # noqa: SLF001 - the disk is made to fail here
    assert isinstance(writer, Writer)
    engine = writer._engine  # noqa: SLF001
    claims = await held(store, 5)
    await store.append(claims[0], [progress(1)])
    commit = engine.dialect.do_commit

    def failing(connection: object) -> None:
        monkeypatch.setattr(engine.dialect, "do_commit", commit)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(engine.dialect, "do_commit", failing)
    with pytest.raises((DatabaseError, sqlite3.OperationalError)):
        await store.append(claims[0], [progress(2, "lost")])
    await store.finish(claims[1], Outcome(parsed=ParsedResume()))
    assert [event.sequence for event in await store.append(claims[0], [progress(3, "kept")])] == [4]
    await assert_whole(store)


@pytest.mark.slow
async def test_appends_and_all_else_in_any_order(store: SqlStore) -> None:
    """Cancels, finishes and give-backs among appends leave whole logs, whatever the order."""
    dice = random.Random(3)  # noqa: S311 - a test's dice
    claims = await held(store, 40)

    async def one(number: int) -> None:
        mine = claims[number % 40]
        await asyncio.sleep(dice.random() / 20)
        fate = dice.random()
        if fate < 0.05:
            await store.cancel(OWNER, mine.resume.id)
        elif fate < 0.1:
            await store.finish(mine, Outcome(parsed=ParsedResume()))
        elif fate < 0.15:
            await store.give_back(mine, message="Again", lost=False)
            claims[number % 40] = await claim(store)
        else:
            await store.append(mine, [progress(n) for n in range(dice.randint(0, 3))])

    await asyncio.gather(*(one(number) for number in range(2000)), return_exceptions=True)
    await assert_whole(store)


async def test_the_update_goes_straight_to_each_resume(tmp_path: Path, clock: ManualClock) -> None:
    """Neither all that are being parsed nor all résumés are gone through for one append."""
    from resumate_grpc.store.append import _update_statement  # noqa: PLC0415 - the statement itself

    async with SqlStore.open(str(tmp_path / "resumate.db"), clock=clock):
        pass
    connection = sqlite3.connect(tmp_path / "resumate.db")
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {_update_statement(4)}", [1] * 32))
    connection.close()
    assert "SEARCH resumes USING INDEX sqlite_autoindex_resumes_1 (id=?)" in plan


@pytest.mark.slow
async def test_the_journal_is_moved_beside_the_writer(tmp_path: Path, clock: ManualClock) -> None:
    """Past 4 MiB the journal goes into the database while writing goes on, so that it does not grow for ever."""
    path = tmp_path / "resumate.db"
    async with SqlStore.open(str(path), clock=clock) as store:
        claims = await held(store, 50)
        before = path.stat().st_size
        for _ in range(40):
            await asyncio.gather(*(store.append(one, [progress(1, "x" * 500)] * 4) for one in claims))
        async with asyncio.timeout(10):
            while path.stat().st_size < before + (1 << 20):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.01)
        assert sqlite.journal_bytes(path) < 128 << 20
        await assert_whole(store)
