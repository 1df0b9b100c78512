"""Moving an installation from one machine's engines to those of many: database and files, with nothing renumbered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from resumate_grpc.errors import CopyError, SettingsError, StorageFullError, StorageUnavailableError
from resumate_grpc.files import ObjectFileStore
from resumate_grpc.files.copying import File, absent, copy_files, misread
from resumate_grpc.store.copying import Source, copy_database, opened_source

__all__ = ["Installation", "Missing", "Report", "copy"]

Tell = Callable[[str, int, int], None]
"""Hears how far a step is: its name, how much is done, of how much; bytes for files, rows for the database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """Where an installation keeps things; an empty `files_url` = its files are not to be touched."""

    database_url: str
    files_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A file that could not be copied, what is wrong with it, and whose it is."""

    sha256: str
    what: str
    resume_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What the target holds now. `found`: its database held all of it already."""

    rows: dict[str, int]
    epoch: str
    found: bool
    files: int
    missing: tuple[Missing, ...]


async def copy(source: Installation, target: Installation, *, check_files: bool, tell: Tell) -> Report:
    """Copy an installation on SQLite, at which nobody is at work, to PostgreSQL and a store of files.

    Files come first, so that no row is ever there before its file; then the database, in one transaction; then files
    once more, for what a program that was started too early has removed, and, if `check_files`, to read each one back.
    What is at the target already is not copied again, so a copy that was broken off is simply started anew. Raises
    `SettingsError` where source or target are not as they must be, `CopyError` where something could not be copied.
    """
    try:
        return await _copy(source, target, check_files=check_files, tell=tell)
    except (StorageUnavailableError, StorageFullError) as error:
        reason = str(error.__cause__ or error).splitlines()[0]
        raise CopyError(f"a store of files failed ({reason}): mend that and run this again, which goes on") from error


async def _copy(source: Installation, target: Installation, *, check_files: bool, tell: Tell) -> Report:
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(opened_source(source.database_url))
        files: Sequence[File] = await opened.files() if target.files_url else ()
        moving: _Moving | None = None
        if target.files_url:
            moving = await _Moving.opened(stack, opened, source, target, tell)
            await moving.copy("files", files)
        copied = await copy_database(opened, target.database_url, tell=tell)
        if moving is not None:
            await moving.copy("files that went", files)
            if check_files:
                await moving.check(files)
        return Report(
            rows=copied.rows,
            epoch=copied.epoch,
            found=copied.found,
            files=len(files) - (len(moving.wrong) if moving else 0),
            missing=await _whose(opened, moving.wrong if moving else {}),
        )


class _Moving:
    """The files' way."""

    def __init__(self, source: ObjectFileStore, target: ObjectFileStore, tell: Tell) -> None:
        self._source = source
        self._target = target
        self._tell = tell
        self.wrong: dict[str, str] = {}

    @classmethod
    async def opened(
        cls, stack: AsyncExitStack, opened: Source, source: Installation, target: Installation, tell: Tell
    ) -> _Moving:
        folder = source.files_url or (opened.path.absolute().parent / "files").as_uri()
        _check_folder(folder)
        return cls(
            await stack.enter_async_context(ObjectFileStore.open(folder)),
            await stack.enter_async_context(ObjectFileStore.open(target.files_url)),
            tell,
        )

    async def copy(self, step: str, files: Sequence[File]) -> None:
        """Copy what the target does not have and the source may have."""
        wanted = [file for file in await absent(self._target, files) if file.sha256 not in self.wrong]
        self.wrong |= await copy_files(self._source, self._target, wanted, done=self._counting(step, wanted))

    async def check(self, files: Sequence[File]) -> None:
        """Read each back; one that is damaged is said to be wrong."""
        wanted = [file for file in files if file.sha256 not in self.wrong]
        self.wrong |= await misread(self._target, wanted, done=self._counting("check of files", wanted))

    def _counting(self, step: str, files: Sequence[File]) -> Callable[[File], None]:
        total, done = sum(file.size_bytes for file in files), 0

        def count(file: File) -> None:
            nonlocal done
            done += file.size_bytes
            self._tell(step, done, total)

        return count


async def _whose(source: Source, wrong: dict[str, str]) -> tuple[Missing, ...]:
    return tuple(
        [
            Missing(sha256=sha256, what=what, resume_ids=tuple(await source.having(sha256)))
            for sha256, what in sorted(wrong.items())
        ]
    )


def _check_folder(files_url: str) -> None:
    """Opening a folder that is not there would make it, and each file would be missing."""
    parts = urlsplit(files_url)
    local = files_url if "://" not in files_url else unquote(parts.path) if parts.scheme == "file" else ""
    if local and not Path(local).is_dir():
        raise SettingsError(f"there is no folder {local} to copy files from: name it with --files-from")
