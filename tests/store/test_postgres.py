"""What is PostgreSQL's own: outages, lost answers, rivals, the clocks of several hosts, and a pooler before it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from resumate_grpc.errors import SettingsError, StorageUnavailableError
from resumate_grpc.model.parsed import ParsedResume, PersonalInfo
from resumate_grpc.model.progress import State
from resumate_grpc.model.work import Lane, Outcome, ResumeQuery, Target
from resumate_grpc.store import SqlStore, migrate, shown
from resumate_grpc.store.postgres import transacting
from resumate_grpc.store.transaction import Transaction
from tests.conftest import missing
from tests.pgbouncer import found_pgbouncer, running_pgbouncer
from tests.postgres import Cluster
from tests.store.conftest import LEASE_S, OWNER, PLENTY, ManualClock, claim, create, new_resume, progress
from tests.store.cutting import Proxy, running_proxy

pytestmark = pytest.mark.slow

FEED = Target(owner=OWNER)


@pytest.fixture
async def pg_store(postgres_url: str, clock: ManualClock) -> AsyncIterator[SqlStore]:
    async with SqlStore.open(postgres_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def socket_folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket in it."""
    with tempfile.TemporaryDirectory(prefix="resumate-cut-") as folder:
        yield Path(folder)


@pytest.fixture
async def cut(
    postgres: Cluster, postgres_url: str, socket_folder: Path, clock: ManualClock
) -> AsyncIterator[tuple[SqlStore, Proxy]]:
    """A store behind a proxy that can cut its connections."""
    url = postgres_url.replace(f"{postgres.folder}/socket", str(socket_folder))
    async with (
        running_proxy(postgres.folder / "socket", socket_folder) as proxy,
        SqlStore.open(url, clock=clock) as store,
    ):
        yield store, proxy


async def assert_whole(store: SqlStore) -> None:
    feed = await store.history(FEED, after=0, limit=100_000)
    assert [event.feed_sequence for event in feed] == list(range(1, len(feed) + 1))
    sequences: dict[str, int] = {}
    for event in feed:
        sequences[event.resume_id] = sequences.get(event.resume_id, 0) + 1
        assert event.sequence == sequences[event.resume_id]


async def test_an_upload_whose_answer_was_lost_is_not_made_twice(cut: tuple[SqlStore, Proxy]) -> None:
    """The commit came to pass and the connection broke: it is looked up, and the caller gets its résumé."""
    store, proxy = cut
    proxy.arm(b"COMMIT\0")
    resume, event = await store.create(new_resume("r1"), max_queued=PLENTY)
    assert proxy.cuts == 1
    assert event is not None
    assert (resume.id, event.sequence, event.feed_sequence) == ("r1", 1, 1)
    assert (await store.list(ResumeQuery(owner=OWNER, limit=10))).total == 1
    await assert_whole(store)


async def test_a_transaction_that_broke_before_its_commit_is_run_again(cut: tuple[SqlStore, Proxy]) -> None:
    """Nothing of the first try is left."""
    store, proxy = cut
    proxy.arm(b"INSERT 0 1\0")
    resume, _ = await store.create(new_resume("r1"), max_queued=PLENTY)
    assert (proxy.cuts, resume.id) == (1, "r1")
    await assert_whole(store)


async def test_progress_whose_answer_was_lost_is_not_written_twice(cut: tuple[SqlStore, Proxy]) -> None:
    """Appends that wait together are found by their digests, and each caller gets its own events."""
    store, proxy = cut
    await create(store, "r1", "r2", "r3")
    claims = [await claim(store) for _ in range(3)]
    await asyncio.gather(*(store.append(one, [progress(1)]) for one in claims))
    await store.cancel(OWNER, claims[1].resume.id)
    proxy.arm(b"SELECT 2\0")
    results = await asyncio.gather(
        *(store.append(one, [progress(2), progress(3)]) for one in claims), return_exceptions=True
    )
    assert proxy.cuts == 1
    assert isinstance(results[1], Exception)
    for result in (results[0], results[2]):
        assert not isinstance(result, BaseException)
        assert [(event.sequence, event.percent) for event in result] == [(4, 2), (5, 3)]
    await asyncio.gather(*(store.append(one, [progress(4)]) for one in (claims[0], claims[2])))
    await assert_whole(store)


