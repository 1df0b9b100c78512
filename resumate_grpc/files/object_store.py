"""Uploaded bytes in an object store, by URL: a directory, memory, S3 and the like."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from resumate_grpc.errors import FileMissingError, SettingsError, StorageFullError, StorageUnavailableError
from resumate_grpc.files.holds import FolderHolds, HoldTable, ProcessHolds, TableHolds

__all__ = ["ObjectFileStore"]

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = timedelta(seconds=3)
ANSWER_TIMEOUT = timedelta(seconds=15)
RETRIES = 3
RETRY_TIMEOUT = timedelta(seconds=10)
"""A service that is away for longer than that is told to the caller, who has a deadline of its own."""

_INCOMING = "incoming"
_HOLDS = "holds"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOBODYS = "0" * 64
"""The sha256 of no file that anybody has."""
_LEFT_OVER_AFTER_S = 3600
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class _Holds(Protocol):
    """See `holds.py`."""

    def hold(self, sha256: str, *, alone: bool) -> AbstractAsyncContextManager[None]: ...


class _Objects(Protocol):
    """Writing and removing, which differ between a directory and a service; reading does not."""

    holds: _Holds

    async def put(self, key: str, content: bytes) -> None: ...

    async def delete(self, key: str) -> None: ...


class ObjectFileStore:
    """`FileStore` over obstore; an object's key is made of its sha256, so equal files are kept once."""

    def __init__(self, store: ObjectStore, objects: _Objects) -> None:
        self._store = store
        self._objects = objects

    @classmethod
    @asynccontextmanager
    async def open(cls, files_url: str, *, holds: HoldTable | None = None) -> AsyncIterator[Self]:
        """Open the store of a URL (`file:///…`, `memory:///`, `s3://bucket/prefix` …) or of a directory's path.

        A missing directory is made. Raises `SettingsError`, saying what to do, if the URL is not understood or the
        directory cannot be written; a service is not contacted before the first use. `holds` is where programs that
        share a service see each other's holds; without it they are this program's alone.
        """
        path = _local_path(files_url)
        if path is not None:
            local = await asyncio.to_thread(_open_directory, path)
            yield cls(local, _Directory(local, path))
            return
        try:
            store = from_url(files_url) if files_url.startswith("memory:") else _service(files_url)
        except (BaseError, ValueError) as error:
            raise SettingsError(
                f"RESUMATE_FILES_URL is {files_url!r}, which no object store understands: use a directory's path, "
                "file:///path or s3://bucket/prefix"
            ) from error
        yield cls(store, _Service(store, TableHolds(holds) if holds else ProcessHolds()))

    async def put(self, sha256: str, content: bytes) -> None:
        """See `FileStore.put`."""
        with _answerable():
            await self._objects.put(_key(sha256), content)

    async def get(self, sha256: str) -> bytes:
        """See `FileStore.get`."""
        try:
            with _answerable(FileNotFoundError):
                found = await obstore.get_async(self._store, _key(sha256))
                return bytes(await found.bytes_async())
        except FileNotFoundError as error:
            raise _missing() from error

    async def stream(self, sha256: str, *, chunk_bytes: int) -> AsyncIterator[bytes]:
        """See `FileStore.stream`."""
        try:
            with _answerable(FileNotFoundError):
                found = await obstore.get_async(self._store, _key(sha256))
        except FileNotFoundError as error:
            raise _missing() from error
        with _answerable():
            # The store's own pieces are of at least this size, and may be larger.
            async for piece in found.stream(min_chunk_size=chunk_bytes):
                for start in range(0, len(piece), chunk_bytes):
                    yield bytes(piece[start : start + chunk_bytes])

    async def delete(self, sha256: str) -> None:
        """See `FileStore.delete`."""
        with _answerable():
            await self._objects.delete(_key(sha256))

    async def names(self) -> AsyncIterator[str]:
        """See `FileStore.names`."""
        with _answerable():
            async for found in self._store.list():
                for entry in found:
                    folder, _, name = entry["path"].partition("/")
                    if _SHA256.fullmatch(name) and name.startswith(folder):
                        yield name

    async def answers(self) -> bool:
        """See `FileStore.answers`."""
        try:
            await obstore.head_async(self._store, _key(_NOBODYS))
        except FileNotFoundError:
            return True
        except (BaseError, OSError):
            return False
        return True

    def keeping(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """See `FileStore.keeping`."""
        return self._objects.holds.hold(sha256, alone=False)

    def removing(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """See `FileStore.removing`."""
        return self._objects.holds.hold(sha256, alone=True)


class _Service:
    """An object service: an answered put is whole and durable."""

    def __init__(self, store: ObjectStore, holds: _Holds) -> None:
        self._store = store
        self.holds = holds

    async def put(self, key: str, content: bytes) -> None:
        await obstore.put_async(self._store, key, content)

    async def delete(self, key: str) -> None:
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return


class _Directory:
    """A directory. obstore renames into place but never syncs, so that is done here.

    A file gets its name only after its bytes are on disk: whatever has the name is whole, also after a power cut.
    """

    def __init__(self, store: LocalStore, root: Path) -> None:
        self._store = store
        self._root = root
        self.holds: _Holds = FolderHolds(root / _HOLDS)

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, key, content)

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._delete, key)

    def _put(self, key: str, content: bytes) -> None:
        if not self._has(key, len(content)):
            temporary = f"{_INCOMING}/{uuid4().hex}"
            try:
                obstore.put(self._store, temporary, content, use_multipart=False)
                _sync(self._root / temporary)
                obstore.rename(self._store, temporary, key)
            except BaseException:
                self._remove_half(temporary)
                raise
        # Also where the file was there: whoever put it at this moment may not have come to this line.
        _sync((self._root / key).parent)
        _sync(self._root)

    def _delete(self, key: str) -> None:
        try:
            obstore.delete(self._store, key)
        except FileNotFoundError:
            return
        _sync((self._root / key).parent)

    def _remove_half(self, temporary: str) -> None:
        """Give back the room that half a file takes: on a full disk it is what others wait for."""
        # obstore writes `name#1` and renames that to `name`; by itself it removes neither.
        for half in self._root.glob(f"{temporary}*"):
            with suppress(OSError):
                half.unlink()

    def _has(self, key: str, size: int) -> bool:
        try:
            return bool(obstore.head(self._store, key)["size"] == size)
        except FileNotFoundError:
            return False


