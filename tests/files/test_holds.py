"""Holds: many may keep a file, one may remove it, over all processes that use the directory."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from resumate_grpc.app.clock import SystemClock
from resumate_grpc.files import ObjectFileStore
from resumate_grpc.store import SqlStore

pytestmark = pytest.mark.slow

SHA256 = "ab" + 62 * "0"
OTHER = "cd" + 62 * "0"

HOLDER = """
import asyncio, sys
from resumate_grpc.files import ObjectFileStore

async def main():
    async with ObjectFileStore.open(sys.argv[1]) as files, files.keeping(sys.argv[2]):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture(params=["directory", "memory", "service"])
async def files(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> AsyncIterator[ObjectFileStore]:
    url = (tmp_path / "files").as_uri() if request.param == "directory" else "memory:///"
    if request.param != "service":
        async with ObjectFileStore.open(url) as opened:
            yield opened
        return
    shutil.copy(empty_database, tmp_path / "holds.db")
    async with (
        SqlStore.open(str(tmp_path / "holds.db"), clock=SystemClock()) as store,
        ObjectFileStore.open(url, holds=store) as opened,
    ):
        yield opened


async def waits(files: ObjectFileStore, sha256: str = SHA256, *, remove: bool) -> bool:
    """Tell whether a hold has to wait."""
    try:
        async with asyncio.timeout(0.1), files.removing(sha256) if remove else files.keeping(sha256):
            return False
    except TimeoutError:
        return True


async def test_who_removes_is_alone(files: ObjectFileStore) -> None:
    """Keepers do not wait for each other, a remover waits for all, and nobody waits for another file's."""
    async with files.keeping(SHA256):
        assert not await waits(files, remove=False)
        assert await waits(files, remove=True)
        assert not await waits(files, OTHER, remove=True)
    async with files.removing(SHA256):
        assert await waits(files, remove=False)
        assert await waits(files, remove=True)
    assert not await waits(files, remove=True)


async def test_whoever_waits_gets_its_turn(files: ObjectFileStore) -> None:
    """Under many that come and go, everybody holds in the end, and never a remover beside another."""
    holders: list[bool] = []

    async def hold(number: int) -> None:
        alone = number % 3 == 0
        async with files.removing(SHA256) if alone else files.keeping(SHA256):
            holders.append(alone)
            assert not alone or len(holders) == 1
            await asyncio.sleep(0)
            holders.remove(alone)

    async with asyncio.timeout(20):
        await asyncio.gather(*(hold(number) for number in range(60)))


@pytest.mark.slow
async def test_another_process_holds_and_dies(tmp_path: Path) -> None:
    """A hold of another process is respected, and ends with the process when that is killed."""
    async with ObjectFileStore.open(str(tmp_path / "files")) as files:
        program = (sys.executable, "-c", HOLDER, str(tmp_path / "files"), SHA256)
        holder = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        assert not await waits(files, remove=False)
        assert await waits(files, remove=True)
        holder.kill()
        await holder.wait()
        assert not await waits(files, remove=True)


async def test_every_file_is_named_and_nothing_else(files: ObjectFileStore) -> None:
    """Names are those of files that were put, not of holds or of what is being written."""
    async with files.keeping(SHA256):
        for sha256 in (SHA256, OTHER):
            await files.put(sha256, b"bytes")
        assert {name async for name in files.names()} == {SHA256, OTHER}
    await files.delete(OTHER)
    assert [name async for name in files.names()] == [SHA256]