async def test_a_claim_whose_answer_was_lost_is_held(cut: tuple[SqlStore, Proxy]) -> None:
    """It is found by its lease, need not wait until that runs out, and nothing is claimed twice."""
    store, proxy = cut
    await create(store, "r1", "r2", "r3", "r4")
    proxy.arm(b"SELECT 2\0")  # the look has seen four, of whom two are wanted
    held = await asyncio.gather(claim(store), claim(store))
    assert proxy.cuts == 1
    assert sorted(one.resume.id for one in held) == ["r1", "r2"]
    for one in held:
        (event,) = await store.append(one, [progress(1)])
        assert event.sequence == 3
    await assert_whole(store)


async def test_a_claim_that_broke_before_it_was_taken_is_made_again(cut: tuple[SqlStore, Proxy]) -> None:
    """A look that gets no answer has taken nothing."""
    store, proxy = cut
    await create(store, "r1", "r2", "r3")
    proxy.arm(b"SELECT 3\0")
    held = await claim(store)
    assert (proxy.cuts, held.resume.id) == (1, "r1")
    assert await store.append(held, [progress(1)])
    await assert_whole(store)


async def test_a_handed_over_claim_whose_answer_was_lost_is_held(cut: tuple[SqlStore, Proxy]) -> None:
    """What is claimed by a transaction is looked up by its number."""
    store, proxy = cut
    await create(store, "r1")
    await store.hand_over(await claim(store), lane=Lane.OCR, message="It is a scan")
    proxy.arm(b"COMMIT\0")
    held, _ = await store.claim("w", lease_s=LEASE_S, max_attempts=3, lane=Lane.OCR)
    assert proxy.cuts == 1
    assert held is not None
    assert await store.append(held, [progress(1)])


async def test_a_worker_that_finds_nothing_writes_nothing(pg_store: SqlStore, postgres_url: str) -> None:
    """Looking costs no transaction number, of which the database has a bounded stock; nor the journal a byte."""
    await create(pg_store, "r1")
    await claim(pg_store)
    onlooker = await asyncpg.connect(postgres_url)
    before = await onlooker.fetchval("SELECT pg_current_xact_id()::text::bigint")
    for _ in range(20):
        assert await pg_store.claim("w", lease_s=LEASE_S, max_attempts=3) == (None, [])
    # One is the onlooker's; the database itself may take a few to keep its statistics.
    assert await onlooker.fetchval("SELECT pg_current_xact_id()::text::bigint") < before + 10
    await onlooker.close()


async def test_claims_of_many_processes_take_each_once(postgres_url: str, clock: ManualClock) -> None:
    """Slots of three programs at once: each résumé is one slot's, in its turn, and the feed has no hole."""
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(SqlStore.open(postgres_url, clock=clock)) for _ in range(3)]
        for owner in (OWNER, "grace"):
            await create(stores[0], *(f"{owner}{number:03}" for number in range(60)), owner=owner)
        taken: list[str] = []

        async def slot(store: SqlStore) -> None:
            while (held := (await store.claim("w", lease_s=LEASE_S, max_attempts=3))[0]) is not None:
                taken.append(held.resume.id)

        await asyncio.gather(*(slot(store) for store in stores for _ in range(5)))
        assert len(taken) == len(set(taken)) == 120
        await assert_whole(stores[0])


