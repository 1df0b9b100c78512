"""Holds of files that no lock reaches: the contract of `HoldTable`."""

from __future__ import annotations

import asyncio

from resumate_grpc.store import SqlStore
from resumate_grpc.store.file_holds import HELD_MICROS
from tests.store.conftest import ManualClock, OpenStore

SHA256 = "ab" + 62 * "0"
OTHER = "cd" + 62 * "0"


async def test_many_keep_and_one_removes(store: SqlStore) -> None:
    """Keepers hold a file together, a remover alone, and files have nothing to do with each other."""
    assert await store.hold(SHA256, "one", alone=False)
    assert await store.hold(SHA256, "two", alone=False)
    assert not await store.hold(SHA256, "three", alone=True)
    assert await store.hold(OTHER, "three", alone=True)
    assert not await store.hold(OTHER, "one", alone=False)
    await store.release(SHA256, "one")
    await store.release(SHA256, "two")
    assert await store.hold(SHA256, "three", alone=True)


async def test_what_a_dead_program_held_runs_out(store: SqlStore, clock: ManualClock) -> None:
    """A hold ends by itself, after longer than any call to a file store takes; letting it go then is no error."""
    assert await store.hold(SHA256, "dead", alone=True)
    clock.advance(HELD_MICROS / 1e6 - 1)
    assert not await store.hold(SHA256, "next", alone=False)
    clock.advance(2)
    assert await store.hold(SHA256, "next", alone=False)
    await store.release(SHA256, "dead")
    assert not await store.hold(SHA256, "remover", alone=True)


async def test_those_who_ask_at_once_do_not_miss_each_other(open_store: OpenStore) -> None:
    """However many ask at the same moment from two programs, nobody removes beside another."""
    async with open_store() as one, open_store() as other:
        holding: list[bool] = []
        got = 0

        async def hold(number: int) -> None:
            nonlocal got
            table, alone = (one, other)[number % 2], number % 3 == 0
            if await table.hold(SHA256, f"{number}", alone=alone):
                got += 1
                holding.append(alone)
                assert not alone or len(holding) == 1
                await asyncio.sleep(0)
                holding.remove(alone)
                await table.release(SHA256, f"{number}")

        for _ in range(5):
            await asyncio.gather(*(hold(number) for number in range(30)))
        assert got
