"""The contract of `FileStore`, over a directory and over memory; and what a directory promises beyond it."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from resumate_grpc.errors import (
    FileMissingError,
    ResumateError,
    SettingsError,
    StorageFullError,
    StorageUnavailableError,
)
from resumate_grpc.files import ObjectFileStore
from tests.files.services import ObjectService

CONTENT = bytes(range(256)) * 1000


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


SHA256 = sha256_of(CONTENT)


@pytest.fixture(params=["directory", "memory", pytest.param("s3", marks=pytest.mark.slow)])
async def files(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectFileStore]:
    if request.param == "s3":
        service: ObjectService = request.getfixturevalue("s3")
        url = service.new_bucket() + "/some/prefix"
    else:
        url = (tmp_path / "files").as_uri() if request.param == "directory" else "memory:///"
    async with ObjectFileStore.open(url) as opened:
        yield opened


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[tuple[Path, ObjectFileStore]]:
    root = tmp_path / "a folder" / "files"
    async with ObjectFileStore.open(str(root)) as opened:
        yield root, opened


@pytest.mark.parametrize("size", [0, 1, 65536, 6_000_000])
async def test_bytes_come_back_as_they_were_put(files: ObjectFileStore, size: int) -> None:
    """Any size of file is returned whole, at once or in pieces of at most the size asked for."""
    content = os.urandom(size)
    sha256 = sha256_of(content)
    await files.put(sha256, content)
    assert await files.get(sha256) == content
    pieces = [piece async for piece in files.stream(sha256, chunk_bytes=1000)]
    assert b"".join(pieces) == content
    assert all(0 < len(piece) <= 1000 for piece in pieces)


async def test_putting_the_same_again_changes_nothing(files: ObjectFileStore) -> None:
    """Many puts of one file, at once and one after the other, leave one whole file."""
    await asyncio.gather(*(files.put(SHA256, CONTENT) for _ in range(20)))
    await files.put(SHA256, CONTENT)
    assert await files.get(SHA256) == CONTENT


async def test_a_store_that_can_be_asked_answers(files: ObjectFileStore) -> None:
    """Whether it has any files or none."""
    assert await files.answers()
    await files.put(SHA256, CONTENT)
    assert await files.answers()


async def test_what_is_not_there_is_missing(files: ObjectFileStore) -> None:
    """Reading says so before the first piece; deleting what is not there is no error."""
    with pytest.raises(FileMissingError):
        await files.get(SHA256)
    with pytest.raises(FileMissingError):
        await anext(files.stream(SHA256, chunk_bytes=10))
    await files.delete(SHA256)


async def test_deleted_bytes_are_gone_and_others_stay(files: ObjectFileStore) -> None:
    """A deletion takes one file, which may be put again."""
    other = b"other"
    await files.put(SHA256, CONTENT)
    await files.put(sha256_of(other), other)
    await files.delete(SHA256)
    with pytest.raises(FileMissingError):
        await files.get(SHA256)
    assert await files.get(sha256_of(other)) == other
    await files.put(SHA256, CONTENT)
    assert await files.get(SHA256) == CONTENT


async def test_a_directory_keeps_files_over_a_restart(folder: tuple[Path, ObjectFileStore]) -> None:
    """Another store of the same directory, by path or by URL, finds the file; nobody but its owner may look in."""
    root, files = folder
    await files.put(SHA256, CONTENT)
    for url in (str(root), root.as_uri()):
        async with ObjectFileStore.open(url) as again:
            assert await again.get(SHA256) == CONTENT
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


async def test_a_file_has_its_name_only_when_it_is_on_disk(
    folder: tuple[Path, ObjectFileStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes are synced before they are named, and the name and its folder before the put is answered."""
    root, files = folder
    named = root / SHA256[:2] / SHA256
    synced: list[tuple[str, bool]] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((str(path.relative_to(root)).split("/")[0], named.exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    await files.put(SHA256, CONTENT)
    assert synced == [("incoming", False), (SHA256[:2], True), (".", True)]
    await files.delete(SHA256)
    assert synced[3:] == [(SHA256[:2], False)]


@pytest.mark.parametrize(
    ("code", "told"),
    [(errno.ENOSPC, StorageFullError), (errno.EDQUOT, StorageFullError), (errno.EIO, StorageUnavailableError)],
)
async def test_a_failed_sync_is_no_success(
    folder: tuple[Path, ObjectFileStore], monkeypatch: pytest.MonkeyPatch, code: int, told: type[ResumateError]
) -> None:
    """When the disk refuses, the put says so and leaves nothing; once it works again, the put succeeds."""
    path, files = folder

    def refuses(_: int) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuses)
        with pytest.raises(told, match="nothing was changed"):
            await files.put(SHA256, CONTENT)
    assert not [file for file in path.rglob("*") if file.is_file()]
    with pytest.raises(FileMissingError):
        await files.get(SHA256)
    await files.put(SHA256, CONTENT)
    assert await files.get(SHA256) == CONTENT


async def test_a_file_cut_short_is_put_again(folder: tuple[Path, ObjectFileStore]) -> None:
    """A file of another size than the one put, whatever cut it, is replaced."""
    root, files = folder
    await files.put(SHA256, CONTENT)
    (root / SHA256[:2] / SHA256).write_bytes(b"")
    await files.put(SHA256, CONTENT)
    assert await files.get(SHA256) == CONTENT


async def test_what_a_crash_left_half_written_is_no_file_and_goes(folder: tuple[Path, ObjectFileStore]) -> None:
    """Temporary files are not found under any name, and the next start removes those older than an hour."""
    root, files = folder
    incoming = root / "incoming"
    incoming.mkdir(exist_ok=True)
    old, older, young = incoming / "abc", incoming / "def#1", incoming / "xyz#1"
    for file in (old, older, young):
        file.write_bytes(CONTENT[:10])
    for file in (old, older):
        os.utime(file, (0, 0))
    with pytest.raises(FileMissingError):
        await files.get(SHA256)
    async with ObjectFileStore.open(str(root)) as again:
        assert [file.name for file in incoming.iterdir()] == ["xyz#1"]
        with pytest.raises(FileMissingError):
            await again.get(SHA256)


@pytest.mark.parametrize("moment", ["put", "rename"])
async def test_a_kill_leaves_no_half_file(tmp_path: Path, moment: str) -> None:
    """A process killed before or after the temporary file is written leaves nothing that is taken for the file."""
    program = (
        "import asyncio, os, signal, sys; import obstore; from resumate_grpc.files import ObjectFileStore\n"
        "def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
        "async def main():\n"
        "    async with ObjectFileStore.open(sys.argv[1]) as files:\n"
        "        setattr(obstore, sys.argv[2], die)\n"
        "        await files.put(sys.argv[3], b'x' * 1000)\n"
        "asyncio.run(main())\n"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "files"), moment, SHA256]
    done = await asyncio.to_thread(subprocess.run, arguments, check=False)
    assert done.returncode == -9
    async with ObjectFileStore.open(str(tmp_path / "files")) as files:
        with pytest.raises(FileMissingError):
            await files.get(SHA256)
        await files.put(SHA256, CONTENT)
        assert await files.get(SHA256) == CONTENT


@pytest.mark.parametrize("url", ["ftp://host/x", "nonsense://", "://", "/proc/nowhere/files", "", "file:///dev/null/x"])
async def test_what_cannot_be_opened_says_what_to_do(url: str) -> None:
    """An unknown or unwritable place ends the start with advice."""
    with pytest.raises(SettingsError, match="RESUMATE_FILES_URL"):
        async with ObjectFileStore.open(url):
            pass


async def test_a_service_is_known_by_its_url() -> None:
    """S3 opens without a look at the network: only what is put there needs it."""
    async with ObjectFileStore.open("s3://bucket/resumes?region=eu-central-1") as files:
        assert isinstance(files, ObjectFileStore)


async def test_what_another_process_has_just_finished_is_no_obstacle(tmp_path: Path) -> None:
    """A name that is gone between the listing and the look at it does not keep the store from opening."""
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    (incoming / "gone#1").symlink_to(tmp_path / "nowhere")  # listed, and not there when it is looked at
    async with ObjectFileStore.open(str(tmp_path)) as store:
        await store.put(SHA256, CONTENT)