async def test_an_outage_is_told_and_gets_over(
    postgres: Cluster, pg_store: SqlStore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short one is waited for, a long one is answered STORAGE_UNAVAILABLE; afterwards all goes on in place."""
    monkeypatch.setattr(transacting, "_OUTAGE_S", 60.0)  # what is short depends on the machine
    await create(pg_store, "r1")
    held = await claim(pg_store)
    postgres.stop("immediate")
    waiting = [pg_store.append(held, [progress(1)]), pg_store.get(OWNER, "r1", with_parsed=False)]
    tasks = [asyncio.ensure_future(one) for one in waiting]
    await asyncio.sleep(0.3)
    await asyncio.to_thread(postgres.start)
    await asyncio.gather(*tasks)
    postgres.stop("fast")
    monkeypatch.setattr(transacting, "_OUTAGE_S", 0.5)
    try:
        calls = (
            pg_store.create(new_resume("r2"), max_queued=PLENTY),
            pg_store.append(held, [progress(2)]),
            pg_store.bounds(FEED),
        )
        answers = await asyncio.gather(*calls, return_exceptions=True)
    finally:
        await asyncio.to_thread(postgres.start)
    assert [type(answer) for answer in answers] == [StorageUnavailableError] * 3
    assert "the database failed" in caplog.text
    await create(pg_store, "r3")
    assert await pg_store.append(held, [progress(3)])
    await assert_whole(pg_store)


async def test_rivals_for_the_same_rows_are_run_again(pg_store: SqlStore) -> None:
    """Two transactions that wait for each other are told apart by the database, and both come to their end."""
    await create(pg_store, "r1", "r2")
    rename = text("UPDATE resumes SET headline = headline || 'x' WHERE id = :id")

    def locking(*ids: str) -> object:
        def body(tx: Transaction) -> None:
            for resume_id in ids:
                tx.connection.execute(rename, {"id": resume_id})
                tx.connection.execute(text("SELECT pg_sleep(0.2)"))

        return pg_store._writer.submit(body)  # noqa: SLF001 - no port waits that long

    await asyncio.gather(locking("r1", "r2"), locking("r2", "r1"))  # type: ignore[call-overload]
    listed = (await pg_store.list(ResumeQuery(owner=OWNER, limit=10))).resumes
    assert [resume.headline for resume in listed] == ["xx", "xx"]


async def test_feeds_are_locked_in_one_order(pg_store: SqlStore, postgres_url: str) -> None:
    """Who waits for the first of many owners' feeds holds none of the others, so no two can wait for each other."""
    owners = [f"owner-{number:02}" for number in range(12)]
    for owner in reversed(owners):
        await create(pg_store, owner, owner=owner)
    rival, onlooker = [await asyncpg.connect(postgres_url) for _ in range(2)]

    async def while_the_first_is_held(work: Awaitable[object]) -> None:
        working = asyncio.ensure_future(work)
        async with asyncio.timeout(60):
            while not await onlooker.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        free = await onlooker.fetch("SELECT owner FROM feeds WHERE owner != 'owner-00' FOR UPDATE NOWAIT")
        await rival.execute("ROLLBACK")
        await working
        assert len(free) == len(owners) - 1

    claims = [await claim(pg_store) for _ in owners]
    await rival.execute("BEGIN")
    await rival.execute("UPDATE feeds SET last_sequence = last_sequence WHERE owner = 'owner-00'")
    await while_the_first_is_held(asyncio.gather(*(pg_store.append(one, [progress(1)]) for one in claims)))
    await rival.close()
    await onlooker.close()


async def test_a_stopped_process_holds_nobody_up_for_long(pg_store: SqlStore, postgres_url: str) -> None:
    """The lock of a transaction that does nothing is taken from it after 5 s, whoever stopped it."""
    await create(pg_store, "r1")
    held = await claim(pg_store)
    rival = await asyncpg.connect(postgres_url, server_settings={"idle_in_transaction_session_timeout": "5s"})
    await rival.execute("BEGIN")
    await rival.execute("UPDATE feeds SET last_sequence = last_sequence + 1")
    async with asyncio.timeout(60):
        assert (await pg_store.append(held, [progress(1)]))[0].feed_sequence == 3
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)):
        await rival.execute("COMMIT")
    await rival.close()


async def test_hosts_whose_clocks_disagree(postgres_url: str) -> None:
    """Ten minutes between two hosts end no lease, and turn neither the queue nor the times of a log round."""
    early, late = ManualClock(), ManualClock()
    early.jump(-300)
    late.jump(300)
    async with SqlStore.open(postgres_url, clock=early) as one, SqlStore.open(postgres_url, clock=late) as other:
        await create(other, "first")
        await create(one, "second")
        held = await claim(one)
        assert held.resume.id == "first"
        await one.renew(held, lease_s=LEASE_S)
        assert (await claim(other)).resume.id == "second"
        assert (await other.claim("w", lease_s=LEASE_S, max_attempts=3))[0] is None
        for turn in range(6):
            await (one, other)[turn % 2].append(held, [progress(turn)])
        log = await one.history(Target(owner=OWNER, resume_id="first"), after=0, limit=100)
        times = [event.create_time for event in log]
        assert times == sorted(times)
        assert abs(times[0].timestamp() - time.time()) < 60


async def test_a_lease_runs_out_by_the_database(postgres: Cluster, postgres_url: str) -> None:
    """However long a host thinks that it has waited."""
    clock = ManualClock()
    async with SqlStore.open(postgres_url, clock=clock) as store:
        await create(store, "r1")
        await store.claim("w", lease_s=3600, max_attempts=3)
        clock.advance(36_000)
        assert (await store.claim("w", lease_s=LEASE_S, max_attempts=3))[0] is None
        an_hour_passes = "UPDATE resumes SET lease_expires = lease_expires - 3600 * 1000000::bigint"
        postgres.sql(an_hour_passes, postgres_url.partition("@/")[2].partition("?")[0])
        assert (await claim(store)).attempt == 2