def _open_directory(path: Path) -> LocalStore:
    try:
        made = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in made:
            _sync(folder.parent)
        _remove_leftovers(path / _INCOMING)
        store = LocalStore(path)
        probe = f"{_INCOMING}/{uuid4().hex}"
        obstore.put(store, probe, b"", use_multipart=False)
        obstore.delete(store, probe)
    except (BaseError, OSError) as error:
        raise SettingsError(
            f"cannot write files under {path}: {str(error).splitlines()[0]}; give this user the right to write there, "
            "or set RESUMATE_FILES_URL or RESUMATE_DATA_DIR elsewhere"
        ) from error
    return store


def _service(files_url: str) -> ObjectStore:
    """Credentials, region, endpoint and encryption are those of the service's usual variables (AWS_…, GOOGLE_…)."""
    return from_url(
        files_url,
        # http:// only where whoever runs it names such an endpoint.
        client_options={"connect_timeout": CONNECT_TIMEOUT, "timeout": ANSWER_TIMEOUT, "allow_http": True},
        retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_TIMEOUT},
    )


def _remove_leftovers(incoming: Path) -> None:
    """Remove what a crash left half written; another process may be at work on what is younger than an hour."""
    # Not by obstore: it does not list the files that it was writing itself (`name#1`).
    for file in incoming.glob("*"):
        with suppress(FileNotFoundError):  # that other process has finished it meanwhile
            if time.time() - file.stat().st_mtime > _LEFT_OVER_AFTER_S:
                file.unlink()


def _local_path(files_url: str) -> Path | None:
    if files_url and "://" not in files_url:
        return Path(files_url).absolute()
    parts = urlsplit(files_url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


@contextmanager
def _answerable(*known: type[Exception]) -> Iterator[None]:
    """Turn what disk or service refuse into what callers are told, having logged it; `known` errors pass."""
    try:
        yield
    except known:
        raise
    except (BaseError, OSError) as error:
        logger.exception("the file store failed", extra={"error_type": type(error).__qualname__})
        # obstore has the system's error in its words alone.
        full = getattr(error, "errno", None) in _NO_ROOM or any(f"(os error {code})" in str(error) for code in _NO_ROOM)
        raise (StorageFullError() if full else StorageUnavailableError()) from error


def _missing() -> FileMissingError:
    return FileMissingError("the original file is no longer stored; upload it again")


def _sync(path: Path) -> None:
    """Wait until a file's bytes, or a directory's names, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
