"""Writes of grpc's that a cancellation does not break off."""

from __future__ import annotations

import asyncio
import gc

import pytest

from resumate_grpc.rpc.call import unbroken


@pytest.mark.parametrize("fails", [False, True], ids=["it ends well", "it fails"])
async def test_a_write_goes_on_to_its_end_though_the_rpc_is_cancelled(*, fails: bool) -> None:
    """The rpc ends at once; what it had begun ends by itself, and its failure is nobody's worry."""
    may_end, ended = asyncio.Event(), asyncio.Event()
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))

    async def writing() -> None:
        await may_end.wait()
        ended.set()
        if fails:
            raise ConnectionResetError

    rpc = asyncio.create_task(unbroken(writing()))
    await asyncio.sleep(0)
    rpc.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rpc
    assert not ended.is_set()
    may_end.set()
    async with asyncio.timeout(1):
        await ended.wait()
    await asyncio.sleep(0)
    gc.collect()
    assert complaints == []


async def test_a_failure_is_raised_where_nobody_was_cancelled() -> None:
    """As by the write itself."""

    async def writing() -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await unbroken(writing())