async def test_the_database_itself_refuses_a_second_end(
    pg_store: SqlStore, postgres: Cluster, postgres_url: str
) -> None:
    """However wrong a program may be: an attempt has one terminal event, a number is given once."""
    await create(pg_store, "r1")
    held = await claim(pg_store)
    await pg_store.finish(held, Outcome(parsed=ParsedResume()))
    database = postgres_url.partition("@/")[2].partition("?")[0]
    copied = (
        "INSERT INTO events SELECT resume_id, {sequence}, owner, {feed}, batch_id, attempt, stage, stage_percent, "
        "percent, message, state, create_time, estimated_remaining_s, error, digest FROM events "
        "WHERE state = 'SUCCEEDED'"
    )
    for sequence, feed in (("sequence + 1", "feed_sequence + 1"), ("sequence", "feed_sequence + 1")):
        with pytest.raises(RuntimeError, match="duplicate key"):
            postgres.sql(copied.format(sequence=sequence, feed=feed), database)


async def test_text_that_postgresql_cannot_hold(pg_store: SqlStore) -> None:
    """NUL characters, which its text type refuses, are kept in results and shown as blanks in lists."""
    await create(pg_store, "r1")
    held = await claim(pg_store)
    parsed = ParsedResume(personal_info=PersonalInfo(full_name="Ada\0Fernwick"), text="a\0b")
    await pg_store.finish(held, Outcome(parsed=parsed))
    resume = await pg_store.get(OWNER, "r1", with_parsed=True)
    assert resume.parsed == parsed
    assert resume.person_name == "Ada Fernwick"


async def test_programs_that_start_together_migrate_once(postgres: Cluster) -> None:
    """The others find it done."""
    url = postgres.url(postgres.create())
    done = await asyncio.gather(*(asyncio.to_thread(migrate, url) for _ in range(4)))
    assert sorted(one.before == "" for one in done) == [False, False, False, True]


async def test_connections_are_bounded_and_counted(postgres_url: str, clock: ManualClock) -> None:
    """However many call at once; whoever waits too long is told."""
    async with SqlStore.open(postgres_url, clock=clock, connections=5) as store:
        await create(store, *(f"r{number}" for number in range(3)))
        reads = [asyncio.ensure_future(store.bounds(FEED)) for _ in range(50)]
        most, limit = 0, 0
        while not all(read.done() for read in reads):
            figures = store.pool()
            assert figures is not None
            most, limit = max(most, figures.in_use), figures.limit
            await asyncio.sleep(0)
        assert 1 < most <= limit == 5


async def test_through_pgbouncer_in_transaction_mode(
    postgres: Cluster, postgres_url: str, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Transactions that hop between connections leave nothing behind and miss nothing; two stores at once."""
    program = found_pgbouncer()
    if program is None:
        missing("PgBouncer")
    caplog.set_level("INFO")
    with running_pgbouncer(program, postgres, connections=3) as host:
        url = postgres_url.replace(f"{postgres.folder}/socket", host)
        async with SqlStore.open(url, clock=clock) as one, SqlStore.open(url, clock=clock) as other:
            assert "connection pooler" in caplog.text
            stores = (one, other)

            async def work(number: int) -> None:
                store = stores[number % 2]
                await store.create(new_resume(f"r{number}"), max_queued=PLENTY)
                held = await claim(store)
                for percent in range(5):
                    await store.append(held, [progress(percent), progress(percent + 1)])
                await store.renew(held, lease_s=LEASE_S)
                await store.finish(held, Outcome(parsed=ParsedResume(text="x")))
                assert (await store.get(OWNER, held.resume.id, with_parsed=True)).state is State.SUCCEEDED

            await asyncio.gather(*(work(number) for number in range(40)))
            assert (await one.counts())[State.SUCCEEDED] == 40
            await assert_whole(other)
    settings = postgres.sql("SELECT setting FROM pg_settings WHERE name = 'statement_timeout'")
    assert settings == "0"


def test_an_address_is_shown_without_its_password() -> None:
    assert (
        shown("postgresql://ada:secret@host:5432/db?sslmode=require")
        == "postgresql://ada:***@host:5432/db?sslmode=require"
    )
    assert shown("postgresql://ada@/db?host=/run") == "postgresql://ada@/db?host=/run"
    assert shown("sqlite:////var/lib/resumate.db") == "sqlite:////var/lib/resumate.db"


async def test_a_database_that_is_missing_is_told(postgres: Cluster, clock: ManualClock) -> None:
    """In words that say what to do."""
    with pytest.raises(SettingsError, match="createdb"):
        async with SqlStore.open(postgres.url("nobodys"), clock=clock):
            pass
