"""The copy of a database: one transaction at the target, compared with the source before it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from resumate_grpc.errors import SettingsError
from resumate_grpc.store.copying.rows import COPIED
from resumate_grpc.store.copying.source import Source
from resumate_grpc.store.migration import migrate
from resumate_grpc.store.urls import is_postgres

__all__ = ["Copied", "copy_database"]

Tell = Callable[[str, int, int], None]
"""Hears how far a step is: its name, how much of it is done, of how much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """What the target holds now: rows a table, and the log's epoch. `found`: it held all that already."""

    rows: dict[str, int]
    epoch: str
    found: bool


async def copy_database(source: Source, target_url: str, *, tell: Tell) -> Copied:
    """Copy all rows to an empty PostgreSQL database, its schema made where there is none.

    It is one transaction, so that a copy that is broken off leaves the target empty, and can be begun again. Before it
    is committed each row is read back and compared, and each event's digest is reckoned from those before it. A target
    that holds the same log already is compared only. Raises `SettingsError` where the target holds anything else, where
    a program is at work on it, where it is not reached; `CopyError` where what arrived is not what the source has, or a
    log and its digests disagree.
    """
    if not is_postgres(target_url):
        raise SettingsError("--to is the database that is copied to: postgresql://user:password@host/database")
    from resumate_grpc.store.postgres.copy_target import opened_target  # noqa: PLC0415 - SQLite needs no driver

    epoch = await source.epoch()
    counts = {table.name: await source.count(table) for table in COPIED}
    total = sum(counts.values())
    async with opened_target(target_url) as target:
        await target.check_free(epoch)  # before anything is changed in a database that may be another's
    await asyncio.to_thread(migrate, target_url)
    async with opened_target(target_url) as target, target.alone():
        found = await target.check_free(epoch)
        done = 0
        for table in () if found else COPIED:
            async for page in source.pages(table):
                await target.insert(table, page)
                done += len(page)
                tell("rows", done, total)
        if not found:
            await target.set_epoch(epoch)
        done = 0
        for table in COPIED:
            async for equal in target.compared(table, source.pages(table)):
                done += equal
                tell("check of rows", done, total)
    async with opened_target(target_url) as target:
        await target.analyze()
    return Copied(rows=counts, epoch=epoch, found=found)
