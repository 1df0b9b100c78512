"""The writer thread over a real SQLite file."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from resumate_grpc.errors import StorageFullError, StorageUnavailableError
from resumate_grpc.store.runner import Readers, Writer
from resumate_grpc.store.sqlite import connect, scrub
from resumate_grpc.store.transaction import Body, Transaction
from tests.store.conftest import ManualClock


class Desk:
    """A writer and readers over a table `notes`."""

    def __init__(self, engine: Engine, writer: Writer, readers: Readers) -> None:
        self.engine = engine
        self.writer = writer
        self.readers = readers

    async def notes(self) -> list[str]:
        return await self.readers.read(lambda tx: list(tx.connection.execute(text("SELECT note FROM notes")).scalars()))


@pytest.fixture
async def desk(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        engine = connect(tmp_path / "notes.db", writer=True)
        stack.callback(engine.dispose)
        read_engine = connect(tmp_path / "notes.db", writer=False)
        stack.callback(read_engine.dispose)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE notes (note TEXT PRIMARY KEY)"))
        readers = Readers(read_engine, clock, threads=2)
        stack.push_async_callback(readers.aclose)
        writer = Writer(engine, clock, scrub=scrub)
        stack.push_async_callback(writer.aclose)
        yield Desk(engine, writer, readers)


def note(content: str) -> Body[str]:
    def body(tx: Transaction) -> str:
        tx.connection.execute(text("INSERT INTO notes VALUES (:note)"), {"note": content})
        return content

    return body


def held_by(gate: threading.Event) -> Body[None]:
    """Return a body that keeps the writer busy, so that what is submitted meanwhile is committed together."""

    def body(_: Transaction) -> None:
        assert gate.wait(10)

    return body


async def test_a_body_that_fails_undoes_only_itself(desk: Desk) -> None:
    """Of bodies committed together each has its own answer, and only the failing ones leave nothing."""

    def fails(tx: Transaction) -> None:
        note("undone")(tx)
        raise ValueError("no")

    gate = threading.Event()
    answers = [desk.writer.submit(body) for body in (held_by(gate), note("a"), fails, note("b"))]
    gate.set()
    results = await asyncio.gather(*answers, return_exceptions=True)
    assert results[1] == "a"
    assert isinstance(results[2], ValueError)
    assert sorted(await desk.notes()) == ["a", "b"]


async def test_what_cannot_be_committed_is_answered_to_all(desk: Desk) -> None:
    """On a full disk every waiting caller gets the error, nothing is kept, and the writer works once there is room."""
    with desk.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 4")
    gate = threading.Event()
    answers = [desk.writer.submit(body) for body in (held_by(gate), note("small"), note("x" * 50_000))]
    gate.set()
    results = await asyncio.gather(*answers, return_exceptions=True)
    assert all(isinstance(result, StorageFullError) for result in results[1:2] + results[2:])
    assert await desk.notes() == []
    with desk.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 4000")
    assert await desk.writer.submit(note("x" * 50_000))
    assert len(await desk.notes()) == 1


async def test_what_was_given_up_before_it_began_has_no_effect(desk: Desk) -> None:
    """A cancelled call that still waits in line is dropped; one that has begun is completed."""
    gate = threading.Event()
    begun = threading.Event()

    def slow(tx: Transaction) -> None:
        begun.set()
        gate.wait(10)
        note("begun")(tx)

    first = desk.writer.submit(slow)
    await asyncio.to_thread(begun.wait, 10)
    second = desk.writer.submit(note("waiting"))
    first.cancel()
    second.cancel()
    gate.set()
    await desk.writer.submit(note("after"))
    assert sorted(await desk.notes()) == ["after", "begun"]


async def test_transactions_have_growing_times(desk: Desk, clock: ManualClock) -> None:
    """Each transaction's time is after the last one's, though the clock stands still or is set back."""
    times = [await desk.writer.submit(lambda tx: tx.now) for _ in range(3)]
    clock.jump(-60)
    times += [await desk.writer.submit(lambda tx: tx.now) for _ in range(3)]
    assert times == sorted(set(times))


async def test_a_reader_cannot_write(desk: Desk) -> None:
    """Only the writer thread writes."""
    with pytest.raises(StorageUnavailableError):
        await desk.readers.read(note("x"))


async def test_closing_completes_what_was_submitted(desk: Desk) -> None:
    """What was submitted before the end is committed and answered."""
    answers = [desk.writer.submit(note(str(number))) for number in range(200)]
    await desk.writer.aclose()
    assert len(await asyncio.gather(*answers)) == 200
    assert len(await desk.notes()) == 200
