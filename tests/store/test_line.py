"""Who is taken up next: single uploads before bulk, owners and batches in turn."""

from __future__ import annotations

from itertools import groupby

import pytest

from resumate_grpc.model.work import Lane
from resumate_grpc.store import SqlStore
from tests.store.conftest import LEASE_S, PLENTY, ManualClock, claim, new_resume


async def queue(store: SqlStore, *resume_ids: str, owner: str = "ada", batch_id: str = "") -> list[str]:
    """Queue résumés; returns the messages of their first events, which tell how many are ahead."""
    messages = []
    for resume_id in resume_ids:
        _, event = await store.create(new_resume(resume_id, owner=owner, batch_id=batch_id), max_queued=PLENTY)
        assert event is not None
        messages.append(event.message)
    return messages


async def taken_up(store: SqlStore, count: int) -> list[str]:
    """Claim so many; returns them in order."""
    return [(await claim(store)).resume.id for _ in range(count)]


async def test_one_owner_is_served_in_order(store: SqlStore, clock: ManualClock) -> None:
    """What one owner uploads is taken up as it came, also where the clock is set back meanwhile."""
    await queue(store, "a", "b")
    clock.jump(-3600)
    await queue(store, "c")
    clock.advance(7200)
    await queue(store, "d")
    assert await taken_up(store, 4) == ["a", "b", "c", "d"]


async def test_bulk_does_not_hold_up_a_single_upload(store: SqlStore, clock: ManualClock) -> None:
    """A single upload goes before all of a batch that still waits, and is told so."""
    await queue(store, *(f"bulk-{number}" for number in range(20)), batch_id="spring")
    assert await taken_up(store, 2) == ["bulk-0", "bulk-1"]
    clock.advance(5)
    (told,) = await queue(store, "single")
    assert told == "Waiting for a worker"
    assert await taken_up(store, 2) == ["single", "bulk-2"]


async def test_batches_take_turns(store: SqlStore, clock: ManualClock) -> None:
    """A batch that comes later does not wait for the end of one that is under way; its turn comes every second time."""
    await queue(store, *(f"a{number}" for number in range(10)), batch_id="a")
    await taken_up(store, 4)
    clock.advance(5)
    told = await queue(store, *(f"b{number}" for number in range(4)), batch_id="b")
    assert told[0] == "Waiting for a worker; 1 is ahead"
    order = await taken_up(store, 10)
    assert [name for name in order if name[0] == "a"] == ["a4", "a5", "a6", "a7", "a8", "a9"]
    assert [name for name in order if name[0] == "b"] == ["b0", "b1", "b2", "b3"]
    assert max(len(list(run)) for _, run in groupby(order[:8], key=lambda name: name[0])) <= 2


async def test_owners_take_turns(store: SqlStore, clock: ManualClock) -> None:
    """However much one owner uploads, another's upload is next but one."""
    await queue(store, *(f"a{number}" for number in range(50)), owner="ada")
    await taken_up(store, 10)
    clock.advance(1)
    (told,) = await queue(store, "b0", owner="bob")
    assert told == "Waiting for a worker; 1 is ahead"
    assert "b0" in await taken_up(store, 2)


async def test_places_are_those_of_the_line(store: SqlStore) -> None:
    """What is told while waiting is the order in which it is taken up."""
    await queue(store, *(f"a{number}" for number in range(5)), batch_id="a")
    await queue(store, *(f"b{number}" for number in range(3)), batch_id="b")
    await queue(store, "single")
    places = await store.places()
    order = await taken_up(store, len(places))
    assert sorted(places, key=lambda name: places[name]) == order


@pytest.mark.parametrize("batch_id", ["", "spring"])
async def test_a_retry_waits_like_an_upload(store: SqlStore, batch_id: str) -> None:
    """A retry of a member of a batch is bulk, another's is a single upload."""
    await queue(store, "first", batch_id=batch_id)
    claimed, _ = await store.claim("w", lease_s=LEASE_S, max_attempts=3, lane=Lane.TEXT)
    assert claimed is not None
    await store.cancel("ada", "first")
    await queue(store, "bulk", batch_id="spring")
    await store.retry("ada", "first", options=None, max_queued=PLENTY)
    assert (await taken_up(store, 2) == ["bulk", "first"]) is bool(batch_id)
