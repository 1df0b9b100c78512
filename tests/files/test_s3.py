"""What S3 adds to the contract of `FileStore`: prefixes, encryption, and a service that refuses or is away."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

import pytest

from resumate_grpc.errors import StorageUnavailableError
from resumate_grpc.files import ObjectFileStore, object_store
from tests.files.services import ObjectService, object_service

pytestmark = pytest.mark.slow

CONTENT = b"a file"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


async def test_files_lie_under_the_prefix(s3: ObjectService) -> None:
    """Two installations may share a bucket, each under its prefix, and do not see each other's files."""
    bucket = s3.new_bucket()
    async with ObjectFileStore.open(f"{bucket}/one") as one, ObjectFileStore.open(f"{bucket}/two") as two:
        await one.put(SHA256, CONTENT)
        assert [name async for name in one.names()] == [SHA256]
        assert [name async for name in two.names()] == []
    assert s3.ask("HEAD", f"/{bucket.removeprefix('s3://')}/one/{SHA256[:2]}/{SHA256}")["Content-Length"] == "6"


async def test_files_are_encrypted_where_that_is_wanted(s3: ObjectService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Server-side encryption is asked for by the service's usual variable."""
    monkeypatch.setenv("AWS_SERVER_SIDE_ENCRYPTION", "AES256")
    bucket = s3.new_bucket()
    async with ObjectFileStore.open(bucket) as files:
        await files.put(SHA256, CONTENT)
    headers = s3.ask("HEAD", f"/{bucket.removeprefix('s3://')}/{SHA256[:2]}/{SHA256}")
    assert headers["x-amz-server-side-encryption"] == "AES256"


async def test_a_bucket_that_is_not_there(s3: ObjectService) -> None:
    """A refusal is a fault of the storage, told as such, and not a missing file."""
    async with ObjectFileStore.open("s3://nobody-made-this") as files:
        with pytest.raises(StorageUnavailableError):
            await files.put(SHA256, CONTENT)


async def test_a_service_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead service is given up after a few tries."""
    monkeypatch.setattr(object_store, "RETRY_TIMEOUT", timedelta(seconds=0.3))
    with object_service() as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        async with ObjectFileStore.open(service.new_bucket()) as files:
            await files.put(SHA256, CONTENT)
            service.process.kill()
            service.process.wait()
            for ask in (files.get(SHA256), files.put(SHA256, CONTENT), files.delete(SHA256)):
                with pytest.raises(StorageUnavailableError):
                    await ask
            assert not await files.answers()


async def test_a_service_that_says_nothing(s3: ObjectService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that takes calls and does not answer is not waited for without end."""
    monkeypatch.setattr(object_store, "RETRY_TIMEOUT", timedelta(seconds=0.3))
    monkeypatch.setattr(object_store, "ANSWER_TIMEOUT", timedelta(seconds=0.3))
    opened: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: opened.append(writer), "127.0.0.1", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}")
    async with ObjectFileStore.open("s3://silent") as files, asyncio.timeout(30):
        with pytest.raises(StorageUnavailableError):
            await files.get(SHA256)
        assert not await files.answers()
    assert opened, "it was asked"
    for writer in opened:
        writer.close()
        await writer.wait_closed()
    silent.close()
    await silent.wait_closed()
